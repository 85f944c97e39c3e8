"""What in a letter is new, and what is folded away: quoted history, forwards, signatures.

Chinese clients mark history in a dozen ways, few of them as the standards say; the table below has
them, one a line. What is folded is kept: a wrong fold costs a click, never a word.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from channels.mailbox.facts import Folded, FoldedKind
from channels.mailbox.markup import END, QUOTE

REPLY_ABOVE = "—— 请在此行以上回复 ——"
LONG_LINE = 400  # no mark is longer
_DASH = r"[-—–_=*~─]{2,60}"
# A line of its own that says: below here is another letter.
BARS: tuple[tuple[re.Pattern[str], FoldedKind], ...] = (
    (
        re.compile(
            rf"{_DASH}\s*(?:原始邮件|原邮件|原信|原文|原始信息|原件|邮件原[文件]|原始郵件)\s*(?:{_DASH})?"
        ),
        "quote",
    ),
    (re.compile(rf"{_DASH}\s*(?:回复的原邮件|回覆的原郵件|回复邮件)\s*(?:{_DASH})?"), "quote"),
    (
        re.compile(rf"{_DASH}\s*Original(?: Message| Appointment)?\s*(?:{_DASH})?", re.I),
        "quote",
    ),
    (
        re.compile(
            rf"{_DASH}\s*(?:转发(?:的|自)?(?:邮件|信息|的邮件)?|轉寄(?:的)?郵件)\s*(?:{_DASH})?"
        ),
        "forwarded",
    ),
    (
        re.compile(rf"{_DASH}\s*(?:Forwarded (?:by.{{0,60}}|message))\s*(?:{_DASH})?", re.I),
        "forwarded",
    ),
    (
        re.compile(r"(?:Begin forwarded message|开始转发的邮件|以下是转发的邮件)\s*[:：]?", re.I),
        "forwarded",
    ),
    (re.compile(rf".{{0,10}}{REPLY_ABOVE}.{{0,10}}"), "quote"),
)
# "On …, somebody wrote:" in the ways of Gmail, Apple, 163, Thunderbird; with a date or an address.
WROTE = re.compile(
    r".{3,300}?(?:写道|寫道|写到|写信说|wrote|schrieb|a écrit)\s*[:：﹕]?\s*", re.I | re.S
)
WROTE_ENDS = re.compile(r"(?:写道|寫道|写到|写信说|wrote|schrieb|a écrit)\s*[:：﹕]\s*", re.I)
DATED = re.compile(r"\d{4}\s*[年/.-]\s*\d{1,2}|\d{1,2}[/:]\d{2}|[\w.+-]+@[\w.-]+|\b(?:19|20)\d\d\b")
CERTAIN = re.compile(r"@|\d{1,2}\s*[:：时點点]\s*\d{2}")
# The head of a quoted letter as Outlook, Foxmail and QQ write it.
HEAD = re.compile(
    r"[*＊\s|>]{0,6}(?:发件人|发信人|寄件者|寄件人|From)\s*[*＊]?\s*[:：]\s*\S.*", re.I
)
FIELD = re.compile(
    r"[*＊\s|>]{0,6}(发送时间|发送日期|日\s*期|时\s*间|傳送時間|寄件日期|收件人|收件者|抄\s*送|副本|主\s*题|主旨|标题"
    r"|Sent|Date|To|Cc|Subject|Reply-To|回复)\s*[*＊]?\s*[:：].*",
    re.I,
)
SIGN = re.compile(
    r"(?:(?:发|傳送|传送|发送)自(?:我的|于)?.{0,40}|来自.{0,20}(?:邮箱|手机|iPhone|客户端).{0,20}"
    r"|Sent from (?:my )?.{1,40}|Get Outlook for .{1,40}|获取\s*Outlook.{0,40}"
    r"|签名由.{0,30}定制|从\s*(?:Windows|手机|iPhone|iPad|Android).{0,20}(?:发送|邮件).{0,20})",
    re.I,
)
SIGNATURE = 12  # lines; what is longer is no signature
CELLS = re.compile(r"\s*\|[\s|]*")
RULE = re.compile(r"[-—_=─\s]{5,120}")


@dataclass(frozen=True)
class Folding:
    text: str
    whole: str
    folded: tuple[Folded, ...]


@dataclass(frozen=True)
class _Piece:
    kind: FoldedKind | None  # None: the writer's own words
    lines: tuple[str, ...]


def fold(told: str, *, forward: bool = False) -> Folding:
    """`forward`: the subject says that the letter passes another one on."""
    lines = told.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    pieces = list(_pieces(lines, "forwarded" if forward else "quote"))
    own = _text(line for piece in pieces if piece.kind is None for line in piece.lines)
    folded = [Folded(p.kind, _text(p.lines)) for p in pieces if p.kind and _text(p.lines)]
    whole = _text(line for line in lines if line.strip() not in (QUOTE, END))
    if not own and folded and all(one.kind != "quote" for one in folded):
        # Who only passes a letter on tells what stands in it.
        passed = [one.text for one in folded if one.kind == "forwarded"]
        if passed:
            own = "\n\n".join(passed)
            folded = [one for one in folded if one.kind != "forwarded"]
    return Folding(own, whole, tuple(folded))


def _pieces(lines: Sequence[str], usual: FoldedKind) -> Iterator[_Piece]:
    """One pass: own words until a mark, then what the mark folds."""
    n, own = 0, list[str]()
    while n < len(lines):
        end, kind = _mark(lines, n, usual)
        if kind is None:
            own.append(lines[n])
            n += 1
            continue
        yield from _own(own)
        own = []
        yield _Piece(kind, tuple(x for x in lines[n:end] if x.strip() not in (QUOTE, END)))
        n = end
    yield from _own(own)


def _own(lines: list[str]) -> Iterator[_Piece]:
    """The writer's own lines; what stands below a signature's mark is the signature."""
    first = next((n for n in range(len(lines)) if _signs(lines, n)), len(lines))
    table = [n for n in range(max(0, first - 10), first) if CELLS.fullmatch(lines[n])]
    if first < len(lines) and table:  # a client's card: name and address in a drawn table
        first = table[0]
    yield _Piece(None, tuple(lines[:first]))
    yield _Piece("signature", tuple(lines[first:]))


def _signs(lines: Sequence[str], n: int) -> bool:
    told = lines[n].strip()
    if told == "--":
        return n > 0 and _words(lines, n) <= SIGNATURE
    return len(told) < 80 and SIGN.fullmatch(told) is not None and _words(lines, n) <= 3


def _words(lines: Sequence[str], n: int) -> int:
    """How many lines with words follow: "来自…" within a letter is no signature."""
    return sum(bool(line.strip()) for line in lines[n + 1 : n + 1 + 3 * SIGNATURE])


def _mark(lines: Sequence[str], n: int, usual: FoldedKind) -> tuple[int, FoldedKind | None]:
    """Where what begins in line n ends, and what it is; None: nothing begins here."""
    line = lines[n].strip()
    if not line or len(line) > LONG_LINE:
        return n, None
    if line == QUOTE:
        return _closed(lines, n), usual
    if line.startswith((">", "＞")):
        return _arrows(lines, n), "quote"
    for bar, kind in BARS:
        if bar.fullmatch(line):
            return len(lines), "forwarded" if usual == "forwarded" else kind
    if _is_head(lines, n) or (RULE.fullmatch(line) and _is_head(lines, _next(lines, n))):
        return len(lines), usual
    below = _wrote(lines, n)
    if below:
        return _quoted_below(lines, below), usual
    return n, None


def _closed(lines: Sequence[str], n: int) -> int:
    depth = 0
    for m in range(n, len(lines)):
        told = lines[m].strip()
        depth += (told == QUOTE) - (told == END)
        if depth == 0:
            return m + 1
    return len(lines)


def _arrows(lines: Sequence[str], n: int) -> int:
    while n < len(lines) and (lines[n].lstrip().startswith((">", "＞"))):
        n += 1
    return n


def _next(lines: Sequence[str], n: int) -> int:
    """The next line with words, within three."""
    return next((m for m in range(n + 1, min(n + 4, len(lines))) if lines[m].strip()), n)


def _is_head(lines: Sequence[str], n: int) -> bool:
    """A sender's line with at least two more fields close below it."""
    if len(lines[n]) > LONG_LINE or not HEAD.fullmatch(lines[n]):
        return False
    below = [line[:LONG_LINE] for line in lines[n + 1 : n + 9] if line.strip()]
    return sum(bool(FIELD.fullmatch(line)) for line in below[:6]) >= 2


def _wrote(lines: Sequence[str], n: int) -> int:
    """The line below "… wrote:", which clients break over up to three lines; 0: there is none."""
    told = ""
    for m in range(n, min(n + 3, len(lines))):
        line = lines[m].strip().strip(QUOTE + END)
        if not line:
            return 0
        told = f"{told} {line}" if told else line
        if len(told) > LONG_LINE:
            return 0
        if WROTE_ENDS.search(line) and WROTE.fullmatch(told):
            below = lines[_next(lines, m)].strip()
            marked = below.startswith((">", "＞", QUOTE)) and DATED.search(told)
            return m + 1 if marked or (DATED.search(told) and CERTAIN.search(told)) else 0
    return 0


def _quoted_below(lines: Sequence[str], n: int) -> int:
    """To the end, but for an answer that stands below a marked quote."""
    first = n
    while first < len(lines) and not lines[first].strip():
        first += 1
    if first < len(lines) and lines[first].strip() == QUOTE:
        return _closed(lines, first)
    if first < len(lines) and lines[first].lstrip().startswith((">", "＞")):
        end = first
        while end < len(lines):
            blank = end
            while blank < len(lines) and not lines[blank].strip():
                blank += 1
            if blank == len(lines) or not lines[blank].lstrip().startswith((">", "＞")):
                break
            end = _arrows(lines, blank)
        return end
    return len(lines)


def _text(lines: Iterator[str] | Sequence[str]) -> str:
    told = "\n".join(line.rstrip() for line in lines if line.strip() not in (QUOTE, END))
    return re.sub(r"\n{3,}", "\n\n", told).strip()
