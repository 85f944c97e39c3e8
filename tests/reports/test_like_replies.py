"""More replies than are compared: the newest are, how many were left out is said."""

from dataclasses import replace

import pytest

from hotline.domain.facts import Folded
from hotline.domain.wordprints import printed
from hotline.flow.centre import Centre
from hotline.reports import likereplies
from hotline.store import facts
from tests.reports.test_month_by_sql import SPAN, as_row
from tests.reports.test_rates import a_month

SAME = printed("您反映的路灯不亮问题已转路灯管理所，两天内修复，感谢监督。")


async def test_the_newest_replies_are_compared_and_the_rest_is_told(
    any_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [as_row(n, fact) for n, fact in enumerate(a_month()[:12], 1)]
    alike = [replace(one, department="cgj", reply_print=SAME) for one in rows]
    alike[0] = replace(alike[0], reply_print=None)  # no reply, or too short to tell
    alike[1] = replace(alike[1], department=None)  # the centre's own answer
    async with any_centre.work() as work:
        await facts.put(work.connection, [Folded(row, ()) for row in alike])
    async with any_centre.look() as look:
        assert await likereplies.left_out(look.connection, SPAN) == 0
        assert sorted((await likereplies.by_unit(look.connection, SPAN))["cgj"]) == [*range(3, 13)]
        monkeypatch.setattr(likereplies, "MOST", 4)
        assert await likereplies.left_out(look.connection, SPAN) == 6
        found = await likereplies.by_unit(look.connection, SPAN)
        assert sorted(found["cgj"]) == [9, 10, 11, 12], "the newest"
        none = replace(SPAN, topic="没有这样的事项")
        assert await likereplies.left_out(look.connection, none) == 0
