"""What an officer does with a letter in the tray: look, read again, link, file, dismiss.

Every judgement is one officer's, once; it is recorded with the letter and among the acts.
"""

from dataclasses import dataclass

from channels.mailbox.facts import Unreadable
from channels.mailbox.worker import Readers
from hotline.domain.case import Case
from hotline.domain.errors import NoSuchCase, NotPossible
from hotline.domain.interest import kept_out
from hotline.domain.people import Actor, mask_email, mask_text
from hotline.domain.state import State
from hotline.domain.words import Role
from hotline.flow import lettercases
from hotline.flow import letters as flow
from hotline.flow.centre import Centre
from hotline.flow.lettershown import page_of
from hotline.flow.threads import How, Thread
from hotline.flow.tray import DESK, Why
from hotline.store import acts as log
from hotline.store import interests, letters, traylist
from hotline.store.letters import Taken
from hotline.store.traylist import BY_ITSELF, Lying
from hotline.store.work import Work

DESKS = (Role.DISPATCHER, Role.SHIFT_LEAD, Role.SYSADMIN, Role.CALLBACK)
JUDGES = (*DESKS, Role.OPERATOR)
REOPENS = (
    State.CLOSED,
    State.ARCHIVED,
    State.ANSWERED,
    State.NOT_ACCEPTED,
    State.TRANSFERRED,
)
CHARSETS = ("gb18030", "utf-8", "big5", "gbk", "iso-2022-jp", "euc-kr", "latin-1")
SHOWN = 20_000


@dataclass(frozen=True)
class Shown:
    """A letter in the tray, safe to look at: masked words, names of files, nothing that runs."""

    lying: Lying
    subject: str
    sender: str
    text: str
    attachments: tuple[tuple[str, int], ...]
    unreadable: str  # why it could not be read; then `text` is its beginning as it came
    page: str = ""  # as it was laid out


class NoSuchLetter(NoSuchCase):
    """No such letter, or not for this officer; both are answered alike."""


def choices(actor: Actor) -> list[str]:
    """What the officer's desk may look at: what waits for it, and what was settled by itself."""
    own = [why.value for why in Why if _may(actor, why.value)]
    return [*own, *(BY_ITSELF if actor.role is not Role.CALLBACK else ())]


def kinds(actor: Actor, wanted: str = "") -> list[str]:
    """The one asked for, else all that wait."""
    own = choices(actor)
    if wanted:
        return [kind for kind in own if kind == wanted]
    return [kind for kind in own if kind not in BY_ITSELF]


def _may(actor: Actor, tray: str | None) -> bool:
    if actor.role is Role.CALLBACK:
        return tray is not None and DESK.get(Why(tray)) is Role.CALLBACK
    return actor.role in JUDGES


async def listed(
    centre: Centre, actor: Actor, wanted: str = "", below: int | None = None, limit: int = 50
) -> list[Lying]:
    async with centre.look() as look:
        found = await traylist.listed(
            look.connection,
            centre.cipher,
            kinds=kinds(actor, wanted),
            actor=actor,
            page=(below, limit),
        )
    return [_masked(one) for one in found]


def _masked(one: Lying) -> Lying:
    told = {
        "subject": mask_text(one.subject),
        "sender": mask_email(one.sender) if one.sender else "",
        "sender_name": one.sender_name[:1] + "**" if one.sender_name else "",
    }
    return Lying(**{**one.__dict__, **told})


async def show(
    centre: Centre, readers: Readers, actor: Actor, letter_id: int, charset: str | None = None
) -> Shown:
    lying, taken = await _found(centre, actor, letter_id)
    try:
        reading = await readers.read(taken.raw, charset)
    except Unreadable as error:
        begin = taken.raw[:SHOWN].decode(charset or "utf-8", "replace")
        return Shown(_masked(lying), "", "", mask_text(begin), (), error.reason)
    return Shown(
        lying=_masked(lying),
        subject=mask_text(reading.subject),
        sender=mask_email(reading.sender.address) if reading.sender.address else "",
        text=mask_text(reading.whole_text[:SHOWN]),
        attachments=tuple((one.name, len(one.body)) for one in reading.attachments),
        unreadable="",
        page=page_of(reading),
    )


async def _found(centre: Centre, actor: Actor, letter_id: int) -> tuple[Lying, Taken]:
    async with centre.look() as look:
        lying = await traylist.one(look.connection, centre.cipher, letter_id)
        taken = await letters.one(look.connection, centre.cipher, letter_id)
        hidden = await interests.kept_from(look.connection, actor)
    judged = lying is not None and lying.tray is None and lying.outcome not in BY_ITSELF
    if lying is None or taken is None or judged or not _may(actor, lying.tray):
        raise NoSuchLetter
    if lying.number in hidden:
        raise NoSuchLetter
    return lying, taken


async def replay(
    centre: Centre, readers: Readers, actor: Actor, letter_id: int, charset: str | None = None
) -> str:
    """Reads it again, as if it had just come; returns its outcome. Raises NotPossible with why."""
    _, taken = await _found(centre, actor, letter_id)
    read = await _read(centre, readers, taken, charset)
    async with centre.work() as work:
        await _claim(work, actor, letter_id)
        outcome = await flow.settle(centre, work, read)
        words = f"重新解析（{charset}）" if charset else "重新解析"
        await _judged(work, actor, taken, f"{words}：{outcome}")
    return outcome


async def _read(centre: Centre, readers: Readers, taken: Taken, charset: str | None) -> flow.Read:
    try:
        return await flow.look_into(centre, readers, taken, charset)
    except Unreadable as error:
        raise NotPossible(f"仍无法解析：{error.reason}", "It still cannot be read.") from None


async def link(centre: Centre, readers: Readers, actor: Actor, letter_id: int, number: str) -> str:
    """Confirms that it belongs to a case: a supplement, or new facts where the case has ended."""
    _, taken = await _found(centre, actor, letter_id)
    read = await _read(centre, readers, taken, None)
    async with centre.work() as work:
        await _claim(work, actor, letter_id)
        case = await _about(work, actor, number)
        thread = Thread(case.number, case.id or 0, How.KNOWN, not case.open)
        joining = lettercases.Joining(taken, read.reading, thread, flow.facts_of(work, read))
        if thread.ended and case.state is not State.MERGED:
            if case.state not in REOPENS:
                raise NotPossible(
                    "该诉求已结束，不能再补充；请另立新件或注明理由后不予处理。",
                    "The case has ended; file a new one or dismiss the letter.",
                )
            await lettercases.reopen(centre, work, joining)
        else:
            await lettercases.follow(centre, work, joining)
        await _judged(work, actor, taken, f"并入诉求 {number}")
    return "followup"


async def _about(work: Work, actor: Actor, number: str) -> Case:
    """To who is kept out it is as if there were none. An administrator, who may see no case at all,
    judges letters too: so that is what is asked, and not whether it may be seen."""
    case = await work.cases.read(number)
    if kept_out(actor, case.interests):
        raise NoSuchCase
    return case


async def open_case(centre: Centre, readers: Readers, actor: Actor, letter_id: int) -> str:
    """A new case, whatever the checks have said."""
    _, taken = await _found(centre, actor, letter_id)
    read = await _read(centre, readers, taken, None)
    async with centre.work() as work:
        await _claim(work, actor, letter_id)
        facts = flow.facts_of(work, read)
        await lettercases.open_case(centre, work, taken, read.reading, facts)
        await _judged(work, actor, taken, "另立新件")
    return "case"


async def dismiss(centre: Centre, actor: Actor, letter_id: int, reason: str) -> str:
    """Kept, counted as it was, and nothing more comes of it."""
    if not reason.strip():
        raise NotPossible("请写明理由。", "Give a reason.", field="reason")
    _, taken = await _found(centre, actor, letter_id)
    async with centre.work() as work:
        await _claim(work, actor, letter_id)
        await _judged(work, actor, taken, f"不予处理：{reason.strip()[:500]}", ends=True)
    return taken.outcome


async def _claim(work: Work, actor: Actor, letter_id: int) -> None:
    if not await traylist.claim(work.connection, letter_id, actor.name, work.at):
        raise NotPossible("这封信已经有人处理了。", "Somebody has dealt with this letter.")


async def _judged(
    work: Work, actor: Actor, taken: Taken, judgement: str, *, ends: bool = False
) -> None:
    await traylist.judged(work.connection, taken.id, judgement, ends=ends)
    about = {"letter": taken.id, "judgement": judgement}
    await log.record(work.connection, work.at, actor, "letter.judge", about)
