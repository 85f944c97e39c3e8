"""Puts running cases under a new holiday list, or by `--adopt-terms` under the terms now in force."""

from datetime import datetime

from escalation.calendar import ZONE
from hotline.commands.opening import centre_of, say
from hotline.config import Settings
from hotline.domain.people import OPERATOR
from hotline.flow.recount import recount
from hotline.store import acts


async def run(settings: Settings, *, dry: bool = False, adopt_terms: bool = False) -> int:
    """0: all that was to be done is done; 1: some cases could not be counted anew."""
    async with centre_of(settings, make=False) as centre:
        found = await recount(centre, adopt_terms=adopt_terms, dry=dry, actor=OPERATOR)
        if not dry:
            told = {"adopt_terms": adopt_terms, "cases": len(found.cases)}
            async with centre.work() as work:
                await acts.record(work.connection, work.at, OPERATOR, "recount", told)
        say(f"日历 / calendar: {centre.calendar.version}")
        say(f"方案 / profile: {centre.terms.version}")
    for case in found.cases:
        for one in case["moved"]:
            name = f"{one['promise']} {one['part']}".strip()
            moved = f"{_day(one['from'])} → {_day(one['to'])}"
            lights = "  （期限不变，亮灯时间重算 / its lights only）"
            say(f"{case['number']}  {name}  {moved}{lights if one['from'] == one['to'] else ''}")
    will = "将重算（未写入） / would be counted anew" if dry else "已重算 / counted anew"
    say(f"{will}：{len(found.cases)} 件诉求 / cases")
    if found.failed:
        say(f"未能重算 / failed: {len(found.failed)}")
    return int(bool(found.failed))


def _day(moment: str | None) -> str:
    if moment is None:
        return "—"
    return f"{datetime.fromisoformat(moment).astimezone(ZONE):%Y-%m-%d %H:%M}"
