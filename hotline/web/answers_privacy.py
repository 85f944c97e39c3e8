"""What the interface answers about people's rights over what is kept of them."""

from typing import Any

from hotline.web.told import Moment, Told


class PrivacyRequestTold(Told):
    """个人信息申请: what was asked, until when it is answered, and what became of it."""

    id: int
    at: Moment
    number: str
    kind: str
    kind_text: str
    due_at: Moment
    state: str
    state_text: str
    answer: str | None
    decided_at: Moment | None
    words: dict[str, str]


class ErasureLimitTold(Told):
    """What in law stands against erasing, for now."""

    code: str
    text: str


class PrivacyStanding(Told):
    number: str
    requests: list[PrivacyRequestTold]
    limit: ErasureLimitTold | None
    limits: str
    may_fetch: bool


class PrivacyRequests(Told):
    items: list[PrivacyRequestTold]
    older: int | None


class OwnData(Told):
    """What is kept of the citizen, and who looked at it."""

    number: str
    fields: dict[str, str]
    timeline: list[dict[str, Any]]
    looks: list[dict[str, Any]]


class HoldTold(Told):
    number: str
    held: bool
