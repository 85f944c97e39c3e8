"""Letters about what ends a matter: one to each caller who left an address, merged or not."""

from typing import Any

import pytest

from channels.message import Contact, Outgoing
from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.domain.words import Decline, Granted, Role
from hotline.flow import work
from hotline.flow.centre import Centre
from tests.flow.letters_support import house, sent
from tests.flow.orders_support import (
    DIRECTOR,
    DISPATCHER,
    ask,
    in_hand,
    received,
    replied,
    unbroken,
    unit,
)
from tests.makers import an_officer

__all__ = ["house"]
AGENT = an_officer(Role.AGENT)
THEIRS = Contact("李小红", "13800008888", "child@example.com")
UNIT_ENDS = department.Terminate(reason="依法不属于行政职权", document="材料1号")


async def merged(centre: Centre, parent: str, key: str = "c", **changes: Any) -> str:
    child = await received(centre, key, **{"contact": THEIRS, **changes})
    await work.act(centre, child, acts.Merge(parent=parent), DISPATCHER)
    return child


async def letters_about(centre: Centre, number: str) -> list[Outgoing]:
    return [one for one in await sent(centre) if one.about == number]


async def decide(centre: Centre, number: str, verdict: Granted) -> None:
    await work.act(centre, number, UNIT_ENDS, unit(centre))
    told = acts.Grant(request=1, verdict=verdict, reason="情况属实")
    await work.act(centre, number, told, DIRECTOR)


async def test_a_merged_caller_gets_the_answer_by_letter_once(house: Centre) -> None:
    parent = await in_hand(house, "p")
    child = await merged(house, parent)
    nobody = await merged(house, parent, "n", contact=None, anonymous=True)
    await replied(house, parent)
    (letter,) = await letters_about(house, child)
    assert "您反映的路灯已于今日修复" in letter.text and "现答复如下" in letter.text
    assert letter.to == "child@example.com"
    assert await letters_about(house, nobody) == []
    (kept,) = await ask(
        house, "SELECT audience FROM outbox WHERE about = :number AND message_id LIKE '%citizen'", number=child
    )  # fmt: skip
    assert kept.audience == "mail:citizen"
    assert len(await letters_about(house, child)) == 1
    assert await unbroken(house) == []


async def test_a_merged_case_cannot_be_rated_and_its_letter_does_not_ask_for_it(
    house: Centre,
) -> None:
    parent = await in_hand(house, "p")
    child = await merged(house, parent)
    await replied(house, parent)
    assert "complaints/rate" in (await letters_about(house, parent))[-1].text
    assert "complaints/rate" not in (await letters_about(house, child))[-1].text


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (acts.Decline(reason_code=Decline.OGI, text="请向该机关申请公开"), "请向该机关申请公开"),
        (acts.Refer(target="供电公司"), "已转至供电公司"),
    ],
)
async def test_what_is_no_answer_is_not_written_as_one(
    house: Centre, facts: Any, told: str
) -> None:
    parent = await received(house, "p")
    child = await merged(house, parent)
    await work.act(house, parent, facts, AGENT)
    (letter,) = await letters_about(house, child)
    assert told in letter.text and "有新进展" in letter.text
    assert "现答复如下" not in letter.text and "已并单" not in letter.text


async def test_a_termination_is_explained_to_the_citizen_and_to_who_was_merged(
    house: Centre,
) -> None:
    parent = await in_hand(house, "p")
    child = await merged(house, parent)
    before = len(await letters_about(house, parent))
    await decide(house, parent, Granted.GRANTED)
    first, second = (
        (await letters_about(house, parent))[before:],
        await letters_about(house, child),
    )
    assert len(first) == len(second) == 1
    for letter in (*first, *second):
        assert "经批准终止办理：依法不属于行政职权" in letter.text
    assert await unbroken(house) == []


async def test_of_a_termination_that_is_refused_the_citizen_hears_nothing(house: Centre) -> None:
    number = await in_hand(house, "p")
    before = len(await letters_about(house, number))
    await decide(house, number, Granted.REFUSED)
    assert len(await letters_about(house, number)) == before


async def test_who_is_merged_into_an_answered_case_is_told_at_once(house: Centre) -> None:
    """It still waits for its call-back, so it is open; no further answer may ever come."""
    parent = await in_hand(house, "p")
    await replied(house, parent)
    middle = await received(house, "m")
    child = await merged(house, middle)
    await work.act(house, middle, acts.Merge(parent=parent), DISPATCHER)
    for number in (child, middle):
        (letter,) = await letters_about(house, number)
        assert "您反映的路灯已于今日修复" in letter.text
        _, entries = await work.timeline(house, number, DISPATCHER)
        assert entries[-1].public == "答复：您反映的路灯已于今日修复。"
    assert await unbroken(house) == []
