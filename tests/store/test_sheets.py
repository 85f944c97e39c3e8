"""The inspector's work list costs what is to do, however much was done in the years before."""

from datetime import timedelta

from sqlalchemy import select, text

from hotline.flow import inspecting
from hotline.flow.centre import Centre
from hotline.store.inspections import S
from hotline.store.sheets import APPEALED, OPEN, WAITING
from hotline.wiring import MovingClock
from tests.domain.test_scoresheet import full
from tests.flow.orders_support import INSPECTOR
from tests.flow.test_inspecting import PLAN, Said, closed, submitted


async def test_what_is_to_do_is_found_by_its_own_small_index(centre: Centre) -> None:
    """The sabotaged question is the same without the index's own condition."""
    plans = []
    for condition in (OPEN & (S.state == WAITING), APPEALED, S.state == WAITING):
        async with centre.look() as look:
            wanted = select(S.id).where(condition).order_by(S.id)
            asked = wanted.compile(look.connection, compile_kwargs={"literal_binds": True})
            told = await look.connection.execute(text(f"EXPLAIN QUERY PLAN {asked}"))
            plans.append(" ".join(str(row) for row in told))
    assert "ix_sheet_open" in plans[0] and "ix_sheet_open" not in plans[2]
    assert "ix_sheet_appealed" in plans[1]


async def test_what_was_scored_is_counted_for_the_day(
    any_centre: Centre, clock: MovingClock
) -> None:
    await closed(any_centre, *"ab")
    await inspecting.draw(any_centre, INSPECTOR, PLAN)
    await submitted(any_centre, Said(full()))
    counted = await inspecting.counts(any_centre, INSPECTOR)
    assert counted == {"waiting": 1, "mine": 0, "done": 1, "appeals": 0}
    clock.move_to(clock.at + timedelta(days=1))
    assert (await inspecting.counts(any_centre, INSPECTOR))["done"] == 0
    rows = await inspecting.listed(any_centre, INSPECTOR)
    assert [(row.sheets, row.scored) for row in rows] == [(2, 1)]
