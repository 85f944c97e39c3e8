"""Repeats (重复来电、一事多诉): found while filing, when a case is made, and by sweep; with the reasons.

Nothing is dropped or merged by itself: a dispatcher sees what is likely the same matter, and why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import structlog

from classifiers import similar
from classifiers.similar import Signature
from hotline.domain.case import Case
from hotline.domain.people import mask_text
from hotline.domain.state import OPEN
from hotline.domain.words import Kind
from hotline.flow.centre import Centre
from hotline.store import callers, repeats
from hotline.store.vault import normal_phone
from hotline.store.work import Work

log = structlog.get_logger(__name__)
MOST = 5  # repeats that are told of one case
CALLERS = 10  # cases of the same caller that are compared


@dataclass(frozen=True)
class Asked:
    """A complaint as it is compared: words masked, the caller by keyed hashes."""

    title: str
    content: str
    at: datetime
    district: str = ""
    callers: tuple[str, ...] = ()  # none where nobody may be linked by who they are
    case_id: int | None = None


@dataclass(frozen=True)
class Why:
    """What makes a repeat likely, as a dispatcher reads it."""

    shared: tuple[str, ...]
    same_caller: bool
    same_area: bool
    identical: bool
    days: int


@dataclass(frozen=True)
class Repeat:
    """A case that is likely about the same matter."""

    case_id: int
    number: str
    title: str
    state: str
    received_at: datetime
    score: float
    why: Why
    parent: str | None = None  # where that matter is worked on, if it was merged

    @property
    def matter(self) -> str:
        return self.parent or self.number

    @property
    def open(self) -> bool:
        """May something be merged into it? What was merged already leads to its parent."""
        return self.state in OPEN or self.parent is not None


def asked(centre: Centre, title: str, content: str, **known: Any) -> Asked:
    """`phone`, `email`: as the caller gave them; `guarded`: nobody may be linked by them."""
    hashes = []
    if not known.get("guarded"):
        phone, email = normal_phone(known.get("phone") or ""), (known.get("email") or "").strip()
        hashes = [centre.cipher.blind("phone", phone)] if phone else []
        hashes += [centre.cipher.blind("email", email.lower())] if email else []
    return Asked(
        mask_text(title),
        mask_text(content),
        known.get("at") or centre.now(),
        known.get("district") or "",
        tuple(hashes),
    )


def signed(centre: Centre, one: Asked) -> Signature:
    areas = [str(each["name"]) for each in centre.city.districts]
    return similar.sign(one.title, one.content, areas, one.district)


async def look(centre: Centre, work: Work, one: Asked, signature: Signature) -> list[Repeat]:
    """Recent cases that are likely about the same matter, the likeliest first."""
    ids = await repeats.near(work.connection, signature)
    ids += await callers.newest(work.connection, one.callers, CALLERS)
    wanted = sorted(set(ids) - {one.case_id})
    if not wanted:
        return []
    rows = await repeats.read(work.connection, wanted)
    mine = {row.id: other for row, other in rows if _same_caller(one, row)}
    strange = {n: other for n, other in mine.items() if similar.other_matter(other, signature)}
    scored = [
        (_score(one, signature, row, other, strange if row.id in mine else {}), row, other)
        for row, other in rows
    ]
    likely = [found for found in scored if found[0] >= centre.likely]
    likely.sort(key=lambda found: (-found[0], found[1].id))
    return [_told(one, signature, *found) for found in likely[:MOST]]


def _days(one: Asked, row: Any) -> float:
    days: float = abs((one.at - row.received_at).total_seconds()) / 86400
    return days


def _same_caller(one: Asked, row: Any) -> bool:
    return not guarded(row) and bool({row.phone_hash, row.email_hash} & set(one.callers))


def _score(
    one: Asked, signature: Signature, row: Any, other: Signature, strange: Mapping[int, Signature]
) -> float:
    """`strange`: what the caller of both wrote of other matters than the one asked, by case."""
    rest = [written for case_id, written in strange.items() if case_id != row.id]
    if rest:
        signature, other = similar.without_habits(signature, other, rest)
    return round(similar.likeness(signature, other, _days(one, row)), 3)


def _told(one: Asked, signature: Signature, score: float, row: Any, other: Signature) -> Repeat:
    why = Why(
        similar.shared(one.title, one.content, other),
        _same_caller(one, row),
        similar.same_area(signature, other),
        similar.identical(signature, other),
        int(_days(one, row)),
    )
    return Repeat(row.id, row.number, row.title, row.state, row.received_at, score, why, row.parent)


def guarded(row: Any) -> bool:
    """Whose report it was, or who asked for secrecy, is not told by way of a second case."""
    return bool(row.confidential) or row.type == Kind.REPORT.value


@dataclass(frozen=True)
class Found:
    """What was found of a complaint before its case is made."""

    signature: Signature
    repeats: Sequence[Repeat]


async def before(centre: Centre, one: Asked, *, looking: bool = True) -> Found | None:
    """Looks without writing; a failure here never keeps a receipt from becoming a case."""
    try:
        signature = signed(centre, one)
        if not looking:
            return Found(signature, ())  # the sweep looks when it is calm again
        async with centre.look() as view:
            return Found(signature, await look(centre, view, one, signature))
    except Exception as error:  # the sweep makes good what was missed
        log.error("repeats.not_looked", error=type(error).__name__, exc_info=error)
        return None


async def keep(work: Work, case: Case, found: Found | None) -> None:
    """With the case, in its transaction, under a savepoint: never instead of it."""
    if found is None or case.id is None:
        return
    try:
        async with work.connection.begin_nested():
            await repeats.keep(work.connection, case.id, case.received_at, found.signature)
            await repeats.note(
                work.connection, [row_of(case.id, one, work.at, "filing") for one in found.repeats]
            )
    except Exception as error:
        log.error("repeats.not_kept", error=type(error).__name__, exc_info=error)


def row_of(case_id: int, found: Repeat, at: datetime, by: str) -> dict[str, Any]:
    """One row a pair, the later case first: whoever finds it writes the same row."""
    later, earlier = max(case_id, found.case_id), min(case_id, found.case_id)
    why = asdict(found.why) | {"shared": list(found.why.shared)}
    pair = {"case_id": later, "earlier": earlier, "score": found.score, "why": why}
    return pair | {"found_at": at, "found_by": by}


@dataclass(frozen=True)
class Filing:
    """What who files is shown: likely repeats, and what else the caller brought lately."""

    repeats: Sequence[Repeat]
    caller: Sequence[Any]


async def filing(centre: Centre, one: Asked) -> Filing:
    """Before anything is kept; nothing of it is."""
    async with centre.look() as view:
        likely = await look(centre, view, one, signed(centre, one))
        ids = await callers.newest(view.connection, one.callers, CALLERS)
        rows = [row for row, _ in await repeats.read(view.connection, ids)] if ids else []
    told = {repeat.case_id for repeat in likely}
    rest = [row for row in rows if row.id not in told and not guarded(row)]
    return Filing(likely, sorted(rest, key=lambda row: row.id, reverse=True)[:MOST])


async def of_case(work: Work, case: Case) -> list[Repeat]:
    """What stands on the case's page: as found, in the state in which the others are now."""
    return [
        Repeat(
            row.id,
            row.number,
            row.title,
            row.state,
            row.received_at,
            row.score,
            Why(**{**row.why, "shared": tuple(row.why["shared"])}),
            row.parent,
        )
        for row in await repeats.of_case(work.connection, case.id or 0, MOST)
    ]
