"""Letters to citizens: receipt, progress that matters, the public answer; in the thread of theirs.

Each is posted in the unit of work that causes it, sealed until it has left, once per notice.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from channels.mailbox.marks import rating_mark, sign_message_id
from channels.mailbox.notices import BadTemplate, Facts, Notice, Words, compose
from hotline.domain.case import Case, Entry
from hotline.domain.law import actions_from
from hotline.domain.people import mask_text
from hotline.domain.post import Post
from hotline.domain.state import Action, State
from hotline.store import lettersread, outbox, posted
from hotline.store.cipher import Unreadable
from hotline.store.outbox import Message
from hotline.store.vault import email_hash
from hotline.store.work import Work

log = structlog.get_logger(__name__)
RECEIPTS_MOST, RECEIPTS_SPAN = 10, timedelta(hours=1)
# What a citizen is written about; the rest stands on the page.
MATTERS = frozenset(
    {
        Action.ASK,
        Action.DECLINE,
        Action.REFER,
        Action.ANSWER,
        Action.TRANSFER,
        Action.APPROVE,
        Action.REWORK,
    }
)
ANSWERS = frozenset({Action.ANSWER, Action.APPROVE})
GIVEN = "答复："  # what the public answer begins with on the case's page


@dataclass(frozen=True)
class Note:
    """One letter to a citizen."""

    number: str
    key: str  # what makes it one: the same is never written twice
    notice: Notice
    address: str
    facts: Mapping[str, Any]


async def send(work: Work, note: Note) -> bool:
    """Posts it; False where none may go: no relay, no address, or one that letters come back from."""
    post = work.post
    if "mail" not in work.ways or not note.address or not post.sender:
        return False
    hashed = email_hash(work.cipher, note.address)
    if note.address.lower() in post.addresses or await posted.marked(work.connection, hashed):
        return False
    message_id = f"{note.number}.{note.key}.citizen"
    thread, subject = await _thread(work, note.number)
    words = _words(post, note)
    letter = {
        "subject": subject or words.subject,
        "text": words.text,
        "html": words.html,
        **thread,
    }
    message = Message(
        message_id=message_id,
        audience="mail:citizen",
        about=note.number,
        subject=f"致诉求人：{words.subject}",
        text="",
        address=note.address,
        sealed=json.dumps(letter, ensure_ascii=False),
    )
    await outbox.post(work.connection, [message], work.at, leaves=True, cipher=work.cipher)
    key, domain = work.cipher.signing_key("mail"), post.sender.rpartition("@")[2]
    wire = sign_message_id(note.number, message_id, key, domain)
    told = {"number": note.number, "address_hash": hashed, "kind": note.notice.value}
    await posted.record(work.connection, message_id=wire.strip("<>"), at=work.at, **told)
    return True


def _words(post: Post, note: Note) -> Words:
    """The office's own words; where its template is broken, the shipped ones: a letter must go."""
    hotline = f"{post.city}12345政务服务便民热线"
    facts = Facts(number=note.number, hotline=hotline, **note.facts)
    try:
        return compose(note.notice, facts, post.folder)
    except BadTemplate as error:
        log.error("letter.bad_template", problem=str(error))
        return compose(note.notice, facts)


async def _thread(work: Work, number: str) -> tuple[dict[str, Any], str]:
    """What puts it under the citizen's own letter in their mail program, and that one's subject."""
    theirs = await lettersread.of_case(work.connection, work.cipher, number)
    ours = [f"<{one}>" for one in await posted.ids_of_case(work.connection, number)]
    ids = [one["message_id"] for one in theirs[::-1] if one.get("message_id")]
    chain = list(dict.fromkeys([*ids[:1], *ours, *ids[1:]]))
    told = {"in_reply_to": ids[-1] if ids else "", "references": chain}
    first = str(theirs[-1].get("subject") or "") if theirs else ""
    first = re.sub(r"^(?:(?:re|回复|答复)[:：]\s*)+", "", first.strip(), flags=re.IGNORECASE)
    # A reply keeps the subject, else some programs put it elsewhere; the number goes with it.
    return told, f"Re: {' '.join(first.split())[:120]}（{number}）" if first else ""


def _page(post: Post, number: str, place: str = "") -> str:
    return f"{post.pages}/complaints/find?number={number}{place}" if post.pages else ""


async def receipt(work: Work, number: str, code: str, address: str, title: str) -> bool:
    """Number and query code, told once: the code is kept nowhere in clear."""
    hashed = email_hash(work.cipher, address)
    lately = await posted.receipts_since(work.connection, hashed, work.at, RECEIPTS_SPAN)
    if lately >= RECEIPTS_MOST:  # whatever answers our receipts with new letters ends here
        return False
    facts = {"query_code": code, "title": title, "link": _page(work.post, number)}
    return await send(work, Note(number, "receipt", Notice.RECEIPT, address, facts))


async def tell(work: Work, case: Case, entries: Sequence[Entry]) -> None:
    """Of entries just made, those that matter to the citizen, by letter if there is an address."""
    if "mail" not in work.ways or case.anonymous or case.id is None:
        return
    told = [entry for entry in entries if entry.public and _matters(entry)]
    if not told:
        return
    try:
        address = await work.vault.letter_address(case.id)
    except Unreadable:  # a key that is gone must not stop the case's own step
        return
    for entry in told if address else ():
        if entry.action is Action.TRANSFER and entry.before.get("department"):
            continue  # it went from one unit to another: no news for the citizen
        await send(work, _note(work, case, entry, address))


def _matters(entry: Entry) -> bool:
    """A merged caller is told what the parent's callers are; of a unit's requests none matters but
    the one that ends the case (潍坊 art. 21: it is explained to the citizen)."""
    ends = entry.action is Action.GRANT and entry.after.get("state") == State.TERMINATED.value
    return ends or entry.action in MATTERS or _by_parent(entry)


def _by_parent(entry: Entry) -> bool:
    return "from_parent" in entry.after


def is_answer(entry: Entry) -> bool:
    """The public answer, given to this case or to the one that it was merged into."""
    given = _by_parent(entry) and (entry.public or "").startswith(GIVEN)
    return given or entry.action in ANSWERS


def _note(work: Work, case: Case, entry: Entry, address: str) -> Note:
    answer = is_answer(entry)
    public = entry.public or ""
    facts: dict[str, Any] = {"title": mask_text(case.title)}
    if answer:
        facts["answer"] = public.removeprefix(GIVEN)
        mark = rating_mark(case.number, entry.seq, work.cipher.signing_key("mail"))
        pages = work.post.pages
        can_rate = pages and Action.RATE in actions_from(case.state)
        facts["rating_link"] = f"{pages}/complaints/rate/{mark}" if can_rate else ""
    else:
        facts |= {"progress": public, "link": _page(work.post, case.number)}
        facts["state"] = "" if _by_parent(entry) else case.state.zh
    notice = Notice.REPLY if answer else Notice.PROGRESS
    return Note(case.number, f"{entry.seq}.{entry.action.value}", notice, address, facts)


def facts_of(reading: Any) -> dict[str, Any]:
    """What replies and the tray need of a letter."""
    return {
        "message_id": reading.message_id[:500],
        "subject": reading.subject[:300],
        "sender": reading.sender.address[:300],
        "sender_name": reading.sender.name[:100],
    }
