"""A backup brings back what there was, on both databases; cut short or changed it is refused whole."""

import errno
import io
import json
import os
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest
from sqlalchemy import MetaData, make_url, text, update

from hotline import seed
from hotline.commands import backup, restore
from hotline.commands.failing import Failed
from hotline.config import Settings
from hotline.domain.people import OPERATOR
from hotline.flow import selfcheck
from hotline.flow.centre import Centre
from hotline.store import acts, beats, bundle, files, snapshot
from hotline.store.database import Store
from hotline.store.inbox import give_numbers
from hotline.store.ledgers import ActRow
from hotline.wiring import MovingClock, system_clock
from tests.commands.support import settings_in
from tests.commands.test_verify import lived_in
from tests.conftest import a_centre
from tests.support import postgres

BESIDES = {"act", "number_day", "alembic_version", "beat"}  # restoring changes these


@dataclass
class Life:
    """A place in which there was some life, and an empty one of the same kind."""

    settings: Settings
    empty: Settings


@pytest.fixture
def other_url(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> Iterator[str]:
    """An empty place of the same kind."""
    if url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'other' / 'hotline.db'}"
        return
    server: postgres.Cluster = request.getfixturevalue("server")
    name = f"r_{abs(hash(request.node.nodeid)) % 10**9}"
    yield server.create(name)
    server.drop(name)


@pytest.fixture
async def life(url: str, other_url: str, tmp_path: Path, clock: MovingClock) -> Life:
    centre = await a_centre(url, tmp_path, clock)
    await lived_in(centre, clock, tmp_path)
    async with centre.store.write() as connection:
        await beats.beat(connection, "then:8345", system_clock())
    await centre.close()
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "order.md").write_text("督办单", "utf-8")
    (tmp_path / "inspection.toml").write_text(seed.inspection(), "utf-8")
    (tmp_path / "city").mkdir()
    (borders := tmp_path / "city" / "borders.geojson").write_bytes(seed.boundaries())
    ours = settings_in(tmp_path, url).model_copy(update={"boundaries": borders})
    return Life(ours, settings_in(tmp_path / "other", other_url))


async def rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in the database, table by table."""
    store, found, tables = Store(url), {}, MetaData()
    async with store.read() as connection:
        await connection.run_sync(tables.reflect)
        for name, table in tables.tables.items():
            listed = [tuple(row) for row in await connection.execute(table.select())]
            found[name] = sorted(listed, key=repr)
    await store.close()
    return found


async def test_what_is_restored_is_what_there_was_with_files_and_keys(
    life: Life, tmp_path: Path
) -> None:
    tar = tmp_path / "b.tar"
    assert await backup.run(life.settings, tar) == 0
    assert stat.S_IMODE(tar.stat().st_mode) == 0o600
    assert await restore.run(life.empty, tar) == 0  # and `verify` holds
    before, after = await rows(life.settings.database_url), await rows(life.empty.database_url)
    assert set(before) == set(after)
    for name in set(before) - BESIDES:
        assert before[name] == after[name], name
    for part in ("keys.json", "papers/order.md", "inspection.toml"):
        assert (life.empty.folder / part).read_bytes() == (tmp_path / part).read_bytes()
    borders = (life.empty.folder / "boundaries.geojson").read_bytes()
    assert borders == seed.boundaries(), "from where the setting had them to where they need none"
    assert stat.S_IMODE((life.empty.folder / "keys.json").stat().st_mode) == 0o600
    kept = sorted(p.name for p in (tmp_path / "files").rglob("*") if p.is_file())
    assert kept == sorted(p.name for p in (life.empty.folder / "files").rglob("*") if p.is_file())
    assert kept, "no attachment was there to be tried"
    assert [a[4] for a in sorted(after["act"])][-2:] == ["backup_begun", "restore"]
    assert before["beat"] and not after["beat"], "a node of that time would be an alarm today"


async def test_a_backup_that_fails_leaves_the_alarm_standing_and_a_good_one_ends_it(
    any_centre: Centre,
    url: str,
    tmp_path: Path,
    clock: MovingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock.move_to(system_clock())
    async with any_centre.work() as work:
        await acts.record(work.connection, work.at, OPERATOR, "seed", {})
        await work.connection.execute(update(ActRow).values(at=work.at - timedelta(days=8)))
    with pytest.raises(Failed, match="cannot write"):
        await backup.run(settings_in(tmp_path, url), tmp_path / "nowhere" / "b.tar")

    def full(packing: bundle.Packing, about: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as held:
        held.setattr(bundle.Packing, "close", full)
        with pytest.raises(Failed, match="No space left"):
            await backup.run(settings_in(tmp_path, url), tmp_path / "b.tar")
    assert "backup" in await selfcheck.check(any_centre)
    async with any_centre.look() as look:
        listed = [one["act"] for one in await acts.listed(look.connection, limit=2)]
    assert listed == ["backup_begun"] * 2, "whoever tried to take everything away is on record"
    assert await backup.run(settings_in(tmp_path, url), tmp_path / "b.tar") == 0
    assert "backup" not in await selfcheck.check(any_centre)


async def test_a_backup_that_could_not_be_recorded_says_so_and_stays(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = acts.record

    async def away(connection: Any, at: Any, actor: Any, act: str, about: Any) -> None:
        if act == "backup":
            raise ConnectionError
        await record(connection, at, actor, act, about)

    monkeypatch.setattr(acts, "record", away)
    with pytest.raises(Failed, match="没能记下这次备份"):
        await backup.run(settings_in(tmp_path, url), tmp_path / "b.tar")
    assert bundle.check(tmp_path / "b.tar")


@pytest.mark.slow
async def test_numbers_given_after_the_backup_are_not_given_again(
    life: Life, tmp_path: Path
) -> None:
    await backup.run(life.settings, tmp_path / "b.tar")
    now, given = system_clock(), []
    for settings in (life.settings, life.empty):
        if settings is life.empty:
            await restore.run(life.empty, tmp_path / "b.tar")
        store = Store(settings.database_url)
        async with store.write() as connection:
            given.append(set(await give_numbers(connection, [now] * 50)))
        await store.close()
    assert not given[0] & given[1]
    assert all(len(number) == 15 for number in given[1])


@pytest.mark.slow
async def test_a_backup_goes_only_into_an_empty_place_and_touches_nothing_there(
    life: Life, tmp_path: Path
) -> None:
    tar = tmp_path / "b.tar"
    await backup.run(life.settings, tar)
    before = await rows(life.settings.database_url)
    with pytest.raises(Failed, match="keys.json"):
        await restore.run(life.settings, tar)
    elsewhere = tmp_path / "elsewhere"
    with pytest.raises(Failed, match="数据库里已有内容"):
        await restore.run(settings_in(elsewhere, life.settings.database_url), tar)
    assert await rows(life.settings.database_url) == before
    assert not list(elsewhere.glob("*"))
    with pytest.raises(Failed, match="已存在"):
        await backup.run(life.settings, tar)


@pytest.mark.postgres
async def test_without_its_programs_postgresql_is_not_half_backed_up(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "PROGRAMS", tmp_path)
    monkeypatch.setattr(snapshot.shutil, "which", lambda name: None)
    with pytest.raises(Failed, match="pg_dump，请安装"):
        await backup.run(settings_in(tmp_path / "data", postgres_url), tmp_path / "b.tar")
    assert not list(tmp_path.glob("*.tar")) and not list(tmp_path.glob(".hotline*"))


@pytest.fixture
async def tar(sqlite_url: str, tmp_path: Path, clock: MovingClock) -> Path:
    """A small backup with one attachment."""
    centre = await a_centre(sqlite_url, tmp_path, clock)
    digest = files.write(centre.files, b"%PDF-1.4 a file")
    async with centre.work() as work:
        told = ("单.pdf", 15, "application/pdf")
        await files.describe(work.connection, centre.cipher, digest, told, work.at)
    await centre.close()
    assert await backup.run(settings_in(tmp_path, sqlite_url), tmp_path / "b.tar") == 0
    return tmp_path / "b.tar"


async def refused(tar: Path, place: Path) -> str:
    """Why it is; nothing may have been put in place."""
    with pytest.raises(Failed) as told:
        await restore.run(settings_in(place), tar)
    assert not place.exists()
    return str(told.value)


async def test_a_backup_that_was_cut_short_anywhere_is_refused(tar: Path, tmp_path: Path) -> None:
    body = tar.read_bytes()
    for part in (0.0, 0.001, 0.3, 0.5, 0.9, 0.97, 0.98, 0.985):
        short = tmp_path / "short.tar"
        short.write_bytes(body[: int(len(body) * part)])
        assert "备份" in await refused(short, tmp_path / "empty")


def _spots(tar: Path) -> dict[str, int]:
    """Where in the file each member's first byte lies, and the middle of the database."""
    with tarfile.open(tar) as opened:
        spots = {entry.name: entry.offset_data for entry in opened}
        spots["middle"] = opened.getmember("database.sqlite3").size // 2
    return spots


async def test_a_backup_with_one_byte_changed_is_refused(tar: Path, tmp_path: Path) -> None:
    body = tar.read_bytes()
    for name, spot in _spots(tar).items():
        changed = bytearray(body)
        changed[spot] ^= 1
        (tmp_path / "changed.tar").write_bytes(changed)
        assert await refused(tmp_path / "changed.tar", tmp_path / "empty"), name


def _with(tar: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Written anew with other members, and a list that agrees with them."""
    with tarfile.open(tar) as opened:
        members = {e.name: opened.extractfile(e).read() for e in opened}  # type: ignore[union-attr]
    manifest = json.loads(members.pop("manifest.json"))
    change(members)
    manifest["members"] = {
        name: {"size": len(body), "sha256": sha256(body).hexdigest()}
        for name, body in members.items()
    }
    made = tar.with_name("made.tar")
    with tarfile.open(made, "w") as out:
        for name, body in {**members, "manifest.json": json.dumps(manifest).encode()}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            out.addfile(entry, io.BytesIO(body))
    return made


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "files/../../evil", "papers/../x", ".a"])
async def test_a_backup_cannot_write_outside_of_its_place(
    tar: Path, tmp_path: Path, name: str
) -> None:
    made = _with(tar, lambda members: members.update({name: b"x"}))
    assert "备份" in await refused(made, tmp_path / "empty")
    assert not (tmp_path / "evil").exists()


async def test_a_record_changed_with_its_hashes_is_found_by_the_verify_that_follows(
    tar: Path, tmp_path: Path
) -> None:
    def forge(members: dict[str, bytes]) -> None:
        path = tmp_path / "forged.db"
        path.write_bytes(members["database.sqlite3"])
        with closing(connect(path)) as opened:
            opened.execute("UPDATE act SET actor = 'nobody' WHERE seq = 1")
            opened.commit()
        members["database.sqlite3"] = path.read_bytes()

    assert await restore.run(settings_in(tmp_path / "empty"), _with(tar, forge)) == 1


async def test_an_attachment_that_is_missing_already_is_told_and_the_rest_is_kept(
    sqlite_url: str, tar: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (kept,) = (path for path in (tmp_path / "files").rglob("*") if path.is_file())
    kept.unlink()
    assert await backup.run(settings_in(tmp_path, sqlite_url), tmp_path) == 1
    assert kept.name in capsys.readouterr().err
    assert len(list(tmp_path.glob("hotline-*.tar"))) == 1


async def test_a_full_disk_leaves_no_file_that_looks_like_a_backup(
    sqlite_url: str, tar: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("hotline.store.bundle.os.fsync", full)
    place = tmp_path / "stick"
    place.mkdir()
    with pytest.raises(Failed, match="备份无法写入"):
        await backup.run(settings_in(tmp_path, sqlite_url), place)
    assert list(place.iterdir()) == []


async def test_an_interrupted_restore_leaves_the_place_empty_for_the_next_try(
    tar: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as broken:
        broken.setattr("hotline.store.snapshot.shutil.copyfile", full)
        with pytest.raises(Failed, match="恢复无法写入"):
            await restore.run(settings_in(tmp_path / "empty"), tar)
    assert await restore.run(settings_in(tmp_path / "empty"), tar) == 0


async def test_the_copy_is_one_moment_even_with_a_writer_in_mid_transaction(
    sqlite_url: str, tmp_path: Path
) -> None:
    store = Store(sqlite_url)
    async with store.write() as connection:
        await connection.execute(text("DELETE FROM department"))
        other = Store(sqlite_url)
        await snapshot.take(other, tmp_path / "copy.db")
        await other.close()
    await store.close()
    with closing(connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT count(*) FROM department").fetchone()[0] > 0


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("u:p@h:5433/d", {"PGPASSWORD": "p", "PGHOST": "h", "PGPORT": "5433"}),
        ("u@h/d?ssl=require", {"PGSSLMODE": "require", "PGHOST": "h"}),
        ("u@/d?host=/run/postgresql", {"PGHOST": "/run/postgresql"}),
        (
            "u@/d?host=[::1]:5432&host=two&target_session_attrs=read-write",
            {"PGHOST": "::1,two", "PGPORT": "5432,", "PGTARGETSESSIONATTRS": "read-write"},
        ),
        (
            "u@/d?host=a,b&port=1,2",
            {"PGHOST": "a,b", "PGPORT": "1,2", "PGTARGETSESSIONATTRS": "primary"},
        ),
    ],
)
def test_the_programs_are_told_of_every_server_that_the_address_names(
    address: str, told: dict[str, str]
) -> None:
    assert snapshot.where(make_url(f"postgresql://{address}")) == told
