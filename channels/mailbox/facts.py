"""What reading makes of a letter: Reading and its parts; all plain values, so they cross a pipe."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

FoldedKind = Literal["quote", "signature", "forwarded"]


class Unreadable(Exception):
    """A letter that could not be read; the reason is told to whoever looks into the tray."""

    def __init__(self, reason: str, *, kind: str = "broken") -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind = kind  # broken, timeout, memory, crash


@dataclass(frozen=True)
class Address:
    name: str = ""
    address: str = ""


@dataclass(frozen=True)
class Folded:
    """What is not the writer's new words; shown on demand, never lost."""

    kind: FoldedKind
    text: str


@dataclass(frozen=True)
class Enclosure:
    """A file as it came; the name is safe to show and to offer, never to make a path of."""

    name: str
    type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Report:
    """A delivery report (RFC 3464): whom it could not reach, and which of our letters it means."""

    failed: tuple[str, ...] = ()
    permanent: bool = False
    status: str = ""
    original_id: str = ""


@dataclass(frozen=True)
class Reading:
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender: Address
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    subject: str
    date: datetime | None  # aware
    text: str  # the new words
    whole_text: str
    folded: tuple[Folded, ...]
    html: str  # sanitised; empty where the letter has none
    attachments: tuple[Enclosure, ...]
    phones: tuple[str, ...]
    addresses: tuple[str, ...]
    case_numbers: tuple[str, ...]  # named in the subject
    flaws: tuple[str, ...]
    size: int
    headers: tuple[tuple[str, str], ...] = ()  # decoded, names in lower case, in their order
    report: Report | None = None
