"""The schema's steps: up one by one, down one by one, up again; and they make what tables say."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from hotline.store import casesearch, ledgers, migrations, rulebooks, search
from hotline.store.articletables import ArticleRow
from hotline.store.beats import BeatRow
from hotline.store.callbacktables import CallbackTakenRow
from hotline.store.calltables import CallRow
from hotline.store.database import Store
from hotline.store.decisiontables import DecisionRow
from hotline.store.facttables import FactCaseRow
from hotline.store.guardtables import RightRow
from hotline.store.inspectiontables import SheetRow
from hotline.store.plans import DepartmentPlanRow
from hotline.store.polltables import PollRow
from hotline.store.presence import PresenceRow
from hotline.store.privacytables import HoldRow
from hotline.store.repeattables import AlertRow
from hotline.store.replytemplates import ReplyTemplateRow
from hotline.store.savedviews import SavedViewRow
from hotline.store.standby import RosterRow
from hotline.store.tables import Row
from hotline.store.typicaltables import TypicalRow
from tests.support.postgres import Cluster

METADATA = Row.metadata
# Their tables are known as well.
SEARCHED = (search.TABLE, casesearch.TABLE)  # and what FTS5 keeps beside them
ALL = (
    DepartmentPlanRow,
    SavedViewRow,
    RosterRow,
    AlertRow,
    ledgers.IdentityRow,
    DecisionRow,
    ArticleRow,
    CallRow,
    RightRow,
    FactCaseRow,
    BeatRow,
    HoldRow,
    TypicalRow,
    PollRow,
    ReplyTemplateRow,
    PresenceRow,
    SheetRow,
    CallbackTakenRow,
)
assert all(row.metadata is METADATA for row in ALL)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url_of_nothing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it, on both kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/hotline.db"
        return
    server: Cluster = request.getfixturevalue("server")
    name = f"bare_{abs(hash(request.node.nodeid)) % 10**9}"
    yield server.create(name)
    server.drop(name)


@pytest.fixture
async def store(url_of_nothing: str) -> AsyncIterator[Store]:
    store = Store(url_of_nothing)
    yield store
    await store.close()


def tables(connection: Connection) -> set[str]:
    """Ours that are alike on both databases; how each searches texts is its own."""
    found = set(inspect(connection).get_table_names()) - {"alembic_version"}
    return {name for name in found if not name.startswith(SEARCHED)}


async def searched(store: Store) -> bool:
    async with store.read() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    return search.TABLE in names


async def tables_of(store: Store) -> set[str]:
    async with store.read() as connection:
        return await connection.run_sync(tables)


async def climb_and_descend(store: Store) -> None:
    steps = migrations.revisions()
    seen = [await tables_of(store)]
    for step in steps:
        await migrations.upgrade(store, step)
        seen.append(await tables_of(store))
    for step, below in zip([*steps[:-1][::-1], "base"], seen[:-1][::-1], strict=True):
        await migrations.downgrade(store, step)
        assert await tables_of(store) == below
    await migrations.upgrade(store)
    assert await tables_of(store) == seen[-1]
    assert set(METADATA.tables) == seen[-1]


def same_on_both(name: str | None, kind: str, _: object) -> bool:
    return kind != "table" or not (name or "").startswith(SEARCHED)


async def differences(store: Store) -> list[object]:
    def compare(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": same_on_both}
        )
        return list(compare_metadata(context, METADATA))

    async with store.read() as connection:
        return await connection.run_sync(compare)


async def test_every_step_goes_up_and_down_again(store: Store) -> None:
    await climb_and_descend(store)


async def test_what_texts_are_searched_by_comes_and_goes_with_its_step(store: Store) -> None:
    await migrations.upgrade(store)
    assert await searched(store)
    await migrations.downgrade(store, "0012")
    assert not await searched(store) and await tables_of(store)


async def test_the_migrated_schema_is_what_the_tables_say(store: Store) -> None:
    await migrations.upgrade(store)
    assert await differences(store) == []


async def test_constraints_and_indexes_have_the_names_the_tables_give_them(store: Store) -> None:
    await migrations.upgrade(store)

    def names(connection: Connection) -> set[str]:
        looked_at = inspect(connection)
        found = [index["name"] for name in METADATA.tables for index in looked_at.get_indexes(name)]
        return {name for name in found if name and name.startswith("ix")}

    async with store.read() as connection:
        made = await connection.run_sync(names)
    wanted = {str(index.name) for t in METADATA.tables.values() for index in t.indexes}
    assert made == wanted


async def test_migrating_twice_changes_nothing(store: Store) -> None:
    assert await migrations.upgrade(store) == (None, migrations.newest())
    assert await migrations.upgrade(store) == (migrations.newest(), migrations.newest())


async def test_three_nodes_may_migrate_at_once(url_of_nothing: str) -> None:
    nodes = [Store(url_of_nothing) for _ in range(3)]
    try:
        walked = await asyncio.gather(*(migrations.upgrade(node) for node in nodes))
        assert sorted(before is None for before, _ in walked) == [False, False, True]
        assert await tables_of(nodes[0]) == set(METADATA.tables)
    finally:
        for node in nodes:
            await node.close()


async def test_a_step_that_fails_leaves_nothing_behind(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: object, **__: object) -> None:
        raise RuntimeError("cut off at the very end")

    upgrade = migrations.command.upgrade
    monkeypatch.setattr(migrations.command, "upgrade", lambda *told: (upgrade(*told), cut_off()))
    with pytest.raises(RuntimeError):
        await migrations.upgrade(store)
    assert await tables_of(store) == set()
    assert await migrations.current(store) is None


async def test_foreign_keys_are_watched_again_after_a_migration(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/hotline.db")
    await migrations.upgrade(store)
    async with store.write() as connection:
        assert (await connection.execute(text("PRAGMA foreign_keys"))).scalar_one() == 1
    await store.close()


async def test_a_duty_list_from_before_versions_is_carried_over_and_back(store: Store) -> None:
    """In its order, whatever the ids; a city that had none still has none."""
    rules = [{"id": "b", "department": "zjj"}, {"id": "a", "department": "cgj"}]
    await migrations.upgrade(store, "0007")
    async with store.write() as connection:
        for rank, one in enumerate(rules):
            told = {"id": one["id"], "rank": rank, "facts": json.dumps(one)}
            put = "INSERT INTO duty (id, rank, facts) VALUES (:id, :rank, :facts)"
            facts = put if store.sqlite else put.replace(":facts", "CAST(:facts AS jsonb)")
            await connection.execute(text(facts), told)
    await migrations.upgrade(store)
    async with store.read() as connection:
        edition = await rulebooks.read(connection)
    assert edition is not None and edition.version == 1
    assert [one["id"] for one in edition.rules] == ["b", "a"]
    await migrations.downgrade(store, "0007")
    async with store.read() as connection:
        found = await connection.execute(text("SELECT id FROM duty ORDER BY rank"))
        assert list(found.scalars()) == ["b", "a"]


async def test_views_saved_twice_under_a_name_are_told_apart_and_none_is_lost(store: Store) -> None:
    await migrations.upgrade(store, "0027")
    names = ["我的", "我的", "我的 (2)", "我的", "长" * 40, "长" * 40]
    async with store.write() as connection:
        for n, name in enumerate([*names, "我的"], 1):
            gone = "'2026-11-23 09:00:00'" if n > len(names) else "NULL"
            await connection.execute(
                text(
                    "INSERT INTO saved_view (id, officer_id, name, filters, created_at, gone_at)"
                    f" VALUES (:id, 1, :name, '{{}}', '2026-11-23 09:00:00', {gone})"
                ),
                {"id": n, "name": name},
            )
    await migrations.upgrade(store)
    async with store.read() as connection:
        found = list(
            (await connection.execute(text("SELECT name FROM saved_view ORDER BY id"))).scalars()
        )
    assert found == [
        "我的",
        "我的 (3)",
        "我的 (2)",
        "我的 (4)",
        "长" * 40,
        "长" * 36 + " (2)",
        "我的",
    ]
