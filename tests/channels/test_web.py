"""The citizen's form: who wrote, how to reach them, where it is, as it crosses the desk."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import ValidationError

from channels.forms import BadForm, Form, optional, words
from channels.message import Attachment, Contact, Place
from channels.web import incoming, read

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "title": "噪声",
    "content": "夜里施工。",
    "contact": {"phone": "13800001234"},
}


def phone(typed: str) -> str | None:
    contact = read(GOOD | {"contact": {"phone": typed}}).contact
    return contact.phone if contact else None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800001234", "13800001234"),
        (" 138 0000 1234 ", "13800001234"),
        ("138-0000-1234", "13800001234"),
        ("１３８００００１２３４", "13800001234"),
        ("+86 138 0000 1234", "13800001234"),
        ("0086-13800001234", "13800001234"),
        ("8613800001234", "13800001234"),
        ("\u202a13800001234\u202c", "13800001234"),
        ("0571-87654321", "057187654321"),
        ("（0571）8765 4321", "057187654321"),
        ("010—62345678", "01062345678"),
        ("+86 571 87654321", "057187654321"),
        ("87654321", "87654321"),
        ("0571-87654321-8001", "057187654321-8001"),
        ("87654321转801", "87654321-801"),
        ("87654321 ext. 801", "87654321-801"),
        ("400-123-4567", "4001234567"),
        ("800 820 8820", "8008208820"),
        ("+852 5123 4567", "+85251234567"),
        ("001 212 555 0100", "+12125550100"),
    ],
)
def test_a_number_is_kept_as_it_is_dialled_however_it_was_written(typed: str, kept: str) -> None:
    assert phone(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["12345", "1380000123", "138000012345", "12800001234", "无", "a13800001234", "--", "+86"],
)
def test_what_nobody_could_dial_is_told_at_its_field(typed: str) -> None:
    with pytest.raises(BadForm) as refused:
        phone(typed)
    (problem,) = refused.value.problems
    assert (problem.field, problem.code) == ("contact.phone", "phone")


@pytest.mark.parametrize(
    "typed", ["li@example.cn", "li.na+12345@mail.example.com", "李@example.cn"]
)
def test_an_address_that_mail_can_reach_is_taken(typed: str) -> None:
    contact = read(GOOD | {"contact": {"email": typed}}).contact
    assert contact and contact.email == typed


@pytest.mark.parametrize(
    "typed", ["li", "li@", "@b.cn", "a@b", "a b@c.cn", "a@b..cn", "a@-b.cn", "<a@b.cn>"]
)
def test_an_address_that_mail_cannot_reach_is_told_at_its_field(typed: str) -> None:
    with pytest.raises(BadForm) as refused:
        read(GOOD | {"contact": {"email": typed}})
    assert [(one.field, one.code) for one in refused.value.problems] == [("contact.email", "email")]


@pytest.mark.parametrize(
    "place",
    [{"lon": 181}, {"lat": -91}, {"lon": float("nan")}, {"lat": float("inf")}, {"lon": "x"}],
)
def test_a_point_that_is_not_on_earth_is_told(place: dict[str, Any]) -> None:
    with pytest.raises(BadForm) as refused:
        read(GOOD | {"place": place})
    assert [one.field for one in refused.value.problems] == [f"place.{next(iter(place))}"]


def test_the_form_crosses_the_desk_with_all_that_was_told() -> None:
    form = read(
        GOOD
        | {
            "type": "complaint",
            "place": {"address": "望江大道 1 号", "district": "东城区", "lon": 120.1, "lat": 30.2},
            "contact": {"name": "张三", "phone": "13800001234", "email": "z@example.cn"},
            "confidential": True,
        }
    )
    file = Attachment("token", "灯.jpg", 9, "image/jpeg")
    found = incoming(form, key="k", at=AT, attachments=(file,))
    assert (found.channel, found.key, found.received_at) == ("web", "k", AT)
    assert (found.title, found.content, found.type) == ("噪声", "夜里施工。", "complaint")
    assert found.contact == Contact("张三", "13800001234", "z@example.cn")
    assert found.place == Place("望江大道 1 号", "东城区", 120.1, 30.2)
    assert (found.confidential, found.anonymous, found.attachments) == (True, False, (file,))


def test_what_a_field_takes_for_nothing_its_schema_takes_too() -> None:
    class Asked(Form):
        on: optional(date) = None  # type: ignore[valid-type]
        word: optional(words(9)) = None  # type: ignore[valid-type]
        yes: optional(bool) = None  # type: ignore[valid-type]

    judge = Draft202012Validator(Asked.model_json_schema(), format_checker=FormatChecker())
    for value in ("", " \u3000", None, "2026-01-05", "soon", 3, True):
        for name in Asked.model_fields:
            taken = True
            try:
                Asked.model_validate({name: value})
            except ValidationError:
                taken = False
            assert judge.is_valid({name: value}) is taken, (name, value)


def test_an_anonymous_citizens_contact_goes_no_further() -> None:
    found = incoming(read(GOOD | {"anonymous": True}), key="k", at=AT)
    assert found.anonymous and found.contact is None and found.place is None


def test_an_empty_choice_counts_as_not_told() -> None:
    found = incoming(read(GOOD | {"type": "", "place": {"address": " "}}), key="k", at=AT)
    assert found.type is None and found.place == Place()
