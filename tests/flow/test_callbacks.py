"""The day's call-backs (今日回访): who gets which case, what a press reveals, and what follows from a call."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from channels.message import Contact
from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.domain.errors import NoSuchCase, NotAllowed, NotPossible, Stale
from hotline.domain.people import Actor
from hotline.domain.words import Reached, Role, Satisfaction
from hotline.flow import callbackcalls, callbacks, interests, work
from hotline.flow.callbackcalls import Then, Told, call, heard, lay_back, standing
from hotline.flow.callbacks import CALL, HOLD, Asked, Shelf, Source, take_next
from hotline.flow.centre import Centre
from hotline.flow.facts import catch_up
from hotline.store import accounts
from hotline.store.accounts import NewOfficer
from hotline.web import callbackticks
from hotline.wiring import MovingClock
from tests.flow.orders_support import (
    DISPATCHER,
    INSPECTOR,
    ask,
    case_of,
    in_hand,
    unbroken,
    unit,
)
from tests.makers import a_reply, an_officer
from tests.web.api_support import HASHED

LI, WANG = an_officer(Role.CALLBACK, name="李"), an_officer(Role.CALLBACK, name="王")
GOOD = acts.FollowUp(outcome=Reached.REACHED, solved=True, satisfaction=Satisfaction.GOOD)
BAD = acts.FollowUp(
    outcome=Reached.REACHED,
    solved=False,
    unsolved_reason="灯还是不亮",
    satisfaction=Satisfaction.POOR,
    discontent="没有人来",
    contacted=False,
    pressed=True,
)
SILENT = acts.FollowUp(outcome=Reached.UNREACHABLE)
TWO_HOURS = timedelta(hours=2)


async def to_call(centre: Centre, key: str, **changes: Any) -> str:
    """A case whose reply was approved: it waits for the caller-back."""
    number = await in_hand(centre, key, **changes)
    clerk, centres = unit(centre), changes.get("type") == "report" or changes.get("confidential")
    if not changes.get("anonymous"):  # of a 举报 the centre relays
        await work.act(centre, number, department.Contact(text="已联系"), LI if centres else clerk)
    await work.act(centre, number, a_reply(), clerk)
    await work.act(centre, number, acts.Approve(), INSPECTOR)
    return number


async def plan(centre: Centre, shelf: Shelf = Shelf.WAITING, **asked: Any) -> callbacks.Plan:
    return await callbacks.plan(centre, LI, Asked(shelf=shelf, **asked))


async def numbers(centre: Centre, shelf: Shelf = Shelf.WAITING, **asked: Any) -> list[str]:
    found = await plan(centre, shelf, **asked)
    return [one.one.number for one in found.lines] + [one.number for one in found.heard]


async def called(centre: Centre, number: str, told: Told, who: Actor = LI) -> str:
    await call(centre, number, who)
    return await heard(centre, number, who, told)


async def test_the_plan_has_what_waits_with_what_is_due_first_in_front(
    any_centre: Centre, clock: MovingClock
) -> None:
    first = await to_call(any_centre, "a", language="sichuanese")
    clock.move_to(clock.at + timedelta(hours=1))
    second = await to_call(any_centre, "b")
    third = await to_call(any_centre, "c")
    working = await in_hand(any_centre, "d")
    assert await numbers(any_centre) == [first, second, third]
    later = clock.at + timedelta(minutes=30)
    told = Told(acts.FollowUp(outcome=Reached.LATER, again_at=later))
    await called(any_centre, third, told)
    await called(any_centre, first, Told(SILENT))
    found = await plan(any_centre)
    assert [one.one.number for one in found.lines] == [third, first, second]
    assert [one.due_at for one in found.lines][:2] == [later, clock.at + TWO_HOURS]
    assert [one.ready for one in found.lines] == [False, False, True]
    counts = {shelf.value: n for shelf, n in found.counts.items() if n}
    assert counts == {"waiting": 3, "to_call": 1, "agreed": 1, "unanswered": 1}
    assert found.lines[1].one.tries == 1 and found.lines[1].one.tried_at == clock.at
    assert await numbers(any_centre, language="sichuanese") == [first]
    assert await numbers(any_centre, Shelf.AGREED) == [third]
    page = await plan(any_centre, limit=2)
    assert await numbers(any_centre, limit=2, cursor=page.next_cursor or "") == [second]
    assert working not in await numbers(any_centre)
    with pytest.raises(NotAllowed):
        await callbacks.plan(any_centre, an_officer(Role.AGENT), Asked())


async def test_of_two_who_ask_for_the_next_at_once_each_gets_a_case_of_the_own(
    any_centre: Centre, clock: MovingClock
) -> None:
    both = {await to_call(any_centre, key) for key in "ab"}
    who = [an_officer(Role.CALLBACK, name=f"回访{n}") for n in range(4)]
    got = await asyncio.gather(*(take_next(any_centre, one, Asked()) for one in who))
    assert sorted(one for one in got if one) == sorted(both) and got.count(None) == 2
    mine = next(n for n, one in enumerate(got) if one)
    assert await take_next(any_centre, who[mine], Asked()) == got[mine], "it is still in the hand"
    with pytest.raises(NotPossible, match=f"回访{mine} 正在回访"):
        await call(any_centre, got[mine] or "", who[got.index(None)])
    clock.move_to(clock.at + HOLD + timedelta(seconds=1))
    assert await take_next(any_centre, LI, Asked()) in both, (
        "what was not called is anybody's again"
    )
    await lay_back(any_centre, (await take_next(any_centre, LI, Asked())) or "", LI)
    assert (await plan(any_centre)).mine is None


async def test_the_press_is_the_try_reveals_the_number_and_is_recorded(
    any_centre: Centre, clock: MovingClock
) -> None:
    number = await to_call(any_centre, "a")
    with pytest.raises(NotPossible, match="请先按“呼叫”"):
        await heard(any_centre, number, LI, Told(GOOD))
    made = await call(any_centre, number, LI)
    assert (made.phone, made.name, made.n) == ("13800001234", "张小明", 1)
    assert made.until == clock.at + CALL
    again = await call(any_centre, number, LI)
    looks = "SELECT actor, purpose FROM reveal ORDER BY seq"
    assert [tuple(row) for row in await ask(any_centre, looks)] == [
        ("李", "回访呼叫（第 1 次）")
    ] * 2
    assert again.n == 1 and (await case_of(any_centre, number)).attempts == 0
    with pytest.raises(NotPossible, match="李 正在回访"):
        await heard(any_centre, number, WANG, Told(GOOD))
    clock.move_to(clock.at + CALL + timedelta(minutes=5))  # late: nobody else has called meanwhile
    assert await heard(any_centre, number, LI, Told(GOOD)) == "closed"
    case = await case_of(any_centre, number)
    assert case.attempts == 1 and (case.outcome or {})["satisfaction"] == "4"
    assert (
        await numbers(any_centre, Shelf.DONE)
        == [number]
        == await numbers(any_centre, Shelf.REACHED)
    )
    assert await unbroken(any_centre) == []


async def test_a_call_that_was_not_made_is_no_try_but_stands_on_record(any_centre: Centre) -> None:
    number = await to_call(any_centre, "a")
    assert await take_next(any_centre, LI, Asked()) == number
    assert not await lay_back(any_centre, number, LI), "nothing was shown yet"
    await call(any_centre, number, LI)
    assert not await lay_back(any_centre, number, WANG), "it is not in this hand"
    assert await lay_back(any_centre, number, LI)
    acts_ = await ask(any_centre, "SELECT act, about FROM act ORDER BY seq DESC LIMIT 1")
    assert acts_[0].act == "callback_undone" and number in str(acts_[0].about)
    assert (await case_of(any_centre, number)).attempts == 0
    with pytest.raises(NotPossible, match="请先按“呼叫”"):
        await heard(any_centre, number, LI, Told(SILENT))


async def test_tries_without_an_answer_stand_apart_and_the_last_one_ends_the_case(
    any_centre: Centre, clock: MovingClock
) -> None:
    number = await to_call(any_centre, "a")
    for n, outcome in enumerate((Reached.UNREACHABLE, Reached.BUSY), 1):
        await called(any_centre, number, Told(acts.FollowUp(outcome=outcome)))
        assert (await case_of(any_centre, number)).attempts == n
        assert await take_next(any_centre, LI, Asked()) is None
        with pytest.raises(NotPossible, match="还没有到再次呼叫的时间"):
            await call(any_centre, number, LI)
        assert await numbers(any_centre, Shelf.UNANSWERED) == [number]
        clock.move_to(clock.at + TWO_HOURS)
    assert await take_next(any_centre, LI, Asked()) == number
    wrong = acts.FollowUp(outcome=Reached.WRONG_NUMBER)
    assert await called(any_centre, number, Told(wrong)) == "closed"
    assert await numbers(any_centre, Shelf.DONE) == [number] and await numbers(any_centre) == []


async def test_who_asks_to_be_called_later_is_called_then_and_it_counts_as_no_try(
    any_centre: Centre, clock: MovingClock
) -> None:
    number, at = await to_call(any_centre, "a"), clock.at
    await call(any_centre, number, LI)
    for again in (None, at, at - TWO_HOURS):
        told = Told(acts.FollowUp(outcome=Reached.LATER, again_at=again))
        with pytest.raises(NotPossible, match="须晚于现在") as refused:
            await heard(any_centre, number, LI, told)
        assert refused.value.field == "again_at"
    told = Told(acts.FollowUp(outcome=Reached.LATER, again_at=at + TWO_HOURS))
    assert await heard(any_centre, number, LI, told) == "follow_up"
    assert (await case_of(any_centre, number)).attempts == 0
    with pytest.raises(NotPossible, match="还没有到再次呼叫的时间"):
        await call(any_centre, number, WANG)
    clock.move_to(at + TWO_HOURS)
    assert await take_next(any_centre, WANG, Asked()) == number
    declined = Told(acts.FollowUp(outcome=Reached.DECLINED))
    assert await called(any_centre, number, declined, WANG) == "closed"
    assert await numbers(any_centre, Shelf.REFUSED) == [number]


async def test_what_is_not_solved_goes_back_with_grounds_and_every_no_has_its_reason(
    any_centre: Centre,
) -> None:
    number = await to_call(any_centre, "a")
    await call(any_centre, number, LI)
    bare = acts.FollowUp(outcome=Reached.REACHED, solved=False, satisfaction=Satisfaction.POOR)
    half = acts.FollowUp(**{**bare.__dict__, "unsolved_reason": "灯还是不亮"})
    for told, field in (
        (Told(acts.FollowUp(outcome=Reached.REACHED, solved=True)), "satisfaction"),
        (Told(bare), "unsolved_reason"),
        (Told(half), "discontent"),
        (Told(BAD), "then"),
        (Told(BAD, Then.REWORK), "reason"),
        (Told(BAD, Then.CLOSE), "reason"),
        (Told(GOOD, Then.REWORK, "x"), "then"),
    ):
        with pytest.raises(NotPossible) as refused:
            await heard(any_centre, number, LI, told)
        assert refused.value.field == field
    case = await case_of(any_centre, number)
    assert case.attempts == 0 and case.state == "follow_up", "nothing of it was kept"
    with pytest.raises(Stale):
        await heard(any_centre, number, LI, Told(BAD, Then.REWORK, "灯未修好"), case.version - 1)
    state = await heard(any_centre, number, LI, Told(BAD, Then.REWORK, "灯未修好"), case.version)
    case = await case_of(any_centre, number)
    assert state == "processing" and case.round == 2 and await numbers(any_centre) == []
    assert {"unsolved_reason": "灯还是不亮", "contacted": False, "pressed": True}.items() <= (
        case.outcome or {}
    ).items()
    await catch_up(any_centre)
    assert (await ask(any_centre, "SELECT pressed FROM fact_case"))[0].pressed
    assert await unbroken(any_centre) == []


async def test_who_left_no_number_is_told_passed_by_and_closed_as_such(any_centre: Centre) -> None:
    mute = await to_call(any_centre, "a", contact=Contact("赵", "", "zhao@example.com"))
    other = await to_call(any_centre, "b")
    assert await numbers(any_centre, Shelf.NO_NUMBER) == [mute]
    assert await take_next(any_centre, LI, Asked()) == other
    with pytest.raises(NotPossible, match="没有留下电话号码"):
        await call(any_centre, mute, LI)
    none = Told(acts.FollowUp(outcome=Reached.NO_NUMBER))
    with pytest.raises(NotPossible, match="请先呼叫"):
        await heard(any_centre, other, LI, none)
    assert await heard(any_centre, mute, LI, none) == "closed"


async def test_who_is_kept_out_of_a_case_neither_finds_nor_calls_it(any_centre: Centre) -> None:
    number = await to_call(any_centre, "a", type="report", confidential=True)
    async with any_centre.work() as unit:
        new = NewOfficer("李", "李", Role.CALLBACK, None, HASHED, demo=True)
        await accounts.add(unit.connection, any_centre.cipher, new, unit.at)
    wish = interests.Wish(officers=("李",), reason="被举报人亲属")
    await interests.keep_out(any_centre, number, wish, DISPATCHER)
    assert await numbers(any_centre) == [] and (await plan(any_centre)).counts[Shelf.WAITING] == 0
    assert await take_next(any_centre, LI, Asked()) is None
    for does in (call(any_centre, number, LI), lay_back(any_centre, number, LI)):
        with pytest.raises(NoSuchCase):
            await does
    with pytest.raises(NoSuchCase):
        await standing(any_centre, number, LI)
    made = await call(any_centre, number, WANG)  # of a 举报 the centre alone calls
    assert made.phone == "13800001234"
    clerk = an_officer(Role.CLERK, "cgj")
    with pytest.raises(NotAllowed):
        await call(any_centre, number, clerk)
    with pytest.raises(NotAllowed):
        await work.reveal(any_centre, number, ("phone",), "想联系", clerk)


async def closed_unasked(centre: Centre, key: str, **changes: Any) -> str:
    """Of a kind that nobody has to be called about: closed with the approval."""
    number = await to_call(centre, key, type="suggestion", **changes)
    assert (await case_of(centre, number)).state == "closed"
    return number


async def test_closed_cases_drawn_by_lot_are_asked_and_what_is_not_solved_is_taken_up_again(
    any_centre: Centre, clock: MovingClock
) -> None:
    content, poor = [await closed_unasked(any_centre, key) for key in "ab"]
    await closed_unasked(any_centre, "c", contact=None, anonymous=True)
    await closed_unasked(any_centre, "d", contact=Contact("赵", "", "zhao@example.com"))
    await catch_up(any_centre)
    assert await callbackticks.draw(any_centre) == 2 and await callbackticks.draw(any_centre) == 0
    assert sorted(await numbers(any_centre, source=Source.DRAWN)) == sorted([content, poor])
    assert await numbers(any_centre, source=Source.MUST) == []
    assert await called(any_centre, content, Told(GOOD)) == "closed"
    told = acts.FollowUp(outcome=Reached.LATER, again_at=clock.at + timedelta(days=1))
    assert await called(any_centre, poor, Told(told)) == "closed"
    clock.move_to(clock.at + timedelta(days=1))
    await catch_up(any_centre)
    assert await callbackticks.draw(any_centre) == 0
    assert await numbers(any_centre) == [poor], "what was agreed on is kept, though the day is over"
    assert await called(any_centre, poor, Told(BAD, Then.REWORK, "建议没有答复")) == "processing"
    await catch_up(any_centre)
    reached = "SELECT number FROM fact_case WHERE reached ORDER BY number"
    assert [row.number for row in await ask(any_centre, reached)] == sorted([content, poor])
    assert await unbroken(any_centre) == []


async def test_a_day_draws_no_more_than_the_terms_say_and_forgets_the_day_before(
    any_centre: Centre, clock: MovingClock
) -> None:
    most = any_centre.terms.follow_up_sample
    for n in range(most + 2):
        await closed_unasked(any_centre, f"k{n}")
    await catch_up(any_centre)
    assert await callbackticks.draw(any_centre) == most
    first = await numbers(any_centre, limit=99)
    assert len(first) == most and await callbackticks.draw(any_centre) == 0
    await called(any_centre, first[0], Told(SILENT))
    assert await numbers(any_centre, limit=99) == first[1:], "one try is enough by lot"
    clock.move_to(clock.at + timedelta(days=1))
    await callbackticks.draw(any_centre)
    days = await ask(any_centre, "SELECT DISTINCT day FROM callback_drawn")
    assert len(days) == 1 and str(days[0].day) == str(date(2026, 11, 24))


async def test_what_the_case_page_recorded_is_in_the_plan_as_well(
    any_centre: Centre, clock: MovingClock
) -> None:
    number = await to_call(any_centre, "a")
    await work.act(any_centre, number, GOOD, LI)
    assert await numbers(any_centre) == [] and await numbers(any_centre, Shelf.TO_END) == [number]
    line = await standing(any_centre, number, LI)
    assert line is not None and line.shelf is Shelf.TO_END
    await work.act(any_centre, number, acts.Close(), LI)
    assert await standing(any_centre, number, LI) is None
    assert isinstance(clock.at, datetime) and callbackcalls.CALL > HOLD
