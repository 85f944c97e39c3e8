"""Which case a letter belongs to: by our own signed Message-ID, else by the number in its subject."""

from dataclasses import dataclass
from enum import StrEnum

from channels.mailbox.facts import Reading
from channels.mailbox.marks import case_of
from hotline.domain.errors import NoSuchCase
from hotline.domain.state import State
from hotline.store import posted, receipts
from hotline.store.work import Work


class How(StrEnum):
    """By what it is known that a letter belongs to a case."""

    SIGNED = "signed"  # it answers a letter of ours
    KNOWN = "known"  # it names the number, and comes from the address the case has
    STRANGER = "stranger"  # it names the number, and comes from somebody else


class TooSoon(Exception):
    """The case it belongs to is only being made; to be read again in a moment."""


@dataclass(frozen=True)
class Thread:
    number: str
    case_id: int
    how: How
    ended: bool  # the case takes no supplement any more

    @property
    def sure(self) -> bool:
        return self.how is not How.STRANGER


async def thread_of(work: Work, reading: Reading) -> Thread | None:
    """None: it belongs to no case; raises TooSoon."""
    key = work.cipher.signing_key("mail")
    for told in (*reading.in_reply_to, *reversed(reading.references)):
        number = case_of(told, key)
        # What an officer was told is signed as well; an answer to that is no citizen's.
        if number and await posted.address_of(work.connection, told.strip("<> ")):
            found = await _thread(work, number, "")
            if found is not None:
                return found
    for number in reading.case_numbers:
        found = await _thread(work, number, reading.sender.address)
        if found is not None:
            return found
    return None


async def _thread(work: Work, number: str, sender: str) -> Thread | None:
    """An empty sender: the signature has spoken for it."""
    slip = await receipts.slip(work.connection, number)
    if slip is None:
        return None
    if slip.case_id is None:
        raise TooSoon
    how = How.SIGNED
    if sender:
        known = await work.vault.writes_from(slip.case_id, sender)
        how = How.KNOWN if known else How.STRANGER
    try:
        case = await work.cases.read(slip.number)
    except NoSuchCase:
        return None
    return Thread(slip.number, slip.case_id, how, not case.open and case.state is not State.MERGED)
