"""Bytes -> text, whatever the label says: the label is a hint, the bytes decide.

Chinese senders label GBK and GB18030 as gb2312, UTF-8 as gb2312 and the other way round, or nothing
at all. Detectors guess wrong on a line of Chinese, so the few encodings that occur are tried in
turn, and the one whose text looks like what people write is taken.
"""

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

# gb18030 holds gbk, which holds gb2312: whatever a label of the family means, it reads the most.
GB = "gb18030"
NAMES = {
    "gb2312": GB,
    "gb_2312-80": GB,
    "gb_2312": GB,
    "gb2312-80": GB,
    "csgb2312": GB,
    "csiso58gb231280": GB,
    "iso-ir-58": GB,
    "euc-cn": GB,
    "euccn": GB,
    "gbk": GB,
    "x-gbk": GB,
    "gb18030": GB,
    "gb-18030": GB,
    "gb18030-2000": GB,
    "cp936": GB,
    "ms936": GB,
    "936": GB,
    "windows-936": GB,
    "x-cp936": GB,
    "chinese": GB,
    "simplified chinese": GB,
    "gb": GB,
    "big5": "cp950",
    "big-5": "cp950",
    "big5-hkscs": "big5hkscs",
    "csbig5": "cp950",
    "cn-big5": "cp950",
    "x-x-big5": "cp950",
    "x-big5": "cp950",
    "hz-gb-2312": "hz",
    "hz-gb2312": "hz",
    "utf8": "utf-8",
    "utf": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode": "utf-16",
    "us-ascii": "",
    "ascii": "",
    "ansi_x3.4-1968": "",
    "unknown-8bit": "",
    "unknown": "",
    "x-unknown": "",
    "default_charset": "",
    "default": "",
    "none": "",
    "binary": "",
    "8bit": "",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
}
ESCAPED = frozenset({"hz", "utf_7", "iso2022_jp", "iso2022_jp_2", "iso2022_kr"})
WIDE = frozenset({"utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le", "utf_32_be"})
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
PLAUSIBLE = ("utf_8", GB, "cp950", "big5hkscs")
ASIAN = frozenset({"cp949", "cp932", "euc_jp", "euc_jis_2004", "johab"})
# Not codecs of text, or ones that could open a file, take long, or turn letters about.
NO_TEXT = frozenset({"idna", "punycode", "raw_unicode_escape", "unicode_escape", "undefined"})
HIGH = re.compile(rb"[\x80-\xff]")
LONE_CONTROL = re.compile(rb"(?<![\x80-\xff])[\x80-\x9f](?![\x80-\xff])")
HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uff5e\U00020000-\U0003ffff]")
HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+~\}")
SAMPLE = 16_384  # enough to tell encodings apart
LOOKS = 0.7  # the share of everyday signs from which on a text is taken for what it seems
FEW = 6  # bytes beyond ASCII
BROKEN = "部分文字无法辨认 / some characters could not be read"
OTHER = "编码与标注不符 / not the charset that it says"


@dataclass(frozen=True)
class Decoded:
    text: str
    charset: str
    flaws: tuple[str, ...] = ()


@lru_cache(maxsize=256)
def codec_of(label: str | None) -> str:
    """The codec for a label; empty where the label says nothing or names none."""
    told = (label or "").strip().strip("\"'").strip().lower()[:40]
    known = NAMES.get(told, told)
    try:
        found = codecs.lookup(known) if known else None
        if found is None or found.name in NO_TEXT:
            return ""
        b"".decode(known)  # base64, zip and their like are codecs too, but none of text
    except (LookupError, ValueError):
        return ""
    return GB if found.name in ("gb2312", "gbk") else found.name.replace("-", "_")


def decode(data: bytes, label: str | None = None, hint: str | None = None) -> Decoded:
    """`label`: what stands beside the bytes; `hint`: what the rest of the letter is written in."""
    codec = codec_of(label)
    for mark, name in BOMS:
        if data.startswith(mark):
            return Decoded(data.decode(name, "replace"), name)
    if codec in ESCAPED | WIDE:
        return _as_told(data, codec)
    if HIGH.search(data) is None:
        if HZ.search(data) and not codec:
            return _as_told(data, "hz")
        return Decoded(data.decode("ascii"), "ascii")
    chosen = _choose(data, codec or codec_of(hint))
    told = (OTHER,) if codec and chosen not in (codec, "cp950", "big5hkscs") else ()
    return _with(data, chosen, told)


def forced(data: bytes, charset: str) -> Decoded:
    """As an officer says, whatever it looks like."""
    codec = codec_of(charset)
    return _with(data, codec, ()) if codec else decode(data)


def _as_told(data: bytes, codec: str) -> Decoded:
    try:
        return Decoded(data.decode(codec), codec)
    except UnicodeDecodeError:
        if HIGH.search(data) and codec in ESCAPED:
            return decode(data)
        return _with(data, codec, ())


def _with(data: bytes, codec: str, flaws: tuple[str, ...]) -> Decoded:
    try:
        return Decoded(data.decode(codec), codec, flaws)
    except UnicodeDecodeError:
        if codec == "utf_8":  # a lone control sign is no broken character
            data = LONE_CONTROL.sub(b"", data)
        return Decoded(data.decode(codec, "replace"), codec, (*flaws, BROKEN))


def _choose(data: bytes, codec: str) -> str:
    """The codec that the bytes are written in, from those that occur and the one that is told."""
    sample = data[:SAMPLE]
    whole = len(sample) == len(data)
    if _is_text(data, "utf-8") and not _gb_by_chance(sample, codec, whole):
        return "utf_8"
    if codec in PLAUSIBLE and (_likeness(sample, codec, whole) >= LOOKS or _brief(data, codec)):
        return codec
    likes = {name: _likeness(sample, name, whole) for name in PLAUSIBLE}
    best = max(likes, key=lambda name: (likes[name], name == codec, name == GB))
    if codec and codec not in PLAUSIBLE and _is_text(data, codec):
        told_for_sure = codec in ASIAN or likes[best] < LOOKS or _isolated(sample)
        return codec if told_for_sure else best
    if likes[best] < LOOKS and _isolated(sample):
        return "cp1252"
    return best


def _gb_by_chance(sample: bytes, codec: str, whole: bool) -> bool:
    """A few characters of GBK may be valid UTF-8: then it reads as Latin or Greek, not as Chinese."""
    if codec not in (GB, "cp950", "big5hkscs") or HAN.search(sample.decode("utf-8", "ignore")):
        return False
    return _likeness(sample, codec, whole) >= LOOKS


def _brief(data: bytes, codec: str) -> bool:
    """A few signs tell too little to doubt a label that they agree with."""
    return len(HIGH.findall(data[:100])) <= FEW and len(data) <= 100 and _is_text(data, codec)


def _is_text(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _likeness(sample: bytes, codec: str, whole: bool) -> float:
    """Which share of the signs beyond ASCII are everyday ones of that encoding; 0..1."""
    text = sample.decode(codec, "replace")
    if not whole:
        text = text[:-2]
    beyond = Counter(sign for sign in text if sign > "\x7f")
    if not beyond:
        return 0.0
    return sum(n for sign, n in beyond.items() if _everyday(sign, codec)) / beyond.total()


def _everyday(sign: str, codec: str) -> bool:
    """Punctuation and the first plane of the character sets, in which nine of ten signs lie."""
    if codec == "utf_8":
        return sign != "\ufffd" and ord(sign) > 0x9F
    try:
        made = sign.encode(codec)
    except UnicodeEncodeError:
        return False
    if len(made) != 2:
        return False
    lead = made[0]
    if codec == GB:
        return made[1] >= 0xA1 and (0xA1 <= lead <= 0xA3 or 0xB0 <= lead <= 0xD7)
    return 0xA1 <= lead <= 0xC6


def _isolated(sample: bytes) -> bool:
    """Single signs between letters, as accents are; Chinese comes in pairs and runs."""
    runs = re.findall(rb"[\x80-\xff]+", sample)
    return sum(len(run) == 1 for run in runs) * 3 >= sum(map(len, runs))
