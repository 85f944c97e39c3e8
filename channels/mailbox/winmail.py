"""winmail.dat (TNEF), in which Outlook wraps a letter: its words and its files."""

import logging
import warnings
from dataclasses import dataclass
from typing import Any

from striprtf.striprtf import rtf_to_text
from tnefparse import TNEF

from channels.mailbox.charsets import decode

HEAD = 6
LONG_NAME = 0x3707  # MAPI PR_ATTACH_LONG_FILENAME

logging.getLogger("tnefparse").setLevel(logging.CRITICAL)  # it would write a letter's words


@dataclass(frozen=True)
class Packed:
    plain: str
    page: str
    files: tuple[tuple[str, bytes], ...]
    intact: bool


def unpack(data: bytes) -> Packed | None:
    """None where it is none, or is broken: then the file itself is kept."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _unpacked(TNEF(data), len(data))
    except MemoryError:
        raise
    except Exception:  # the library raises whatever a broken file leads it to
        return None


def _unpacked(tnef: Any, size: int) -> Packed:
    page = _text(tnef.htmlbody)
    plain = _text(tnef.body)
    if not plain.strip() and not page.strip():
        plain = _rtf(tnef)
    files = tuple((_name(one), bytes(one.data)) for one in tnef.attachments)
    read = HEAD + sum(one.length for one in tnef.objects)
    # The library passes over what is cut off or damaged without a word.
    return Packed(plain, page, files, read == size and all(o.good_checksum for o in tnef.objects))


def _rtf(tnef: Any) -> str:
    try:
        told = tnef.rtfbody
        read: Any = rtf_to_text
        return str(read(told.decode("latin-1"), errors="replace")) if told else ""
    except MemoryError:
        raise
    except Exception:
        return ""


def _name(attachment: Any) -> str:
    for found in attachment.mapi_attrs:
        if found.name == LONG_NAME and found.data:
            return _text(found.data)
    return _text(attachment._name)


def _text(told: Any) -> str:
    """The library gives text, bytes, or a list of either."""
    if isinstance(told, list | tuple):
        told = told[0] if told else ""
    if isinstance(told, bytes):
        told = decode(told.rstrip(b"\x00")).text
    return str(told or "").rstrip("\x00")
