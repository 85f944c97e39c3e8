"""A duty roster as people type it and machines send it -> people, with what is wrong in words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from pydantic import Field, ValidationError

from channels.forms import BadForm, FieldProblem, Form, line, problems
from channels.web import ContactForm
from hotline.domain.roster import Absence, Duty, Person

MOST_PEOPLE, MOST_ABSENCES = 50, 20
NAMES = {
    "name": "姓名",
    "duty": "值班职责",
    "phone": "电话",
    "email": "邮箱",
    "deputies": "代班人",
    "absences": "缺勤时段",
    "absences.from": "缺勤开始日期",
    "absences.to": "缺勤结束日期",
    "people": "值班人员",
    "version": "版本",
}


class AbsenceForm(Form):
    from_: date = Field(alias="from")
    to: date


class PersonForm(ContactForm):
    """Somebody on the roster; the telephone is what the roster is for."""

    duty: Duty
    deputies: Annotated[tuple[line(60, needed=True), ...], Field(max_length=10)] = ()  # type: ignore[valid-type]
    absences: Annotated[tuple[AbsenceForm, ...], Field(max_length=MOST_ABSENCES)] = ()


class RosterForm(Form):
    """The whole list, in its order; `version` is the one that it was made from."""

    version: Annotated[int, Field(ge=0)]
    people: Annotated[tuple[dict[str, Any], ...], Field(max_length=MOST_PEOPLE)]


class PersonBody(PersonForm):
    """PersonForm as the document tells it: what is missing is told in words of its own."""

    name: line(60, needed=True)  # type: ignore[valid-type]
    phone: line(40, needed=True)  # type: ignore[valid-type]


class RosterBody(Form):
    """RosterForm as the document tells it."""

    version: Annotated[int, Field(ge=0)]
    people: Annotated[tuple[PersonBody, ...], Field(max_length=MOST_PEOPLE)]


def read(body: Any) -> tuple[int, tuple[Person, ...]]:
    """The version and the people; raises BadForm with every problem there is, person by person."""
    try:
        told = RosterForm.model_validate(body)
    except ValidationError as error:
        raise BadForm(problems(error, NAMES)) from None
    people, wrong = [], []
    for n, one in enumerate(told.people):
        try:
            person = _person(PersonForm.model_validate(one))
        except ValidationError as error:
            wrong += [_at(n, problem) for problem in problems(error, NAMES)]
            continue
        wrong += [_at(n, problem) for problem in _missing(person)]
        people.append(person)
    if not wrong:
        wrong = list(_between(people))
    if wrong:
        raise BadForm(wrong)
    return told.version, tuple(people)


def _person(form: PersonForm) -> Person:
    away = tuple(Absence(one.from_, one.to) for one in form.absences)
    contact = (form.phone or "", form.email or "")
    return Person(form.name or "", form.duty, *contact, tuple(form.deputies), away)


def _at(n: int, problem: FieldProblem) -> FieldProblem:
    return replace(
        problem,
        field=f"people.{n}.{problem.field}",
        zh=f"第 {n + 1} 人：{problem.zh}",
        en=f"Person {n + 1}: {problem.en}",
    )


def _missing(person: Person) -> Iterable[FieldProblem]:
    if not person.name:
        yield FieldProblem("name", "required", "请填写姓名。", "name is required.")
    if not person.phone:
        yield FieldProblem("phone", "required", "请填写电话。", "phone is required.")
    if any(away.last < away.first for away in person.absences):
        zh, en = "缺勤结束日期不能早于开始日期。", "An absence ends before it begins."
        yield FieldProblem("absences", "order", zh, en)


def _between(people: list[Person]) -> Iterable[FieldProblem]:
    """What is wrong with one only in the light of the others."""
    names = [person.name for person in people]
    for n, person in enumerate(people):
        if names.index(person.name) != n:
            zh = f"“{person.name}”出现了两次，同名者请加注以区分。"
            yield _at(n, FieldProblem("name", "twice", zh, "That name is there twice."))
        for deputy in person.deputies:
            if deputy == person.name or deputy not in names:
                zh = f"代班人“{deputy}”须是本值班表中的另一人。"
                en = "A deputy is somebody else on the same roster."
                yield _at(n, FieldProblem("deputies", "unknown", zh, en))


def typed(values: Mapping[str, list[str]]) -> dict[str, Any]:
    """The page's fields as the interface's body: a row without a word in it is a row taken out."""

    def told(name: str, n: int) -> str:
        return values.get(f"{name}.{n}", [""])[-1].strip()

    found = []
    for n in range(MOST_PEOPLE + 10):
        row = {name: told(name, n) for name in ("name", "phone", "email")}
        if not any(row.values()):
            continue
        place = told("order", n)
        order = int(place) if re.fullmatch(r"[0-9]{1,3}", place) else 999
        deputies = [one for one in re.split(r"[、，,;；\s]+", told("deputies", n)) if one]
        away = _absences(told("absences", n))
        row_told = {**row, "duty": told("duty", n), "deputies": deputies, "absences": away}
        found.append((order, n, row_told))
    version = values.get("version", ["0"])[-1]
    return {
        "version": int(version) if re.fullmatch(r"[0-9]{1,9}", version) else 0,
        "people": [row for _, _, row in sorted(found, key=lambda one: one[:2])],
    }


def _absences(text: str) -> list[dict[str, str]]:
    """One a line: 2026-12-01 至 2026-12-05, or a single day; dots and slashes are read as well."""
    found = []
    for written in text.splitlines():
        days = re.findall(r"[0-9]{4}[-./年][0-9]{1,2}[-./月][0-9]{1,2}", written)
        plain = ["-".join(part.zfill(2) for part in re.split(r"[-./年月]", day)) for day in days]
        if written.strip():
            first = plain[0] if plain else written.strip()[:40]
            found.append({"from": first, "to": plain[1] if len(plain) > 1 else first})
    return found
