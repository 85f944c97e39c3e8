"""Facts kept up to date by a job that may run twice; each night a day is rebuilt and compared.

What was kept and what the timelines say must be the same: where they are not, the timelines win and
people are told, because a report was read in the meantime.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from escalation.calendar import ZONE
from hotline.domain.facts import CaseFact, Folded, OpenFact, StepFact
from hotline.domain.folding import fold, still_open
from hotline.domain.shanghai import city_day
from hotline.domain.words import Role
from hotline.flow import alarms
from hotline.flow.centre import Centre
from hotline.store import alarms as kept_alarms
from hotline.store import facts, nights
from hotline.store.alarms import Alarm

KIND = "figures"
TOLD = (Role.SYSADMIN, Role.DIRECTOR)
BATCH = 200
FRESH = 50  # lines a transaction beside the day's work: who files a case waits behind it
ONE = timedelta(days=1)
AFTER = time(0, 20)  # so long after midnight what the day brought is folded


async def catch_up(centre: Centre, most: int = 1_000_000) -> int:
    """Folds what was saved since; returns how many cases it took up."""
    taken = 0
    while taken < most and not centre.stopping.is_set():
        async with centre.look() as look:
            listed = await facts.waiting(look.connection, FRESH)
            if not listed:
                return taken
            found = await facts.timelines(look.connection, sorted({case for _, case in listed}))
        folded = await asyncio.to_thread(_folded, found)
        async with centre.work() as work:
            await facts.put(work.connection, folded)
            await facts.done(work.connection, [one for one, _ in listed])
        taken += len(listed)
    return taken


def _folded(found: Sequence[facts.Timeline], until: datetime | None = None) -> list[Folded]:
    made = (fold(one.origin, one.lines, one.clocks, until) for one in found)
    return [one for one in made if one is not None]


@dataclass
class Night:
    """What a night's run came to."""

    cases: int = 0
    open: int = 0
    differing: int = 0


async def nightly(centre: Centre) -> Night | None:
    """The day that is over, rebuilt once whichever node comes first; None: nothing to do."""
    now = centre.now()
    if now.astimezone(ZONE).time() < AFTER:
        return None
    day = city_day(now) - ONE
    async with centre.work() as work:
        if not await nights.claim(work.connection, day, centre.node, work.at):
            return None
    return await rebuild(centre, day)


async def rebuild(centre: Centre, day: date) -> Night:
    """Every case that came, moved or stood open on the day, from its timeline; repeatable."""
    await catch_up(centre)
    night, end = Night(), _midnight(day + ONE)
    async with centre.look() as look:
        whole = day >= nights.oldest_kept(city_day(look.at))
        again = whole and await nights.rebuilt(look.connection, day)
    async for case_ids in _batches(centre, day, end):
        async with centre.look() as look:
            found = await facts.timelines(look.connection, case_ids)
            before = await facts.kept(look.connection, case_ids)
            stepped = await facts.kept_steps(look.connection, day, case_ids)
            was_open = await nights.kept_open(look.connection, day, case_ids)
        told = await asyncio.to_thread(_folded, found)
        then = await asyncio.to_thread(_open_then, found, day, end)
        wrong = [one for one in told if _differs(one, before, stepped, day)]
        night.cases += len(told)
        night.open += len(then)
        night.differing += len(wrong) + (nights.compared(was_open, then) if again else 0)
        async with centre.work() as work:
            if wrong:
                await facts.put(work.connection, wrong)
            await nights.put_open(work.connection, day, case_ids, then)
    await _ended(centre, day, night)
    return night


def _open_then(found: Sequence[facts.Timeline], day: date, end: datetime) -> list[OpenFact]:
    just_before = end - timedelta(microseconds=1)
    return [
        opened
        for one in _folded(found, just_before)
        if (opened := still_open(one.case, day, end)) is not None
    ]


def _differs(
    told: Folded, kept: Mapping[int, CaseFact], stepped: Mapping[int, list[StepFact]], day: date
) -> bool:
    """A case that moved on meanwhile is folded again anyway; only the same entries compare."""
    before = kept.get(told.case.case_id)
    if before is None:
        return True
    if before.seq > told.case.seq:
        return False
    steps = [step for step in told.steps if step.day == day]
    return before != told.case or steps != stepped.get(told.case.case_id, [])


async def _batches(centre: Centre, day: date, end: datetime) -> AsyncIterator[list[int]]:
    above = 0
    while not centre.stopping.is_set():
        async with centre.look() as look:
            case_ids = await nights.concerned(look.connection, day, end, above, BATCH)
        if not case_ids:
            return
        yield case_ids
        above = case_ids[-1]


async def _ended(centre: Centre, day: date, night: Night) -> None:
    async with centre.work() as work:
        told = {"cases": night.cases, "open": night.open, "differing": night.differing}
        await nights.end(work.connection, day, centre.node, work.at, told)
        if night.differing:
            text = (
                f"{day} 的统计数据有 {night.differing} 处与办理记录不一致，已按办理记录更正。"
                "此前生成的报表可能有误，请核对后重新生成，并查看日志。"
            )
            await alarms.sound(work, Alarm(KIND, str(day), text), "统计数据与记录不一致", TOLD)
        else:
            await kept_alarms.end(work.connection, KIND, work.at)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)
