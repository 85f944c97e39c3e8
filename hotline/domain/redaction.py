"""Identity taken out of a text that others will read: numbers, plates, mail, addresses, schools, names.

Patterns find most, never all: what comes out of here is read by a second person before it is
released. Signs and telephone numbers are read as domain/numbers reads them.
"""

import re

from hotline.domain.naming import without_names
from hotline.domain.numbers import APART, LANDLINE, MOBILE, built, usual

HAN = "零〇一二三四五六七八九幺两"
NUMBER = rf"[\d{HAN}]{{1,5}}"
LOCAL = r"(?:号楼|号院|号|栋|幢|弄|座|楼|组|单元|室|户|层|门)"
ROAD = r"(?:大道|胡同|公路|路|街|巷|弄|里|道)"
ESTATE = r"(?:小区|花园|家园|新村|公寓|大厦|广场|名邸|社区|新城|嘉园|庭院|山庄|别墅|苑|村|镇|园|城|府|邸)"
# What leads to an address and is none of it stays, so that the sentence still reads.
LEADS = re.compile(r".*(?:住在|位于|家住|地点在|地址[是为:]?|[住在于到至从是])(?=..)")


def _digits(n: int) -> str:
    return rf"\d(?:{APART}\d){{{n}}}"


RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"[\w.+-]+\s{0,2}(?:@|\(at\)|\[at\]|\bat\b|艾特)\s{0,2}[\w-]+(?:\s?(?:\.|点|\(dot\))\s?[\w-]+)+",
            re.ASCII | re.IGNORECASE,
        ),
        "［邮箱］",
    ),
    (
        re.compile(
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][\s]?[A-Z][\s·•.-]{0,2}"
            r"[A-Z0-9]{4,5}[A-Z0-9挂学警港澳](?![A-Z0-9])",
            re.IGNORECASE,
        ),
        "［车牌］",
    ),
    (re.compile(rf"(?<!\d)[1-9](?:{APART}\d){{16}}{APART}[\dXx×](?![\dA-Za-z])"), "［证件号］"),
    (built(MOBILE), "［电话］"),
    (built(LANDLINE), "［电话］"),
    (re.compile(rf"[{HAN}](?:[\s-]?[{HAN}]){{6,17}}"), "［号码］"),
    (re.compile(rf"(?<!\d){_digits(13)}(?:{APART}\d){{0,5}}(?!\d)"), "［号码］"),
    (re.compile(r"(?<!\d)\d{7,}(?!\d)"), "［号码］"),
    (re.compile(r"(?:电话|座机|热线|号码|拨打)[:\s是为]{0,3}\d{3,4}[\s-]\d{4}(?!\d)"), "［电话］"),
    (
        re.compile(r"(?:微信|QQ|微信号)[:：\s是为号]{0,3}[A-Za-z0-9_-]{5,20}", re.IGNORECASE),
        "［账号］",
    ),
    (
        re.compile(
            rf"[一-鿿]{{2,6}}?(?:{ROAD}|{ESTATE})\s?(?:[A-Za-z甲乙丙丁]|{NUMBER})"
            rf"(?:\s?-\s?\d{{1,5}}){{0,3}}\s?{LOCAL}"
            rf"(?:\s?(?:[一-鿿]{{2,6}}?{ESTATE})?\s?(?:[A-Za-z]|{NUMBER})\s?(?:-\s?\d{{1,5}})?\s?{LOCAL}?){{0,4}}"
            rf"|[一-鿿]{{2,6}}?{ESTATE}\s?{NUMBER}\s?-\s?\d{{1,5}}(?:\s?-\s?\d{{1,5}})?"
        ),
        "［地址］",
    ),
    (
        re.compile(
            r"\d{1,5}\s*(?:号楼|号|栋|幢|弄|座)(?:\s*\d{1,3}\s*单元)?(?:\s*\d{1,5}\s*(?:室|号|户))?"
            r"|\d{1,3}\s*单元\s*\d{1,5}\s*(?:室|户)?|(?<!\d)\d{3,4}\s*室"
        ),
        "［门牌］",
    ),
    (
        re.compile(
            r"[一-鿿]{2,6}?(?:实验|外国语|附属|中心|第[一二三四五六七八九十]+)?"
            r"(?:小学|中学|幼儿园|附小|附中|高中|初中|职校|技校|大学|学院)"
        ),
        "［学校］",
    ),
)
SCHOOL = "小学|中学|幼儿园|附小|附中|高中|初中|职校|技校|大学|学院"
PLAIN_SCHOOL = re.compile(  # any such school, no certain one
    r"(?:附近|配套|公办|公立|民办|民营|私立|普惠|所在|对口|本市|全市|中|各|各类|一所|两所|每所|几所|品牌|初级|我们|孩子"
    rf"|门口|上|的|在|和|读|某|个班|村|一家)(?=(?:{SCHOOL})$)"
)


def redacted(text: str) -> str:
    """The text with what may say who somebody is replaced by what it was; twice changes no more."""
    for pattern, instead in RULES:
        text = _replaced(pattern, instead, text)
    return without_names(text)


def _replaced(pattern: re.Pattern[str], instead: str, text: str) -> str:
    """Found where the text is written as usual, replaced in the text as it was written."""
    done, parts = 0, []
    for found in pattern.finditer(usual(text)):
        if instead == "［学校］" and PLAIN_SCHOOL.search(found.group()):
            continue
        kept = LEADS.match(found.group()) if instead == "［地址］" else None
        start = found.start() + (kept.end() if kept else 0)
        parts += [text[done:start], instead]
        done = found.end()
    return "".join([*parts, text[done:]]) if parts else text
