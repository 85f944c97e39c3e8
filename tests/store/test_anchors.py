"""The record against the database's owner: a thousand records tampered with, a thousand found."""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.commands import backup, restore
from hotline.domain import chaining
from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.domain.case import GENESIS, Entry
from hotline.domain.people import OPERATOR
from hotline.domain.words import Role
from hotline.flow import intake, work
from hotline.flow.centre import Centre
from hotline.store import acts as chained
from hotline.store import anchors, rows
from hotline.store.acts import act_body
from hotline.store.findings import Broken
from hotline.store.keys import Keys
from hotline.store.ledger import verify
from hotline.store.ledgers import ActRow, RevealRow
from hotline.store.tables import CaseRow, EntryRow
from hotline.wiring import MovingClock
from tests.commands.support import settings_in
from tests.makers import a_complaint, an_officer

ENTRY, CASE = EntryRow.__table__.c, CaseRow.__table__.c
Tamper = Callable[[AsyncConnection, str, list[Entry], random.Random], Any]


async def anchored(centre: Centre) -> bool:
    async with centre.look() as look:
        made = await anchors.due(look.connection, look.cipher, centre.files, look.at)
    if made is None:
        return False
    async with centre.work() as unit:
        return await anchors.keep(unit.connection, unit.cipher, centre.files, made)


async def broken(centre: Centre) -> list[Broken]:
    found = await verify(centre.store, centre.cipher, centre.files, centre.now())
    return [one for one in found.broken if one.invariant == "I6"]


async def a_life(centre: Centre) -> str:
    """One case, dispatched and signed for, whose citizen was seen once."""
    await intake.receive(centre, a_complaint())
    await intake.triage_pending(centre)
    async with centre.look() as look:
        number = str((await look.connection.execute(select(CASE.number))).scalar_one())
        state = str((await look.connection.execute(select(CASE.state))).scalar_one())
    dispatcher = an_officer(Role.DISPATCHER)
    if state == "registered":
        await work.act(centre, number, acts.Accept(), dispatcher)
    if state != "dispatched":
        await work.act(centre, number, acts.Transfer(department="zjj"), dispatcher)
    lead = (await work.view(centre, number, dispatcher)).case.lead
    clerk = an_officer(Role.CLERK, lead)
    await work.act(centre, number, department.Sign(handler="钱", phone="12345"), clerk)
    await work.reveal(centre, number, ("phone",), "核实地点", dispatcher)
    return number


def chained_anew(number: str, entries: Sequence[Entry]) -> list[Entry]:
    """As the owner of the database would write them: numbered, hashed, each to the one before."""
    previous, made = GENESIS, []
    for seq, entry in enumerate(entries, start=1):
        kept = Entry(**{**entry.__dict__, "seq": seq, "previous": previous, "hash": ""})
        made.append(kept.sealed(number))
        previous = made[-1].hash
    return made


def as_row(entry: Entry, case_id: int) -> dict[str, Any]:
    plain = {**entry.__dict__, "case_id": case_id, "action": entry.action.value}
    return {name: dict(v) if name in ("before", "after") else v for name, v in plain.items()}


async def rewritten(connection: AsyncConnection, number: str, entries: Sequence[Entry]) -> None:
    made = chained_anew(number, entries)
    mine = select(CASE.id).where(CASE.number == number)
    case_id = (await connection.execute(mine)).scalar_one()
    await connection.execute(delete(EntryRow).where(ENTRY.case_id == case_id))
    await connection.execute(insert(EntryRow), [as_row(one, case_id) for one in made])
    head = {"last_seq": len(made), "last_hash": made[-1].hash}
    await connection.execute(update(CaseRow).where(CASE.id == case_id).values(**head))


async def edits(
    connection: AsyncConnection, number: str, entries: list[Entry], chance: random.Random
) -> None:
    """Clumsily: a word of one entry, and nothing else."""
    case_id = select(CASE.id).where(CASE.number == number).scalar_subquery()
    seq = chance.randint(1, len(entries))
    one = update(EntryRow).where(ENTRY.case_id == case_id, ENTRY.seq == seq)
    await connection.execute(one.values(actor="somebody else"))


async def edits_and_rehashes(
    connection: AsyncConnection, number: str, entries: list[Entry], chance: random.Random
) -> None:
    at = chance.randrange(len(entries))
    entries[at] = Entry(**{**entries[at].__dict__, "text": "从未说过的话"})
    await rewritten(connection, number, entries)


async def truncates(
    connection: AsyncConnection, number: str, entries: list[Entry], chance: random.Random
) -> None:
    await rewritten(connection, number, entries[: chance.randint(1, len(entries) - 1)])


async def removes_one(
    connection: AsyncConnection, number: str, entries: list[Entry], chance: random.Random
) -> None:
    del entries[chance.randrange(len(entries))]
    await rewritten(connection, number, entries)


async def swaps(
    connection: AsyncConnection, number: str, entries: list[Entry], chance: random.Random
) -> None:
    first, second = chance.sample(range(len(entries)), 2)
    entries[first], entries[second] = entries[second], entries[first]
    await rewritten(connection, number, entries)


async def deletes_the_case(
    connection: AsyncConnection, number: str, entries: list[Entry], chance: random.Random
) -> None:
    case_id = (await connection.execute(select(CASE.id).where(CASE.number == number))).scalar_one()
    await connection.execute(delete(EntryRow).where(ENTRY.case_id == case_id))
    await connection.execute(delete(CaseRow).where(CASE.id == case_id))


WAYS: tuple[Tamper, ...] = (
    edits, edits_and_rehashes, truncates, removes_one, swaps, deletes_the_case,
)  # fmt: skip


async def multiplied(centre: Centre, number: str, many: int) -> dict[str, list[Entry]]:
    """So many cases with the life of the one, each with a number and a chain of its own."""
    async with centre.work() as unit:
        found = await unit.connection.execute(select(*CASE).where(CASE.number == number))
        row = dict(found.one()._mapping)
        found = await unit.connection.execute(
            select(*ENTRY).where(ENTRY.case_id == row.pop("id")).order_by(ENTRY.seq)
        )
        entries = [rows.entry_from(one) for one in found]
        made = {}
        for n in range(many):
            copy = f"20261124-{n + 1:06}"
            made[copy] = chained_anew(copy, entries)
            head = {"number": copy, "last_hash": made[copy][-1].hash}
            new = insert(CaseRow).values(**{**row, **head}).returning(CaseRow.id)
            case_id = (await unit.connection.execute(new)).scalar_one()
            told = [as_row(one, case_id) for one in made[copy]]
            await unit.connection.execute(insert(EntryRow), told)
    return made


async def tampered(centre: Centre, kept: dict[str, list[Entry]]) -> None:
    chance = random.Random(21)
    async with centre.work() as unit:
        for n, (number, entries) in enumerate(kept.items()):
            await WAYS[n % len(WAYS)](unit.connection, number, list(entries), chance)


async def places(centre: Centre, numbers: Sequence[str], first_id: int) -> set[str]:
    """The numbers of the cases that were named; a deleted one is named by its id."""
    found = {one.place for one in await broken(centre)}
    by_id = {f"case id {first_id + n}": number for n, number in enumerate(numbers)}
    return {by_id.get(place, place) for place in found} & set(numbers)


def turned_to(centre: Centre, suite: str) -> None:
    """A new key of the suite, as `hotline keys rotate --suite` makes it."""
    Keys.load_or_make(centre.files).with_new(suite).save(centre.files)
    centre.cipher.refresh()


@pytest.mark.slow
@pytest.mark.parametrize("suite", ["intl", "sm"])
async def test_a_thousand_records_tampered_with_are_a_thousand_found(
    centre: Centre, clock: MovingClock, monkeypatch: pytest.MonkeyPatch, suite: str
) -> None:
    """Row 21; edited, rehashed, cut short, taken out, swapped, deleted with everything."""
    monkeypatch.setattr("hotline.store.ledger.LISTED", 10_000)
    if suite == "sm":
        turned_to(centre, "sm")
    kept = await multiplied(centre, await a_life(centre), 1000)
    assert await anchored(centre) and not await broken(centre)
    await tampered(centre, kept)
    assert len(await places(centre, list(kept), 2)) == 1000
    for path in anchors.place(centre.files).iterdir():
        path.rename(centre.files / path.name)
    without = await places(centre, list(kept), 2)
    assert len(without) < 200, "without the anchor only the clumsy are found"


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_what_was_done_to_one_record_is_named_by_its_place(
    centre: Centre, way: Tamper
) -> None:
    kept = await multiplied(centre, await a_life(centre), 3)
    await anchored(centre)
    number = list(kept)[1]
    async with centre.work() as unit:
        await way(unit.connection, number, list(kept[number]), random.Random(3))
    found = await broken(centre)
    assert {one.place for one in found} == {"case id 3" if way is deletes_the_case else number}
    assert any("entry" in one.what for one in found)


async def test_the_record_is_chained_by_the_suite_and_holds_when_it_changes_midway(
    centre: Centre, clock: MovingClock
) -> None:
    """国密: entries, reveals, acts and anchors by SM3 from the change on; the old stay as they are."""
    number = await a_life(centre)
    assert await anchored(centre)
    turned_to(centre, "sm")
    clock.move_to(clock.at + timedelta(days=1))
    dispatcher = an_officer(Role.DISPATCHER)
    await work.act(centre, number, department.Note(text="已到现场"), dispatcher)
    await work.reveal(centre, number, ("phone",), "再核实", dispatcher)
    assert await anchored(centre) and not await broken(centre)
    first, second = (
        anchors.load(centre.files, d, centre.cipher) for d in anchors.days(centre.files)
    )
    assert (first.suite, second.suite, second.previous) == ("intl", "sm", first.digest)
    turned_to(centre, "intl")
    await work.act(centre, number, department.Note(text="又到现场"), dispatcher)
    assert not await broken(centre)
    async with centre.look() as look:
        entries = await look.cases.timeline((await look.cases.read(number)).id or 0)
    made = [chained_by(one, number) for one in entries]
    assert made[0] == "intl" and made[-2:] == ["sm", "intl"] and "" not in made
    async with centre.work() as unit:
        await edits(unit.connection, number, list(entries), random.Random(1))
    assert {one.place for one in await broken(centre)} == {number}


def chained_by(entry: Entry, number: str) -> str:
    for suite in chaining.SUITES:
        chaining.choose(suite)
        if entry.sealed(number).hash == entry.hash:
            return suite
    return ""


async def test_an_anchor_a_day_that_holds_every_chain_that_moved(
    centre: Centre, clock: MovingClock
) -> None:
    number = await a_life(centre)
    clock.move_to(clock.at + timedelta(hours=2))
    assert await anchored(centre) and not await anchored(centre)
    clock.move_to(clock.at + timedelta(days=1))
    assert await anchored(centre)
    clock.move_to(clock.at + timedelta(days=1))
    note = department.Note(text="已到现场")
    await work.act(centre, number, note, an_officer(Role.DISPATCHER))
    await anchored(centre)
    days = anchors.days(centre.files)
    told = [anchors.load(centre.files, day, centre.cipher) for day in days]
    assert [one.previous for one in told] == [GENESIS, told[0].digest, told[1].digest]
    moved = [[leaf.split()[0] for leaf in anchors.leaves_of(centre.files, one)] for one in told]
    assert moved == [["act", "case", "reveal"], ["act"], ["act", "case"]]
    assert not await broken(centre)


@pytest.mark.slow
async def test_acts_and_reveals_rewritten_by_the_owner_are_found(centre: Centre) -> None:
    number = await a_life(centre)
    async with centre.work() as unit:
        for n in range(3):
            await chained.record(unit.connection, unit.at, OPERATOR, "told", {"n": n})
    await anchored(centre)
    async with centre.work() as unit:
        await unit.connection.execute(delete(RevealRow))
        found = (await unit.connection.execute(select(*ActRow.__table__.c))).all()
        previous = GENESIS
        for row in sorted(found, key=lambda one: one.seq):
            facts = {**row._mapping, "previous": previous, "origin": "elsewhere"}
            facts.pop("hash")
            previous = chaining.link(act_body(facts))
            one = update(ActRow).where(ActRow.seq == row.seq)
            await unit.connection.execute(one.values(**facts, hash=previous))
    assert {one.place for one in await broken(centre)} == {"acts", number}


@pytest.mark.slow
@pytest.mark.parametrize("sabotage", ["leaves", "header", "gone", "unsealed"])
async def test_an_anchor_that_was_changed_is_no_anchor(
    centre: Centre, clock: MovingClock, sabotage: str
) -> None:
    await a_life(centre)
    for _ in range(3):
        await anchored(centre)
        clock.move_to(clock.at + timedelta(days=1))
    where = anchors.place(centre.files)
    header = where / f"{anchors.days(centre.files)[1]}.json"
    if sabotage == "gone":
        header.unlink()
    elif sabotage == "leaves":
        leaves = next(where.glob(f"{header.stem}.*.leaves"))
        leaves.write_text(leaves.read_text().replace("act", "case"))
    elif sabotage == "header":
        header.write_text(header.read_text().replace("last_case", "lost_case"))
    else:
        header.write_text("{}")
    assert any(one.place.startswith("anchor ") for one in await broken(centre))


@pytest.mark.slow
async def test_anchors_travel_with_the_backup(
    centre: Centre, sqlite_url: str, tmp_path: Path
) -> None:
    await a_life(centre)
    await anchored(centre)
    settings, other = settings_in(tmp_path, sqlite_url), settings_in(tmp_path / "other")
    assert await backup.run(settings, tmp_path / "b.tar") == 0
    assert await restore.run(other, tmp_path / "b.tar") == 0  # and `verify` holds
    assert anchors.days(other.folder) == anchors.days(centre.files) != []
