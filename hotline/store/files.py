"""Attachments: content-addressed on disk, described in the database, served by token."""

import contextlib
import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.people import mask_text
from hotline.store.cipher import Cipher
from hotline.store.ledgers import AttachmentRow


@dataclass(frozen=True)
class Kept:
    """An attachment as the citizen and the staff know it."""

    token: str
    name: str
    size: int
    type: str
    sha256: str
    case_id: int | None


def write(folder: Path, body: bytes) -> str:
    """Writes the bytes under their own hash, synced before it returns; returns the hash."""
    digest = hashlib.sha256(body).hexdigest()
    place = path(folder, digest)
    with contextlib.suppress(FileNotFoundError):
        os.utime(place)  # it is there: young again, so that no sweep takes it before its row comes
        return digest
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{digest}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as out:
            out.write(body)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(place)
    except OSError:  # on a full disk what was begun would take the last of it
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(place.parent)
    return digest


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def path(folder: Path, digest: str) -> Path:
    """Never made from a name that somebody chose."""
    return folder / "files" / digest[:2] / digest


def older(folder: Path, than: datetime) -> list[str]:
    """Names of the files, half-written ones too, that nobody touched since."""
    found = (folder / "files").glob("??/*")
    return [one.name for one in found if one.stat().st_mtime < than.timestamp()]


async def has_row(connection: AsyncConnection, name: str) -> bool:
    known = select(AttachmentRow.token).where(AttachmentRow.sha256 == name).limit(1)
    return (await connection.execute(known)).first() is not None


def discard(folder: Path, name: str, than: datetime) -> bool:
    """Deletes a file that is older still; one that somebody just wrote again is put back."""
    digest = name.removeprefix(".").partition(".")[0]
    place = path(folder, digest).with_name(name)
    aside = place.with_name(f".{digest}.{secrets.token_hex(4)}")
    try:
        place.rename(aside)
    except FileNotFoundError:
        return False
    if aside.stat().st_mtime >= than.timestamp():
        aside.replace(place)
        return False
    aside.unlink()
    return True


async def on_shelves(
    connection: AsyncConnection, shelves: Sequence[str], digests: Sequence[str]
) -> Sequence[Any]:
    """`sha256` and `size` of the files whose hash begins so, and of these."""
    wanted = or_(
        *(AttachmentRow.sha256.startswith(one, autoescape=True) for one in shelves),
        AttachmentRow.sha256.in_(digests),
    )
    asked = select(AttachmentRow.sha256, AttachmentRow.size).where(wanted).distinct()
    return (await connection.execute(asked)).all()


async def describe(
    connection: AsyncConnection,
    cipher: Cipher,
    body_hash: str,
    facts: tuple[str, int, str],
    at: datetime,
) -> Kept:
    """The row for bytes already on disk; `facts` are name, size and type."""
    token = secrets.token_urlsafe(24)
    name, size, type_ = facts
    await connection.execute(
        insert(AttachmentRow).values(
            token=token,
            sha256=body_hash,
            name=cipher.lock(name, f"attachment.name.{token}"),
            size=size,
            type=type_,
            created_at=at,
        )
    )
    return Kept(token, name, size, type_, body_hash, None)


async def bind(connection: AsyncConnection, tokens: Sequence[str], case_id: int) -> None:
    """Ties files that came with a complaint to its case; a token is bound once."""
    if tokens:
        await connection.execute(
            update(AttachmentRow)
            .where(AttachmentRow.token.in_(tokens), AttachmentRow.case_id.is_(None))
            .values(case_id=case_id)
        )


async def find(connection: AsyncConnection, cipher: Cipher, token: str) -> Kept | None:
    found = await connection.execute(
        select(*AttachmentRow.__table__.c).where(AttachmentRow.token == token)
    )
    row = found.one_or_none()
    return _kept(row, cipher) if row is not None else None


async def size_of_case(connection: AsyncConnection, case_id: int) -> int:
    """Bytes of all files of a case together."""
    held = select(func.coalesce(func.sum(AttachmentRow.size), 0))
    found = await connection.execute(held.where(AttachmentRow.case_id == case_id))
    return int(found.scalar_one())


OF_CASE = (
    select(*AttachmentRow.__table__.c)
    .where(AttachmentRow.case_id == bindparam("wanted"))
    .order_by(AttachmentRow.created_at, AttachmentRow.token)
)


async def of_case(connection: AsyncConnection, cipher: Cipher, case_id: int) -> list[Kept]:
    """As staff see them: a number in a file's name is masked like one in a text."""
    found = [_kept(row, cipher) for row in await connection.execute(OF_CASE, {"wanted": case_id})]
    return [replace(one, name=mask_text(one.name)) for one in found]


def _kept(row: Any, cipher: Cipher) -> Kept:
    name = cipher.unlock(row.name, f"attachment.name.{row.token}")
    return Kept(row.token, name, row.size, row.type, row.sha256, row.case_id)
