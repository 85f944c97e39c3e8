"""A letter came back: its address is marked, and not written to again until it is changed."""

from channels.mailbox.facts import Reading
from channels.mailbox.marks import case_of
from hotline.domain.errors import NoSuchCase
from hotline.domain.words import Role
from hotline.flow import mailing
from hotline.store import posted
from hotline.store.outbox import Message
from hotline.store.vault import email_hash
from hotline.store.work import Work


async def mark(work: Work, reading: Reading) -> str | None:
    """Returns the case it was about. Only a report that names a letter of ours marks anything, and
    only the address that letter went to: else anybody could stop a citizen's letters."""
    key = work.cipher.signing_key("mail")
    told = [reading.report.original_id] if reading.report else []
    for message_id in (*told, *reading.in_reply_to, *reversed(reading.references)):
        number = case_of(message_id, key)
        if number is None:
            continue
        if reading.report is None or reading.report.permanent:
            await _mark(work, reading, message_id, number)
        return number
    return None


async def _mark(work: Work, reading: Reading, message_id: str, number: str) -> None:
    address = await posted.address_of(work.connection, message_id.strip("<> "))
    if address is None:
        return
    failed = {
        email_hash(work.cipher, one) for one in (reading.report.failed if reading.report else ())
    }
    if failed and address not in failed:
        return
    status = reading.report.status if reading.report else ""
    reason = f"去信被退回（{status}）" if status else "去信被退回"
    await posted.mark(work.connection, address, number, reason, work.at)
    await _tell(work, number, f"{reason}，不再发信，请改用电话联系")


async def _tell(work: Work, number: str, words: str) -> None:
    """On the case, where whoever works on it sees it, and to the dispatcher's desk."""
    try:
        case = await work.cases.change(number)
    except NoSuchCase:  # it is only being made; the desk is told all the same
        case = None
    if case is not None:
        case.notes["letters"] = words
        await work.cases.save(case)
    message = Message(
        message_id=f"letter.bounce.{number}",
        audience=f"role:{Role.DISPATCHER.value}",
        about=number,
        subject=f"诉求人邮箱收不到信：{number}",
        text=words,
    )
    await mailing.post(work, [message])
