"""A policy profile as its TOML file is written, and as it is checked when it is loaded."""

from datetime import date, time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from escalation.calendar import Span, Unit
from escalation.days import Office, OwnDays
from escalation.ladder import Kind, Rung

SpanText = Annotated[
    Span, BeforeValidator(lambda text: text if isinstance(text, Span) else Span.parse(str(text)))
]
Grantor = Literal["leader", "director", "office"]  # 承办单位负责人、热线办主任、政府办公厅
KindName = Literal["consult", "help", "complaint", "report", "suggestion", "praise"]
TYPES = ("consult", "help", "complaint", "report", "suggestion", "praise")


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Term(Part):
    """A limit with the rule it comes from."""

    limit: SpanText
    source: str


class Longer(Part):
    """An extension (延期): at most `limit` each, at most `times`, all together at most `cap`."""

    limit: SpanText
    times: int = Field(default=1, ge=0)
    by: tuple[Grantor, ...] = ("director",)  # who grants the first, the second …; the last goes on
    cap: float = Field(default=1.0, gt=0)  # all of them, as a share of the original limit
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


class OwnTerms(Part):
    """What differs in a matter of an enterprise (企业诉求); the rest is as for everybody."""

    dispatch: Term | None = None
    sign: Term | None = None
    contact: Term | None = None
    reply: Term | None = None
    follow_up: Term | None = None


class Blocks(Part):
    critical: Block
    urgent: Block
    normal: dict[KindName, Block]
    enterprise: dict[KindName, OwnTerms] = {}
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
    enabled: bool = True  # an example that ships off is read and checked, and does nothing


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
    source: str


class Numbers(Part):
    """Counts and windows that no single promise owns."""

    max_returns: int = Field(ge=0)
    max_rework: int = Field(ge=0)
    follow_up_attempts: int = Field(ge=1)
    follow_up_every: SpanText = Span(2, Unit.NATURAL_HOUR)  # between two tries without an answer
    follow_up_sample: int = Field(10, ge=0)  # closed cases drawn by lot for a day's calls
    archive_after: SpanText
    rating_window: SpanText
    urge_every: SpanText
    reminder_cooldown: SpanText


def _office(told: Any) -> Any:
    """From ["09:00-12:00", "13:30-17:30"]; raises ValueError with what is wrong."""
    if not isinstance(told, list) or not told:
        raise ValueError('应如 ["09:00-12:00", "13:30-17:30"]')
    found: list[tuple[time, time]] = []
    for one in told:
        opens, _, closes = str(one).partition("-")
        try:
            stretch = time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip())
        except ValueError:
            raise ValueError(f'{one!r} 应如 "09:00-12:00"') from None
        if stretch[0] >= stretch[1] or (found and stretch[0] < found[-1][1]):
            raise ValueError(f"{one!r} 的先后不对 / out of order")
        found.append(stretch)
    return tuple(found)


Hours = Annotated[Office, BeforeValidator(_office)]


class Days(Part):
    """Working time that differs from the State Council's list (本地、单位的工作日历)."""

    office: Hours | None = None
    closed: tuple[date, ...] = ()
    opened: tuple[date, ...] = ()
    half_days: dict[date, Hours] = {}
    source: str = ""

    def own(self) -> OwnDays:
        closed, opened = frozenset(self.closed), frozenset(self.opened)
        return OwnDays(self.office, closed, opened, dict(self.half_days))


class CoHandling(Part):
    """Co-handlers named with the dispatch report in a share of the lead's own limit (协办回告)."""

    share: float = Field(default=0.5, gt=0, le=1)
    source: str = "协办回告时限：主办单位时限的一半（北京条例第十四条要求限期，份额自定）"


class Counting(Days):
    """How the city counts (Civil Code arts 200 to 204)."""

    day_ends: Literal["24:00", "close"] = "24:00"


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

    name: str = Field(min_length=1)
    edition: str = Field(min_length=1)
    counting: Counting = Counting()
    departments: dict[str, Days] = {}  # a department's own calendar, for its own promises only
    limits: Blocks
    overrides: tuple[Override, ...] = ()
    orders: dict[Literal["2", "3", "4", "5", "6"], Term]
    ladders: dict[str, tuple[Step, ...]]
    co_handling: CoHandling = CoHandling()
    suspension: Suspension
    numbers: Numbers
    supervision: Supervision = Supervision()
