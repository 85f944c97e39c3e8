"""`hotline simulate`: one record under two profiles of limits, each on a database of its own.

Nothing of it touches the configured database but to read the city's own departments and duties.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from hotline.commands import chart, comparison, replay
from hotline.commands.failing import Failed
from hotline.commands.opening import ready_store, say, terms_of
from hotline.config import Settings
from hotline.store import catalogue, rulebooks
from hotline.store.database import Store
from hotline.wiring import system_clock

SHOWN = 15  # departments and leaders in the table; the report has them all


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    path: Path
    profile: str
    against: str
    report: Path | None = None
    page: Path | None = None


async def run(settings: Settings, asked: Asked) -> int:
    names = (asked.profile, asked.against)
    versions = {terms_of(replay.under(settings, name)).version for name in names}
    if len(versions) == 1:
        raise Failed("两个方案相同，没有可比 / both profiles are the same")
    for path in (asked.report, asked.page):
        replay.can_be_written(path)
    made = comparison.compare(names, [await _under(settings, asked.path, name) for name in names])
    if asked.report:
        replay.write(asked.report, json.dumps(made, ensure_ascii=False, indent=1) + "\n")
    if asked.page:
        replay.write(asked.page, chart.page(made))
    _show(made)
    return 0


async def _under(settings: Settings, path: Path, name: str) -> dict[str, Any]:
    with TemporaryDirectory(prefix="hotline-simulate-") as folder:
        place = {"database_url": f"sqlite:///{folder}/hotline.db", "data": Path(folder)}
        scratch = replay.under(settings.model_copy(update=place), name)
        async with ready_store(scratch) as (store, _):
            await _copy_city(settings, store)
        say(f"{name} …")
        return await replay.played(scratch, replay.Asked(path))


async def _copy_city(settings: Settings, to: Store) -> None:
    """The city as it is configured here, if it is; else the replay sows the shipped one."""
    try:
        async with ready_store(settings, make=False) as (store, _), store.read() as connection:
            units = await catalogue.departments(connection)
            topics, edition = await catalogue.topics(connection), await rulebooks.read(connection)
            districts = await catalogue.districts(connection)
    except Failed:  # no database yet, or an old one: the shipped city serves
        return
    if not (units and topics and edition):
        return
    async with to.write() as connection:
        await catalogue.put_departments(connection, units)
        await catalogue.put_topics(connection, topics)
        first = replace(edition, version=0)
        await rulebooks.publish(connection, first, system_clock(), edition.by)
        await catalogue.put_districts(connection, districts)


def _show(made: dict[str, Any]) -> None:
    console = Console(width=None if Console().is_terminal else 120)
    one, other = made["profiles"]
    sums = Table("指标 / measure", one, other, title=f"{made['rows']} 件 / records")
    for key, label in SUMS.items():
        sums.add_row(label, *(str(_figure(side, key)) for side in made["sides"]))
    for level in sorted({lv for side in made["sides"] for lv in side["orders_by_level"]}):
        each = (str(side["orders_by_level"].get(level, 0)) for side in made["sides"])
        sums.add_row(f"{level} 级督办 / level {level}", *each)
    console.print(sums)
    late = Table("承办单位 / department", "件 / received", f"超期 {one}", f"超期 {other}")
    for row in made["departments"][:SHOWN]:
        received = max(side["received"] for side in row["sides"])
        overdue = (str(side["overdue"]) for side in row["sides"])
        late.add_row(row["department"], str(received), *overdue)
    console.print(late)
    papers = Table("谁 / leader", "方案 / profile", "文书 / papers", "日均 / a day", "最多 / most")
    for name, side in zip(made["profiles"], made["sides"], strict=True):
        for leader in side["papers"]["leaders"][: SHOWN // 2]:
            most = f"{leader['most']}（{leader['most_on']}）"
            papers.add_row(
                leader["leader"], name, str(leader["papers"]), str(leader["a_day"]), most
            )
    console.print(papers)


SUMS = {
    "overdue": "超期 / overdue",
    "supervised": "被督办 / supervised",
    "orders": "督办单 / orders",
    "papers": "文书 / papers",
}


def _figure(side: dict[str, Any], key: str) -> Any:
    return side["papers"]["total"] if key == "papers" else side[key]
