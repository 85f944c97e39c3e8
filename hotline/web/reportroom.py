"""Reports built when their days are over, once whichever node comes first, and sent to the lists."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hotline.domain.people import Actor
from hotline.flow import facts as flow
from hotline.flow.centre import Centre
from hotline.reports import binding, building, factqueries, figures
from hotline.reports.factqueries import Span
from hotline.reports.periods import CITY, PUBLIC, Kind, Wanted, as_of, ended
from hotline.store import acts, outbox, reportrows
from hotline.store.outbox import Message
from hotline.store.reportrows import What
from hotline.store.work import Work


async def build_due(centre: Centre) -> int:
    """Whatever is due and not there yet; returns how many this node built."""
    built = 0
    for kind, first, last in ended(centre.now()):
        span = Span(first, last, as_of(last))
        async with centre.look() as look:
            left = [
                wanted
                for unit in await _whose(look, span, kind)
                if not await reportrows.editions(
                    look.connection, what(wanted := Wanted(kind, first, last, unit))
                )
            ]
        if left:
            await flow.catch_up(centre)
            async with centre.look() as look:
                before = figures.before(span).first
                moved = (await factqueries.settled(look.connection, span, before)).moved
        for wanted in left:
            if not centre.stopping.is_set():
                built += await scheduled(centre, wanted, moved) is not None
    return built


async def _whose(look: Work, span: Span, kind: Kind) -> list[str]:
    """The city's always; a month also the public's and that of each unit with work in it."""
    if kind is not Kind.MONTHLY:
        return [CITY]
    return [CITY, PUBLIC, *await factqueries.units(look.connection, span)]


def what(wanted: Wanted) -> What:
    return What(wanted.kind.value, wanted.unit, wanted.topic, wanted.first, wanted.last)


async def scheduled(centre: Centre, wanted: Wanted, moved: building.Moved = None) -> int | None:
    """The first edition, as of its last day's end; None: another node kept the same one first."""
    await flow.catch_up(centre)
    async with centre.look() as look:
        at, tree = as_of(wanted.last), centre.rules.tree
        told = await building.figures_of(look.connection, wanted, at, tree, moved)
    return await _keep(centre, wanted, Edition(1, at, told))


async def build(centre: Centre, wanted: Wanted, at: datetime, by: Actor) -> int | None:
    """The next edition, with what changed since the one before."""
    await flow.catch_up(centre)
    async with centre.look() as look:
        before = await reportrows.newest(look.connection, what(wanted))
        told = await building.figures_of(look.connection, wanted, at, centre.rules.tree)
    if before is not None:
        told["changed"] = building.changes(json.loads(before["body"]), told)
    return await _keep(
        centre, wanted, Edition(before["edition"] + 1 if before else 1, at, told), by
    )


@dataclass(frozen=True)
class Edition:
    """What is to be kept, under which number."""

    n: int
    at: datetime
    told: dict[str, Any]


async def _keep(
    centre: Centre, wanted: Wanted, edition: Edition, by: Actor | None = None
) -> int | None:
    facts = {
        **{"as_of": edition.at, "formulas": figures.FORMULAS, "node": centre.node},
        **{"built_at": centre.now(), "body": building.written(edition.told)},
    }
    async with centre.work() as work:
        kept = await reportrows.keep(work.connection, what(wanted), edition.n, facts)
        if kept is None:
            return None
        if by is not None:
            about = {"kind": wanted.kind.value, "from": str(wanted.first), "to": str(wanted.last)}
            await acts.record(work.connection, work.at, by, "report_built", about)
        report = await reportrows.one(work.connection, kept)
        assert report is not None
        await _send(centre, work, report)
    return kept


async def _send(centre: Centre, work: Work, report: dict[str, Any]) -> None:
    if "mail" not in work.ways:
        return
    listed = await reportrows.addresses(
        work.connection, centre.cipher, report["kind"], report["unit"]
    )
    made = shown(centre, report)
    page = f"{centre.address}/office/figures/reports/{report['id']}"
    text = f"{binding.summary(made)}\n\n{binding.foot(made)}\n\n全文：{page}"
    messages = [
        Message(
            message_id=f"report.{report['id']}.mail.{list_id}",
            audience="mail:report",
            about="",
            subject=f"{made.title}（{made.days}）",
            text=text,
            address=address,
        )
        for list_id, address in listed
    ]
    await outbox.post(work.connection, messages, work.at, leaves=True, cipher=centre.cipher)


def shown(centre: Centre, report: dict[str, Any]) -> binding.Bound:
    """A kept report as it is bound; its city and unit by the names they have."""
    tree, unit = centre.rules.tree, report["unit"]
    name = "" if unit in (CITY, PUBLIC) else tree.top(unit)
    return binding.bound(report, json.loads(report["body"]), centre.post.city, name)
