"""What waits is counted at the cost of what waits, however much has ended."""

from sqlalchemy import func, select

from hotline.flow.centre import Centre
from hotline.store import queues
from hotline.store.tables import CaseRow
from tests.support.plans import plan_of


async def test_a_look_at_the_figures_reads_open_cases_and_no_history(centre: Centre) -> None:
    """The sabotaged question is the one without a condition: it walks the index from end to end."""
    everybody = select(CaseRow.state, func.count()).group_by(CaseRow.state)
    async with centre.look() as look:
        assert "SEARCH cases USING" in await plan_of(look.connection, queues.BY_STATE)
        assert "SCAN cases USING" in await plan_of(look.connection, everybody)
