"""Supervision orders from issue to appeal: number, recipients, plan, verdict, withdrawal, one alone."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.people import Actor
from hotline.domain.words import (
    Cause,
    Granted,
    Judgement,
    Pause,
    Reached,
    Ruling,
    Satisfaction,
)
from hotline.flow import work
from hotline.flow.centre import Centre
from tests.flow.orders_support import (
    CALLBACK,
    DIRECTOR,
    DISPATCHER,
    SUPERVISOR,
    ask,
    case_of,
    in_hand,
    replied,
    unbroken,
    unit,
)


def order(level: int = 3, **told: Any) -> acts.Supervise:
    return acts.Supervise(**{"level": level, "cause": Cause.OTHER, "text": "限期办结。", **told})


def answered(order_id: int = 1, **told: Any) -> department.AnswerOrder:
    return department.AnswerOrder(order=order_id, text="已整改。", **told)


def judged(verdict: Judgement, order_id: int = 1) -> acts.JudgeOrder:
    return acts.JudgeOrder(order=order_id, verdict=verdict, reason="经核查。")


async def act(centre: Centre, number: str, *told: tuple[Any, Actor]) -> None:
    for facts, actor in told:
        await work.act(centre, number, facts, actor)


async def test_orders_are_numbered_through_the_year_and_none_twice(any_centre: Centre) -> None:
    numbers = [await in_hand(any_centre, f"k{n}") for n in range(4)]
    await asyncio.gather(*(work.act(any_centre, n, order(), SUPERVISOR) for n in numbers))
    given = sorted([(await case_of(any_centre, n)).orders[0].number for n in numbers])
    assert given == [f"督〔2026〕{n:04d}号" for n in range(1, 5)]
    with pytest.raises(NotPossible):
        await work.act(any_centre, numbers[0], order(), SUPERVISOR)
    await work.act(any_centre, numbers[0], order(4), DIRECTOR)
    assert (await case_of(any_centre, numbers[0])).orders[1].number == "督〔2026〕0005号"
    assert await unbroken(any_centre) == []


async def test_the_running_number_begins_anew_with_the_citys_year(
    centre: Centre, clock: Any
) -> None:
    number = await in_hand(centre)
    await work.act(centre, number, order(), SUPERVISOR)
    clock.move_to(clock.at.replace(month=12, day=31, hour=16))  # 00:00 of 2027 in the city
    await work.act(centre, number, order(4), DIRECTOR)
    given = [one.number for one in (await case_of(centre, number)).orders]
    assert given == ["督〔2026〕0001号", "督〔2027〕0001号"]


async def test_a_higher_order_freezes_the_lower_and_goes_to_those_above(centre: Centre) -> None:
    number = await in_hand(centre)
    await act(centre, number, (order(3), SUPERVISOR), (order(5), DIRECTOR))
    low, high = (await case_of(centre, number)).orders
    assert (low.state, high.state) == ("frozen", "issued")
    assert low.recipients == ["unit:cgj", "leader:cgj", "role:supervisor"]
    assert high.recipients[-3:] == ["role:director", "outside:inspection", "outside:vice_mayor"]
    assert high.due_at is not None and high.due_at > high.issued_at
    with pytest.raises(NotPossible):
        await work.act(centre, number, order(5), DIRECTOR)
    live = await ask(
        centre, "SELECT promise, part FROM deadline WHERE promise = 'order' AND state = 'running'"
    )
    assert [tuple(row) for row in live] == [("order", "2")]


async def test_an_instruction_and_the_media_need_their_source_and_level_four(
    centre: Centre,
) -> None:
    number = await in_hand(centre)
    with pytest.raises(NotPossible) as low:
        await work.act(centre, number, order(3, cause=Cause.MEDIA), SUPERVISOR)
    assert low.value.field == "level"
    with pytest.raises(NotPossible) as bare:
        await work.act(centre, number, order(4, cause=Cause.INSTRUCTION), DIRECTOR)
    assert bare.value.field == "given_by"
    told = {"given_by": "王副市长", "document": "批示〔2026〕12号", "dated": date(2026, 11, 20)}
    await work.act(centre, number, order(4, cause=Cause.INSTRUCTION, **told), DIRECTOR)
    assert (await case_of(centre, number)).orders[0].basis["given_by"] == "王副市长"


async def test_before_an_answer_an_order_can_only_be_withdrawn_and_the_refusal_says_so(
    centre: Centre,
) -> None:
    number, clerk = await in_hand(centre), unit(centre)
    await work.act(centre, number, order(3), SUPERVISOR)
    with pytest.raises(NotPossible) as early:
        await work.act(centre, number, judged(Judgement.ACCEPT), SUPERVISOR)
    assert early.value.field == "verdict" and "只能撤销督办" in early.value.zh
    await work.act(centre, number, answered(), clerk)
    await work.act(centre, number, judged(Judgement.ACCEPT), SUPERVISOR)
    await work.act(centre, number, order(4), DIRECTOR)
    with pytest.raises(NotPossible) as late:
        await work.act(centre, number, answered(), clerk)
    assert "现为“已通过”" in late.value.zh


async def test_level_four_wants_a_plan_and_the_directors_verdict(centre: Centre) -> None:
    number, clerk = await in_hand(centre), unit(centre)
    await work.act(centre, number, order(4), DIRECTOR)
    with pytest.raises(NotPossible) as planless:
        await work.act(centre, number, answered(), clerk)
    assert planless.value.field == "plan"
    with pytest.raises(NotPossible) as behind:
        told = answered(plan="整改", plan_on=date(2026, 11, 1))
        await work.act(centre, number, told, clerk)
    assert behind.value.field == "plan_on"
    await work.act(centre, number, answered(plan="整改", plan_on=date(2026, 11, 30)), clerk)
    with pytest.raises(NotPossible):
        await work.act(centre, number, judged(Judgement.ACCEPT), SUPERVISOR)
    await work.act(centre, number, judged(Judgement.ACCEPT), DIRECTOR)
    kept = (await case_of(centre, number)).orders[0]
    assert (kept.state, kept.plan, kept.plan_on) == ("accepted", "整改", date(2026, 11, 30))


async def test_an_answer_sent_back_has_a_deadline_of_its_own(centre: Centre, clock: Any) -> None:
    number, clerk = await in_hand(centre), unit(centre)
    await act(centre, number, (order(), SUPERVISOR), (answered(), clerk))
    first = (await case_of(centre, number)).orders[0].due_at
    clock.move_to(clock.at + timedelta(days=2))
    await work.act(centre, number, judged(Judgement.RETURN), SUPERVISOR)
    kept = (await case_of(centre, number)).orders[0]
    assert kept.state == "returned" and first is not None and kept.due_at is not None
    assert kept.due_at > first and await unbroken(centre) == []


async def test_a_verdict_is_appealed_once_within_thirty_days_and_the_director_rules(
    any_centre: Centre, clock: Any
) -> None:
    number, clerk = await in_hand(any_centre), unit(any_centre)
    appeal = department.AppealOrder(order=1, text="情况不属实。")
    await act(any_centre, number, (order(), SUPERVISOR), (answered(), clerk))
    with pytest.raises(NotPossible):
        await work.act(any_centre, number, appeal, clerk)
    await act(any_centre, number, (judged(Judgement.RETURN), SUPERVISOR), (appeal, clerk))
    ruled = acts.JudgeAppeal(order=1, verdict=Ruling.OVERTURN, reason="督办依据不足。")
    with pytest.raises(NotAllowed):
        await work.act(any_centre, number, ruled, SUPERVISOR)
    standing = (await case_of(any_centre, number)).orders[0]
    assert standing.state == "returned", "an appeal does not stop what was ordered"
    await work.act(any_centre, number, ruled, DIRECTOR)
    kept = (await case_of(any_centre, number)).orders[0]
    assert (kept.state, kept.appeal_state, kept.withdrawn) == (
        "withdrawn",
        "overturned",
        "督办依据不足。",
    )
    with pytest.raises(NotPossible):
        await work.act(any_centre, number, appeal, clerk)
    assert await unbroken(any_centre) == []


async def test_after_thirty_days_a_verdict_stands(centre: Centre, clock: Any) -> None:
    number, clerk = await in_hand(centre), unit(centre)
    await act(centre, number, (order(), SUPERVISOR), (answered(), clerk))
    await work.act(centre, number, judged(Judgement.ACCEPT), SUPERVISOR)
    assert "appeal_order" in (await work.view(centre, number, clerk)).actions
    clock.move_to(clock.at + timedelta(days=33))
    assert "appeal_order" not in (await work.view(centre, number, clerk)).actions
    with pytest.raises(NotPossible):
        await work.act(centre, number, department.AppealOrder(order=1, text="不服。"), clerk)


async def test_force_majeure_withdraws_what_only_time_caused_with_its_reason(
    centre: Centre,
) -> None:
    for cause, state in ((Cause.OVERDUE, "withdrawn"), (Cause.OTHER, "issued")):
        number, clerk = await in_hand(centre, cause.value), unit(centre)
        await work.act(centre, number, order(3, cause=cause), SUPERVISOR)
        asked = department.Suspend(
            reason_code=Pause.DISASTER,
            reason="山洪断路",
            resume_on=date(2026, 12, 1),
            evidence="灾情通报",
        )
        granted = acts.Grant(request=1, verdict=Granted.GRANTED, reason="属实")
        await act(centre, number, (asked, clerk), (granted, DIRECTOR))
        kept = (await case_of(centre, number)).orders[0]
        assert kept.state == state and bool(kept.withdrawn) == (state == "withdrawn")
    assert await unbroken(centre) == []


async def test_an_order_falls_away_with_its_case_and_says_so(centre: Centre) -> None:
    number = await in_hand(centre)
    await work.act(centre, number, order(), SUPERVISOR)
    await replied(centre, number)
    told = acts.FollowUp(outcome=Reached.REACHED, solved=True, satisfaction=Satisfaction.GOOD)
    await act(centre, number, (told, CALLBACK), (acts.Close(), CALLBACK))
    kept = (await case_of(centre, number)).orders[0]
    assert kept.state == "withdrawn" and kept.withdrawn == "诉求已结束，督办随之终止。"


async def test_verify_finds_two_orders_that_bind_a_lost_number_and_a_lost_order(
    centre: Centre,
) -> None:
    number = await in_hand(centre)
    await act(centre, number, (order(3), SUPERVISOR), (order(4), DIRECTOR))
    assert await unbroken(centre) == []
    for harm, said in (
        ("DROP INDEX ix_supervision_order_one_live", ""),
        ("UPDATE supervision_order SET state = 'issued' WHERE id = 1", "bind at once"),
        ("UPDATE supervision_order SET number = NULL WHERE id = 1", "has no number"),
        ("DELETE FROM supervision_order WHERE id = 1", "numbers given, 1 kept"),
    ):
        async with centre.store.write() as connection:
            await connection.exec_driver_sql(harm)
        assert any(said in found for found in await unbroken(centre)) or not said


async def test_an_order_goes_with_its_case_to_the_unit_that_has_it_now(
    centre: Centre, clock: Any
) -> None:
    number = await in_hand(centre)
    await work.act(centre, number, order(3), SUPERVISOR)
    before = (await case_of(centre, number)).orders[0].due_at
    clock.move_to(clock.at + timedelta(days=2))
    for told in (acts.Recall(reason="派错"), acts.Transfer(department="jyj")):
        await work.act(centre, number, told, DISPATCHER)
    kept = (await case_of(centre, number)).orders[0]
    assert kept.department == "jyj" and kept.recipients[0] == "unit:jyj"
    assert before is not None and kept.due_at is not None and kept.due_at > before
    assert await unbroken(centre) == []
