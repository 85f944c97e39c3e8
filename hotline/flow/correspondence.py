"""Letters to citizens: receipt, progress that matters, the public answer; in the thread of theirs.

Each is posted in the unit of work that causes it, sealed until it has left, once per notice.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from channels.mailbox.notices import sign_message_id
from hotline.domain.case import Case, Entry
from hotline.domain.state import Action
from hotline.store import lettersread, outbox, posted
from hotline.store.cipher import Unreadable
from hotline.store.outbox import Message
from hotline.store.vault import email_hash
from hotline.store.work import Work

RECEIPTS_MOST, RECEIPTS_SPAN = 10, timedelta(hours=1)
# What a citizen is written about; the rest stands on the page.
MATTERS: dict[Action, str] = {
    Action.ASK: "需要您补充情况",
    Action.DECLINE: "诉求办理告知",
    Action.REFER: "诉求办理告知",
    Action.ANSWER: "诉求答复",
    Action.TRANSFER: "诉求已转交承办单位",
    Action.APPROVE: "诉求答复",
    Action.REWORK: "诉求重新办理",
    Action.TERMINATE: "诉求办理告知",
}
ANSWERS = frozenset({Action.ANSWER, Action.APPROVE})


@dataclass(frozen=True)
class Note:
    """One letter to a citizen."""

    number: str
    notice: str  # what makes it one: the same is never written twice
    kind: str
    address: str
    subject: str
    lines: Sequence[str]


async def send(work: Work, note: Note) -> bool:
    """Posts it; False where none may go: no relay, no address, or one that letters come back from."""
    if "mail" not in work.ways or not note.address or not work.post.sender:
        return False
    hashed = email_hash(work.cipher, note.address)
    if note.address.lower() in work.post.addresses or await posted.marked(work.connection, hashed):
        return False
    message_id = sign_message_id(
        note.number, note.notice, work.cipher.signing_key("mail"), work.post.domain
    )
    subject, headers = await _thread(work, note)
    text = "\n\n".join(["—— 请在此行以上回复 ——", *note.lines, _foot(work, note.number)]) + "\n"
    letter = {"subject": subject, "text": text, "headers": headers}
    message = Message(
        message_id=message_id,
        audience="mail:citizen",
        about=note.number,
        subject=f"致诉求人：{note.kind}",
        text="",
        address=note.address,
        sealed=json.dumps(letter, ensure_ascii=False),
    )
    await outbox.post(work.connection, [message], work.at, leaves=True, cipher=work.cipher)
    await posted.record(
        work.connection,
        message_id=message_id,
        number=note.number,
        address_hash=hashed,
        kind=note.kind,
        at=work.at,
    )
    return True


async def _thread(work: Work, note: Note) -> tuple[str, list[tuple[str, str]]]:
    """Subject and headers by which a mail program puts it under the citizen's own letter."""
    theirs = await lettersread.of_case(work.connection, work.cipher, note.number)
    ours = await posted.ids_of_case(work.connection, note.number)
    ids = [one["message_id"] for one in theirs[::-1] if one.get("message_id")]
    headers: list[tuple[str, str]] = []
    if ids:
        headers.append(("In-Reply-To", ids[-1]))
    if ids or ours:
        headers.append(("References", " ".join(dict.fromkeys([*ids[:1], *ours, *ids[1:]]))))
    subject = f"【{work.post.city}12345】{note.subject}（编号 {note.number}）"
    if theirs and theirs[-1].get("subject"):
        subject = f"Re: {theirs[-1]['subject'][:120]}（编号 {note.number}）"
    return subject, headers


def _foot(work: Work, number: str) -> str:
    told = f"{work.post.city}12345政务服务便民热线"
    if work.post.pages:
        told += f"\n查询办理进展：{work.post.pages}/complaints/find?number={number}"
    return f"{told}\n本邮件由系统自动发出；如需补充情况，请直接回复本邮件。"


async def receipt(work: Work, number: str, code: str, address: str) -> bool:
    """Number and query code, told once: the code is kept nowhere in clear."""
    hashed = email_hash(work.cipher, address)
    lately = await posted.receipts_since(work.connection, hashed, work.at, RECEIPTS_SPAN)
    if lately >= RECEIPTS_MOST:  # whatever answers our receipts with new letters ends here
        return False
    lines = [
        "您好，您的来信已收到并登记。",
        f"诉求编号：{number}\n查询码：{code}",
        "凭编号和查询码可在网上查询办理进展、补充情况和评价，请妥善保存，不要转告他人。",
    ]
    return await send(work, Note(number, "receipt", "receipt", address, "来信收悉", lines))


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
    """A merged caller is told what the parent's callers are."""
    return entry.action in MATTERS or "from_parent" in entry.after


def _note(work: Work, case: Case, entry: Entry, address: str) -> Note:
    lines = ["您好，您的诉求有了新的进展：", entry.public or ""]
    answer = entry.action in ANSWERS or "from_parent" in entry.after
    if answer:
        lines.append(_rating(work, case))
    kind = "reply" if answer else "progress"
    notice = f"{entry.action.value}-{entry.seq}"
    return Note(case.number, notice, kind, address, MATTERS.get(entry.action, "诉求答复"), lines)


def _rating(work: Work, case: Case) -> str:
    if not work.post.pages:
        return "请拨打12345评价办理结果。"
    return f"请评价办理结果（是否解决、是否满意）：{work.post.pages}/complaints/find?number={case.number}"


def facts_of(reading: Any) -> dict[str, Any]:
    """What replies and the tray need of a letter."""
    return {
        "message_id": reading.message_id[:500],
        "subject": reading.subject[:300],
        "sender": reading.sender.address[:300],
        "sender_name": reading.sender.name[:100],
    }
