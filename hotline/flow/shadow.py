"""A shadow run: a candidate model reads every text beside the one in use, and decides nothing.

It reads the masked text of cases already taken in, from the rows, a few at a time in a thread of
its own: a restart loses nothing, and nobody waits for it. What is kept are labels and numbers.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import structlog

from classifiers.model import Reading
from hotline.domain.people import Actor, Tree
from hotline.domain.words import Role
from hotline.flow import alarms
from hotline.flow.centre import Centre, Reader
from hotline.store import acts, catalogue, receipts, shadows
from hotline.store import alarms as kept
from hotline.store.alarms import Alarm
from hotline.store.shadows import FIELDS

log = structlog.get_logger(__name__)
SETTING, SHADOW = "shadow", "shadow"
BATCH = 16  # texts a look; the run catches up when the night is quiet
BUSY = 32  # receipts that wait for triage: the candidate gives way to them
MOST_WAITING = 10_000
TOLD = (Role.SYSADMIN,)


@dataclass(frozen=True)
class Run:
    """Which candidate is run, since when, and the reading after which it began."""

    name: str
    since: str
    after: int
    by: str


@dataclass(frozen=True)
class Report:
    """How the candidate does: agreement field by field, and who was right where people spoke."""

    run: Run
    waiting: int
    texts: int
    failed: int
    fields: Mapping[str, Mapping[str, int]]


async def running(centre: Centre) -> Run | None:
    async with centre.look() as look:
        told = await catalogue.setting(look.connection, SETTING)
    return Run(**told["run"]) if told and told.get("run") else None


async def begin(centre: Centre, actor: Actor, name: str) -> Run:
    """From the next text on; another candidate's run ends, its figures stay."""
    async with centre.work() as work:
        after = max(
            await shadows.newest(work.connection), await shadows.reached(work.connection, name)
        )
        run = Run(name, work.at.isoformat(), after, actor.name)
        await catalogue.put_setting(work.connection, SETTING, {"run": asdict(run)})
        await acts.record(work.connection, work.at, actor, "shadow_run", {"candidate": name})
    return run


async def end(centre: Centre, actor: Actor) -> None:
    async with centre.work() as work:
        await catalogue.put_setting(work.connection, SETTING, {"run": None})
        await kept.end(work.connection, SHADOW, work.at)
        await acts.record(work.connection, work.at, actor, "shadow_run", {"candidate": None})


class Shadow:
    """The tick: shows the candidate what it has not read yet."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="shadow")
        self._loaded: tuple[str, Reader | None] = ("", None)

    async def look(self) -> int:
        """How many texts were read."""
        run = await running(self._centre)
        if run is None:
            self._loaded = ("", None)
            return 0
        reader = await self._reader(run)
        if reader is None:
            return 0
        async with self._centre.look() as look:
            waiting, _ = await receipts.backlog(look.connection)
            after = max(run.after, await shadows.reached(look.connection, run.name))
            batch = await shadows.unread(look.connection, after, BATCH)
        if waiting >= BUSY or not batch:
            return 0
        loop = asyncio.get_running_loop()
        rows = [
            await loop.run_in_executor(self._thread, _compared, reader, run.name, one)
            for one in batch
        ]
        async with self._centre.work() as work:
            await shadows.put(work.connection, [{**row, "at": work.at} for row in rows])
        return len(rows)

    async def _reader(self, run: Run) -> Reader | None:
        """The candidate, loaded once a run; one that this node cannot load is an alarm."""
        if self._loaded[0] == run.since:
            return self._loaded[1]
        loop = asyncio.get_running_loop()
        make = self._centre.make_candidate
        reader: Reader | None = None
        problem = "没有这个模型"
        try:
            if make is not None:
                reader = await loop.run_in_executor(self._thread, make, self._centre.city, run.name)
        except Exception as error:  # whatever is wrong with it is the candidate's own affair
            log.error("shadow.not_loaded", error=type(error).__name__, exc_info=error)
            problem = type(error).__name__
        if reader is None:
            text = (
                f"候选模型“{run.name}”在节点 {self._centre.node} 上不能装入：{problem}。试读已停。"
            )
            async with self._centre.work() as work:
                await alarms.sound(work, Alarm(SHADOW, run.name, text), "候选模型不能装入", TOLD)
        self._loaded = (run.since, reader)
        return reader


def _compared(reader: Reader, name: str, one: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"candidate": name, "decision_id": one["id"], "case_id": one["case_id"]}
    try:
        reading = reader.read(one["title"], one["content"])
    except Exception as error:  # a text that it cannot read is a finding too
        log.warning("shadow.failed", decision=one["id"], error=type(error).__name__)
        blank: dict[str, Any] = dict.fromkeys(FIELDS)
        return {**row, **blank, "facts": {}, "problem": type(error).__name__[:80]}
    theirs, ours = _labels(reading), one["facts"]["scores"]
    agrees = {name: theirs[name][0] == ours[name]["label"] for name in FIELDS}
    return {**row, **agrees, "facts": theirs, "problem": ""}


def _labels(reading: Reading) -> dict[str, tuple[str, float]]:
    found = {name: getattr(reading, name) for name in FIELDS}
    return {name: (one.label, one.confidence) for name, one in found.items()}


async def report(centre: Centre, run: Run) -> Report:
    tree = centre.rules.tree
    right: dict[str, dict[str, int]] = {
        name: dict.fromkeys(("both", "model", "candidate", "neither"), 0) for name in FIELDS
    }
    last: dict[tuple[int, str], tuple[bool, bool]] = {}
    async with centre.look() as look:
        found = await shadows.agreement(look.connection, run.name)
        after = max(run.after, await shadows.reached(look.connection, run.name))
        waiting = await shadows.waiting(look.connection, after, MOST_WAITING)
        async for row in shadows.judged(look.connection, run.name):
            for name, told in row["people"]["fields"].items():
                wanted = _accepted(name, told["chosen"], tree)
                sides = row["model"]["scores"][name]["label"], row["candidate"][name][0]
                last[row["case_id"], name] = (sides[0] in wanted, sides[1] in wanted)
    for (_, name), sides in last.items():  # what people decided of a case in the end
        right[name][_WHO[sides]] += 1
    fields = {name: {**found["fields"][name], **right[name]} for name in FIELDS}
    return Report(run, waiting, found["texts"], found["failed"], fields)


_WHO = {
    (True, True): "both",
    (True, False): "model",
    (False, True): "candidate",
    (False, False): "neither",
}


def _accepted(name: str, chosen: str, tree: Tree) -> set[str]:
    """The labels that say what people chose; of a district's unit its bureau's name as well."""
    if name != "department":
        return {chosen}
    unit = tree.departments.get(chosen)
    above = tree.departments.get(unit.parent or "") if unit else None
    return {one.name for one in (unit, above) if one is not None}
