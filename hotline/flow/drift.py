"""The drift watch: a classifier out of its control limits stops acting alone, and says so.

Switching it on again is a person's act, on record: only who looked at the cases can say whether
the model went wrong or the city changed; in the latter case the baseline is learnt anew.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

from hotline.domain import drift
from hotline.domain.drift import Counts, Limits, Measure, Window
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.people import SYSTEM, Actor
from hotline.domain.words import Role
from hotline.flow import alarms
from hotline.flow.centre import Centre
from hotline.store import acts, catalogue, decisions, driftcounts
from hotline.store import alarms as kept
from hotline.store.alarms import Alarm
from hotline.store.decisions import Switch
from hotline.store.work import Work

DRIFT = "drift"
TOLD = (Role.DISPATCHER, Role.SHIFT_LEAD, Role.DIRECTOR, Role.SYSADMIN)
TURNERS = frozenset({Role.SHIFT_LEAD, Role.DIRECTOR})


@dataclass(frozen=True)
class Thresholds:
    """The data file: when a baseline is good, which windows are judged, and by what limits."""

    days: int
    longest_days: int
    readings: int
    judged: int
    windows: tuple[Window, ...]
    limits: Limits


@cache
def thresholds() -> Thresholds:
    told = tomllib.loads((resources.files("hotline.seed") / "drift.toml").read_text("utf-8"))
    windows = tuple(Window(**one) for one in told["window"])
    return Thresholds(**told["baseline"], windows=windows, limits=Limits(**told["limits"]))


@dataclass(frozen=True)
class Baseline:
    """What is usual for a model in this city; learning until enough was seen."""

    model: str
    since: datetime
    until: datetime | None = None  # none: still learning
    counts: Counts = Counts()

    def facts(self) -> dict[str, Any]:
        until = self.until.isoformat() if self.until else None
        counts = drift.to_json(self.counts)
        return {"since": self.since.isoformat(), "until": until, "counts": counts}


@dataclass(frozen=True)
class Standing:
    """How the classifier stands: usual and measured, and whether cases may go by themselves."""

    switch: Switch
    baseline: Baseline | None
    measures: Sequence[Measure] = ()


async def standing(centre: Centre) -> Standing:
    async with centre.look() as look:
        return await _standing(look)


async def _standing(work: Work) -> Standing:
    switch = await decisions.switch(work.connection)
    model = await driftcounts.current_model(work.connection)
    if not model:
        return Standing(switch, None)
    baseline = await _baseline(work, model)
    if baseline is None or baseline.until is None:
        return Standing(switch, baseline)
    measures: list[Measure] = []
    for window in thresholds().windows:
        since = max(work.at - timedelta(days=window.days), baseline.until)
        if switch.running and switch.at is not None:
            since = max(since, switch.at)  # what a person has looked at is not held up again
        counts = await driftcounts.counts(work.connection, model, since, work.at)
        measures += drift.judge(baseline.counts, counts, window, thresholds().limits)
    return Standing(switch, baseline, measures)


async def watch(centre: Centre) -> Sequence[Measure]:
    """Learns the baseline, judges the windows; what is out of its limits stops the dispatch."""
    async with centre.look() as look:
        found = await _standing(look)
        model = await driftcounts.current_model(look.connection)
        learnt = await _learnt(look, found.baseline, model) if model else None
    if learnt is not None:
        async with centre.work() as work:
            await catalogue.put_setting(work.connection, _key(learnt.model), learnt.facts())
    out = [one for one in found.measures if one.out]
    if out and found.switch.running:
        await _stop(centre, out, model)
    return out


async def _stop(centre: Centre, out: Sequence[Measure], model: str) -> None:
    reason = "分类模型偏离常态：" + "；".join(one.said() for one in out)
    async with centre.work() as work:
        if not (await decisions.switch(work.connection)).running:
            return  # another node was a moment earlier
        facts = {"running": False, "model": model, "measures": [one.__dict__ for one in out]}
        await decisions.turn(work.connection, SYSTEM, reason, facts, work.at)
        about = {"running": False, "reason": reason}
        await acts.record(work.connection, work.at, SYSTEM, "automatic_dispatch", about)
        text = f"{reason}。诉求改由派单员人工派单（特急照常直派）；查明后由值班长或热线办主任恢复。"
        await alarms.sound(work, Alarm(DRIFT, model, text), "自动派单已停用", TOLD)


async def _baseline(work: Work, model: str) -> Baseline | None:
    told = await catalogue.setting(work.connection, _key(model))
    if told is None:
        return None
    until = datetime.fromisoformat(told["until"]) if told["until"] else None
    since = datetime.fromisoformat(told["since"])
    return Baseline(model, since, until, drift.from_json(told["counts"]))


async def _learnt(work: Work, known: Baseline | None, model: str) -> Baseline | None:
    """The baseline one step further; None: nothing to write."""
    if known is None:
        return Baseline(model, work.at)
    if known.until is not None:
        return None
    age, needs = work.at - known.since, thresholds()
    if age < timedelta(days=needs.days):
        return None
    counts = await driftcounts.counts(work.connection, model, known.since, work.at)
    enough = counts.readings >= needs.readings and counts.judged >= needs.judged
    late = age >= timedelta(days=needs.longest_days) and counts.readings > 0
    if not (enough or late):
        return None
    if counts.judged < needs.judged:
        counts = Counts(counts.readings, counts.total, counts.squares, counts.levels)
    return Baseline(model, known.since, work.at, counts)


def _key(model: str) -> str:
    return f"drift.{model}"[:80]


async def turn(
    centre: Centre, actor: Actor, *, running: bool, reason: str, relearn: bool = False
) -> Switch:
    """A person switches automatic dispatch on or off; `relearn`: the city has changed, not the model."""
    if actor.role not in TURNERS:
        raise NotAllowed(
            "自动派单由值班长或热线办主任停用和恢复。",
            "The shift lead or the director switches automatic dispatch.",
        )
    if not reason.strip():
        raise NotPossible("请写明理由。", "Say why.", field="reason")
    async with centre.work() as work:
        before = await decisions.switch(work.connection)
        if before.running == running and not relearn:
            zh = "自动派单已在运行。" if running else "自动派单已经停用。"
            raise NotPossible(zh, "It is already so.", field="running")
        facts = {"running": running, "relearn": relearn}
        await decisions.turn(work.connection, actor, reason, facts, work.at)
        about = {**facts, "reason": reason}
        await acts.record(work.connection, work.at, actor, "automatic_dispatch", about)
        if running:
            await kept.end(work.connection, DRIFT, work.at)
        model = await driftcounts.current_model(work.connection)
        if relearn and model:
            fresh = Baseline(model, work.at)
            await catalogue.put_setting(work.connection, _key(model), fresh.facts())
        return await decisions.switch(work.connection)
