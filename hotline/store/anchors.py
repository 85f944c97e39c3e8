"""The daily anchor: a Merkle root over the heads of all chains that moved, outside the database.

Whoever owns the database can rewrite a chain from its first entry to its last. The anchor's leaves
lie beside it, sealed with a key that is not in the database: a head that was anchored and is not
there any more, or is another, is found and named.
"""

import json
import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from escalation.calendar import ZONE
from hotline.domain.case import GENESIS
from hotline.domain.chaining import hashed
from hotline.domain.people import SYSTEM
from hotline.store import acts
from hotline.store.cipher import Cipher
from hotline.store.ledgers import ActRow, RevealRow
from hotline.store.tables import CaseRow, EntryRow

SLACK = timedelta(hours=1)  # what clocks of several nodes and long transactions may differ by
EVER = datetime(1970, 1, 1, tzinfo=ZONE)


@dataclass(frozen=True)
class Anchor:
    """One day's anchor as its file tells it."""

    day: str
    at: datetime
    previous: str  # digest of the anchor before it
    leaves: int
    root: str
    last_case: int  # the newest case then: later ones are new
    suite: str = "intl"  # of its hashes

    @property
    def body(self) -> str:
        told = {**self.__dict__, "at": self.at.isoformat()}
        if self.suite == "intl":
            del told["suite"]  # as it was written before there was a choice
        return json.dumps(told, sort_keys=True)

    @property
    def digest(self) -> str:
        return hashed(self.body.encode(), self.suite).hex()

    @classmethod
    def read(cls, told: str) -> "Anchor":
        found = json.loads(told)
        return cls(**{**found, "at": datetime.fromisoformat(found["at"])})


def place(folder: Path) -> Path:
    return folder / "anchors"


def days(folder: Path) -> list[str]:
    return sorted(path.stem for path in place(folder).glob("????-??-??.json"))


def root_of(leaves: Iterable[str], suite: str = "intl") -> str:
    """RFC 6962: leaves and nodes are hashed apart, so that none can stand for the other."""
    row = [hashed(b"\0" + leaf.encode(), suite) for leaf in leaves]
    while len(row) > 1:
        pairs = zip(row[::2], row[1::2], strict=False)
        above = [hashed(b"\1" + left + right, suite) for left, right in pairs]
        row = above + row[len(row) - len(row) % 2 :]
    return row[0].hex() if row else GENESIS


async def due(
    connection: AsyncConnection, cipher: Cipher, folder: Path, now: datetime
) -> tuple[Anchor, list[str]] | None:
    """Today's anchor and its leaves, read without holding anybody up; None when it is there."""
    day = now.astimezone(ZONE).date().isoformat()
    known = days(folder)
    if day in known:
        return None
    before = load(folder, known[-1], cipher) if known else None
    since = before.at - SLACK if before else EVER
    leaves = await _moved(connection, since, before.last_case if before else 0)
    newest = int((await connection.execute(select(func.max(CaseRow.id)))).scalar() or 0)
    previous = before.digest if before else GENESIS
    root, suite = root_of(leaves, cipher.suite), cipher.suite
    return Anchor(day, now, previous, len(leaves), root, newest, suite), leaves


async def keep(
    connection: AsyncConnection, cipher: Cipher, folder: Path, made: tuple[Anchor, list[str]]
) -> bool:
    """On disk; and its root on record in the database, to be written down elsewhere."""
    anchor, leaves = made
    if not _keep(folder, anchor, cipher, leaves):
        return False
    about = {"day": anchor.day, "root": anchor.root, "leaves": anchor.leaves}
    await acts.record(connection, anchor.at, SYSTEM, "anchored", about)
    return True


async def _moved(connection: AsyncConnection, since: datetime, last_case: int) -> list[str]:
    """A line for every chain that moved: which, how long it is, and the hash of its head."""
    recent = exists().where(EntryRow.case_id == CaseRow.id, EntryRow.at >= since)
    heads = select(CaseRow.id, CaseRow.last_seq, CaseRow.last_hash).where(
        or_(CaseRow.id > last_case, recent)
    )
    lines = [f"case {row[0]} {row[1]} {row[2]}" for row in await connection.execute(heads)]
    moved = select(RevealRow.case_id).where(RevealRow.at >= since).distinct()
    newest = (
        select(RevealRow.case_id, func.max(RevealRow.seq).label("seq"))
        .where(RevealRow.case_id.in_(moved))
        .group_by(RevealRow.case_id)
        .subquery()
    )
    told = select(RevealRow.case_id, RevealRow.seq, RevealRow.hash).join(
        newest, (RevealRow.case_id == newest.c.case_id) & (RevealRow.seq == newest.c.seq)
    )
    lines += [f"reveal {row[0]} {row[1]} {row[2]}" for row in await connection.execute(told)]
    last = select(ActRow.seq, ActRow.hash).order_by(ActRow.seq.desc()).limit(1)
    lines += [f"act 0 {row[0]} {row[1]}" for row in await connection.execute(last)]
    return sorted(lines)


def _keep(folder: Path, anchor: Anchor, cipher: Cipher, leaves: Sequence[str]) -> bool:
    """On disk before it counts; of two nodes that anchor at once one is kept."""
    where = place(folder)
    where.mkdir(parents=True, exist_ok=True)
    seal = cipher.vouch("anchor", anchor.body)
    told = json.dumps({"anchor": anchor.body, "seal": seal})
    _put(where / f"{anchor.day}.{anchor.root[:16]}.leaves", "\n".join(leaves))
    return _put(where / f"{anchor.day}.json", told)


def _put(path: Path, text: str) -> bool:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with draft.open("x", encoding="ascii") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def load(folder: Path, day: str, cipher: Cipher) -> Anchor:
    """Raises ValueError for one that was not sealed by us."""
    told = json.loads((place(folder) / f"{day}.json").read_text("ascii"))
    if not cipher.vouches("anchor", told["anchor"], told["seal"]):
        raise ValueError("the seal is not ours")
    return Anchor.read(told["anchor"])


def leaves_of(folder: Path, anchor: Anchor) -> list[str]:
    path = place(folder) / f"{anchor.day}.{anchor.root[:16]}.leaves"
    return path.read_text("ascii").splitlines()
