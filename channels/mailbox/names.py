"""Names of enclosed files made safe to show and to offer; no path is ever made of one."""

import mimetypes
import re
import unicodedata
from collections.abc import Collection

LONG = 120  # signs; with an extension of at most 20
FORBIDDEN = re.compile(r'[<>:"|?*%\x00-\x1f\x7f]')
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)")
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
OTHER = {"image/jpeg": ".jpg", "message/rfc822": ".eml", "text/plain": ".txt"}


def safe(name: str, type: str = "", number: int = 1) -> str:
    """The last part of a path, without signs that cannot be seen, turn others about or mislead."""
    told = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    last = re.split(r"[/\\\u2215\u2044\uff0f\uff3c]", told)[-1]
    seen = "".join(sign for sign in last if unicodedata.category(sign) not in HIDDEN)
    seen = re.sub(r"\.{2,}", ".", FORBIDDEN.sub("_", " ".join(seen.split())))
    seen = seen.strip(" .")
    if RESERVED.match(seen):
        seen = f"_{seen}"
    return _short(seen) if seen else f"附件{number}{_extension(type)}"


def told_apart(name: str, taken: Collection[str]) -> str:
    """A second file of the same name gets a number."""
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    n, made = 1, name
    while made in taken:
        n += 1
        made = f"{stem}-{n}{dot}{extension}"
    return made


def _short(name: str) -> str:
    if len(name) <= LONG:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 20:
        return name[:LONG].rstrip(" .")
    return f"{stem[: LONG - len(extension) - 1].rstrip(' .')}.{extension}"


def _extension(type: str) -> str:
    return OTHER.get(type) or mimetypes.guess_extension(type) or ""
