"""What people type -> clean values: nothing refused in silence, nothing that crashes."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.forms import BadForm, FieldProblem, clean
from channels.web import MOST_FILES, read

GOOD: dict[str, Any] = {
    "title": "路灯不亮",
    "content": "望江大道的路灯坏了三天。",
    "contact": {"phone": "13800001234"},
}


def wrong(**changes: Any) -> list[FieldProblem]:
    with pytest.raises(BadForm) as refused:
        read(GOOD | changes)
    return refused.value.problems


def told(**changes: Any) -> list[tuple[str, str]]:
    return [(one.field, one.code) for one in wrong(**changes)]


def test_text_is_brought_into_one_form_and_emoji_stay() -> None:
    assert clean(" cafe\u0301\r\n第二行\r第三行\x00\x07 👩‍👧 ") == "café\n第二行\n第三行 👩‍👧"


def test_a_title_is_one_line_and_the_content_keeps_its_lines() -> None:
    form = read(GOOD | {"title": "路灯\r\n不亮\u2028了", "content": "一\r\n二"})
    assert (form.title, form.content) == ("路灯 不亮 了", "一\n二")


@pytest.mark.parametrize("nothing", ["", "   ", "\u3000", "\u200b\ufeff", "\x00", "\n\n"])
def test_what_cannot_be_seen_counts_as_nothing(nothing: str) -> None:
    assert told(title=nothing) == [("title", "required")]
    assert told(content=nothing) == [("content", "required")]


def test_the_longest_title_passes_and_one_letter_more_is_told_with_both_figures() -> None:
    assert len(read(GOOD | {"title": "灯" * 200}).title) == 200
    (problem,) = wrong(title="灯" * 201)
    assert problem.zh == "标题不能超过 200 字，现为 201 字。"
    assert problem.en == "title: at most 200 characters, now 201."


def test_the_longest_content_passes_and_one_letter_more_does_not() -> None:
    assert len(read(GOOD | {"content": "灯" * 20_000}).content) == 20_000
    assert told(content="灯" * 20_001) == [("content", "too_long")]


def test_too_many_files_are_counted_in_files() -> None:
    assert len(read(GOOD | {"attachments": ["t"] * MOST_FILES}).attachments) == MOST_FILES
    (problem,) = wrong(attachments=["t"] * (MOST_FILES + 1))
    assert (problem.code, problem.zh) == ("too_many", "附件太多，最多 10 项。")


def test_half_a_character_is_a_problem_and_not_a_crash() -> None:
    assert told(title="\ud83d") == [("title", "encoding")]
    assert told(contact={"phone": "13800001234", "name": "\udc00"}) == [
        ("contact.name", "encoding")
    ]


def test_every_problem_is_told_at_once() -> None:
    found = told(title="", content="", type="other", contact={"email": ""})
    assert found == [
        ("title", "required"),
        ("content", "required"),
        ("type", "literal_error"),
        ("contact", "contact"),
    ]


@pytest.mark.parametrize("contact", [None, {}, {"name": "张三"}, {"phone": "  ", "email": ""}])
def test_who_leaves_no_contact_must_choose_to_be_anonymous(contact: Any) -> None:
    assert told(contact=contact) == [("contact", "contact")]
    assert read(GOOD | {"contact": contact, "anonymous": True}).anonymous


def test_an_unknown_field_is_named_and_never_a_template() -> None:
    (problem,) = wrong(**{"{name.__class__}": 1})
    assert problem.zh == "没有“{name.__class__}”这一项，请去掉。"


def test_what_was_typed_is_not_repeated_in_a_problem() -> None:
    for one in wrong(type="secret-word", contact={"phone": "secret-word", "email": "secret-word"}):
        assert "secret-word" not in f"{one.zh}{one.en}"


@pytest.mark.parametrize("shape", [None, 5, "text", [1], [], True, b"bytes"])
def test_a_body_of_another_shape_is_a_problem(shape: Any) -> None:
    with pytest.raises(BadForm) as refused:
        read(shape)
    assert [one.field for one in refused.value.problems] == ["body"]


NAMES = [*GOOD, "type", "place", "attachments", "phone", "email", "name", "lon", "x"]
WORDS = st.text(st.sampled_from("a1+-@. 灯转\x00\ud800\u200b\n{}%"), max_size=20)
SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: (
        st.lists(inner, max_size=12) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(NAMES), SHAPES))
def test_whatever_is_sent_is_a_form_or_problems_in_words(body: dict[str, Any]) -> None:
    try:
        read(body)
    except BadForm as refused:
        assert refused.problems
        for one in refused.problems:
            assert one.field and one.zh and one.en
