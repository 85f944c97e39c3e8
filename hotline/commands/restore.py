"""Puts a backup back into an empty place, then verifies it; what is there already is never touched."""

import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from escalation.calendar import ZONE
from hotline.commands import verify
from hotline.commands.failing import Failed, snapshots
from hotline.commands.opening import say
from hotline.config import Settings
from hotline.domain.people import OPERATOR
from hotline.store import acts, beats, bundle, erasing, erasureledger, migrations, snapshot
from hotline.store.bundle import BadBackup
from hotline.store.cipher import Cipher, Keys
from hotline.store.database import Store
from hotline.store.privacychecks import ACT
from hotline.wiring import system_clock

MOST_DAYS = 400  # of numbers kept free; nobody restores what is older and goes on with it


async def run(settings: Settings, path: Path, erasures: Path | None = None) -> int:
    """0 when everything is back, what was erased since is erased again, and `verify` holds."""
    try:
        about = bundle.check(path)
    except OSError as error:
        raise Failed(f"无法读取备份 / cannot read {path}: {error.strerror}") from None
    except BadBackup as error:
        raise Failed(str(error)) from None
    store = Store(settings.database_url)
    try:
        with snapshots("恢复", "恢复无法写入 / cannot write"):
            await _check_place(store, settings, about)
            await _put(store, settings, path)
            await _settle(store, about)
            await _forget(store, settings, erasures)
    finally:
        await store.close()
    if settings.boundaries and bundle.BORDERS in about["members"]:
        say(
            f"区县界线已恢复到 {settings.folder / bundle.BORDERS}，设置 HOTLINE_BOUNDARIES 仍指向"
            f" {settings.boundaries}：请放到那里，或去掉这项设置"
            " / the borders are back in the data folder: move them, or drop the setting"
        )
    say(f"已恢复 {about['made_at']} 的备份，正在核验 / restored, now verifying")
    return await verify.run(settings)


async def _check_place(store: Store, settings: Settings, about: dict[str, Any]) -> None:
    """Nothing may lie where anything will be put, and the database must be of the same kind."""
    kind = "SQLite" if "database.sqlite3" in about["members"] else "PostgreSQL"
    if store.sqlite != (kind == "SQLite"):
        raise Failed(
            f"这是 {kind} 的备份，请把 HOTLINE_DATABASE_URL 指向一个空的 {kind} 数据库"
            f" / a backup of {kind}: point HOTLINE_DATABASE_URL to an empty one"
        )
    if about["revision"] not in migrations.revisions():
        raise Failed("备份比本程序新，请先升级程序 / the backup is newer than this program")
    found = [name for name in bundle.DATA if (settings.folder / name).exists()]
    if found:
        raise Failed(
            f"数据目录 {settings.folder} 里已有 {'、'.join(found)}，只能恢复到空的地方；"
            "请换一个 HOTLINE_DATA，或先把它们移走 / the data folder is not empty"
        )
    try:
        occupied = await snapshot.occupied(store)
    except Exception as error:  # a driver's own kinds: they differ by database and by cause
        raise Failed(f"无法打开数据库 / cannot open the database: {type(error).__name__}") from None
    if occupied:
        raise Failed(
            "数据库里已有内容，只能恢复到空库；请换一个 HOTLINE_DATABASE_URL，或先把它移走"
            " / the database is not empty"
        )


async def _put(store: Store, settings: Settings, path: Path) -> None:
    """The keys first and the database last: a hotline never starts on data without its keys."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".hotline-restore-", dir=settings.folder) as name:
        folder = Path(name)
        bundle.unpack(path, folder)
        put: list[Path] = []
        try:
            for part in bundle.DATA:
                if (folder / part).exists():
                    put.append((folder / part).rename(settings.folder / part))
            database = next(folder.glob("database.*"))
            await snapshot.put_back(store, database)
        except BaseException:
            _take_away(put)
            raise


def _take_away(put: Sequence[Path]) -> None:
    """What we put there a moment ago; the place is as empty as it was, for the next try."""
    for one in put:
        shutil.rmtree(one) if one.is_dir() else one.unlink()


async def _settle(store: Store, about: dict[str, Any]) -> None:
    """The schema of this program, numbers that nobody holds already, and a record of it."""
    before, after = await migrations.upgrade(store)
    if before != after:
        say(f"数据库结构已更新：{before} → {after} / the schema was brought up to date")
    now = system_clock()
    async with store.write() as connection:
        await snapshot.leave_gap(connection, _days(about["made_at"], now))
        await beats.forget(connection)
        told = {"made_at": about["made_at"], "receipts": about["receipts"]}
        await acts.record(connection, now, OPERATOR, "restore", told)


async def _forget(store: Store, settings: Settings, erasures: Path | None) -> None:
    """What was erased after the backup was made must not come back with it."""
    cipher = Cipher(Keys.load_or_make(settings.folder), settings.folder)
    own = erasureledger.path(settings.folder)
    try:
        listed = erasureledger.read(own, cipher)
        listed |= erasureledger.read(erasures, cipher) if erasures else {}
    except (erasureledger.Forged, ValueError, KeyError):
        raise Failed(
            "删除台账无法核对，请换一份 / the list of erasures cannot be trusted"
        ) from None
    if erasures is None:
        say(
            "未提供 --erasures：备份之后删除的个人信息请用另存的 erasures.jsonl 补删"
            " / without --erasures, what was erased after the backup is here again"
        )
    now, digests = system_clock(), list[str]()
    for number in sorted(listed):
        async with store.write() as connection:
            done = await erasing.erase(connection, cipher, number, "restored", now)
            if done is not None:
                about = {"number": number, "why": "restored", "through": done.through}
                await acts.record(connection, now, OPERATOR, ACT, about)
                digests += done.digests
    erasing.unlink(settings.folder, digests)
    known = erasureledger.read(own, cipher)
    fresh = [(number, *told) for number, told in listed.items() if number not in known]
    erasureledger.add(settings.folder, cipher, fresh)


def _days(made_at: str, now: datetime) -> list[str]:
    """The city's days from the backup until today."""
    first = datetime.fromisoformat(made_at).astimezone(ZONE).date()
    last = now.astimezone(ZONE).date()
    many = min(max((last - first).days, 0), MOST_DAYS)
    return [f"{first + timedelta(days=n):%Y%m%d}" for n in range(many + 1)]
