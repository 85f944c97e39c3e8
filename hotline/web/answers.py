"""What the interface answers, as types: the OpenAPI document is made from them, tests hold them to it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from hotline.web.answers_deadline import DeadlineTold
from hotline.web.told import Count, Moment, Told


class Received(Told):
    """登记回执: what the citizen keeps."""

    number: str
    query_code: str
    received_at: Moment
    state: str
    state_text: str


class Line(Told):
    """One line of the citizen's timeline."""

    at: Moment
    action: str
    text: str


class Progress(Told):
    """诉求进展: what the citizen may see."""

    number: str
    state: str
    state_text: str
    received_at: Moment
    type: str | None
    topic: str | None
    department: str | None
    due_at: Moment | None
    due_provisional: bool
    due_explanation: str | None
    timeline: list[Line]
    allowed_actions: list[str]
    reply: str = ""
    notice: str = ""


class Position(Told):
    lon: float
    lat: float


class File(Told):
    token: str
    name: str
    size: Count
    type: str
    position: Position | None = None  # where a photo was taken; only where it was asked for


class Topic(Told):
    path: str
    level1: str
    level2: str
    level3: str


class Topics(Told):
    items: list[Topic]


class Typical(Told):
    """A typical case as anyone reads it."""

    id: int
    title: str
    topic: str
    department: str
    problem: str
    handling: str
    supports: Count
    released_at: Moment


class Published(Told):
    items: list[Typical]
    next_cursor: str | None


class Session(Told):
    token: str
    expires_at: Moment
    role: str
    department: str | None


class Row(Told):
    """A case in a list."""

    number: str
    version: Count
    state: str
    state_text: str
    type: str
    topic: str
    urgency: str
    channel: str
    title: str
    district: str
    party: str
    language: str  # empty: nobody said
    level: int | None
    department: str | None
    department_name: str | None
    received_at: Moment
    due_at: Moment | None
    closed_at: Moment | None


class Cases(Told):
    items: list[Row]
    next_cursor: str | None


class CaseTold(Row):
    """诉求详情: the whole case, identity masked."""

    co_departments: list[str]
    deadlines: list[DeadlineTold]
    suggestions: dict[str, Any]
    content: str
    anonymous: bool
    confidential: bool
    citizen: dict[str, str]
    handler: str | None
    round: Count
    returns: Count
    parent: str | None
    previous: str | None
    reply: dict[str, Any] | None
    follow_up: dict[str, Any] | None
    rating: dict[str, Any] | None
    notes: dict[str, Any]
    parts: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    orders: list[dict[str, Any]]
    attachments: list[File]
    allowed_actions: list[str]


class EntryTold(Told):
    """One entry of the record, with its place in the chain."""

    seq: int
    at: Moment
    action: str
    action_text: str
    role: str
    actor: str
    department: str | None
    origin: str
    before: dict[str, Any]
    after: dict[str, Any]
    text: str
    public: str | None
    previous: str
    hash: str


class Timeline(Told):
    items: list[EntryTold]


class Revealed(BaseModel):
    """The fields asked for, in clear."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, str]


class Report(Told):
    name: str
    first: str = Field(alias="from")
    last: str = Field(alias="to")
    as_of: Moment
    formula_version: str
    totals: dict[str, Any]
    rows: list[dict[str, Any]]


class Alive(Told):
    status: str


class Ready(Told):
    """能否服务: where the database cannot be read, only the first three are told, and what the node
    knows of itself."""

    ready: bool
    why: str = ""  # not ready: database, cannot_write, clock, stopping
    database: str
    taking_in: bool = True  # false: the disk is full but for what is left to staff
    self_check: dict[str, Any]
    classifier: dict[str, Any]
    triage: dict[str, Any] = {}
    outbox: dict[str, Any] = {}
    mail: dict[str, Any] = {}
    watch: dict[str, Any] = {}
    calendar: dict[str, Any] = {}
    dispatch: dict[str, Any] = {}
    alarms: dict[str, Count] = {}
    rules: Count = 0
    terms: str = ""
