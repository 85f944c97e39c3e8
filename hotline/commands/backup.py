"""Writes the whole hotline to one file while it works: database, attachments, keys, own papers."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import metadata
from pathlib import Path

from escalation.calendar import ZONE
from hotline.commands.failing import Failed, snapshots
from hotline.commands.opening import ready_store, say, warn
from hotline.config import Settings
from hotline.domain.people import OPERATOR
from hotline.flow import borders
from hotline.store import acts, bundle, files, snapshot
from hotline.store.database import Store
from hotline.store.snapshot import Taken
from hotline.wiring import system_clock

SHOWN = 10


@dataclass
class Made:
    """What went into the file, and attachments that were damaged or missing already."""

    taken: Taken
    attachments: int = 0
    damaged: list[str] = field(default_factory=list)


async def run(settings: Settings, place: Path) -> int:
    """1 where an attachment was not as its row says: the file is made all the same, and says so."""
    now = system_clock()
    path = place / f"hotline-{now.astimezone(ZONE):%Y%m%d-%H%M%S}.tar" if place.is_dir() else place
    if path.exists():
        raise Failed(f"文件已存在，请换一个文件名 / it exists already: {path}")
    async with ready_store(settings, make=False) as (store, _):
        # First: whoever tries to take everything away stays on record, whatever comes of it.
        async with store.write() as connection:
            await acts.record(connection, now, OPERATOR, "backup_begun", {"file": path.name})
        with snapshots("备份", f"备份无法写入 / cannot write {path}"):
            made = await _make(store, settings, path, now)
        worst = _tell(path, made)
        await _on_record(store, path)
    return worst


async def _on_record(store: Store, path: Path) -> None:
    """Only now: by this act the hotline knows that it need not ask for a backup."""
    try:
        async with store.write() as connection:
            about = {"file": path.name}
            await acts.record(connection, system_clock(), OPERATOR, "backup", about)
    except Exception as error:  # a driver's own kinds: they differ by database and by cause
        raise Failed(
            "备份文件完好，但数据库没能记下这次备份，到期仍会告警"
            f" / the file is whole, but the act could not be recorded: {type(error).__name__}"
        ) from None


async def _make(store: Store, settings: Settings, path: Path, now: datetime) -> Made:
    name = "database.sqlite3" if store.sqlite else "database.dump"
    with tempfile.TemporaryDirectory(prefix=".hotline-backup-", dir=path.parent) as folder:
        copy = Path(folder) / "database"
        # Before the snapshot: what an anchor says was there then must be in it.
        anchors = list(_under(settings.folder, ("anchors",)))
        made = Made(await snapshot.take(store, copy))
        with bundle.packing(path) as packing:
            packing.add(name, copy)
            _add_attachments(packing, settings.folder, made)
            for member, file in (*_own(settings), *anchors):
                packing.add(member, file)
            packing.close(_about(settings, made, now))
    return made


def _add_attachments(packing: bundle.Packing, folder: Path, made: Made) -> None:
    """Those that the snapshot knows; a file was on disk before its row was written."""
    for digest, size in made.taken.attachments:
        file = files.path(folder, digest)
        if not file.is_file() or file.stat().st_size != size:
            made.damaged.append(digest)
        if file.is_file():
            if packing.add(f"files/{digest[:2]}/{digest}", file) != digest:
                made.damaged.append(digest)
            made.attachments += 1


def _own(settings: Settings) -> Iterator[tuple[str, Path]]:
    """The borders from wherever a setting has them: a backup is whole without the settings."""
    folder = settings.folder
    yield bundle.KEYS, folder / bundle.KEYS
    if borders.place(settings).is_file():
        yield bundle.BORDERS, borders.place(settings)
    for name in (bundle.CHOICE, bundle.RUBRIC):
        if (folder / name).is_file():
            yield name, folder / name
    yield from _under(folder, bundle.OWN)


def _under(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, Path]]:
    for name in names:
        for file in sorted((folder / name).rglob("*")):
            member = file.relative_to(folder).as_posix()
            if file.is_file() and bundle.NAME.fullmatch(member):
                yield member, file


def _about(settings: Settings, made: Made, now: datetime) -> dict[str, object]:
    return {
        "made_at": now.astimezone(ZONE).isoformat(timespec="seconds"),
        "version": metadata.version("hotline"),
        "city": settings.city,
        "revision": made.taken.revision,
        "made_by": made.taken.made_by,
        "receipts": made.taken.receipts,
        "damaged": sorted(set(made.damaged)),
    }


def _tell(path: Path, made: Made) -> int:
    say(f"备份已写入 / backup written: {path}（{path.stat().st_size / 2**20:.1f} MiB）")
    say(f"收件 {made.taken.receipts} 件，附件 {made.attachments} 个 / receipts, attachments")
    say(
        "文件含全部密钥和诉求人信息，权限为 0600：请离线保管，并另存一份在别处"
        " / it holds the keys and all identities: keep it offline, and a copy elsewhere"
    )
    damaged: Sequence[str] = sorted(set(made.damaged))
    if damaged:
        warn(f"{len(damaged)} 个附件在备份前已缺失或损坏 / were damaged or missing before:")
        for digest in damaged[:SHOWN]:
            warn(f"  {digest}")
    return int(bool(damaged))
