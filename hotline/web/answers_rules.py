"""What the interface answers of rules, decisions and the model, as types."""

from typing import Any

from pydantic import Field

from hotline.web.told import Count, Moment, Told


class RuleTold(Told):
    """One rule of the duty list."""

    id: str
    level1: str
    level2: str
    level3: str
    words: str
    department: str
    co_departments: list[str]
    district_level: bool
    action: str
    basis: str
    reason: str


class ExampleTold(Told):
    rule: str
    topic: str
    text: str
    department: str
    district: str


class VersionTold(Told):
    version: Count
    at: Moment
    by: str
    note: str


class Versions(Told):
    items: list[VersionTold]
    older: int | None


class RulesTold(VersionTold):
    """职责清单: the rules of a version in their order, with their tests."""

    rules: list[RuleTold]
    examples: list[ExampleTold]


class FindingTold(Told):
    code: str
    rule: str
    other: str
    error: bool
    text: str


class Findings(Told):
    errors: Count
    warnings: Count
    items: list[FindingTold]


class MovedTold(Told):
    """A case that would go elsewhere."""

    number: str
    topic: str
    before: str | None
    before_name: str | None
    rule_before: str
    after: str | None
    after_name: str | None
    rule_after: str
    lead: str | None
    problem: str


class WayTold(Told):
    before: str | None
    after: str | None
    cases: Count


class TrialTold(Told):
    """试算: what other rules would have done with the cases of the last days."""

    days: Count
    cases: Count
    whole: bool
    moved: Count
    failed: Count
    right_before: Count
    right_after: Count
    ways: list[WayTold]
    items: list[MovedTold]


class TriedTold(Told):
    """A rule that was tried, and why it did not fit; or that it did."""

    rule: str
    result: str
    result_text: str
    department: str
    words: str


class DecisionTold(Told):
    at: Moment
    act: str
    role: str
    actor: str
    automatic: bool
    why: str
    why_text: str
    model: str
    rules: Count
    duty: str
    confidence: float | None
    overrode: bool | None
    facts: dict[str, Any]


class Decisions(Told):
    """Every decision about a case, and every rule that was tried for it."""

    items: list[DecisionTold]
    trace: list[TriedTold]


class SwitchTold(Told):
    running: bool
    since: Moment | None
    by: str
    reason: str


class MeasureTold(Told):
    name: str
    days: Count
    n: Count
    value: float
    low: float | None
    high: float | None
    usual: float
    out: bool
    text: str


class BaselineTold(Told):
    model: str
    since: Moment
    until: Moment | None
    readings: Count
    judged: Count


class AlarmTold(Told):
    kind: str
    first_at: Moment
    last_at: Moment
    times: Count
    text: str


class SideTold(Told):
    """A field of the shadow run: agreement, and who was right where people decided."""

    read: Count
    agreed: Count
    both: Count
    model: Count
    candidate: Count
    neither: Count


class ShadowTold(Told):
    candidate: str
    since: Moment
    by: str
    waiting: Count
    texts: Count
    failed: Count
    fields: dict[str, SideTold]


class ModelTold(Told):
    """分类模型: how it stands, whether cases go by themselves, what a candidate would say."""

    dispatch: SwitchTold
    set_by_hand: bool = Field(description="HOTLINE_DISPATCH__AUTOMATIC is false")
    baseline: BaselineTold | None
    measures: list[MeasureTold]
    alarms: list[AlarmTold]
    shadow: ShadowTold | None
