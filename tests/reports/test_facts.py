"""Facts in three grains: they follow every step, agree with the timelines, and say so when they do not."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen
from hotline.domain.words import Reached, Role, Satisfaction
from hotline.flow import facts as flow
from hotline.flow import housekeeping
from hotline.flow.centre import Centre
from hotline.reports import factqueries, figures, rates, waits
from hotline.reports.factqueries import Span
from hotline.store import facts, nights
from hotline.wiring import MovingClock
from tests.makers import MONDAY, an_officer
from tests.reports.test_queries import CALLBACK, Lives

DAY = date(2026, 11, 23)


@pytest.fixture
async def lives(any_centre: Centre, clock: MovingClock) -> AsyncIterator[Lives]:
    """Four lives: answered and content; angry by the own hand; reworked; untouched."""
    made = Lives(any_centre, clock)
    for name in ("content", "angry", "again", "waiting", "asked"):
        await made.comes(name, content=f"望江大道的事情，{name}。")
    for name in ("content", "angry", "again"):
        await made.goes_to(name, "cgj")
        await made.answered_by(name, "cgj")
    await made.called_back("content", True, Satisfaction.GOOD)
    await made.does("content", acts.Close(), CALLBACK)
    await made.called_back("angry", True, Satisfaction.FAIR)
    await made.does("angry", acts.Close(), CALLBACK)
    await made.rated("angry", False, Satisfaction.POOR)
    await made.does("again", acts.FollowUp(outcome=Reached.UNREACHABLE), CALLBACK)
    await made.does("asked", acts.Answer(text="周一至周五办理。"), an_officer(Role.AGENT))
    yield made


async def kept(centre: Centre, lives: Lives) -> dict[str, Any]:
    await flow.catch_up(centre)
    async with centre.look() as look:
        numbers = {one.number: name for name, one in lives.known.items()}
        ids = list((await look.connection.execute(text("SELECT id FROM cases"))).scalars())
        found = await facts.kept(look.connection, ids)
    return {numbers[one.number]: one for one in found.values()}


async def test_a_case_in_figures_is_what_happened_to_it(any_centre: Centre, lives: Lives) -> None:
    found = await kept(any_centre, lives)
    content, angry, again = found["content"], found["angry"], found["again"]
    assert content.signed_in_time and content.contacted_in_time and content.reached
    assert (content.solved, content.satisfaction, content.state) == (True, 4, "closed")
    assert content.answer_s is not None and content.hours is not None and content.day == DAY
    assert (angry.solved, angry.satisfaction) == (False, 2), "the citizen's own word counts"
    assert (again.solved, again.satisfaction, again.reached) == (None, None, False)
    assert found["asked"].answered and found["asked"].dispatched_at is None
    assert found["waiting"].answered_at is None and found["waiting"].ended_at is None
    assert [one.repeat for one in (content, angry)] == [False, True], "the same caller again"


async def test_a_step_that_is_undone_leaves_the_figures_too(
    any_centre: Centre, lives: Lives
) -> None:
    await lives.does("again", acts.FollowUp(outcome=Reached.UNREACHABLE), CALLBACK)
    before = (await kept(any_centre, lives))["content"]
    receipt = lives.known["content"]
    await lives.rated("content", True, Satisfaction.VERY_GOOD)
    from hotline.flow import citizen as own

    again = citizen.Reopen(facts="灯又坏了。")
    await own.citizen_act(any_centre, receipt.number, receipt.query_code, again)
    found = (await kept(any_centre, lives))["content"]
    assert found.reopened == 1 and found.closed_at is None and found.finished_at is None
    assert found.answered_at == before.answered_at, "the first answer was given when it was given"


async def test_folding_again_changes_nothing_and_an_older_fold_never_wins(
    any_centre: Centre, lives: Lives
) -> None:
    before = await kept(any_centre, lives)
    async with any_centre.work() as work:
        ids = [one.case_id for one in before.values()]
        old = await facts.timelines(work.connection, ids)
        await facts.feed(work.connection, ids)
    assert await kept(any_centre, lives) == before
    await lives.does("waiting", acts.Accept())
    now = (await kept(any_centre, lives))["waiting"]
    async with any_centre.work() as work:
        await facts.put(work.connection, flow._folded(old))
    assert (await kept(any_centre, lives))["waiting"] == now


async def test_the_night_agrees_with_what_was_kept_and_counts_what_is_open(
    any_centre: Centre, lives: Lives, clock: MovingClock
) -> None:
    await flow.catch_up(any_centre)
    assert await flow.nightly(any_centre) is not None  # of the day before: nothing was there
    clock.move_to(MONDAY + timedelta(days=1))
    night = await flow.nightly(any_centre)
    assert night == flow.Night(cases=5, open=2, differing=0)
    assert await flow.nightly(any_centre) is None, "one run a day, whichever node comes first"
    assert await flow.rebuild(any_centre, DAY) == night


async def test_a_day_whose_list_is_gone_is_built_anew_and_blamed_for_nothing(
    any_centre: Centre, lives: Lives, clock: MovingClock
) -> None:
    clock.move_to(MONDAY + timedelta(days=1))
    night = await flow.nightly(any_centre)
    clock.move_to(MONDAY + timedelta(days=40))
    assert (await housekeeping.keep(any_centre)).nights > 0
    assert night is not None and night.open == 2
    assert await flow.rebuild(any_centre, DAY) == night


async def test_a_figure_that_was_tampered_with_is_put_right_and_told(
    any_centre: Centre, lives: Lives, clock: MovingClock
) -> None:
    before = await kept(any_centre, lives)
    async with any_centre.work() as work:
        wrong = text("UPDATE fact_case SET satisfaction = 5, solved = :yes WHERE satisfaction = 2")
        await work.connection.execute(wrong, {"yes": True})
    clock.move_to(MONDAY + timedelta(days=1))
    night = await flow.nightly(any_centre)
    assert night is not None and night.differing == 1
    assert await kept(any_centre, lives) == before
    async with any_centre.look() as look:
        told = await look.connection.execute(text("SELECT kind, text FROM alarm"))
        assert [row.kind for row in told] == ["figures"]
    assert (await flow.rebuild(any_centre, DAY)).differing == 0


async def test_a_day_left_undone_by_a_node_that_died_is_taken_over(any_centre: Centre) -> None:
    at = any_centre.now()
    async with any_centre.work() as work:
        assert await nights.claim(work.connection, DAY, "a", at)
        assert not await nights.claim(work.connection, DAY, "b", at + timedelta(minutes=5))
        assert await nights.claim(work.connection, DAY, "b", at + timedelta(hours=2))


async def test_the_database_counts_as_the_pure_measures_do(
    any_centre: Centre, lives: Lives
) -> None:
    found = await kept(any_centre, lives)
    span = Span(DAY, DAY, any_centre.now())
    async with any_centre.look() as look:
        counted = await factqueries.counts(look.connection, span, None)
        by_unit = await factqueries.counts(look.connection, span, "department")
        waited, by_topic = await figures.answer_times(look.connection, span)
    pure = [factqueries.measured(one, span.as_of) for one in found.values()]
    assert counted[None].raw == rates.counted(pure)
    assert set(by_unit) == {"cgj", None} and by_unit["cgj"].raw.dispatched == 3
    assert waited == waits.of([one.answer_s for one in found.values()])
    assert sum(one["received"] for one in by_topic) == 5


async def test_a_past_moment_gives_what_was_known_then(
    any_centre: Centre, lives: Lives, clock: MovingClock
) -> None:
    await flow.catch_up(any_centre)
    then = any_centre.now()
    span = Span(DAY, DAY, then)

    async def told() -> Any:
        async with any_centre.look() as look:
            counted = await factqueries.counts(look.connection, span, "department")
            return counted, await figures.answer_times(look.connection, span)

    before = await told()
    clock.move_to(MONDAY + timedelta(hours=3))
    await lives.rated("content", False, Satisfaction.VERY_POOR)
    await lives.goes_to("waiting", "zjj")
    await flow.catch_up(any_centre)
    assert await told() == before
    async with any_centre.look() as look:
        now = Span(DAY, DAY, any_centre.now())
        assert await factqueries.counts(look.connection, now, "department") != before[0]
