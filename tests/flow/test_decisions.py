"""Every decision keeps model, scores, thresholds, rules, and who took it over or changed it."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from channels.message import Place
from classifiers.model import Reading
from classifiers.registry import load_default
from hotline.domain.acts import centre as acts
from hotline.domain.errors import NotAllowed, Stale
from hotline.domain.state import State
from hotline.domain.words import Role, Urgency
from hotline.flow import choices, intake, rules, work
from hotline.flow.centre import Centre
from hotline.store import decisions
from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.flow.orders_support import ask, case_of, unbroken
from tests.makers import a_complaint, an_officer
from tests.support.readers import LAMP, Fails, SaysSo

DISPATCHER = an_officer(Role.DISPATCHER)
HOLE = "城市管理/市政设施/井盖缺失破损"


@pytest.fixture
async def unsure(url: str, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Centre]:
    reader = SaysSo(sure=False, confidence=0.4)
    made = await a_centre(url, tmp_path, clock, make_reader=lambda city: reader)
    yield made
    await made.close()


async def received(centre: Centre, key: str = "k", **changes: Any) -> str:
    receipt = await intake.receive(
        centre, a_complaint(key, received_at=centre.now(), **{"place": None, **changes})
    )
    while await intake.triage_pending(centre):
        pass
    return receipt.number


async def decided(centre: Centre, number: str) -> list[dict[str, Any]]:
    made, _ = await rules.trace(centre, await case_of(centre, number))
    return list(made)


async def test_what_was_suggested_is_kept_with_scores_rules_and_the_reason(unsure: Centre) -> None:
    (one,) = await decided(unsure, await received(unsure))
    assert (one["act"], one["automatic"], one["why"]) == ("triage", False, "topic_unsure")
    assert (one["model"], one["rules"], one["duty"]) == ("says-so", 1, "topic-042")
    assert (one["level1"], one["confidence"]) == ("城市管理", 0.4)
    topic = one["facts"]["scores"]["topic"]
    assert (topic["label"], topic["confidence"], topic["sure"]) == (LAMP, 0.4, False)
    assert "reasons" not in topic  # they quote the citizen, and lie in the case
    assert "望江大道" not in json.dumps(one["facts"], ensure_ascii=False)


class NamesThreshold(SaysSo):
    def read(self, title: str, body: str) -> Reading:
        told = super().read(title, body)
        return replace(told, topic=replace(told.topic, threshold=0.83))


async def test_a_threshold_that_a_model_names_is_kept_with_the_score(
    url: str, tmp_path: Path, clock: MovingClock
) -> None:
    centre = await a_centre(url, tmp_path, clock, make_reader=lambda city: NamesThreshold())
    (one,) = await decided(centre, await received(centre))
    assert one["facts"]["scores"]["topic"]["threshold"] == 0.83
    await centre.close()


@pytest.mark.slow
async def test_who_took_the_suggestion_over_or_changed_it_stands_field_by_field(
    unsure: Centre,
) -> None:
    number = await received(unsure, type=None)
    await work.act(unsure, number, acts.Accept(topic=HOLE), DISPATCHER)
    await work.act(unsure, number, acts.Transfer(department="zjj"), DISPATCHER)
    urgent = acts.Correct(reason="有人跌伤", urgency=Urgency.URGENT)
    await work.act(unsure, number, urgent, an_officer(Role.SHIFT_LEAD))
    _, accepted, sent, corrected = await decided(unsure, number)
    assert (accepted["act"], accepted["actor"], accepted["overrode"]) == (
        "accept",
        "dispatcher",
        True,
    )
    fields = accepted["facts"]["fields"]
    assert fields["topic"] == {"suggested": LAMP, "chosen": HOLE, "verdict": "changed"}
    assert fields["type"]["verdict"] == "accepted"
    assert (sent["act"], sent["overrode"]) == ("transfer", True)
    assert (corrected["role"], corrected["overrode"]) == ("shift_lead", None)
    assert corrected["facts"]["fields"]["urgency"]["verdict"] == "changed"
    labels = await ask(unsure, "SELECT field, chosen FROM label ORDER BY id")
    assert [tuple(row) for row in labels] == [
        ("topic", HOLE),
        ("department", "zjj"),
        ("urgency", "urgent"),
    ]
    assert await unbroken(unsure) == []


async def test_an_offer_is_accepted_and_dispatched_in_one_step(unsure: Centre) -> None:
    number = await received(unsure)
    case = await case_of(unsure, number)
    offer = choices.offer(case, unsure.rules.tree)
    assert [one.value for one in offer.topics] == [LAMP, HOLE]
    first, *rest = offer.departments
    assert first.by_list and first.reasons[0].startswith("职责清单：")
    assert [one.confidence for one in (first, *rest)] == [0.95, 0.03]
    await work.accept_offer(unsure, number, (LAMP, first.value), DISPATCHER, case.version)
    case = await case_of(unsure, number)
    assert (case.state, case.lead) == (State.DISPATCHED, first.value)
    _, accepted, sent = await decided(unsure, number)
    assert (accepted["overrode"], sent["overrode"]) == (False, False)
    assert await ask(unsure, "SELECT count(*) FROM label") == [(0,)]
    with pytest.raises(Stale):
        await work.accept_offer(unsure, number, (LAMP, "cgj"), DISPATCHER, 1)


async def test_another_of_the_three_may_be_taken(unsure: Centre) -> None:
    number = await received(unsure)
    case = await case_of(unsure, number)
    await work.accept_offer(unsure, number, (HOLE, "zjj"), DISPATCHER, case.version)
    case = await case_of(unsure, number)
    assert (case.topic, case.lead) == (HOLE, "zjj")
    assert [one["overrode"] for one in await decided(unsure, number)] == [None, True, True]


@pytest.mark.slow
async def test_only_a_dispatcher_takes_an_offer(unsure: Centre) -> None:
    number = await received(unsure)
    case = await case_of(unsure, number)
    with pytest.raises(NotAllowed):
        agent = an_officer(Role.AGENT)
        await work.accept_offer(unsure, number, (LAMP, "cgj"), agent, case.version)
    assert (await case_of(unsure, number)).state is State.REGISTERED


async def test_a_text_that_could_not_be_read_leaves_a_decision_too_and_waits(
    url: str, tmp_path: Path, clock: MovingClock
) -> None:
    centre = await a_centre(url, tmp_path, clock, make_reader=lambda city: Fails())
    number = await received(centre)
    case = await case_of(centre, number)
    assert case.state is State.REGISTERED and "自动分类未完成" in case.notes["triage"]
    (one,) = await decided(centre, number)
    assert (one["act"], one["automatic"], one["why"]) == ("unread", False, "unread")
    assert (one["model"], one["confidence"], one["facts"]) == ("", None, {})
    assert choices.offer(case, centre.rules.tree) == choices.Offer()
    await centre.close()


@pytest.mark.parametrize("text", ["。。。！！", "路" * 5_000, "lorem ipsum " * 40])
async def test_a_text_that_says_nothing_leaves_a_decision_like_any_other(
    url: str, tmp_path: Path, clock: MovingClock, text: str
) -> None:
    centre = await a_centre(url, tmp_path, clock, make_reader=lambda city: load_default())
    (one,) = await decided(centre, await received(centre, title="", content=text))
    assert (one["act"], one["automatic"]) == ("triage", False) and one["model"]
    assert set(one["facts"]["scores"]) >= {"type", "topic", "department", "urgency"}
    await centre.close()


async def test_what_is_only_told_is_offered_to_no_department(unsure: Centre) -> None:
    number = await received(unsure, content="科长索要红包才给修路灯")
    offer = choices.offer(await case_of(unsure, number), unsure.rules.tree)
    assert "纪检监察机关" in offer.inform
    assert "jjjc" not in [one.value for one in offer.departments]


async def test_labels_are_read_back_with_masked_words_only(unsure: Centre) -> None:
    number = await received(unsure, content="路灯坏了，我的电话 13800001234")
    await work.act(unsure, number, acts.Accept(topic=HOLE), DISPATCHER)
    async with unsure.look() as look:
        found = [one async for one in decisions.labels(look.connection)]
    assert [(one["field"], one["chosen"]) for one in found] == [("topic", HOLE)]
    assert "138****1234" in found[0]["content"] and "13800001234" not in str(found)


async def test_the_district_that_the_citizen_named_leads_to_its_own_unit(unsure: Centre) -> None:
    number = await received(unsure, place=Place("老街", "望江区"))
    routed = (await case_of(unsure, number)).suggestions["route"]
    assert routed["name"] == "望江区城管局" and "属地：望江区" in routed["reason"]
