"""A letter's bytes -> Reading; raises Unreadable and nothing else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from channels.mailbox import contacts, headers, markup, report
from channels.mailbox.charsets import codec_of
from channels.mailbox.facts import Address, Enclosure, Folded, Reading, Report, Unreadable
from channels.mailbox.folding import Folding, fold
from channels.mailbox.parts import Found, Slot, enclose, walk
from channels.mailbox.tree import Mail, header, parse

__all__ = ["Address", "Enclosure", "Folded", "Reading", "Report", "Unreadable", "read"]

MOST_HEADERS = 500
LONG_TEXT = 500_000  # signs; a longer letter is enclosed whole as a file as well
FORWARD = re.compile(r"(?i)\s*(?:(?:回复|答复|re)\s*[:：]\s*)*(?:转发|轉寄|fwd?|fw)\s*[:：]")
INSIDE = 3  # letters inside letters that are read; deeper ones stay in the raw letter
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def read(raw: bytes, *, charset: str | None = None) -> Reading:
    """`charset`: what an officer chose in the tray, before whatever the letter says of itself."""
    if not raw.strip():
        raise Unreadable("这封信是空的 / the letter is empty")
    if charset and not codec_of(charset):
        raise Unreadable(f"不认识的编码：{charset[:40]} / unknown charset", kind="charset")
    try:
        return _read(raw, charset)
    except RecursionError as error:
        raise Unreadable("邮件嵌套过深，无法解析 / nested too deep") from error
    except MemoryError as error:
        raise Unreadable("解析所需内存过多 / takes too much memory", kind="memory") from error
    except Exception as error:  # whatever a broken letter leads a parser to is told, never raised
        told = f"这封信无法解析（{type(error).__name__}），请查看原始内容 / cannot be parsed"
        raise Unreadable(told) from error


def _read(raw: bytes, charset: str | None) -> Reading:
    mail = parse(raw)
    found = Found(charset=charset)
    walk(mail, found)
    hint = found.hint or None
    words = _Words.of(mail, found, hint)
    people = _people(mail, found, hint)
    subject = words.subject
    told = contacts_of(words.folding)
    report_made = report.report_of(found.report) or report.told_by(
        people[0], subject, words.folding.whole, header(mail, "x-failed-recipients")
    )
    return Reading(
        message_id=next(iter(headers.ids([header(mail, "message-id")])), ""),
        in_reply_to=headers.ids(_all(mail, "in-reply-to")),
        references=headers.ids(_all(mail, "references")),
        sender=people[0],
        reply_to=tuple(headers.addresses(header(mail, "reply-to"), hint, charset)),
        to=tuple(a for v in _all(mail, "to") for a in headers.addresses(v, hint, charset)),
        subject=subject,
        date=_date(mail, found),
        text=words.folding.text,
        whole_text=words.folding.whole,
        folded=words.folding.folded,
        html=words.view,
        attachments=tuple(found.files),
        phones=contacts.phones(told),
        addresses=contacts.addresses(told),
        case_numbers=contacts.case_numbers(subject),
        flaws=tuple(found.flaws),
        size=len(raw),
        headers=tuple(_headers(mail, hint, charset)),
        report=_about(report_made, mail, found),
    )


@dataclass(frozen=True)
class _Words:
    """Subject, words and view of a letter, those of letters inside it below its own."""

    subject: str
    folding: Folding
    view: str

    @classmethod
    def of(cls, mail: Mail, found: Found, hint: str | None, depth: int = 0) -> "_Words":
        subject = headers.text_of(header(mail, "subject"), hint, found.charset)
        subject = (
            re.sub(r'^"(.*)"$', r"\1", subject) if "=?" in header(mail, "subject") else subject
        )
        slots = found.slots or [found.named]
        own = [told for slot in slots if (told := _plain(slot, found)).strip()]
        inside = list(_inside(found, depth))
        whole = _tidy(_bounded("\n\n".join(own), "正文.txt", found))
        folding = fold(whole, forward=FORWARD.match(subject) is not None)
        pages = [markup.view(page) for slot in found.slots for page in slot.pages]
        return cls(subject, _with(folding, inside), "<hr>".join(page for page in pages if page))


def _plain(slot: Slot, found: Found) -> str:
    """The plain way where it says anything; HTML where the plain one only points to it."""
    plain = "\n\n".join(slot.plain)
    if not slot.pages or len(plain.strip()) > 200:
        return plain
    for page in slot.pages:
        if len(page) > markup.LONG:
            enclose(found, "正文.html", "text/html", page.encode("utf-8", "replace"))
    told = "\n\n".join(markup.text(page) for page in slot.pages)
    pointing = "html" in plain.lower() and len(told) > 3 * len(plain)
    return told if not plain.strip() or pointing else plain


def _inside(found: Found, depth: int) -> Iterator[str]:
    """Letters passed on inside: their head and words; their files become this one's."""
    if found.letters and depth >= INSIDE:
        found.flaw("邮件层层夹带，内层未读 / letters inside letters, the inner ones stay unread")
        return
    for letter in found.letters:
        inner = Found(charset=found.charset, parts=found.parts)
        walk(letter, inner)
        words = _Words.of(letter, inner, inner.hint or None, depth + 1)
        sender = headers.addresses(header(letter, "from"), inner.hint or None, found.charset)
        who = f"{sender[0].name} {sender[0].address}".strip() if sender else ""
        yield f"发件人：{who}\n主题：{words.subject}\n\n{words.folding.whole}".strip()
        for file in inner.files:
            enclose(found, file.name, file.type, file.body)
        found.parts = inner.parts
        found.flaw(*inner.flaws)


def _with(folding: Folding, inside: list[str]) -> Folding:
    """Who encloses a letter without a word of his own tells what stands in it."""
    if not inside:
        return folding
    whole = "\n\n".join(one for one in [folding.whole, *inside] if one)
    if not folding.whole:
        return Folding("\n\n".join(inside), whole, folding.folded)
    passed = tuple(Folded("forwarded", one) for one in inside)
    return Folding(folding.text, whole, (*folding.folded, *passed))


def _tidy(told: str) -> str:
    told = told.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
    return CONTROL.sub("", told).encode("utf-8", "replace").decode("utf-8")


def _bounded(told: str, name: str, found: Found) -> str:
    if len(told) <= LONG_TEXT:
        return told
    found.flaw("正文过长，全文见附件 / very long, the whole text is enclosed")
    enclose(found, name, "text/plain", markup.MARKS.sub("", told).encode("utf-8", "replace"))
    return told[:LONG_TEXT]


def contacts_of(folding: Folding) -> str:
    """Where a writer's own phone stands: in the new words, then in the signature."""
    signed = [one.text for one in folding.folded if one.kind == "signature"]
    return "\n".join([folding.text, *signed])


def _people(mail: Mail, found: Found, hint: str | None) -> list[Address]:
    """The senders, at least one, which may be empty."""
    lines = _all(mail, "from")
    made = [one for line in lines for one in headers.addresses(line, hint, found.charset)]
    if len(made) > 1 or len(lines) > 1:
        found.flaw("发件人不止一个 / more than one sender")
    with_address = [one for one in made if one.address]
    if not with_address:
        found.flaw("发件人地址缺失或无效 / no valid sender address")
    return with_address or made or [Address()]


def _about(made: Report | None, mail: Mail, found: Found) -> Report | None:
    """Older reports enclose our letter whole, or answer it as people do."""
    if made is None or made.original_id:
        return made
    told = [header(letter, "message-id") for letter in found.letters]
    named = headers.ids([*told, *_all(mail, "in-reply-to"), *_all(mail, "references")])
    return replace(made, original_id=named[0]) if named else made


def _date(mail: Mail, found: Found) -> datetime | None:
    told = header(mail, "date")
    made = headers.date_of(told) if told else None
    if made is None:
        found.flaw("日期缺失或无效 / no valid date")
    return made


def _all(mail: Mail, name: str) -> list[str]:
    return [str(value) for value in mail.get_all(name, [])][:MOST_HEADERS]


def _headers(mail: Mail, hint: str | None, charset: str | None) -> Iterator[tuple[str, str]]:
    for name, value in list(mail.items())[:MOST_HEADERS]:
        yield headers.one_line(name.lower())[:200], headers.text_of(value, hint, charset)[:2000]
