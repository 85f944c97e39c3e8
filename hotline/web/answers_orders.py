"""What the interface answers of supervision orders, as types."""

from hotline.web.answers import EntryTold
from hotline.web.told import Count, Moment, Told


class OrderListed(Told):
    """A supervision order in a list."""

    id: str
    number: str | None
    case: str
    title: str
    urgency: str
    level: Count
    cause: str
    cause_text: str
    state: str
    state_text: str
    appeal_state: str | None
    department: str | None
    department_name: str | None
    issued_at: Moment
    due_at: Moment | None


class Orders(Told):
    items: list[OrderListed]
    next_cursor: str | None


class Recipient(Told):
    kind: str
    code: str
    name: str


class OrderTold(OrderListed):
    """督办单: the whole of it, with its history."""

    version: Count
    text: str
    basis: dict[str, str]
    recipients: list[Recipient]
    answer: str | None
    plan: str | None
    plan_on: str | None
    answered_at: Moment | None
    verdict: str | None
    judged_at: Moment | None
    withdrawn: str | None
    appeal: str | None
    appealed_at: Moment | None
    ruling: str | None
    ruled_at: Moment | None
    history: list[EntryTold]
    allowed_actions: list[str]
