"""The inspector's work list (质检): drawing a sample on record, handing out its sheets one by one."""

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from escalation.calendar import ZONE
from hotline.domain import inspection, scoresheet
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.inspection import (
    DRAWERS,
    HELD,
    SCORERS,
    Candidate,
    NoSuchSheet,
    Plan,
    Subject,
)
from hotline.domain.people import Actor
from hotline.domain.shanghai import city_day, midnight
from hotline.domain.words import DEPARTMENT, Role
from hotline.flow import facts, rubrics
from hotline.flow.centre import Centre
from hotline.store import acts, inspections, sheets
from hotline.store.sheets import Wanted
from hotline.store.work import Work

SEED = 16  # bytes


@dataclass(frozen=True)
class Batch:
    """A drawing with a page of its sheets, as far as the actor may know of them."""

    row: Any
    sheets: Sequence[Any]


def moments(first: date, last: date) -> tuple[datetime, datetime]:
    """From the first day's beginning to the last one's end, by the city's clock."""
    end = last + timedelta(days=1)
    return datetime.combine(first, time(), ZONE), datetime.combine(end, time(), ZONE)


async def draw(centre: Centre, actor: Actor, plan: Plan) -> int:
    """The number of the drawing. Its lot is cast here and kept; nobody chooses it, and what was drawn
    stays to be scored. Raises NotPossible, naming the field."""
    inspection.check_drawer(actor)
    rules = await rubrics.current(centre.files, plan.subject)
    if plan.subject is Subject.CASE:
        await facts.catch_up(centre)
    async with centre.look() as look:
        await _check(look, plan)
        found = await _found(look, plan)
    seed = secrets.token_hex(SEED)
    chosen, drawn = await asyncio.to_thread(_lot, plan, found, seed)
    row = {name: getattr(plan, name) for name in ("first", "last", "size", "share", "reason")}
    row |= {"subject": plan.subject.value, "rubric": scoresheet.kept(rules, plan.subject)}
    async with centre.work() as work:
        await inspections.alone(work.connection)
        await _check(work, plan)  # somebody may have drawn in the meantime
        row |= {**drawn, "by": actor.name, "at": work.at}
        made = await inspections.add(work.connection, row, chosen)
        about = {"inspection": made, "kind": plan.subject.value, "from": str(plan.first)}
        about |= {"to": str(plan.last), "n": len(chosen), "seed": seed, "reason": plan.reason}
        await acts.record(work.connection, work.at, actor, "inspection_drawn", about)
        return made


async def _check(work: Work, plan: Plan) -> None:
    before = await inspections.touching(work.connection, plan.subject, plan.first, plan.last)
    inspection.check_plan(plan, city_day(work.at), before)


def _lot(
    plan: Plan, found: Sequence[Candidate], seed: str
) -> tuple[list[Candidate], dict[str, Any]]:
    """Who is drawn, and what the drawing keeps of it; a city's year takes a while to shuffle."""
    chosen = inspection.drawn(plan, found, seed)
    kept = {"seed": seed, "found": len(found), "found_digest": digest(found)}
    return chosen, {**kept, "drawn": len(chosen), "strata": inspection.strata(found, chosen)}


async def _found(look: Work, plan: Plan) -> list[Candidate]:
    until = moments(plan.first, plan.last)
    if plan.subject is Subject.CALL:
        return await inspections.calls(look.connection, until)
    return await inspections.cases(look.connection, (plan.first, plan.last), until)


def digest(found: Sequence[Candidate]) -> str:
    """Of what there was to draw from: with the seed it shows that nobody chose."""
    told = "\n".join(f"{one.key} {one.whose} {one.stratum.value}" for one in found)
    return hashlib.sha256(told.encode()).hexdigest()


async def listed(
    centre: Centre, actor: Actor, below: int | None = None, limit: int = 30
) -> Sequence[Any]:
    async with centre.look() as look:
        return await inspections.listed(look.connection, actor, below, limit)


async def shown(
    centre: Centre, actor: Actor, inspection_id: int, state: str = "", below: int | None = None
) -> Batch:
    """Raises NoSuchSheet."""
    async with centre.look() as look:
        row = await inspections.one(look.connection, inspection_id)
        if row is None or actor.role not in DRAWERS:
            raise NoSuchSheet
        wanted = Wanted(inspection=inspection_id, state=state, below=below)
        return Batch(row, await sheets.listed(look.connection, actor, wanted))


async def mine(centre: Centre, actor: Actor, wanted: Wanted) -> list[Any]:
    """Of the scored their own sheets; of the centre's people those asked for."""
    if actor.role not in DRAWERS:
        agent = actor.role is Role.AGENT
        subject = Subject.CALL if agent else Subject.CASE
        whose = {actor.name} if agent else set(actor.units)
        wanted = Wanted(subject=subject.value, whose=whose, below=wanted.below, limit=wanted.limit)
    async with centre.look() as look:
        return await sheets.listed(look.connection, actor, wanted)


async def of_case(centre: Centre, actor: Actor, number: str) -> list[Any]:
    """The sheets of a case that the actor may read, newest first."""
    if actor.role not in DRAWERS | DEPARTMENT:
        return []
    async with centre.look() as look:
        found = await sheets.listed(look.connection, actor, Wanted(number=number))
    return [one for one in found if inspection.may_read(actor, one)]


async def counts(centre: Centre, actor: Actor) -> dict[str, int]:
    async with centre.look() as look:
        return await sheets.counts(look.connection, actor, midnight(look.at))


async def take(centre: Centre, actor: Actor, inspection_id: int | None = None) -> int:
    """The next sheet, and nobody else's from now on. Raises NotPossible when there is none for this
    inspector, or too many lie unfinished."""
    if actor.role not in SCORERS:
        raise NotAllowed("质检单由质检员领取。", "Sheets are handed to inspectors.")
    async with centre.work() as work:
        if await sheets.held(work.connection, actor.name) >= HELD:
            zh = f"您手上已有 {HELD} 份没有评完，请先评完或放回。"
            raise NotPossible(zh, f"You hold {HELD} unfinished ones: finish or put back some.")
        taken = await sheets.take(work.connection, actor, inspection_id, work.at)
        if taken is None:
            zh = "没有可领取的质检单了。可以抽取新的批次。"
            raise NotPossible(zh, "None is waiting for you. Draw a new sample.")
        await acts.record(work.connection, work.at, actor, "sheet_taken", {"sheet": taken})
        return taken
