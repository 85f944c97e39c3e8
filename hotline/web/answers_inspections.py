"""What the interface of inspection answers, as types."""

from hotline.web.told import Count, Moment, Told


class DrawnStratum(Told):
    """Of a reason and of whose work: how many there were, how many were drawn."""

    stratum: str
    whose: str
    of: Count
    drawn: Count


class DrawingLine(Told):
    """A drawing; `sheets` and `scored` are those that the reader may know of."""

    id: int
    subject: str
    first: str
    last: str
    found: Count
    drawn: Count
    by: str
    at: Moment
    reason: str
    sheets: Count
    scored: Count


class Drawings(Told):
    items: list[DrawingLine]
    older: int | None


class SheetLine(Told):
    id: int
    inspection: int
    subject: str
    number: str | None
    call_id: str | None
    whose: str
    stratum: str
    why: list[str]
    state: str
    version: Count
    inspector: str | None
    total: Count | None
    failed: bool
    exposed: bool
    submitted_at: Moment | None
    appeal: str | None


class SheetLines(Told):
    items: list[SheetLine]
    older: int | None


class DrawingTold(Told):
    """One drawing: with its lot and the digest of what there was, anybody can draw it again."""

    id: int
    subject: str
    first: str
    last: str
    size: Count
    share: Count
    reason: str
    seed: str
    found: Count
    found_digest: str
    drawn: Count
    strata: list[DrawnStratum]
    criteria_version: str
    by: str
    at: Moment
    sheets: list[SheetLine]
    older: int | None


class CriterionTold(Told):
    code: str
    zh: str
    en: str
    hint: str
    points: Count
    optional: bool


class MarkTold(Told):
    points: Count | None
    applies: bool
    note: str


class SheetVersionTold(Told):
    n: Count
    at: Moment
    total: Count
    failed: bool


class SheetTold(SheetLine):
    """One sheet with its criteria, what it says, and what the reader may do with it now."""

    criteria: list[CriterionTold]
    serious: list[CriterionTold]
    marks: dict[str, MarkTold]
    faults: dict[str, str]
    evidence: str
    note: str
    had: Count
    of: Count
    so_far: Count
    steps: list[str]
    appeal_until: Moment | None
    grounds: str
    ruling: str
    versions: list[SheetVersionTold]


class ResultLine(Told):
    """A unit or an agent; `place` is None below the least number of random sheets."""

    whose: str
    name: str
    sheets: Count
    random: Count
    average: float | None
    pointed: Count
    pointed_average: float | None
    failed: Count
    false_closures: Count
    place: Count | None


class CriterionMissed(Told):
    code: str
    zh: str
    of: Count
    lost: Count
    points: Count


class ResultsTold(Told):
    subject: str
    sheets: Count
    average: float | None
    least: Count
    rows: list[ResultLine]
    missed: list[CriterionMissed]
