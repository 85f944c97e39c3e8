"""Duty rosters (值班表): who of a department is on duty, deputies in absence, whom to ring first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from hotline.domain.words import Named


class Duty(Named):
    """What somebody is on the roster (值班职责), in the order in which they are rung."""

    LIAISON = "liaison", "联络员", "liaison"
    HEAD = "head", "负责人", "person in charge"
    LEADER = "leader", "分管领导", "leader in charge"


@dataclass(frozen=True)
class Absence:
    """Days away (缺勤时段), both included, in the city's calendar."""

    first: date
    last: date

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Person:
    """Somebody on a roster; `deputies` are names on the same roster, in order."""

    name: str
    duty: Duty
    phone: str
    email: str = ""
    deputies: tuple[str, ...] = ()
    absences: tuple[Absence, ...] = ()

    def absent(self, day: date) -> bool:
        return any(away.covers(day) for away in self.absences)


@dataclass(frozen=True)
class OnDuty:
    """Who stands in for a duty now; `instead_of` is set where a deputy does."""

    duty: Duty
    person: Person
    instead_of: str = ""


@dataclass(frozen=True)
class Roster:
    """A department's people in the order of the list; version 0: none was written yet."""

    department: str
    people: tuple[Person, ...] = ()
    version: int = 0


def on_duty(people: Sequence[Person], day: date) -> list[OnDuty]:
    """For each duty the first who is there, else the first deputy of theirs who is."""
    found = (_holder(people, duty, day) for duty in Duty)
    return [one for one in found if one is not None]


def _holder(people: Sequence[Person], duty: Duty, day: date) -> OnDuty | None:
    holders = [person for person in people if person.duty is duty]
    there = next((person for person in holders if not person.absent(day)), None)
    if there is not None:
        return OnDuty(duty, there)
    named = {person.name: person for person in people}
    for away in holders:
        for name in away.deputies:
            deputy = named.get(name)
            if deputy is not None and not deputy.absent(day):
                return OnDuty(duty, deputy, away.name)
    return None


def ring_order(people: Sequence[Person], day: date) -> list[Person]:
    """Who is on duty first, then whoever else is there, each once."""
    return list(dict.fromkeys(_ringing(people, day)))


def _ringing(people: Sequence[Person], day: date) -> Iterator[Person]:
    for one in on_duty(people, day):
        yield one.person
    for person in people:
        if not person.absent(day):
            yield person
