"""The anchors against the database: what was anchored must be there still, and be the same."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.case import GENESIS
from hotline.store import anchors
from hotline.store.anchors import Anchor
from hotline.store.cipher import Cipher
from hotline.store.findings import Broken
from hotline.store.ledgers import ActRow, RevealRow
from hotline.store.tables import CaseRow, EntryRow

PAGE = 400
CHAINS = {"case": EntryRow, "reveal": RevealRow}


@dataclass(frozen=True)
class Leaf:
    """A chain's head as it was anchored: `kind` case, reveal or act."""

    kind: str
    of: int
    seq: int
    hash: str


async def check(connection: AsyncConnection, cipher: Cipher, folder: Path) -> AsyncIterator[Broken]:
    """I6 against the database's owner: the first anchored place of each chain that differs."""
    named: set[tuple[str, int]] = set()
    previous = GENESIS
    for day in anchors.days(folder):
        try:
            anchor = anchors.load(folder, day, cipher)
            leaves = anchors.leaves_of(folder, anchor)
        except (OSError, ValueError, KeyError, TypeError) as error:
            yield Broken("I6", f"anchor {day}", f"cannot be trusted: {error}")
            previous = ""
            continue
        for what in _sound(anchor, leaves, previous):
            yield Broken("I6", f"anchor {day}", what)
        previous = anchor.digest
        async for problem in _against(connection, day, leaves, named):
            yield problem


def _sound(anchor: Anchor, leaves: Sequence[str], previous: str) -> Iterator[str]:
    if previous and anchor.previous != previous:
        yield "does not follow the anchor before it: one is missing or was changed"
    if len(leaves) != anchor.leaves or anchors.root_of(leaves, anchor.suite) != anchor.root:
        yield "its leaves were changed"


async def _against(
    connection: AsyncConnection, day: str, lines: Sequence[str], named: set[tuple[str, int]]
) -> AsyncIterator[Broken]:
    """A chain is named once, at the earliest of its anchored places that does not hold."""
    for start in range(0, len(lines), PAGE):
        leaves = [_leaf(line) for line in lines[start : start + PAGE]]
        kept = await _kept(connection, leaves)
        wrong = [one for one in leaves if kept.get((one.kind, one.of, one.seq)) != one.hash]
        numbers = await _numbers(connection, [one.of for one in wrong if one.kind != "act"])
        for one in wrong:
            if (one.kind, one.of) not in named:
                named.add((one.kind, one.of))
                there = (one.kind, one.of, one.seq) in kept
                state = "is another" if there else "is gone"
                what = f"{NAMES[one.kind]} {one.seq}, anchored on {day}, {state}"
                place = "acts" if one.kind == "act" else numbers.get(one.of, f"case id {one.of}")
                yield Broken("I6", place, what)


NAMES = {"case": "entry", "reveal": "reveal", "act": "act"}


def _leaf(line: str) -> Leaf:
    kind, of, seq, digest = line.split(" ")
    return Leaf(kind, int(of), int(seq), digest)


async def _kept(
    connection: AsyncConnection, leaves: Sequence[Leaf]
) -> dict[tuple[str, int, int], str]:
    found: dict[tuple[str, int, int], str] = {}
    for kind, table in CHAINS.items():
        wanted = [(one.of, one.seq) for one in leaves if one.kind == kind]
        columns: Any = table.__table__.c
        if wanted:
            rows = await connection.execute(
                select(columns.case_id, columns.seq, columns.hash).where(
                    tuple_(columns.case_id, columns.seq).in_(wanted)
                )
            )
            found |= {(kind, row[0], row[1]): row[2] for row in rows}
    seqs = [one.seq for one in leaves if one.kind == "act"]
    rows = await connection.execute(select(ActRow.seq, ActRow.hash).where(ActRow.seq.in_(seqs)))
    return found | {("act", 0, row[0]): row[1] for row in rows}


async def _numbers(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, str]:
    found = await connection.execute(
        select(CaseRow.id, CaseRow.number).where(CaseRow.id.in_(list(ids)))
    )
    return {row[0]: row[1] for row in found}
