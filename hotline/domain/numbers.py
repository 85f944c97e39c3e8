"""Telephone and ID numbers inside texts, in whichever shape people write them.

One place for what is masked in the texts of a case and what is taken out before publication.
Full-width signs, signs between the digits and numbers written in Chinese are read like the usual
ones. What a department needs stays: hot lines, amounts, dates, hours, numbers of cases.
"""

import re
import unicodedata

# One sign for one sign, so that a place in the one is the same place in the other.
USUAL = {wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}
USUAL |= {ord(one): "-" for one in "—–－‐‑−"} | {ord("　"): " "}
STRANGE = re.compile(r"[^\D0-9]")  # a digit of another script
SPOKEN = "零〇洞 一幺壹 二两贰 三叁 四肆 五伍 六陆 七柒拐 八捌 九玖勾".split()
VALUE = {ord(sign): str(n) for n, signs in enumerate(SPOKEN) for sign in signs}
SPELT = "".join(SPOKEN)
UNSEEN = "\u00ad\u200b-\u200f\u2060\ufe0f\u20e3\ufeff"
APART = rf"[\s().·•,_/{UNSEEN}-]{{0,3}}+"  # what people put between digits
# Where such a number can stand at all: fewer digits are none, and the rest is not looked at.
ZONE = re.compile(rf"[(（+＋]{{0,3}}+(?:[\d{SPELT}][\W_]{{0,3}}+){{7,}}+[Xx×Ｘｘ]?")
SAID = re.compile(f"[{SPELT}]")
BEFORE = 12  # signs before a zone that say whether a number begins there
# What is left of a masked number begins no other one: masked twice it is the same.
FRESH = r"(?<![0-9])(?<![0-9-]\*{4})(?<!\*{9})"
AREA = "(?:<1><0>|<2><0-9>|<3-9><0-9>{2})"
LINE = "~(?:<2-9><0-9>{6,7}(?!<0-9>)|<2-9>(?:~<0-9>){6,7})"
DAY = "(?:<0>~<1-9>|<1>~<0-2>)~(?:<0>~<1-9>|<1-2>~<0-9>|<3>~<0-1>)"
# <3-9> is a digit from 3 to 9, ~ is what may stand between two.
MOBILE = r"(?:\(?\+?(?:<0><0>)?<8><6>\)?~|<0>~)?<1>~<3-9>(?:~<0-9>){9}"
LANDLINE = (
    rf"\(?<0>{AREA}\)?{LINE}|\(?\+?(?:<0><0>)?<8><6>\)?~\(?<0>?{AREA}\)?{LINE}"
    "|<0>[ .-](?=<1-9>)(?:<0-9>[ .-]){9,10}<0-9>"
)
CLOSE = APART.replace(",_", "_")
OLD = f"<1-8>~<0-7>(?:~<0-9>){{4}}~<2-9>~<0-9>~{DAY}(?:~<0-9>){{3}}"
CARD = (
    f"<1-9>(?:~<0-9>){{5}}~(?:<1>~<8-9>|<2>~<0>)(?:~<0-9>){{2}}~{DAY}(?:~<0-9>){{3}}~(?:<0-9>|[Xx×])"
    # Until 1999; no comma in it, or a telephone and what is counted behind it would be one.
    f"|{OLD.replace('~', CLOSE)}(?!<0-9>)"
)
# Without its area code a line is a number like others: what stands before it says what it is.
_LINE = rf"[2-8]\d{{2,3}}[\s{UNSEEN}—–－-]{{0,2}}+\d{{4}}(?![—–－-]?\d)"
_LINES = re.compile(_LINE)
LOCAL = re.compile(
    r"(?:电话(?:号码)?|座机|手机号?码?|联系方式|拨打|致电|\btel|\bphone|\*{4}\d\d\s?[/、,，或和])"
    rf"[:：.\s是为]{{0,3}}(?P<kept>(?![48]00){_LINE}(?:\s?[/、,，或和]\s?{_LINE})*)",
    re.IGNORECASE,
)
OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
COUNTED = re.compile(  # digits enough, and no telephone: dates, hours, years, addresses, degrees
    r"(?:|.*[^0-9])(?:(?:19|20)[0-9]{2}([-./ ])[0-9]{1,2}\1[0-9]{1,2}(?![0-9])"
    r"|[0-9]{1,2}([./])[0-9]{1,2}\2(?:19|20)[0-9]{2}(?![0-9])"
    r"|[0-9]{1,2}\.[0-9]{2}\s?-\s?[0-9]{1,2}\.[0-9]{2}(?![0-9]))"
    rf"|1[89][0-9]{{2}}\s?-\s?20[0-9]{{2}}[^0-9]|(?:{OCTET}\.){{3}}{OCTET}$"
    r"|(?:0|[1-9][0-9]?|1[0-2][0-9]|13[0-5])\.[0-9]+$|[0-9]{8,}\.[0-9]+$",
    re.DOTALL,
)
LISTED = re.compile(r"[,/\t\n]")
LOTS = re.compile("[0-9Xx]+")
ABROAD = re.compile(r"\(?\+?(?:(?:00)?86|0)\)?[^0-9]*")
GROUPS = {(3, 4, 4), (3, 8), (4, 8), (4, 7), (1,) * 11, (1,) * 12}


def built(pattern: str, *, spelt: bool = False) -> re.Pattern[str]:
    """A pattern of digits; `spelt` finds them as they are said in Chinese too, and among others."""

    def signs(found: re.Match[str]) -> str:
        among = range(int(found[1]), int(found[2] or found[1]) + 1)
        return f"[{''.join(str(n) + (SPOKEN[n] if spelt else '') for n in among)}]"

    body = re.sub(r"<(\d)(?:-(\d))?>", signs, pattern).replace("~", APART)
    return re.compile(f"{FRESH}(?:{body})(?![0-9])")


def usual(text: str) -> str:
    """The same text in usual signs, each in its place."""
    told = text.translate(USUAL)
    return STRANGE.sub(lambda found: str(unicodedata.decimal(found.group())), told)


Kinds = tuple[re.Pattern[str], ...]


def _kinds(**phones: str) -> Kinds:
    """As digits, then as said: there an ID number is looked for first, with a telephone inside it."""
    card = f"(?P<card>{CARD})"
    body = "|".join([card, *(f"(?P<{name}>{phone})" for name, phone in phones.items())])
    return built(body), built(card, spelt=True), built(body, spelt=True)


CARDS, PRIVATE = _kinds(), _kinds(mobile=MOBILE)
ALL = _kinds(mobile=MOBILE, landline=LANDLINE)


def mask_text(text: str) -> str:
    """Phone and ID numbers inside a text, masked as domain rules §7 say."""
    return LOCAL.sub(_lines, _masked(text, ALL)) if ZONE.search(text) else text


def mask_private(text: str) -> str:
    """The same of an office's own text, which names the telephones of offices to be called."""
    return _masked(text, PRIVATE)


def mask_cards(text: str) -> str:
    """ID numbers alone: a telephone in an answer is there to be called."""
    return _masked(text, CARDS)


def mask_id_number(number: str) -> str:
    return number[:4] + "*" * max(len(number) - 6, 0) + number[-2:]


def _masked(text: str, kinds: Kinds) -> str:
    """Found where the text is written as usual, masked in the text as it was written."""
    done, parts = 0, []
    for zone in ZONE.finditer(text):
        start = max(zone.start() - BEFORE, done)
        told = text[start : zone.end()]
        for kind in kinds if SAID.search(zone.group()) else kinds[:1]:
            told = _zone(told, kind, zone.start() - start)
        parts += [text[done:start], told]
        done = zone.end()
    return "".join([*parts, text[done:]]) if parts else text


def _zone(text: str, pattern: re.Pattern[str], begin: int) -> str:
    done, parts = 0, []
    for found in pattern.finditer(usual(text), begin):
        written = found.group()
        told = MASKS[found.lastgroup or ""](written.translate(VALUE))
        if told:
            opened = written.startswith("(") and ")" not in written  # it closes behind the number
            parts += [text[done : found.start() + opened], told]
            done = found.end()
    return "".join([*parts, text[done:]]) if parts else text


def _digits(told: str) -> str:
    return "".join(LOTS.findall(told.replace("×", "X")))


def _called(told: str) -> bool:
    """Whether so many digits are a telephone number by how they stand."""
    if told.isdecimal():
        return True
    lots = tuple(len(one) for one in LOTS.findall(told))
    return (lots in GROUPS or LISTED.search(told) is None) and COUNTED.match(told) is None


def _card(told: str) -> str:
    return mask_id_number(_digits(told).upper())


def _mobile(told: str) -> str:
    abroad = ABROAD.match(told)
    told = told[abroad.end() :] if abroad else told
    digits = _digits(told)
    return f"{digits[:3]}****{digits[-4:]}" if _called(told) else ""


def _landline(told: str) -> str:
    """The area code stays, and the last two digits."""
    digits = "0" + re.sub("^(?:00)?86", "", _digits(told)).removeprefix("0")
    area = digits[: 3 if digits[1] in "12" else 4]
    return f"{area}-****{digits[-2:]}" if _called(told) else ""


def _lines(found: re.Match[str]) -> str:
    keep = found.start("kept") - found.start()
    return found.group()[:keep] + _LINES.sub(lambda one: f"****{one.group()[-2:]}", found["kept"])


MASKS = {"card": _card, "mobile": _mobile, "landline": _landline}
