"""What the desks' interface answers, as types: notices, rosters, call tasks."""

from pydantic import Field

from hotline.web.told import Count, Moment, Told


class Unread(Told):
    """The badge: unread notices (at most 100 are counted), and call tasks that wait."""

    unread: Count
    calls: Count


class Notice(Told):
    id: int
    at: Moment
    about: str
    subject: str
    text: str
    level: int | None
    unread: bool


class Notices(Unread):
    items: list[Notice]
    older: int | None


class AbsenceTold(Told):
    first: str = Field(alias="from", json_schema_extra={"format": "date"})
    to: str = Field(json_schema_extra={"format": "date"})


class PersonTold(Told):
    name: str
    duty: str
    duty_text: str
    phone: str
    email: str
    deputies: list[str]
    absences: list[AbsenceTold]
    absent: bool


class OnDutyTold(Told):
    duty: str
    duty_text: str
    name: str
    phone: str
    instead_of: str | None


class RosterTold(Told):
    """值班表: the people in their order, and who is on duty today."""

    department: str
    department_name: str
    version: Count
    people: list[PersonTold]
    on_duty: list[OnDutyTold]


class TryTold(Told):
    n: Count
    at: Moment
    by: str
    person: str
    outcome: str
    text: str


class RingTold(Told):
    name: str
    duty: str
    duty_text: str
    phone: str


class TaskTold(Told):
    """电话任务: whom to ring, what was tried, and who answered."""

    id: int
    number: str
    title: str
    department: str
    department_name: str
    state: str
    opened_at: Moment
    ended_at: Moment | None
    reminders: Count
    answered_by: str | None
    reason: str | None
    tries: list[TryTold]
    ring: list[RingTold]
    switchboard: str


class Tasks(Told):
    items: list[TaskTold]
    older: int | None


class UnitTold(Told):
    """A unit of the city, as an act names it by its code."""

    code: str
    name: str
    parent: str | None
    level: str
    district: str
    dispatchable: bool
    heir: str | None


class UnitsTold(Told):
    items: list[UnitTold]
