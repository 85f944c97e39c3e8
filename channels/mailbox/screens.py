"""The screens: small named checks that say what kind of letter it is; one table.

A screen loses nothing: what is automatic or set aside is kept where somebody sees it, and a mark
only stands on the case.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import filetype

from channels.mailbox.facts import Enclosure, Reading
from channels.mailbox.marks import LOOP, case_of, is_own_loop

Kind = Literal["own", "bounce", "automatic", "quarantine", "mark"]
DECIDING: tuple[Kind, ...] = ("own", "bounce", "automatic", "quarantine")


@dataclass(frozen=True)
class Verdict:
    kind: Kind
    screen: str  # the name of the check
    reason: str  # for the officer
    failed: tuple[str, ...] = ()  # a bounce: whom it could not reach
    original_id: str = ""  # a bounce: our letter that it means
    case: str = ""  # a bounce: that letter's case, if its id carries our signature
    permanent: bool = False


@dataclass(frozen=True)
class Settings:
    """What the checks go by: the mailbox's own terms, and what is known of this arrival."""

    domain: str = ""  # of our own Message-IDs
    key: bytes = b""  # signs them
    addresses: tuple[str, ...] = ()  # our own mailboxes and the relay's sender
    size: int = 25 * 1024 * 1024
    hops: int = 30
    rate: int = 20  # letters an hour from one sender before the mark
    recent: int = 0  # letters from this sender within the hour
    envelope: str | None = None  # the return path, where the way in was told: "" is the null one


class Headers:
    """A letter's headers by name, any case; absent ones are empty."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._pairs = pairs

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for one, value in self._pairs if one == name.lower())

    def first(self, name: str) -> str:
        return next(iter(self.all(name)), "").strip()


Check = Callable[[Reading, Headers, Settings], Verdict | None]


@dataclass(frozen=True)
class Screen:
    name: str
    title_zh: str
    check: Check


AUTOMATIC = re.compile(
    r"(?i)^\W*(?:(?:re|回复|答复)\s*[:：]\s*)*\W*(自动(?:回复|答复|应答|回覆)|自動回[覆復]|系统自动回复|外出自动|休假自动"
    r"|auto(?:matic)?[- ]?(?:reply|response|antwort)|automatische antwort|réponse automatique"
    r"|out of (?:the )?office|vacation (?:reply|response)|已读\s*[:：]|未读\s*[:：]|read\s*:\s|not read\s*:)"
)
# A sender that only wants no delivery or read receipts (DR, RN, NRN) may well be a person.
UNANSWERED = re.compile(r"(?i)\b(?:all|oof|autoreply)\b")
SPAM_SUBJECT = re.compile(r"(?i)^\W*(?:\*{2,}\s*spam\s*\*{2,}|\[\s*(?:suspected )?spam\s*\])")
RUNNING = re.compile(
    r"(?i)\.(?:exe|scr|com|pif|bat|cmd|js|jse|vbs|vbe|wsf|wsh|ps1|msi|msp|hta|cpl|jar|lnk|reg|dll|sh|apk"
    r"|iso|img|vhd|docm|xlsm|pptm|html?|xhtml|svg|xml|mht|php|jsp|aspx?)$"
)
PICTURE = re.compile(r"(?i)\.(?:png|jpe?g|gif|bmp|webp|heic|tiff?)$")
PROGRAM = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe")


def _own(reading: Reading, headers: Headers, settings: Settings) -> Verdict | None:
    signed = case_of(reading.message_id, settings.key) is not None
    looped = any(is_own_loop(v, settings.key, settings.domain) for v in headers.all(LOOP))
    own = {one.lower() for one in settings.addresses}
    named = any(one.strip().lower() in own for one in headers.all("x-loop"))
    if signed or looped or named:
        return Verdict("own", "own", "我们自己发出的信回到了信箱 / our own letter came back")
    return None


def _bounce(reading: Reading, headers: Headers, settings: Settings) -> Verdict | None:
    report = reading.report
    if report is None:
        return None
    told = "对方地址收不到信" if report.failed else "投递通知"
    return Verdict(
        "bounce",
        "bounce",
        f"{told}（{report.status or '无代码'}） / delivery report",
        failed=report.failed,
        original_id=report.original_id,
        case=case_of(report.original_id, settings.key) or "",
        permanent=report.permanent,
    )


def _other_hotline(reading: Reading, headers: Headers, settings: Settings) -> Verdict | None:
    """Another hotline's notice: were it answered, the two would go on for ever."""
    if headers.first(LOOP):
        return Verdict("automatic", "loop", "另一个热线系统的通知 / a notice of another hotline")
    return None


def _automatic(reading: Reading, headers: Headers, settings: Settings) -> Verdict | None:
    submitted = headers.first("auto-submitted").lower()
    signs = {
        "Auto-Submitted": bool(submitted) and not submitted.startswith("no"),
        "Precedence": headers.first("precedence").lower() in ("bulk", "junk", "auto_reply", "list"),
        "X-Auto-Response-Suppress": UNANSWERED.search(headers.first("x-auto-response-suppress"))
        is not None,
        "X-Autoreply": any(
            headers.first(name)
            for name in ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply")
        ),
        "Return-Path": settings.envelope == ""
        or headers.first("return-path").lower() in ("<>", "<mailer-daemon>", "mailer-daemon"),
        "multipart/report": headers.first("content-type").lower().startswith("multipart/report"),
        "主题": AUTOMATIC.match(reading.subject) is not None,
    }
    seen = [name for name, is_so in signs.items() if is_so]
    if not seen:
        return None
    return Verdict("automatic", "automatic", f"自动发出的信（{'、'.join(seen)}） / automatic")


def _list(reading: Reading, headers: Headers, settings: Settings) -> Verdict | None:
    names = ("list-id", "list-post", "list-unsubscribe", "mailing-list", "x-mailing-list")
    seen = [name for name in names if headers.first(name)]
    if seen:
        return Verdict("automatic", "list", f"群发邮件（{seen[0]}） / mailing list")
    return None


def _spam(reading: Reading, headers: Headers, settings: Settings) -> Verdict | None:
    level = headers.first("x-ms-exchange-organization-scl") or "0"
    marked = (
        headers.first("x-spam-flag").lower().startswith("yes")
        or headers.first("x-spam-status").lower().startswith("yes")
        or headers.first("x-spam").lower() in ("yes", "true")
        or "sfv:spm" in headers.first("x-forefront-antispam-report").lower()
        or (level.isdecimal() and len(level) < 3 and int(level) >= 5)
    )
    if marked:
        return Verdict("quarantine", "spam", "上游服务器标为垃圾邮件 / marked as spam upstream")
    if SPAM_SUBJECT.match(reading.subject):
        return Verdict("mark", "spam", "主题被标为垃圾邮件 / its subject says spam")
    return None


def _hops(reading: Reading, headers: Headers, settings: Settings) -> Verdict | None:
    count = len(headers.all("received"))
    if count > settings.hops:
        told = f"经过{count}个服务器，疑似循环 / {count} hops, perhaps a loop"
        return Verdict("quarantine", "hops", told)
    return None


def _size(reading: Reading, headers: Headers, settings: Settings) -> Verdict | None:
    if reading.size > settings.size:
        limit = settings.size // (1024 * 1024)
        return Verdict("quarantine", "size", f"超过{limit}MB / larger than {limit} MB")
    return None


def _attachments(reading: Reading, headers: Headers, settings: Settings) -> Verdict | None:
    odd = [one.name for one in reading.attachments if _does_not_belong(one)]
    if odd:
        told = "、".join(odd[:5])
        return Verdict(
            "mark", "attachments", f"附件须小心：{told} / attachments that do not belong"
        )
    return None


def _does_not_belong(one: Enclosure) -> bool:
    if RUNNING.search(one.name) or one.body.startswith(PROGRAM):
        return True
    if PICTURE.search(one.name) and one.body:
        seen = filetype.guess(one.body[:8192])
        return seen is None or not str(seen.mime).startswith("image/")
    return False


def _rate(reading: Reading, headers: Headers, settings: Settings) -> Verdict | None:
    """A mark and never more: nobody is refused or made to wait for writing often."""
    if settings.recent > settings.rate:
        told = f"一小时内第{settings.recent}封 / letter {settings.recent} within the hour"
        return Verdict("mark", "rate", told)
    return None


SCREENS: tuple[Screen, ...] = (
    Screen("own", "自己的通知", _own),
    Screen("bounce", "退信", _bounce),
    Screen("loop", "其他热线的通知", _other_hotline),
    Screen("automatic", "自动回复", _automatic),
    Screen("list", "群发邮件", _list),
    Screen("spam", "垃圾邮件标记", _spam),
    Screen("hops", "循环", _hops),
    Screen("size", "大小", _size),
    Screen("attachments", "不当附件", _attachments),
    Screen("rate", "来信频率", _rate),
)


def screen(reading: Reading, settings: Settings) -> tuple[Verdict, ...]:
    """Every verdict, in the order of the table."""
    headers = Headers(reading.headers)
    found = (one.check(reading, headers, settings) for one in SCREENS)
    return tuple(verdict for verdict in found if verdict is not None)


def decided(verdicts: Sequence[Verdict]) -> Verdict | None:
    """The one that says what becomes of the letter; None: it is a letter, marks or not."""
    return next((one for kind in DECIDING for one in verdicts if one.kind == kind), None)
