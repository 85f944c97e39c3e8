"""Inspection: a sample drawn on record, sheets handed out one by one, scored, appealed, ruled on."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from channels.telephone.events import Kind, Recording
from hotline.domain import inspection
from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.domain.errors import NotAllowed, NotFound, NotPossible
from hotline.domain.inspection import Candidate, Plan, Stratum, Subject
from hotline.domain.people import Actor
from hotline.domain.scoresheet import Incomplete, Mark, Said
from hotline.domain.words import Reached, Role, Satisfaction
from hotline.flow import facts, inspecting, interests, reviewing, scoring, work
from hotline.flow.centre import Centre
from hotline.flow.interests import Wish
from hotline.flow.reviewing import Ruling
from hotline.store import accounts, erasing, inspections, seats
from hotline.store.sheets import Wanted
from hotline.wiring import MovingClock
from tests.domain.test_scoresheet import CALLS, full
from tests.flow.orders_support import (
    CALLBACK,
    DIRECTOR,
    INSPECTOR,
    SUPERVISOR,
    ask,
    case_of,
    discontent,
    in_hand,
    unbroken,
    unit,
)
from tests.flow.test_calls import answered, event, told
from tests.makers import MONDAY, a_reply, an_officer

OTHER = an_officer(Role.INSPECTOR, name="another")
LEAD, AGENT = an_officer(Role.SHIFT_LEAD), an_officer(Role.AGENT)
TODAY = MONDAY.date()
PLAN = Plan(Subject.CASE, TODAY, TODAY, size=10)
FALSE = Said(full(), {"false_closure": "现场并未维修，张小明13800001234证实"}, "暗访照片三张")


async def closed(centre: Centre, *keys: str) -> list[str]:
    """Cases that one unit ended, and whose citizens were content."""
    found = []
    for key in keys:
        number = await in_hand(centre, key)
        await answered_with(centre, number, f"您反映的第{key}处路灯已修复。")
        heard = acts.FollowUp(outcome=Reached.REACHED, solved=True, satisfaction=Satisfaction.GOOD)
        await work.act(centre, number, heard, CALLBACK)
        await work.act(centre, number, acts.Close(), CALLBACK)
        found.append(number)
    return found


async def answered_with(centre: Centre, number: str, public: str) -> None:
    """Words of its own: the same ones to many citizens would be a sign."""
    clerk = unit(centre)
    await work.act(centre, number, department.Contact(text="已联系"), clerk)
    await work.act(centre, number, a_reply(public_reply=public), clerk)
    await work.act(centre, number, acts.Approve(), INSPECTOR)


async def taken(centre: Centre, actor: Actor = INSPECTOR) -> tuple[int, int]:
    """A sheet in somebody's hands, and its version."""
    sheet = await inspecting.take(centre, actor)
    return sheet, (await scoring.view(centre, actor, sheet)).row.version


async def submitted(centre: Centre, said: Said, **how: Any) -> int:
    sheet, version = await taken(centre)
    await scoring.submit(centre, INSPECTOR, sheet, version, said, **how)
    return sheet


async def test_a_sample_is_drawn_once_and_its_lot_shows_that_nobody_chose(
    any_centre: Centre,
) -> None:
    numbers = await closed(any_centre, *"abcd")
    await work.act(
        any_centre,
        await in_hand(any_centre, "open"),
        acts.Recall(reason="x"),
        an_officer(Role.DISPATCHER),
    )
    with pytest.raises(NotAllowed):
        await inspecting.draw(any_centre, SUPERVISOR, PLAN)
    plan = replace(PLAN, size=2)
    made = await inspecting.draw(any_centre, INSPECTOR, plan)
    batch = await inspecting.shown(any_centre, LEAD, made)
    assert batch.row.found == 4 and batch.row.drawn == 2 and len(batch.sheets) == 2
    pool = [Candidate(one, "cgj", Stratum.ROUTINE) for one in sorted(numbers)]
    again = inspection.drawn(plan, pool, batch.row.seed)
    assert [one.number for one in batch.sheets][::-1] == [one.key for one in again]
    assert batch.row.found_digest == inspecting.digest(pool)
    with pytest.raises(NotPossible, match="请写明理由") as refused:
        await inspecting.draw(any_centre, INSPECTOR, plan)
    assert refused.value.field == "reason"
    second = await inspecting.draw(any_centre, INSPECTOR, replace(PLAN, reason="补抽"))
    assert {one.number for one in (await inspecting.shown(any_centre, LEAD, second)).sheets} == (
        set(numbers) - {one.key for one in again}
    ), "what was drawn stays drawn, and is not drawn twice"
    with pytest.raises(NotPossible, match="没有可抽取"):
        await inspecting.draw(any_centre, INSPECTOR, replace(PLAN, reason="再抽"))
    seeds = await ask(any_centre, "SELECT about FROM act WHERE act = 'inspection_drawn'")
    assert len(seeds) == 2 and batch.row.seed in str(seeds)
    assert await unbroken(any_centre) == []


async def test_two_who_draw_at_once_draw_no_case_twice(any_centre: Centre) -> None:
    await closed(any_centre, *"abc")
    told = await asyncio.gather(
        *(inspecting.draw(any_centre, one, PLAN) for one in (INSPECTOR, OTHER, LEAD)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in told) == ["NotPossible", "NotPossible", "int"]
    kept = await ask(any_centre, "SELECT number, COUNT(*) FROM sheet GROUP BY number")
    assert [n for _, n in kept] == [1, 1, 1]


async def test_who_was_not_content_and_what_looks_false_are_drawn_for_that(
    any_centre: Centre,
) -> None:
    await closed(any_centre, "a")
    unhappy = await in_hand(any_centre, "b")
    await answered_with(any_centre, unhappy, "已转交养护单位。")
    await discontent(any_centre, unhappy)
    await work.act(any_centre, unhappy, acts.Close(), CALLBACK)
    pressed = (await closed(any_centre, "c"))[0]
    await facts.catch_up(any_centre)
    async with any_centre.work() as work_:
        told = text("UPDATE fact_case SET pressed = :yes WHERE number = :number")
        await work_.connection.execute(told, {"yes": True, "number": pressed})
    made = await inspecting.draw(any_centre, INSPECTOR, PLAN)
    rows = {one.number: one for one in (await inspecting.shown(any_centre, LEAD, made)).sheets}
    assert (rows[unhappy].stratum, rows[unhappy].why) == ("discontent", ["unsolved"])
    assert (rows[pressed].stratum, rows[pressed].why) == ("sign", ["pressed"])
    assert sorted(one.stratum for one in rows.values()) == ["discontent", "routine", "sign"]


async def test_two_inspectors_are_never_handed_the_same(any_centre: Centre) -> None:
    await closed(any_centre, *"abcde")
    await inspecting.draw(any_centre, INSPECTOR, PLAN)
    hands = [INSPECTOR, OTHER] * 3
    got = await asyncio.gather(
        *(inspecting.take(any_centre, one) for one in hands), return_exceptions=True
    )
    sheets = [one for one in got if isinstance(one, int)]
    assert len(sheets) == len(set(sheets)) == 5
    assert [type(one) for one in got if not isinstance(one, int)] == [NotPossible]


async def test_what_is_put_back_goes_to_somebody_else(centre: Centre) -> None:
    await closed(centre, "a")
    await inspecting.draw(centre, INSPECTOR, PLAN)
    sheet, version = await taken(centre)
    await scoring.save(centre, INSPECTOR, sheet, version, Said(note="看了一半"))
    with pytest.raises(NotPossible):
        await scoring.back(centre, OTHER, sheet, "不是我的")
    await scoring.back(centre, INSPECTOR, sheet, "与经办人熟识")
    with pytest.raises(NotPossible, match="没有可领取"):
        await inspecting.take(centre, INSPECTOR)
    assert await inspecting.take(centre, OTHER) == sheet
    assert (await scoring.view(centre, OTHER, sheet)).said == Said()
    await scoring.back(centre, LEAD, sheet, "休假")
    assert await inspecting.take(centre, OTHER) == sheet


async def test_who_is_kept_out_of_a_case_is_not_handed_it_nor_told_of_it(centre: Centre) -> None:
    numbers = await closed(centre, *"ab")
    made = await inspecting.draw(centre, INSPECTOR, PLAN)
    async with centre.work() as work_:
        new = accounts.NewOfficer(OTHER.name, "乙", Role.INSPECTOR, None, "x", demo=True)
        await accounts.add(work_.connection, centre.cipher, new, work_.at)
    await interests.keep_out(centre, numbers[0], Wish(officers=(OTHER.name,), reason="亲属"), LEAD)
    assert (await inspecting.listed(centre, OTHER))[0].sheets == 1
    assert [one.number for one in (await inspecting.shown(centre, OTHER, made)).sheets] == [
        numbers[1]
    ]
    await taken(centre, OTHER)
    with pytest.raises(NotPossible):
        await taken(centre, OTHER)
    sheet, _ = await taken(centre)
    with pytest.raises(NotFound):
        await scoring.view(centre, OTHER, sheet)


async def test_a_sheet_is_handed_in_whole_and_stands_from_then_on(any_centre: Centre) -> None:
    await closed(any_centre, "a")
    await inspecting.draw(any_centre, INSPECTOR, PLAN)
    sheet, version = await taken(any_centre)
    with pytest.raises(Incomplete, match="扣了分"):
        await scoring.submit(any_centre, INSPECTOR, sheet, version, Said(full(facts=Mark(5))))
    named = Mark(5, note="张小明13800001234说没有人来过")
    await scoring.save(any_centre, INSPECTOR, sheet, version, Said(full(facts=named)))
    with pytest.raises(NotPossible, match="别处改过"):
        await scoring.submit(any_centre, INSPECTOR, sheet, version, Said(full()))
    found = await scoring.view(any_centre, INSPECTOR, sheet)
    note = found.said.marks["facts"].note
    assert "张小明" not in note and "13800001234" not in note and "没有人来过" in note
    assert found.score.total == 90
    await scoring.submit(any_centre, INSPECTOR, sheet, found.row.version, found.said)
    after = await scoring.view(any_centre, INSPECTOR, sheet)
    assert (after.row.state, after.row.total, after.steps) == ("submitted", 90, [])
    with pytest.raises(NotPossible, match="不能这样办理"):
        await scoring.save(any_centre, INSPECTOR, sheet, after.row.version, Said(full()))
    with pytest.raises(NotPossible):
        await scoring.back(any_centre, LEAD, sheet, "x")
    assert await unbroken(any_centre) == []


async def test_a_false_closure_is_found_with_the_sheet_and_only_when_sure(
    any_centre: Centre,
) -> None:
    number = (await closed(any_centre, "a"))[0]
    await inspecting.draw(any_centre, INSPECTOR, PLAN)
    sheet, version = await taken(any_centre)
    with pytest.raises(Incomplete, match="勾选确认"):
        await scoring.submit(any_centre, INSPECTOR, sheet, version, FALSE)
    assert (await case_of(any_centre, number)).state == "closed", "nothing was done yet"
    await scoring.submit(any_centre, INSPECTOR, sheet, version, FALSE, sure=True)
    case = await case_of(any_centre, number)
    assert (case.state, case.round, case.level) == ("processing", 2, 6)
    assert [(one.level, one.cause.value) for one in case.orders] == [(6, "false_closure")]
    found = (await scoring.view(any_centre, INSPECTOR, sheet)).row
    assert (found.total, found.failed, found.exposed) == (0, True, True)
    assert "13800001234" not in str(found.said)
    assert await unbroken(any_centre) == []


async def test_a_case_that_is_done_again_already_is_not_taken_up_twice(centre: Centre) -> None:
    number = (await closed(centre, "a"))[0]
    await inspecting.draw(centre, INSPECTOR, PLAN)
    told = acts.Expose(reason="未维修", evidence="照片")
    await work.act(centre, number, told, DIRECTOR)
    sheet = await submitted(centre, FALSE)
    found = (await scoring.view(centre, INSPECTOR, sheet)).row
    assert found.failed and not found.exposed and (await case_of(centre, number)).round == 2


async def test_the_scored_unit_reads_its_own_appeals_once_in_time_and_it_is_ruled_on(
    any_centre: Centre, clock: MovingClock
) -> None:
    await closed(any_centre, "a")
    await inspecting.draw(any_centre, INSPECTOR, PLAN)
    said = Said(full(facts=Mark(5, note="没有写时间")))
    leader, stranger = unit(any_centre, Role.LEADER), unit(any_centre, Role.LEADER, "zjj")
    sheet, version = await taken(any_centre)
    assert await inspecting.mine(any_centre, leader, Wanted()) == []
    with pytest.raises(NotFound):
        await scoring.view(any_centre, leader, sheet)
    await scoring.submit(any_centre, INSPECTOR, sheet, version, said)
    assert [one.id for one in await inspecting.mine(any_centre, leader, Wanted())] == [sheet]
    assert await inspecting.mine(any_centre, stranger, Wanted()) == []
    with pytest.raises(NotFound):
        await scoring.view(any_centre, stranger, sheet)
    with pytest.raises(NotFound):
        await reviewing.appeal(any_centre, stranger, sheet, "不服")
    await reviewing.appeal(any_centre, leader, sheet, "附件二写明了时间，联系人13800001234")
    with pytest.raises(NotPossible):
        await reviewing.appeal(any_centre, leader, sheet, "再次")
    with pytest.raises(NotPossible):
        await reviewing.rule(any_centre, INSPECTOR, sheet, 1, Ruling(False, "自己裁自己"))
    found = await scoring.view(any_centre, DIRECTOR, sheet)
    assert found.steps == ["rule"] and "13800001234" not in found.row.grounds
    upheld = Ruling(True, "附件确有记载", said)
    with pytest.raises(NotPossible, match="须改动评分"):
        await reviewing.rule(any_centre, DIRECTOR, sheet, found.row.version, upheld)
    changed = replace(upheld, said=Said(full()))
    await reviewing.rule(any_centre, DIRECTOR, sheet, found.row.version, changed)
    after = await scoring.view(any_centre, leader, sheet)
    assert (after.row.total, after.row.appeal, after.steps) == (100, "upheld", [])
    assert [(one.total, one.by) for one in after.versions] == [(90, "inspector"), (100, "director")]
    told = await ask(any_centre, "SELECT audience FROM outbox WHERE message_id LIKE 'sheet.%'")
    assert {row.audience for row in told} == {
        "unit:cgj",
        "role:director",
        "role:shift_lead",
        "officer:inspector",
    }
    assert await unbroken(any_centre) == []


async def test_after_five_working_days_a_sheet_is_appealed_no_more(
    centre: Centre, clock: MovingClock
) -> None:
    await closed(centre, "a")
    await inspecting.draw(centre, INSPECTOR, PLAN)
    sheet, leader = await submitted(centre, Said(full())), unit(centre, Role.LEADER)
    clock.move_to(MONDAY + timedelta(days=7, hours=13))  # the fifth working day, 23:00
    assert (await scoring.view(centre, leader, sheet)).steps == ["appeal"]
    clock.move_to(MONDAY + timedelta(days=7, hours=15))
    with pytest.raises(NotPossible):
        await reviewing.appeal(centre, leader, sheet, "迟了")


def recorded(call: str, second: float, **more: Any) -> list[Any]:
    sound = Recording(f"{call}.wav", "0" * 64)
    return [
        *answered(call, second, **more),
        event(call, Kind.RECORDED, second + 100, recording=sound),
    ]


async def test_recorded_calls_are_drawn_by_agent_and_the_agent_reads_the_own_sheet(
    any_centre: Centre, clock: MovingClock
) -> None:
    async with any_centre.work() as work_:
        await seats.sit(work_.connection, AGENT.name, "8001", MONDAY - timedelta(days=1))
        await seats.sit(work_.connection, AGENT.name, "8001", MONDAY + timedelta(days=1))
    poor = event("c2", Kind.RATED, 300, digit=1)
    await told(any_centre, [*recorded("c1", 0), *recorded("c2", 200), poor, *answered("c3", 400)])
    made = await inspecting.draw(any_centre, LEAD, replace(PLAN, subject=Subject.CALL))
    rows = {one.call_id: one for one in (await inspecting.shown(any_centre, LEAD, made)).sheets}
    assert set(rows) == {"c1", "c2"}, "one was not recorded"
    assert {one.whose for one in rows.values()} == {AGENT.name}
    assert rows["c2"].stratum == "discontent"
    sheet = await submitted(any_centre, Said(full(CALLS)))
    view = await scoring.view(any_centre, INSPECTOR, sheet)
    assert view.call is not None and len(view.call.recordings) == 1
    assert [one.id for one in await inspecting.mine(any_centre, AGENT, Wanted())] == [sheet]
    assert (await scoring.view(any_centre, AGENT, sheet)).steps == ["appeal"]
    stranger = an_officer(Role.AGENT, name="agent2")
    with pytest.raises(NotFound):
        await scoring.view(any_centre, stranger, sheet)


async def test_a_call_from_before_the_agent_sat_down_is_laid_to_nobody(
    centre: Centre, clock: MovingClock
) -> None:
    await told(centre, recorded("c1", 0))
    async with centre.work() as work_:
        await seats.sit(work_.connection, AGENT.name, "8001", MONDAY + timedelta(hours=1))
    async with centre.look() as look:
        until = inspecting.moments(TODAY, TODAY)
        assert [one.whose for one in await inspections.calls(look.connection, until)] == ["8001"]


async def test_a_citys_own_criteria_are_scored_by_from_the_next_drawing_on(
    centre: Centre,
) -> None:
    await closed(centre, "a")
    own = centre.files / "inspection.toml"
    own.write_text('version = "x"\n[[case.criteria]]\ncode = "all"\nzh = "总体"\npoints = 90\n')
    with pytest.raises(NotPossible, match="应为 100"):
        await inspecting.draw(centre, INSPECTOR, PLAN)
    own.write_text(own.read_text().replace("90", "100"))
    await inspecting.draw(centre, INSPECTOR, PLAN)
    own.unlink()
    sheet = await submitted(centre, Said({"all": Mark(100)}))
    assert (await scoring.view(centre, INSPECTOR, sheet)).score.total == 100


async def test_when_a_case_is_erased_its_sheets_keep_their_points_and_no_words(
    any_centre: Centre,
) -> None:
    number = (await closed(any_centre, "a"))[0]
    await inspecting.draw(any_centre, INSPECTOR, PLAN)
    sheet = await submitted(any_centre, Said(full(facts=Mark(5, note="楼道里有人听见"))))
    async with any_centre.work() as work_:
        await erasing.erase(work_.connection, any_centre.cipher, number, "到期", work_.at)
    kept = await ask(any_centre, "SELECT said FROM sheet UNION ALL SELECT said FROM sheet_version")
    assert len(kept) == 2 and "楼道" not in str(kept)
    assert (await scoring.view(any_centre, INSPECTOR, sheet)).score.total == 90
