"""What the interface answers about a deadline and how it was counted, as types."""

from pydantic import Field

from hotline.web.told import Count, Moment, Told


class LimitTold(Told):
    n: int
    unit: str
    source: str


class RungTold(Told):
    level: int
    kind: str
    at: Moment


class CountedTold(Told):
    begin: Moment = Field(alias="from")
    end: Moment = Field(alias="to")
    days: Count
    minutes: Count


class SkippedTold(Told):
    """跳过的日子: a weekend, a holiday, a day closed, or the last day rolling on."""

    first: str = Field(alias="from")
    last: str = Field(alias="to")
    days: Count
    why: str
    name: str | None


class PausedTold(Told):
    begin: Moment = Field(alias="from")
    end: Moment | None = Field(alias="to")
    ground: str


class ExtendedTold(Told):
    at: Moment
    n: Count
    unit: str


class CountingTold(Told):
    """期限的计算: days and minutes counted, skipped, paused and granted."""

    days: Count
    minutes: Count
    counted: list[CountedTold]
    skipped: list[SkippedTold]
    worked: list[str]
    paused: list[PausedTold]
    extended: list[ExtendedTold]
    agrees: bool


class DeadlineTold(Told):
    """期限: a promise, where it comes from, and how far its ladder was climbed."""

    promise: str
    part: str
    due_at: Moment
    state: str
    climbed: int
    started_at: Moment
    ended_at: Moment | None
    limit: LimitTold
    override: str | None
    provisional: bool
    resume_at: Moment | None
    terms: str
    calendar: str
    rungs: list[RungTold]
    explanation: str
    counting: CountingTold
