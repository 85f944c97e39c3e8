"""A letter's bytes -> Reading; raises Unreadable and nothing else."""

from channels.mailbox.facts import (
    Address,
    Enclosure,
    Folded,
    Reading,
    Report,
    Unreadable,
)

__all__ = ["Address", "Enclosure", "Folded", "Reading", "Report", "Unreadable", "read"]


def read(raw: bytes, *, charset: str | None = None) -> Reading:
    """`charset`: what an officer chose in the tray, before whatever the letter says of itself."""
    from email import message_from_bytes, policy
    from email.message import EmailMessage

    try:
        mail = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
        body = mail.get_body(("plain", "html"))
        text = body.get_content() if body is not None else ""
        return Reading(
            message_id=str(mail["Message-ID"] or "").strip(),
            in_reply_to=tuple(str(mail["In-Reply-To"] or "").split()),
            references=tuple(str(mail["References"] or "").split()),
            sender=Address(address=str(mail["From"] or "")),
            reply_to=(),
            to=(),
            subject=str(mail["Subject"] or ""),
            date=None,
            text=text,
            whole_text=text,
            folded=(),
            html="",
            attachments=(),
            phones=(),
            addresses=(),
            case_numbers=(),
            flaws=(),
            size=len(raw),
            headers=tuple((name.lower(), str(value)) for name, value in mail.items()),
        )
    except Exception as error:
        raise Unreadable("这封信无法解析，请查看原始内容") from error
