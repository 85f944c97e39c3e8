"""Phone numbers, Chinese addresses and case numbers in what somebody wrote, offered as contact."""

import re
import unicodedata

LOOKED_AT = 20_000
MOST = 5
# Not inside longer numbers: an identity card holds something like a phone number.
MOBILE = re.compile(
    r"(?<![\dA-Za-z])(?:\+?86[- ]?|0086[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?![\dXx])"
)
LANDLINE = re.compile(
    r"(?<![\d-])(?:\+?86[- ]?)?\(?(0(?:10|2\d|[3-9]\d{2}))\)?[- ]?([2-8]\d{6,7})(?:[-转]\s?(\d{1,5}))?(?!\d)"
)
CASE = re.compile(r"(?<!\d)(20\d{6}-\d{6})(?!\d)")
_HAN = r"[\u4e00-\u9fff]"
_N = r"(?:\d{1,5}|[一二三四五六七八九十百零〇两]{1,5})"
ADDRESS = re.compile(
    rf"(?:{_HAN}{{2,8}}(?:省|自治区))?(?:{_HAN}{{2,7}}市)?(?:{_HAN}{{1,7}}(?:区|县|旗))?"
    rf"(?:{_HAN}{{1,8}}(?:街道|镇|乡))?"
    rf"(?:{_HAN}{{1,10}}(?:路|大道|大街|街|巷|弄|胡同|道|村|里|小区|花园|家园|公寓|新村|苑|城|广场|大厦)"
    rf"(?:[东西南北中]?{_N}(?:-\d{{1,4}})?(?:号楼|号院|号|弄|栋|幢|座|巷|组|期|区))?)+"
    rf"(?:[A-Za-z东西南北]?{_N}(?:号楼|号|栋|幢|座|单元|层|楼|室|门))*(?:\d{{3,4}}(?!\d)(?:室|房)?)?"
)
SURE = re.compile(
    r"(?:\d|[一二三四五六七八九十])(?:号|弄|栋|幢|座|单元|室|组|期)|(?:市|区|县).*(?:路|街|道|村|小区|花园|家园)"
)
LEAD = re.compile(
    r"^.*?(?:家?住在?|居住(?:在|于)|位于|地址(?:是|为|在)?|地点(?:是|为|在)?|坐落于?|就在|在|是|到|从|的|于|我们?|本人|请|关于|反映)"
    r"(?=[\u4e00-\u9fff]{2})"
)


def phones(text: str) -> tuple[str, ...]:
    told = unicodedata.normalize("NFKC", text[:LOOKED_AT])
    found = [(m.start(), "".join(m.groups())) for m in MOBILE.finditer(told)]
    for m in LANDLINE.finditer(told):
        area, number, inner = m.groups()
        found.append((m.start(), f"{area}-{number}" + (f"-{inner}" if inner else "")))
    return tuple(dict.fromkeys(one for _, one in sorted(found)))[:MOST]


def addresses(text: str) -> tuple[str, ...]:
    """Places that are told with a number, or with a district and a street."""
    found: dict[str, None] = {}
    for line in re.split(r"[\n，。；、！？,;!?:：“”\"（）()\s]+", text[:LOOKED_AT]):
        for m in ADDRESS.finditer(line[:200]):
            told = _from_its_start(m[0])
            if len(told) >= 5 and SURE.search(told):
                found[told] = None
        if len(found) >= MOST:
            break
    return tuple(found)


def _from_its_start(told: str) -> str:
    while (cut := LEAD.sub("", told, count=1)) != told:
        told = cut
    return told


def case_numbers(subject: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(CASE.findall(unicodedata.normalize("NFKC", subject))))[:MOST]
