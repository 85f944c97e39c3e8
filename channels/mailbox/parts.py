"""A letter's parts -> its words, its enclosures and the letters inside, whatever it looks like."""

import re
from dataclasses import dataclass, field
from email import message_from_bytes

from channels.mailbox import markup, names, winmail
from channels.mailbox.charsets import NAMES, Decoded, codec_of, decode, forced
from channels.mailbox.facts import Enclosure
from channels.mailbox.headers import LONG, from_base64, text_of
from channels.mailbox.tree import Mail, Raw, data_of, file_name, header, mails, parameter, parse

MOST_PARTS = 500
MOST_LETTERS = 10  # passed on in each other
TEXTS = ("text/plain", "text/html", "text/enriched")
PAGE = re.compile(rb"(?i)\s*<(?:!doctype\s+html|html)[\s>]")
BOUNDARY = re.compile(rb"^--(\S.{0,199}?)[ \t]*\r?$", re.M)


@dataclass
class Slot:
    """One stretch of words, in one way or in two."""

    plain: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)


@dataclass
class Found:
    charset: str | None = None  # chosen by an officer
    slots: list[Slot] = field(default_factory=list)
    files: list[Enclosure] = field(default_factory=list)
    named: Slot = field(default_factory=Slot)  # words that have a file's name
    letters: list[Mail] = field(default_factory=list)  # passed on inside
    report: list[Mail] = field(default_factory=list)  # message/delivery-status and the original
    flaws: dict[str, None] = field(default_factory=dict)
    hint: str = ""  # what the words are written in
    parts: int = 0

    def flaw(self, *told: str) -> None:
        self.flaws.update(dict.fromkeys(told))


def walk(mail: Mail, found: Found) -> None:
    """Every part once, in their order; those of letters inside are left to whoever reads them."""
    waiting: list[tuple[Mail, Slot | None, bool]] = [(mail, None, False)]
    while waiting:
        part, slot, reported = waiting.pop()
        found.parts += 1
        if found.parts > MOST_PARTS:
            found.flaw(
                f"部分太多，只读前{MOST_PARTS}个 / too many parts, the rest stays in the raw letter"
            )
            return
        part = _repaired(part, found)
        kind = part.get_content_type()
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            if kind == "multipart/alternative" and slot is None:
                slot = Slot()
                found.slots.append(slot)
            reported = reported or kind == "multipart/report"
            waiting.extend((one, slot, reported) for one in reversed(mails(part)))
        elif kind.startswith("message/") or kind == "text/rfc822-headers":
            _letter(part, kind, reported, found)
        else:
            _leaf(part, kind, slot, found)


def _repaired(part: Mail, found: Found) -> Mail:
    """A multipart whose boundary is missing or another than it says is read by the one it has."""
    if part.get_content_maintype() != "multipart" or part.is_multipart():
        return part
    found.flaw("多部分邮件的分界缺失或有误 / boundary missing or wrong")
    body, _ = data_of(part)
    seen = BOUNDARY.search(body[:LONG])
    kind = part.get_content_type().encode("ascii", "replace")
    if seen is not None:
        mark = seen[1].removesuffix(b"--").replace(b"\\", b"").replace(b'"', b"")
        head = b'Content-Type: %s; boundary="%s"\r\n\r\n' % (kind, mark)
        again = message_from_bytes(head + body, policy=Raw())
        if again.is_multipart():
            return again
    return message_from_bytes(b"\r\n" + body, policy=Raw())


def _letter(part: Mail, kind: str, reported: bool, found: Found) -> None:
    inner = mails(part)
    if kind == "message/delivery-status" or kind == "message/disposition-notification":
        found.report.append(part)
    elif reported and kind in ("message/rfc822", "text/rfc822-headers", "message/global"):
        found.report.append(part)
    elif inner and kind in ("message/rfc822", "message/global"):
        if len(found.letters) < MOST_LETTERS:
            found.letters.append(_coded(part, inner[0]))
        else:
            found.flaw("夹带的邮件太多 / too many letters inside")
    else:
        _leaf(part, kind, None, found)


def _coded(part: Mail, inner: Mail) -> Mail:
    """A letter inside must not be coded; some are, and are then no letter until decoded."""
    coded = header(part, "content-transfer-encoding").strip().lower()
    if coded == "base64" and not inner.keys() and not inner.is_multipart():
        return parse(from_base64(data_of(inner)[0]))
    return inner


def _leaf(part: Mail, kind: str, slot: Slot | None, found: Found) -> None:
    data, odd = data_of(part)
    if odd:
        found.flaw(odd)
    name, attached = (
        file_name(part, found.hint or None),
        header(part, "content-disposition").strip().lower(),
    )
    file = bool(name) or attached.startswith("attachment")
    if file and kind in TEXTS and not attached.startswith("attachment") and not found.slots:
        _words(part, kind, data, found.named, found)  # some clients give the words a name
    if kind in TEXTS and not file:
        _words(part, kind, data, slot, found)
    elif kind == "application/ms-tnef" or name.lower() == "winmail.dat":
        _unpack(data, kind, found)
    elif data or file:
        if data.startswith(b"-----BEGIN PGP MESSAGE") or "pkcs7-mime" in kind:
            found.flaw("正文已加密或签名封装 / sealed or encrypted")
        enclose(found, name, kind, data)


def enclose(found: Found, name: str, kind: str, data: bytes) -> None:
    safe = names.safe(name, kind, len(found.files) + 1)
    if name and safe != " ".join(name.split()):
        found.flaw("附件名已改为安全的名称 / an attachment's name was made safe")
    taken = {one.name for one in found.files}
    found.files.append(Enclosure(names.told_apart(safe, taken), kind, data))


def _words(part: Mail, kind: str, data: bytes, slot: Slot | None, found: Found) -> None:
    label = text_of(parameter(part, "content-type", "charset"))
    if slot is None:
        slot = Slot()
        found.slots.append(slot)
    if kind == "text/html" or PAGE.match(data[:400]):
        made = markup.source(data, label, found.charset)
        slot.pages.append(made.text)
    else:
        made = forced(data, found.charset) if found.charset else decode(data, label)
        told = made.text
        if parameter(part, "content-type", "format").strip().lower() == "flowed":
            together = parameter(part, "content-type", "delsp").strip().lower() == "yes"
            told = flowing(told, together)
        slot.plain.append(told)
    _note(made, label, found)


def _note(made: Decoded, label: str, found: Found) -> None:
    found.flaw(*made.flaws)
    if label and label.lower() not in NAMES and not codec_of(label) and made.charset != "ascii":
        found.flaw(f"未知编码{label[:40]} / unknown charset")
    if not found.hint and made.charset not in ("ascii", ""):
        found.hint = made.charset


def flowing(told: str, together: bool) -> str:
    """Lines that end with a space go on in the next one (RFC 3676)."""
    lines, run = list[str](), ""
    for line in told.replace("\r\n", "\n").split("\n"):
        if line.endswith(" ") and line != "-- " and not line.startswith(">"):
            run += line[:-1] if together else line
        else:
            lines.append(run + line)
            run = ""
    return "\n".join([*lines, run] if run else lines)


def _unpack(data: bytes, kind: str, found: Found) -> None:
    packed = winmail.unpack(data)
    if packed is None or not packed.intact:
        found.flaw("winmail.dat 已损坏，原样保留 / winmail.dat is damaged and kept as it is")
        enclose(found, "winmail.dat", kind, data)
    if packed is None:
        return
    if packed.plain or packed.page:
        slot = Slot([packed.plain] if packed.plain else [], [packed.page] if packed.page else [])
        if not any("".join(one.plain + one.pages).strip() for one in found.slots):
            found.slots.append(slot)
    for name, body in packed.files[:MOST_PARTS]:
        enclose(found, name, "application/octet-stream", body)
