"""The day's plan of call-backs (今日回访): what waits, what is due first, and who has which in hand.

All that must be called (待回访) and the closed ones drawn by lot for the day stand in one list. A case
is handed out to one caller-back at a time; a hand that neither calls nor lays it back loses it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.domain.errors import NotAllowed
from hotline.domain.people import Actor
from hotline.domain.promises import Rules
from hotline.domain.shanghai import city_day, midnight
from hotline.domain.state import State
from hotline.domain.words import UNANSWERED, Named, Reached, Role
from hotline.flow.centre import Centre
from hotline.store import callbacks, cursors
from hotline.store.callbacks import Heard, InHand, Waiting
from hotline.store.work import Work

CALLERS = frozenset({Role.CALLBACK})
HOLD = timedelta(minutes=10)  # a case taken and not called is anybody's again
CALL = timedelta(minutes=20)  # how long a number is shown, and its outcome waited for
DAY = timedelta(days=1)
HEARD_OUT = (Reached.REACHED.value, Reached.DECLINED.value, Reached.NO_NUMBER.value)


class Shelf(Named):
    """Where a case of the plan stands (回访进度)."""

    WAITING = "waiting", "全部待呼", "all that wait"
    TO_CALL = "to_call", "未呼叫", "to call"
    AGREED = "agreed", "约定再呼", "to be called again"
    UNANSWERED = "unanswered", "未接通", "unanswered"
    NO_NUMBER = "no_number", "无号码", "without a number"
    TO_END = "to_end", "待了结", "to be ended"
    REACHED = "reached", "今日接通", "reached today"
    REFUSED = "refused", "今日拒访", "refused today"
    DONE = "done", "今日办完", "done today"


CALLABLE = (Shelf.TO_CALL, Shelf.AGREED, Shelf.UNANSWERED)
OF_TODAY = (Shelf.REACHED, Shelf.REFUSED, Shelf.DONE)


class Source(Named):
    """Why a case is called (回访来源)."""

    MUST = "must", "应回访", "must be called"
    DRAWN = "drawn", "抽样", "drawn by lot"


@dataclass(frozen=True)
class Asked:
    """What of the plan is asked for; empty: all."""

    shelf: Shelf = Shelf.WAITING
    language: str = ""
    source: str = ""
    cursor: str = ""
    limit: int = 20


@dataclass(frozen=True)
class Line:
    """A case of the plan: where it stands, when it is to be called, who has it in hand now."""

    one: Waiting
    shelf: Shelf
    due_at: datetime
    ready: bool  # its time has come, and a number is there
    holder: str
    mine: bool


@dataclass(frozen=True)
class Plan:
    """A page of one shelf, how many stand on each, and what the caller-back has in hand."""

    lines: Sequence[Line]
    heard: Sequence[Heard]
    next_cursor: str | None
    counts: dict[Shelf, int]
    mine: Line | None


def check(actor: Actor) -> None:
    if actor.role not in CALLERS:
        raise NotAllowed("回访由回访员办理。", "Call-backs are the caller-back's.")


async def plan(centre: Centre, actor: Actor, asked: Asked) -> Plan:
    check(actor)
    async with centre.look() as look:
        lines = await lines_of(look, actor, centre.rules)
        today = await callbacks.heard(look.connection, actor, midnight(look.at))
    counts = {shelf: sum(line.shelf is shelf for line in lines) for shelf in Shelf}
    counts |= {shelf: sum(_on(one, shelf) for one in today) for shelf in OF_TODAY}
    counts[Shelf.WAITING] = sum(counts[shelf] for shelf in CALLABLE)
    mine = next((line for line in lines if line.mine), None)
    if asked.shelf in OF_TODAY:
        heard, cursor = _heard_page([one for one in today if _on(one, asked.shelf)], asked)
        return Plan((), heard, cursor, counts, mine)
    wanted = [line for line in lines if _wanted(line, asked)]
    page, cursor = _page(wanted, asked)
    return Plan(page, (), cursor, counts, mine)


async def lines_of(look: Work, actor: Actor, rules: Rules) -> list[Line]:
    """All of the plan that the actor may know of, what is due first in front."""
    found = await callbacks.waiting(look.connection, actor, city_day(look.at))
    lines = [line_of(one, rules, look.at, actor.name) for one in found]
    return sorted(
        (line for line in lines if line is not None), key=lambda line: (line.due_at, line.one.id)
    )


def line_of(one: Waiting, rules: Rules, at: datetime, name: str) -> Line | None:
    """None: what was drawn by lot and has been asked."""
    shelf = _shelf(one, rules, at)
    if shelf is None:
        return None
    due = due_at(one, shelf, rules, at)
    held = one.taken is not None and one.taken.until > at
    holder = one.taken.holder if one.taken and held else ""
    ready = shelf in CALLABLE and (shelf is Shelf.TO_CALL or due <= at)
    return Line(one, shelf, due, ready, holder, holder == name)


def _shelf(one: Waiting, rules: Rules, at: datetime) -> Shelf | None:
    if one.drawn:
        if one.outcome in HEARD_OUT or (_today(one, at) and one.outcome in UNANSWERED):
            return None  # a try is enough of what need not be called
        later = one.outcome == Reached.LATER
        return Shelf.AGREED if later else Shelf.TO_CALL if one.reachable else Shelf.NO_NUMBER
    if one.outcome in HEARD_OUT:
        return Shelf.TO_END
    if one.outcome in UNANSWERED:
        tried_out = one.tries >= rules.terms.follow_up_attempts
        return Shelf.TO_END if tried_out else Shelf.UNANSWERED
    if not one.reachable:
        return Shelf.NO_NUMBER
    return Shelf.AGREED if one.outcome == Reached.LATER else Shelf.TO_CALL


def _today(one: Waiting, at: datetime) -> bool:
    return one.tried_at is not None and one.tried_at >= midnight(at)


def due_at(one: Waiting, shelf: Shelf, rules: Rules, at: datetime) -> datetime:
    """When it is to be called: as agreed, so long after a try, by the promise, else by the day's end."""
    if shelf is Shelf.AGREED and one.again_at is not None:
        return one.again_at
    if shelf is Shelf.UNANSWERED and one.tried_at is not None:
        return rules.calendar.due(one.tried_at, rules.terms.follow_up_every)
    return one.due_at or midnight(at) + DAY


def _on(one: Heard, shelf: Shelf) -> bool:
    if shelf is Shelf.REACHED:
        return one.outcome == Reached.REACHED
    if shelf is Shelf.REFUSED:
        return one.outcome == Reached.DECLINED
    return one.outcome != Reached.LATER and one.state != State.FOLLOW_UP


def _wanted(line: Line, asked: Asked) -> bool:
    on = line.shelf in CALLABLE if asked.shelf is Shelf.WAITING else line.shelf is asked.shelf
    spoken = asked.language in ("", line.one.language or "mandarin")
    from_ = asked.source in ("", Source.DRAWN if line.one.drawn else Source.MUST)
    return on and spoken and from_


def _page(lines: Sequence[Line], asked: Asked) -> tuple[list[Line], str | None]:
    """Keyset paging over what is in memory: the plan is as long as a day's work."""
    beyond = cursors.read(asked.cursor, ids=1) if asked.cursor else None
    left = [line for line in lines if beyond is None or (line.due_at, line.one.id) > beyond]
    page = left[: asked.limit]
    more = len(left) > asked.limit
    return page, cursors.give(page[-1].due_at, page[-1].one.id) if more else None


def _heard_page(found: Sequence[Heard], asked: Asked) -> tuple[list[Heard], str | None]:
    beyond = cursors.read(asked.cursor, ids=1) if asked.cursor else None
    left = [one for one in found if beyond is None or (one.at, one.id) < beyond]
    page = left[: asked.limit]
    return page, cursors.give(page[-1].at, page[-1].id) if len(left) > asked.limit else None


async def take_next(centre: Centre, actor: Actor, asked: Asked) -> str | None:
    """The number of the case that is due first and in nobody's hand; None: there is none.

    What the caller-back has in hand already comes first: a call is not left without its outcome.
    """
    check(actor)
    async with centre.work() as work:
        lines = await lines_of(work, actor, centre.rules)
        mine = [line for line in lines if line.mine]
        free = [line for line in lines if line.ready and not line.holder and _wanted(line, asked)]
        return await _first(work, actor, [*mine, *free])


async def _first(work: Work, actor: Actor, lines: Iterable[Line]) -> str | None:
    for line in lines:
        if line.mine:
            return line.one.number
        hand = InHand(actor.name, work.at + HOLD, None)
        if await callbacks.take(work.connection, line.one.id, hand, work.at) is None:
            return line.one.number
    return None


async def one_of(look: Work, actor: Actor, rules: Rules, case_id: int) -> Line | None:
    """Where the case stands in the plan; None: not in it."""
    day = city_day(look.at)
    found = await callbacks.waiting(look.connection, actor, day, case_id)
    return line_of(found[0], rules, look.at, actor.name) if found else None
