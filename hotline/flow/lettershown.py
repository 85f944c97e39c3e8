"""A letter as it was laid out (来信原样), safe to look at: sanitised in the reader, masked here.

Shown in a frame that runs nothing and asks no other host; where a number could still be read
out of it, the words alone are shown.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from html import unescape

from channels.mailbox.facts import Reading, Unreadable
from channels.mailbox.worker import Readers
from hotline.domain.people import Actor, mask_text
from hotline.domain.words import Role
from hotline.flow import work
from hotline.flow.centre import Centre
from hotline.store import letters, lettersread
from hotline.store.letters import Taken

# A letter whole has its signature and address: for the centre, never for a department (contract).
READERS = frozenset({Role.DISPATCHER, Role.SHIFT_LEAD, Role.CALLBACK})
MOST = 20  # letters of a case on one page, newest first
LONGEST = 200_000  # characters of a laid-out letter that are shown


@dataclass(frozen=True)
class LetterShown:
    """`page` is HTML; empty where the letter has none, or where masking it is not certain."""

    received_at: datetime
    subject: str
    text: str
    page: str
    attachments: tuple[tuple[str, int], ...]
    unreadable: str = ""


def page_of(reading: Reading) -> str:
    """Masked HTML; tags inside a number would hide it from the mask, and then nothing is shown."""
    masked = mask_text(reading.html[:LONGEST])
    words = unescape(re.sub(r"<[^>]*>", "", masked))
    return masked if mask_text(words) == words else ""


async def of_case(centre: Centre, readers: Readers, actor: Actor, number: str) -> list[LetterShown]:
    """Raises NoSuchCase unless the actor may see the case."""
    await work.timeline(centre, number, actor)
    async with centre.look() as look:
        ids = await lettersread.ids_of_case(look.connection, number, MOST)
        found = [await letters.one(look.connection, centre.cipher, one) for one in ids]
    return [await _shown(readers, one) for one in found if one is not None]


async def _shown(readers: Readers, taken: Taken) -> LetterShown:
    try:
        reading = await readers.read(taken.raw, None)
    except Unreadable as error:
        return LetterShown(taken.received_at, "", "", "", (), error.reason)
    return LetterShown(
        received_at=taken.received_at,
        subject=mask_text(reading.subject),
        text=mask_text(reading.whole_text),
        page=page_of(reading),
        attachments=tuple((mask_text(one.name), len(one.body)) for one in reading.attachments),
    )
