"""A letter that was read -> a case, or a supplement to one; with its files, and its receipt."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from channels.forms import clean
from channels.mailbox.facts import Enclosure, Reading
from channels.message import Attachment, Contact, Incoming, Place
from channels.web import EMAIL
from hotline.domain.acts import ACTION_OF
from hotline.domain.acts import citizen as acts
from hotline.domain.acts.asking import Act
from hotline.domain.people import mask_text
from hotline.flow import citizen, correspondence
from hotline.flow.centre import Centre
from hotline.flow.threads import Thread
from hotline.flow.written import letter_of
from hotline.store import files, letters, posted
from hotline.store.filekinds import UNKNOWN, kind_of
from hotline.store.followups import follow_up
from hotline.store.inbox import Letter
from hotline.store.letters import CHANNEL, Taken
from hotline.store.vault import email_hash
from hotline.store.work import Work

LONGEST, TITLE = 20_000, 200
MOST_FILES = 100
Facts = Mapping[str, Any]


async def open_case(
    centre: Centre, work: Work, taken: Taken, reading: Reading, facts: Facts
) -> None:
    """The receipt of a new matter; triage makes its case, as of any other receipt."""
    incoming = await _incoming(centre, work, taken, reading)
    told = {
        "notice": centre.notice,
        "letter": taken.id,
        "mailbox": taken.mailbox,
        "unit": taken.department,
    }
    kept = await centre.inbox.enter(work.connection, letter_of(incoming, None, told))
    known = {**facts, "intake_id": kept.id, "number": kept.number}
    await letters.settle(work.connection, taken, "case", **known)
    address = incoming.contact.email if incoming.contact else ""
    if address and kept.query_code:
        # Who writes from an address can be written to: whatever came back before is over.
        await posted.unmark(work.connection, email_hash(work.cipher, address))
        title = mask_text(incoming.title)
        await correspondence.receipt(work, kept.number, kept.query_code, address, title)


async def _incoming(centre: Centre, work: Work, taken: Taken, reading: Reading) -> Incoming:
    contact = contact_of(reading)
    address = clean(reading.addresses[0])[:300] if reading.addresses else ""
    return Incoming(
        channel=CHANNEL,
        key=f"letter-{taken.id}",
        title=title_of(reading),
        content=content_of(reading),
        received_at=taken.received_at,
        sent_at=reading.date,
        contact=contact,
        place=Place(address=address) if address else None,
        anonymous=contact is None,
        attachments=await enclosures(centre, work, reading),
    )


def contact_of(reading: Reading) -> Contact | None:
    """Whom to answer; None: nobody can be."""
    wanted = [*reading.reply_to, reading.sender]
    email = next((one.address for one in wanted if EMAIL.fullmatch(one.address)), "")
    phone = reading.phones[0] if reading.phones else ""
    if not email and not phone:
        return None
    return Contact(" ".join(clean(reading.sender.name).split())[:60], phone[:40], email[:254])


def title_of(reading: Reading) -> str:
    subject = " ".join(clean(reading.subject).split())
    begin = " ".join(clean(reading.text or reading.whole_text).split())
    return subject[:TITLE] or begin[:40] or "（来信无主题）"


def content_of(reading: Reading, *, whole: bool = True) -> str:
    """What was written; of a forwarded letter also what was forwarded, it is what it is about."""
    forwarded = any(one.kind == "forwarded" for one in reading.folded)
    text = reading.whole_text if whole and (forwarded or not reading.text.strip()) else reading.text
    text = clean(text)
    if len(text) > LONGEST:
        text = f"{text[: LONGEST - 40]}\n……（来信过长，全文见来信原件）"
    if not text:
        text = "（来信无正文，见附件）" if reading.attachments else "（来信无正文）"
    return text


async def enclosures(centre: Centre, work: Work, reading: Reading) -> tuple[Attachment, ...]:
    """Its files, on disk and described. A kind that citizens may not upload is kept as well, as
    bytes to download that nothing shows."""
    found = []
    for one in reading.attachments[:MOST_FILES]:
        found.append(await _enclosure(centre, work, one))
    return tuple(found)


async def _enclosure(centre: Centre, work: Work, one: Enclosure) -> Attachment:
    digest = await asyncio.to_thread(files.write, centre.files, one.body)
    name = clean(one.name)[-120:] or "附件"
    told = (name, len(one.body), kind_of(one.body) or UNKNOWN)
    kept = await files.describe(work.connection, work.cipher, digest, told, work.at)
    return Attachment(kept.token, kept.name, kept.size, kept.type)


@dataclass(frozen=True)
class Joining:
    """A letter that belongs to a case: what it says, which case, what is kept of it."""

    taken: Taken
    reading: Reading
    thread: Thread
    facts: Facts


async def follow(centre: Centre, work: Work, joining: Joining) -> None:
    """A supplement in the case, as if it had been typed on its page."""
    tokens = tuple(one.token for one in await enclosures(centre, work, joining.reading))
    content = content_of(joining.reading, whole=False)
    await _follow(centre, work, joining, acts.Supplement(content=content, attachments=tokens))


async def reopen(centre: Centre, work: Work, joining: Joining) -> None:
    """New facts on a case that has ended (再次来诉), after somebody has judged that they are."""
    tokens = [one.token for one in await enclosures(centre, work, joining.reading)]
    await files.bind(work.connection, tokens, joining.thread.case_id)
    await _follow(
        centre, work, joining, acts.Reopen(facts=content_of(joining.reading, whole=False))
    )


async def _follow(centre: Centre, work: Work, joining: Joining, act: Act) -> None:
    taken, thread = joining.taken, joining.thread
    told = json.loads(json.dumps(asdict(act), default=str))
    letter = Letter(
        channel=CHANNEL,
        key=f"letter-{taken.id}",
        content_hash=citizen.told_hash(told),
        received_at=taken.received_at,
        raw={"about": thread.number, "action": ACTION_OF[type(act)].value, "told": told},
        outcome="followup",
    )
    intake_id = await follow_up(work.connection, work.cipher, letter, thread.case_id)
    known = {**joining.facts, "intake_id": intake_id, "number": thread.number}
    await letters.settle(work.connection, taken, "followup", **known)
    await citizen.do(centre, work, thread.number, act, f"mail:{taken.id}")
