"""Repeats: found when a case is made and by sweep, across channels, told with reasons, never by name."""

import csv
import gzip
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from channels.message import Contact, Place
from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen
from hotline.domain.words import Role
from hotline.flow import repeats, work
from hotline.flow.centre import Centre
from hotline.flow.repeats import Repeat
from hotline.flow.sweep import sweep
from hotline.store import repeats as kept
from tests.conftest import shared
from tests.flow.orders_support import (
    DISPATCHER,
    ask,
    in_hand,
    received,
    replied,
    unbroken,
    unit,
)
from tests.makers import MONDAY, an_officer
from tests.support.signed import fill

LAMP = {
    "title": "望江花园门口路灯不亮",
    "content": "望江花园北门的路灯坏了三天，晚上很黑，请维修。",
}
LAMP_TOO = {
    "title": "小区路灯坏了",
    "content": "我住望江花园，北门路灯坏了好几天，晚上很黑，希望维修。",
}
NOISE = {"title": "工地夜间施工扰民", "content": "云山路的工地每天施工到凌晨两点，影响休息。"}
NOBODY: dict[str, Any] = {"contact": None, "anonymous": True}


async def of(centre: Centre, number: str) -> list[Repeat]:
    return (await work.view(centre, number, DISPATCHER)).repeats


async def test_two_people_with_one_matter_are_told_on_both_pages_with_the_words(
    any_centre: Centre,
) -> None:
    first = await received(any_centre, "a", **LAMP)
    await received(any_centre, "b", **NOISE)
    other = Contact("李四", "13900000002", None)
    second = await received(any_centre, "c", channel="mailbox", contact=other, **LAMP_TOO)
    (found,) = await of(any_centre, second)
    assert found.number == first and found.score >= any_centre.likely
    assert "望江花园" in found.why.shared and not found.why.same_caller
    (back,) = await of(any_centre, first)
    assert back.number == second
    assert "李四" not in str(found) and "13900000002" not in str(found)


async def test_the_same_person_again_within_minutes_is_flagged_and_never_dropped(
    any_centre: Centre, clock: Any
) -> None:
    first = await received(any_centre, "a", **LAMP)
    clock.move_to(clock.at + timedelta(minutes=3))
    second = await received(any_centre, "b", channel="phone", **LAMP)
    (found,) = await of(any_centre, second)
    assert found.number == first != second
    assert found.why.identical and found.why.same_caller and found.score >= 0.99


@pytest.mark.parametrize("hidden", [NOBODY, {"confidential": True}, {"type": "report"}])
async def test_who_is_protected_is_linked_by_words_but_not_by_who_they_are(
    centre: Centre, hidden: dict[str, Any]
) -> None:
    first = await received(centre, "a", **LAMP, **hidden)
    second = await received(centre, "b", **LAMP_TOO)
    for number, other in ((first, second), (second, first)):
        (found,) = await of(centre, number)
        assert found.number == other and not found.why.same_caller
    asked = repeats.asked(centre, "", "", phone="13800001234")
    told = [row.number for row in (await repeats.filing(centre, asked)).caller]
    assert told == [second], "a telephone does not lead to what was told in confidence"


async def test_a_department_is_told_of_no_case_but_its_own(centre: Centre) -> None:
    await received(centre, "a", **LAMP)
    number = await received(centre, "b", **LAMP_TOO)
    await work.act(centre, number, acts.Accept(), DISPATCHER)
    await work.act(centre, number, acts.Transfer(department="cgj"), DISPATCHER)
    assert (await work.view(centre, number, unit(centre))).repeats == []
    assert (await work.view(centre, number, an_officer(Role.AGENT))).repeats


async def test_while_filing_the_matter_is_found_by_what_is_typed_and_nothing_is_kept(
    any_centre: Centre,
) -> None:
    first = await received(any_centre, "a", **LAMP)
    before = await ask(any_centre, "SELECT count(*) FROM signature")
    asked = repeats.asked(any_centre, "路灯", "望江花园北门路灯不亮", phone="0086 138-0000-1234")
    found = await repeats.filing(any_centre, asked)
    assert [one.number for one in found.repeats] == [first] and found.repeats[0].why.same_caller
    other = repeats.asked(any_centre, "垃圾没人清", "云山路垃圾堆了一周", phone="13800001234")
    found = await repeats.filing(any_centre, other)
    assert not found.repeats and [row.number for row in found.caller] == [first]
    assert await ask(any_centre, "SELECT count(*) FROM signature") == before


async def test_what_was_missed_is_found_by_the_sweep_once(
    any_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await received(any_centre, "a", **LAMP)

    async def away(*_: object) -> None:
        raise ConnectionError("the index is away")

    with monkeypatch.context() as broken:
        broken.setattr(kept, "near", away)
        second = await received(any_centre, "b", **LAMP_TOO)
    assert await of(any_centre, second) == [], "a case is made even so"
    for _ in range(2):
        await sweep(any_centre)
        (found,) = await of(any_centre, second)
        assert found.number == first
    told = await ask(any_centre, "SELECT found_by FROM repeat")
    assert [row[0] for row in told] == ["sweep"]
    assert await sweep(any_centre) == 0, "nothing is left to do"
    assert await unbroken(any_centre) == []


async def test_two_that_are_made_at_one_moment_find_each_other_by_sweep(centre: Centre) -> None:
    asked = [repeats.asked(centre, **told) for told in (LAMP, LAMP_TOO)]
    found = [await repeats.before(centre, one) for one in asked]  # neither sees the other
    numbers = [await received(centre, key, **told) for key, told in (("a", LAMP), ("b", LAMP_TOO))]
    assert all(one is not None and not one.repeats for one in found)
    async with centre.store.write() as connection:
        await connection.execute(text("DELETE FROM repeat"))
    await sweep(centre)
    assert [one.number for one in await of(centre, numbers[0])] == [numbers[1]]


async def test_what_is_recent_no_more_is_known_by_nothing(any_centre: Centre, clock: Any) -> None:
    await received(any_centre, "a", **LAMP)
    await sweep(any_centre)
    clock.move_to(clock.at + timedelta(days=any_centre.recent_days + 1))
    await sweep(any_centre)
    for table in ("signature", "signature_key", "repeat"):
        assert await ask(any_centre, f"SELECT * FROM {table}") == []
    number = await received(any_centre, "b", **LAMP)
    assert await of(any_centre, number) == []


async def test_a_look_costs_the_same_rows_however_many_cases_share_the_words(
    centre: Centre,
) -> None:
    """All the words are everybody's: no more is read and compared than the bounds say."""
    await fill(centre, [(LAMP["title"], LAMP["content"])] * 300, MONDAY - timedelta(days=2))
    asked = repeats.asked(centre, **LAMP)
    async with centre.look() as view:
        ids = await kept.near(view.connection, repeats.signed(centre, asked))
    assert len(ids) == kept.MOST and max(ids) == 300, "the newest first"
    assert len((await repeats.filing(centre, asked)).repeats) == repeats.MOST


async def test_every_caller_stays_subscribed_and_one_reply_answers_all(
    any_centre: Centre,
) -> None:
    grand = await received(any_centre, "g", **LAMP_TOO, **NOBODY)
    child = await received(any_centre, "c", channel="phone", **LAMP)
    await work.act(any_centre, grand, acts.Merge(parent=child), DISPATCHER)
    parent = await in_hand(any_centre, "p", **LAMP)
    merge = acts.Merge(parent=parent, similarity=0.9, reason="共同词语：望江花园")
    await work.act(any_centre, child, merge, DISPATCHER)
    assert (await work.view(any_centre, grand, DISPATCHER)).case.parent == parent
    await replied(any_centre, parent)
    for number in (child, grand):
        view = await work.view(any_centre, number, DISPATCHER)
        _, entries = await work.timeline(any_centre, number, DISPATCHER)
        public = [entry.public for entry in entries if entry.public]
        assert view.case.state.value == "merged" and "您反映的路灯已于今日修复" in public[-1]
    assert await unbroken(any_centre) == []


async def test_when_the_first_caller_withdraws_the_others_matter_goes_on(
    any_centre: Centre,
) -> None:
    parent = await received(any_centre, "p", **LAMP)
    children = [await received(any_centre, key, **LAMP_TOO) for key in ("a", "b")]
    for number in children:
        await work.act(any_centre, number, acts.Merge(parent=parent), DISPATCHER)
    await work.act(any_centre, parent, citizen.Withdraw(), an_officer(Role.AGENT))
    heir, other = [(await work.view(any_centre, n, DISPATCHER)).case for n in children]
    assert heir.state.value == "registered" and heir.parent is None and heir.due_at
    assert other.state.value == "merged" and other.parent == heir.number
    assert await unbroken(any_centre) == []


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (acts.Answer(text="路灯今晚恢复。"), "路灯今晚恢复"),
        (acts.Refer(target="供电公司"), "供电公司"),
    ],
)
async def test_what_ends_the_parent_is_told_to_every_merged_caller(
    centre: Centre, facts: Any, told: str
) -> None:
    parent = await received(centre, "p", **LAMP)
    child = await received(centre, "c", **LAMP_TOO, **NOBODY)
    await work.act(centre, child, acts.Merge(parent=parent), DISPATCHER)
    await work.act(centre, parent, facts, an_officer(Role.AGENT))
    _, entries = await work.timeline(centre, child, DISPATCHER)
    assert told in (entries[-1].public or "")


async def test_a_district_that_is_known_keeps_like_words_apart(centre: Centre) -> None:
    where = [Place("", str(one["name"])) for one in centre.city.districts[:2]]
    plain = {"title": "路灯不亮", "content": "路灯坏了三天，晚上很黑，请维修。"}
    await received(centre, "a", place=where[0], **plain)
    far = await received(centre, "b", place=where[1], contact=None, anonymous=True, **plain)
    near = await received(centre, "c", place=where[0], contact=None, anonymous=True, **plain)
    assert (await of(centre, near))[0].why.same_area
    assert not any(one.why.same_area for one in await of(centre, far))


@pytest.mark.slow
async def test_every_pair_of_identical_bodies_in_the_messages_is_found(centre: Centre) -> None:
    with gzip.open(shared("data/messages.csv.gz"), "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    first = centre.now() - timedelta(days=200)
    await fill(centre, [(row["title"], row["body"]) for row in rows], first)
    groups: dict[str, list[int]] = defaultdict(list)
    for n, row in enumerate(rows, 1):
        groups["".join(row["body"].split())].append(n)
    twice = [group for group in groups.values() if len(group) > 1]
    assert len(twice) > 200
    for group in twice:
        for n in group:
            row = rows[n - 1]
            asked = repeats.asked(centre, row["title"], row["body"])
            async with centre.look() as view:
                found = await repeats.look(
                    centre,
                    view,
                    repeats.Asked(**{**asked.__dict__, "case_id": n}),
                    repeats.signed(centre, asked),
                )
            assert set(group) - {n} <= {one.case_id for one in found}, (n, group)
