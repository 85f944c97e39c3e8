"""A policy profile as its TOML file is written, and as it is checked when it is loaded."""

from datetime import time
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from escalation.calendar import Span, Unit
from escalation.ladder import Kind, Rung

SpanText = Annotated[
    Span, BeforeValidator(lambda text: text if isinstance(text, Span) else Span.parse(str(text)))
]
TYPES = ("consult", "help", "complaint", "report", "suggestion", "praise")


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Term(Part):
    """A limit with the rule it comes from."""

    limit: SpanText
    source: str


class Longer(Part):
    """An extension (延期): at most `limit` each, at most `times`."""

    limit: SpanText
    times: int = Field(default=1, ge=0)
    source: str


class Block(Part):
    """The promises of one type at one urgency."""

    dispatch: Term | None = None
    sign: Term | None = None
    contact: Term | None = None
    reply: Term | None = None
    feedback: Term | None = None
    follow_up: Term | None = None
    extension: Longer | None = None
    return_window: Term
    ruling: Term
    rework: Term
    endorse: bool = False


class Blocks(Part):
    critical: Block
    urgent: Block
    normal: dict[Literal["consult", "help", "complaint", "report", "suggestion", "praise"], Block]
    complex: Term
    complex_extension: Longer


class Override(Part):
    """A statutory limit by topic: names of level 1, 2 or 3 of the catalogue."""

    id: str
    topics: tuple[str, ...]
    types: tuple[str, ...] = TYPES
    promise: Literal["reply", "on_site"]
    limit: SpanText
    source: str
    mode: Literal["extend", "replace"] = "extend"


class Step(Part):
    level: int = Field(ge=0, le=6)
    kind: Kind
    used: float | None = Field(default=None, gt=0, lt=1)
    yellow: bool = False
    over: SpanText | None = None

    def rung(self) -> Rung:
        return Rung(self.level, self.kind, self.used, self.yellow, self.over)


class Suspension(Part):
    """For how long a clock may stop, in all and by ground (中止)."""

    total: SpanText
    grounds: dict[str, SpanText]


class Numbers(Part):
    """Counts and windows that no single promise owns."""

    max_returns: int = Field(ge=0)
    max_rework: int = Field(ge=0)
    follow_up_attempts: int = Field(ge=1)
    archive_after: SpanText
    rating_window: SpanText
    urge_every: SpanText
    reminder_cooldown: SpanText


class Supervision(Part):
    """When other causes than time supervise a case, and when notices are held back."""

    urges: int = Field(default=2, ge=1)  # the chase by the citizen that turns the light red
    callers: int = Field(default=3, ge=2)  # of one matter: level 3
    crowd: int = Field(default=5, ge=2)  # different callers of one matter within `crowd_within`: 4
    crowd_within: SpanText = Span(7, Unit.NATURAL_DAY)
    appeal_within: SpanText = Span(30, Unit.NATURAL_DAY)  # 政府督查条例 art. 17
    quiet_from: time = time(21)
    quiet_until: time = time(8)


class Profile(Part):
    """The TOML file as it is written."""

    name: str
    edition: str
    limits: Blocks
    overrides: tuple[Override, ...] = ()
    orders: dict[Literal["2", "3", "4", "5", "6"], Term]
    ladders: dict[str, tuple[Step, ...]]
    suspension: Suspension
    numbers: Numbers
    supervision: Supervision = Supervision()
