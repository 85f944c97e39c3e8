"""Headers as they came -> text, addresses, ids and dates; linear in time, and never an exception.

The standard library's structured headers recurse on brackets and take seconds on long lists, so a
header is taken raw from its parser and read here.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from channels.mailbox.charsets import Decoded, decode, forced
from channels.mailbox.facts import Address

LONG = 65_536  # a header longer than this is cut
MOST_ADDRESSES = 200
MOST_IDS = 100
WORD = re.compile(r"=\?([^?\s]{1,60})\?(?:([Bb])\?([^?]*)|([Qq])\?((?:[^?]|\?(?!=)){0,2000}))\?=")
ID = re.compile(r"<[^<>\s]{1,998}>")
SPOT = re.compile(r"[^\s@<>\"(),;:\\\[\]]+@[^\s@<>\"(),;:\\]+")
ANGLE = re.compile(r"<([^<>]*)>")
NUMERIC = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?"
)
CHINA = timezone(timedelta(hours=8))


def text_of(value: str, hint: str | None = None, charset: str | None = None) -> str:
    """Encoded words, raw 8-bit signs, folds: one line of text; `charset` goes before labels."""
    value = value[:LONG]
    if value.isascii() and "=?" not in value:
        return one_line(value)
    return one_line("".join(_runs(value, hint, charset)))


def one_line(text: str) -> str:
    """On one line, without signs that cannot be seen."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(sign if sign.isprintable() else _unseen(sign) for sign in text)
    return " ".join(text.split())


def _unseen(sign: str) -> str:
    """A format sign (zero width, turning about) leaves nothing; a control sign parts words."""
    kind = unicodedata.category(sign)
    if kind in ("Co", "Cn"):  # a rare character of a name may be newer than this Python
        return sign
    return "" if kind == "Cf" else " "


def _runs(value: str, hint: str | None, charset: str | None) -> Iterator[str]:
    """Words of one charset that stand side by side are one text: a character may be split there."""
    run, label, end = list[tuple[str, str]](), "", 0
    for word in WORD.finditer(value):
        between = value[end : word.start()]
        told = word[1].split("*")[0]
        if run and (between.strip() or told.lower() != label.lower()):
            yield _decoded(_bytes(run), label, charset).text
            run = []
        if between.strip() or (between and not end):
            yield _raw(between, hint, charset)
        run.append((word[2] or word[4], word[3] or word[5] or ""))
        label, end = told, word.end()
    if run:
        yield _decoded(_bytes(run), label, charset).text
    yield _raw(value[end:], hint, charset)


def _decoded(data: bytes, label: str, charset: str | None) -> Decoded:
    return forced(data, charset) if charset else decode(data, label)


def _raw(value: str, hint: str | None, charset: str | None) -> str:
    if value.isascii():
        return value
    data = value.encode("utf-8", "surrogateescape")
    return (forced(data, charset) if charset else decode(data, hint=hint)).text


def _bytes(run: list[tuple[str, str]]) -> bytes:
    """Some clients cut the Base64 itself, anywhere: then it is put together before it is read."""
    coded = [(way.upper(), text.encode("utf-8", "surrogateescape")) for way, text in run]
    if all(way == "B" for way, _ in coded) and any(len(text) % 4 for _, text in coded[:-1]):
        return from_base64(b"".join(text for _, text in coded))
    return b"".join(
        from_base64(text) if way == "B" else binascii.a2b_qp(text, header=True)
        for way, text in coded
    )


def from_base64(data: bytes) -> bytes:
    """What can be had of it: no padding, spaces and a cut end are forgiven."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data.split(b"=")[0] if b"=" in data[-4:] else data)
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return base64.b64decode(kept + b"=" * (-len(kept) % 4))


def addresses(value: str, hint: str | None = None, charset: str | None = None) -> list[Address]:
    """Names and addresses of a From, To or Reply-To; what is no address keeps its name."""
    found: list[Address] = []
    for piece in _pieces(value[:LONG]):
        made = _address(piece, hint, charset)
        if made.name or made.address:
            found.append(made)
        if len(found) >= MOST_ADDRESSES:
            break
    return found


def _pieces(value: str) -> Iterator[str]:
    """Parted at commas and semicolons outside quotes, brackets and angles."""
    start, quoted, depth, angle, escaped = 0, False, 0, False, False
    for n, sign in enumerate(value):
        if escaped:
            escaped = False
        elif sign == "\\" and (quoted or depth) and value[n + 1 : n + 2] in ('"', "\\"):
            escaped = True
        elif sign == '"' and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth = max(0, depth - 1)
        elif depth:
            continue
        elif sign in "<>":
            angle = sign == "<"
        elif sign in ",;" and not angle:
            yield value[start:n]
            start = n + 1
    yield value[start:]


def _address(piece: str, hint: str | None, charset: str | None) -> Address:
    angles = ANGLE.findall(piece)
    spot = SPOT.search(angles[-1]) if angles else SPOT.search(WORD.sub(" ", piece))
    address = spot[0] if spot else ""
    name = ANGLE.sub(" ", piece) if angles else piece.replace(address, " ") if address else piece
    if not angles and not address and ":" in piece:  # a group without members
        name = piece.partition(":")[2] or piece.partition(":")[0]
    local, _, domain = address.rpartition("@")
    whole = f"{local}@{domain.lower().strip('.')}" if address else ""
    told = text_of(name.strip(), hint, charset).strip("\"' ()\\").strip()
    if not address and "=?" in piece and ANGLE.search(told):  # coded as a whole, address and all
        return _address(told.replace("=?", "="), hint, charset)
    return Address(name=told[:200], address=one_line(whole) if len(whole) <= 320 else "")


def ids(values: Iterable[str]) -> tuple[str, ...]:
    """Message-IDs in their order, each once, the newest of very many."""
    found: dict[str, None] = {}
    for whole in values:  # some programs encode an id that is longer than a line
        value = text_of(whole) if "=?" in whole else whole[:LONG]
        told = ID.findall(value)
        for one in told or (f"<{w}>" for w in value.split() if "@" in w and len(w) < 998):
            clean = one.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            found[clean] = None
    return tuple(found)[-MOST_IDS:]


def date_of(value: str) -> datetime | None:
    """Aware, and in a year that a letter can be of."""
    told = value[:200].strip()
    made: datetime | None
    try:
        made = parsedate_to_datetime(told)
    except (TypeError, ValueError, IndexError, OverflowError, AttributeError):
        made = _numeric(told)
    if made is None:
        return None
    if made.tzinfo is None:
        made = made.replace(tzinfo=UTC)
    try:
        return made.astimezone(UTC) if 1980 <= made.year <= 2200 else None
    except (OverflowError, ValueError):
        return None


def _numeric(told: str) -> datetime | None:
    found = NUMERIC.search(told)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(one or 0) for one in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=CHINA)
    except ValueError:
        return None
