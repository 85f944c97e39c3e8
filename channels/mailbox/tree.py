"""The standard library's tree of a letter, and what its parts say of themselves.

Headers come raw from its parser and are read by our own: its structured ones can be made to fail or
to take minutes.
"""

import quopri
import re
from email import message_from_bytes
from email.message import Message
from email.policy import Compat32
from typing import TYPE_CHECKING, Any

from channels.mailbox.charsets import decode
from channels.mailbox.headers import LONG, from_base64, text_of

if TYPE_CHECKING:
    Mail = Message[str, str]
else:
    Mail = Message  # generic only to the type checker

TYPE_LONG = 8_192
UUENCODED = frozenset({"x-uuencode", "uuencode", "uue", "x-uue"})
CODINGS = UUENCODED | {"", "7bit", "8bit", "binary", "base64", "quoted-printable"}
FILE = re.compile(r"(?i)(?:file)?name\s*=\s*\"?([^\";\r\n]{1,400})")


class Raw(Compat32):
    """Headers as they came, cut where only a hostile letter is so long."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[: TYPE_LONG if name.lower().startswith("content-") else LONG]

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


def parse(raw: bytes) -> Mail:
    start = re.match(rb"(?:\xef\xbb\xbf)?[\r\n]*(?=[!-9;-~]{1,80}:)", raw[:200])
    return message_from_bytes(raw[start.end() :] if start else raw, policy=Raw())


def mails(part: Mail) -> list[Mail]:
    """The parts inside a part."""
    inner = part.get_payload()
    return [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []


def data_of(part: Mail) -> tuple[bytes, str]:
    """The part's bytes as they were before they were coded for the way, and what was odd."""
    if part.is_multipart():  # a message/* that the parser took apart
        return b"\n".join(one.as_bytes() for one in mails(part)), ""
    made: Any = part.get_payload(decode=True)
    data = made if isinstance(made, bytes) else b""
    told = header(part, "content-transfer-encoding").lower()
    coded = told.split(";")[0].split("(")[0].strip()
    if coded not in CODINGS:
        return data, f"未知传输编码{coded[:40]} / unknown transfer encoding"
    if coded == told or coded in ("", "7bit", "8bit", "binary"):
        return data, ""
    return (from_base64(data) if coded == "base64" else quopri.decodestring(data)), ""


def file_name(part: Mail, hint: str | None) -> str:
    """From the disposition, else the type; RFC 2231, encoded words, raw 8-bit signs."""
    for field, key in (("content-disposition", "filename"), ("content-type", "name")):
        told = parameter(part, field, key, hint)
        if told.strip():
            return text_of(told, hint) if "=?" in told else told
    return ""


def header(part: Mail, name: str) -> str:
    return str(part.get(name) or "")


def parameter(part: Mail, field: str, key: str, hint: str | None = None) -> str:
    raw = header(part, field)
    if key not in raw.lower():
        return ""
    try:
        pairs = part.get_params([], header=field)
        value: Any = next((value for name, value in pairs or [] if name.lower() == key), "")
    except (ValueError, TypeError, LookupError, AttributeError):
        seen = FILE.search(raw) if "name" in key else None
        value = seen[1] if seen else ""
    if isinstance(value, tuple):
        charset, _, text = value
        return decode(_latin(text or ""), charset, hint).text
    return str(value) if value.isascii() else decode(_latin(value), None, hint).text


def _latin(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")
