"""`hotline doctor` says in plain words what is wrong, and nothing when all is well."""

import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from channels.message import Contact, Incoming
from classifiers import registry
from escalation.watch import Outcome, Watch
from hotline.commands import doctor, migrate, seed, user
from hotline.commands.doctor import findings
from hotline.commands.finding import Finding, Mark
from hotline.commands.opening import centre_of
from hotline.commands.user import Wanted
from hotline.config import Settings
from hotline.domain.words import Role
from hotline.flow.intake import receive, triage_pending
from hotline.flow.supervise import CaseAgenda
from hotline.store import agenda
from hotline.store.database import Store
from hotline.wiring import MovingClock, Parts
from tests.commands.support import settings_in

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    return settings_in(tmp_path, sqlite_url)


async def said(settings: Settings, now: datetime = NOW) -> list[Finding]:
    return [finding async for finding in findings(settings, now)]


def wrong(found: list[Finding]) -> list[str]:
    return [finding.text for finding in found if finding.mark is Mark.WRONG]


async def test_nothing_is_wrong_with_a_seeded_hotline(settings: Settings) -> None:
    found = await said(settings)
    assert wrong(found) == []
    told = " ".join(finding.text for finding in found)
    for word in ("mail: not configured", "switch: not configured", "holidays", "model", "disk"):
        assert word in told


async def test_a_leader_that_nobody_follows_is_said_where_the_address_names_several(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def alone(store: Store) -> bool:
        return False

    monkeypatch.setattr(Store, "followed", alone)
    assert any("主库损坏，备库接替" in text for text in wrong(await said(settings)))


async def test_a_place_without_a_database_is_said_and_left_empty(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    found = await said(settings_in(empty))
    assert any("hotline migrate" in text for text in wrong(found))
    assert not empty.exists()


async def test_a_city_without_duties_is_said(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    await migrate.run(settings)
    assert any("hotline seed" in text for text in wrong(await said(settings)))
    await seed.run(settings)
    assert wrong(await said(settings)) == []


def test_the_disk_of_the_database_is_looked_at_beside_that_of_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also before there are folders: those above them are."""
    apart = Settings(
        database_url=f"sqlite:///{tmp_path}/base/db/hotline.db", data=tmp_path / "data" / "files"
    )
    for name in ("base", "data"):
        (tmp_path / name).mkdir()
        free = {tmp_path / name: 1 << 20}
        told = SimpleNamespace(
            disk_usage=lambda at, free=free: SimpleNamespace(free=free.get(at, 1 << 40))
        )
        monkeypatch.setattr(doctor, "shutil", told)
        assert doctor._disk(apart).mark is Mark.WRONG, name
        free.clear()
        assert doctor._disk(apart).mark is Mark.WELL, name


async def test_keys_that_lie_open_are_said(settings: Settings) -> None:
    async with centre_of(settings):
        pass
    assert wrong(await said(settings)) == []
    (settings.folder / "keys.json").chmod(0o644)
    assert any("chmod 600" in text for text in wrong(await said(settings)))


async def test_keys_of_another_installation_are_said(settings: Settings) -> None:
    await user.add(settings, Wanted("zhang", Role.AGENT))
    assert wrong(await said(settings)) == []
    (settings.folder / "keys.json").unlink()
    async with centre_of(settings):
        pass  # makes other keys
    assert any("密钥" in text for text in wrong(await said(settings)))


async def test_holidays_and_clocks_out_of_date_are_said(settings: Settings) -> None:
    assert any("节假日" in text for text in wrong(await said(settings, NOW.replace(year=2035))))
    assert any(
        "clock is wrong" in text for text in wrong(await said(settings, NOW.replace(year=2001)))
    )
    for moment, mark in ((NOW.replace(month=10), Mark.WELL), (NOW, Mark.NOTE)):
        found = await said(settings, moment)  # from 1 November on next year's list is missed
        assert [one.mark for one in found if "holidays known" in one.text] == [mark]


async def test_a_profile_that_speaks_of_what_the_city_has_not_is_said(
    settings: Settings, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.toml"
    rows = """
[[overrides]]
id = "x"
topics = ["没有的事项"]
promise = "reply"
limit = "3 working_day"
source = "s"
[departments.nowhere]
closed = [2026-12-01]
"""
    mine.write_text('base = "default"\nname = "mine"\nedition = "1"\n' + rows, "utf-8")
    told = settings.dispatch.model_copy(update={"profile": str(mine)})
    found = wrong(await said(settings.model_copy(update={"dispatch": told})))
    assert any("没有的事项" in text for text in found)
    assert any("departments.nowhere" in text for text in found)


async def test_a_damaged_model_is_said(settings: Settings, tmp_path: Path) -> None:
    model = tmp_path / "mine"
    shutil.copytree(registry.found()[-1], model)
    registry.use(model, settings.folder)
    assert any("mine" in one.text or "model:" in one.text for one in await said(settings))
    assert wrong(await said(settings)) == []
    (model / "arrays.npz").write_bytes(b"cut off")
    assert any("model cannot be used" in text for text in wrong(await said(settings)))


async def test_a_profile_that_is_not_there_is_said(settings: Settings) -> None:
    told = settings.dispatch.model_copy(update={"profile": "nowhere"})
    assert any(
        "nowhere" in text
        for text in wrong(await said(settings.model_copy(update={"dispatch": told})))
    )


async def test_the_watch_is_looked_at(settings: Settings) -> None:
    clock = MovingClock(NOW)
    async with centre_of(settings, Parts(clock=clock)) as centre:
        centre.automatic = False
        told = Incoming(
            "web", "k", "路灯不亮", "坏了三天", NOW, contact=Contact(phone="13800001111")
        )
        await receive(centre, told)
        assert any(
            "wait for triage" in one.text for one in await said(settings, NOW + timedelta(hours=1))
        )
        await triage_pending(centre)
        watch = Watch(CaseAgenda(centre))
        await watch.tick(clock())
        seconds_later = await said(settings, NOW + timedelta(seconds=30))
        assert any("the watch is running" in one.text for one in seconds_later)
        assert wrong(seconds_later) == []
        days_later = NOW + timedelta(days=3)
        assert any("not running" in one.text for one in await said(settings, days_later))
        async with centre.work() as work:
            await agenda.log_tick(work.connection, "blind", days_later, Outcome())
        assert any("rungs are late" in text for text in wrong(await said(settings, days_later)))
        assert any("倒退" in text for text in wrong(await said(settings, NOW)))


async def test_the_exit_code_tells(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await doctor.run(settings) == 0
    assert "all is well" in capsys.readouterr().out
    assert await doctor.run(settings_in(tmp_path / "empty")) == 1


async def test_data_that_others_of_the_machine_can_read_are_told(settings: Settings) -> None:
    """In a closed folder nothing is open; in an open one each thing is named."""
    base = settings.folder
    base.chmod(0o700)
    assert any("data are private" in one.text for one in await said(settings))
    base.chmod(0o755)
    (base / "hotline.db").chmod(0o644)
    told = [one for one in await said(settings) if "open to others" in one.text]
    assert [one.mark for one in told] == [Mark.NOTE]
    assert "hotline.db" in told[0].text
    (base / "hotline.db").chmod(0o600)
    told = [one.text for one in await said(settings) if "open to others" in one.text]
    assert not any(f"{base}/hotline.db" in one for one in told)


@pytest.mark.slow
def test_what_a_command_makes_is_nobody_elses_whatever_the_umask(tmp_path: Path) -> None:
    """The database with its log and index, keys and every folder: 0600 and 0700."""
    place = tmp_path / "city"
    told = {**os.environ, "HOTLINE_DATA": str(place)}
    told |= {"HOTLINE_DATABASE_URL": f"sqlite:///{place}/hotline.db"}
    line = f"umask 000; exec {sys.executable} -m hotline migrate"
    ran = subprocess.run(["sh", "-c", line], env=told, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    plain = sqlite3.connect(place / "hotline.db")
    assert plain.execute("SELECT count(*) FROM officer").fetchall() == [(0,)]
    found = [place, *place.rglob("*")]
    assert {"hotline.db", "hotline.db-wal", "hotline.db-shm"} <= {one.name for one in found}
    open_ = [one.name for one in found if one.stat().st_mode & 0o077]
    plain.close()
    assert open_ == []
