"""Delivery reports: RFC 3464, and the older ways in which servers tell that a letter came back."""

import re
from collections.abc import Sequence

from channels.mailbox.facts import Address, Report
from channels.mailbox.headers import ID, SPOT
from channels.mailbox.tree import Mail, data_of, header, mails

FROM = re.compile(
    r"(?i)(mailer-daemon|postmaster|mail-?daemon|mdaemon|microsoftexchange\w*|bounce[sd]?)([+=-].*)?@|<>"
)
SUBJECT = re.compile(
    r"(?i)undeliver|delivery (status notification|failure|report|has failed)|failure notice"
    r"|mail delivery (failed|system)|returned (mail|to sender)|退信|系统退|投递失败|发送失败|无法送达"
    r"|未送达|无法投递|邮件退回|投遞失敗|傳送失敗|无法传递|未传递|传递状态通知|邮件传递失败"
)
CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])|(?<!\d)(5[0-5]\d)[ -]")
LOOKED_AT = 8_000
MOST = 50


def report_of(reports: Sequence[Mail]) -> Report | None:
    """From the parts that RFC 3464 names; None where there are none."""
    failed, status, original = dict[str, None](), "", ""
    permanent = seen = False
    for part in reports:
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            seen = True
            for block in mails(part):
                if header(block, "action").strip().lower() == "failed":
                    failed[_recipient(block)] = None
                    status = status or header(block, "status").strip()[:20]
        elif kind == "message/disposition-notification":
            original = original or _first_id(header(_only(part), "original-message-id"))
        else:
            original = original or _original(part)
    permanent = status.startswith("5") or (bool(failed) and not status)
    failed.pop("", None)
    return Report(tuple(failed)[:MOST], permanent, status, original) if seen else None


def told_by(sender: Address, subject: str, text: str, named: str) -> Report | None:
    """A report in free words, known by who sends it and its subject; `named`: X-Failed-Recipients."""
    if not named and not (FROM.match(f"{sender.address}") and SUBJECT.search(subject)):
        return None
    words = text[:LOOKED_AT]
    spots = SPOT.findall(named or words)
    code = CODE.search(words)
    status = code[0].strip(" -") if code else ""
    found = ID.search(words[words.lower().find("message-id") :]) if "essage-" in words else None
    own = sender.address.lower()
    failed = tuple(dict.fromkeys(one for one in spots if one.lower() != own))[
        : MOST if named else 1
    ]
    return Report(failed, status.startswith("5"), status, found[0] if found else "")


def _recipient(block: Mail) -> str:
    for name in ("original-recipient", "final-recipient"):
        found = SPOT.search(header(block, name).partition(";")[2] or header(block, name))
        if found:
            return found[0]
    return ""


def _original(part: Mail) -> str:
    """The Message-ID of our letter, whole or as its headers alone."""
    inner = _only(part)
    told = header(inner, "message-id")
    if not told:
        words = data_of(part)[0][:65_536].decode("utf-8", "replace")
        found = re.search(r"(?im)^message-id:\s*(\S.*)$", words)
        told = found[1] if found else ""
    return _first_id(told)


def _only(part: Mail) -> Mail:
    inner = mails(part)
    return inner[0] if inner else part


def _first_id(told: str) -> str:
    found = ID.search(told)
    return found[0] if found else ""
