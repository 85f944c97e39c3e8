"""Incoming, Outgoing, Contact, Place, Attachment, Receipt, Delivery: all that crosses the desk."""

from dataclasses import dataclass, field
from datetime import datetime

# Asked for since receipts are hashed; untold they are no part of a hash, as in older receipts.
LATER = ("party", "language")


@dataclass(frozen=True)
class Contact:
    """How to reach who wrote; what is not told is empty."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Place:
    """Where it is about; lon and lat are WGS-84."""

    address: str = ""
    district: str = ""
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class Attachment:
    token: str
    name: str
    size: int
    type: str


@dataclass(frozen=True)
class Incoming:
    """A complaint as a channel hands it over; `key` makes a repeat recognisable."""

    channel: str
    key: str
    title: str
    content: str
    received_at: datetime
    sent_at: datetime | None = None  # the citizen's own date, where the channel has one
    contact: Contact | None = None
    place: Place | None = None
    type: str | None = None
    anonymous: bool = False
    confidential: bool = False
    party: str | None = None  # citizen or enterprise, where it was told
    language: str | None = None  # spoken language or dialect, where it was told
    attachments: tuple[Attachment, ...] = field(default=())


@dataclass(frozen=True)
class Receipt:
    """What the sender is told: it is on disk. Not `fresh`: it was there already."""

    number: str
    query_code: str
    received_at: datetime
    fresh: bool


@dataclass(frozen=True)
class Outgoing:
    """A message on its way out; the same `message_id` is never a second message."""

    to: str
    subject: str
    text: str
    about: str  # the case's number
    message_id: str
    html: str | None = None
    in_reply_to: str = ""  # the letter that this one answers, by its Message-ID
    references: tuple[str, ...] = ()  # the thread so far, oldest first
    automatic: bool = True  # no person wrote it: nothing may answer it by itself
    unsubscribe: str = ""  # where whoever gets it regularly can end that


@dataclass(frozen=True)
class Delivery:
    """A letter's bytes as a mailbox or a relay hands them over; nobody has read them yet."""

    mailbox: str
    raw: bytes = field(repr=False)
    sender: str | None = None  # the envelope's return path; "" is the null one, None: not told
    recipients: tuple[str, ...] = ()
    peer: str = ""
    uidvalidity: int | None = None
    uid: int | None = None
    cut: int | None = None  # the whole length, where only the beginning was fetched


@dataclass(frozen=True)
class Standing:
    """How far a mailbox was looked into under one UIDVALIDITY."""

    uidvalidity: int
    began: int  # up to here only what nobody has read
    last_uid: int  # up to here all is done
    since: datetime | None = None  # from this day on, read or not
