"""What the demo city's inspector has done: a month's sample drawn, some of it scored, one under appeal."""

from collections.abc import Sequence
from datetime import timedelta

from hotline.commands.tale import Tale
from hotline.domain.errors import Refused
from hotline.domain.inspection import Plan, Subject
from hotline.domain.people import Actor
from hotline.domain.scoresheet import Mark, Rubric, Said
from hotline.domain.shanghai import city_day
from hotline.domain.words import Role
from hotline.flow import inspecting, reviewing, scoring
from hotline.flow.centre import Centre

SIZE, SCORED, BACK = 24, 14, timedelta(days=60)
LOST = {
    "facts": "没有写明核查的时间和到场人员。",
    "answering": "只答复了第一个问题，第二个问题没有回应。",
    "wording": "没有留下办公电话，诉求人无法追问。",
    "signing": "签收比时限晚了半天。",
}


async def inspect(centre: Centre, tales: Sequence[Tale]) -> int:
    """How many sheets were scored; the next one lies half done in the inspector's hands."""
    if not tales:
        return 0
    inspector, today = tales[0].by(Role.INSPECTOR), city_day(centre.now())
    try:
        await inspecting.draw(centre, inspector, Plan(Subject.CASE, today - BACK, today, size=SIZE))
    except Refused:  # nothing was closed in these days
        return 0
    sheets: list[int] = []
    for n in range(SCORED):
        sheet = await _next(centre, inspector, n)
        if sheet is None:
            break
        sheets.append(sheet)
    await _appealed(centre, tales[0], sheets)
    return len(sheets)


async def _next(centre: Centre, inspector: Actor, n: int) -> int | None:
    try:
        taken = await inspecting.take(centre, inspector)
    except Refused:
        return None
    found = await scoring.view(centre, inspector, taken)
    told = _said(found.rules, n)
    seen = (centre, inspector, taken, found.row.version)
    if n == SCORED - 1:
        await scoring.save(*seen, Said(dict(list(told.marks.items())[:4])))
    else:
        await scoring.submit(*seen, told)
    return taken


def _said(rules: Rubric, n: int) -> Said:
    """Every other one lost something, one of them what may not be."""
    marks = {one.code: Mark(one.points) for one in rules.criteria}
    for turn, (code, why) in enumerate(LOST.items()):
        known = next((one for one in rules.criteria if one.code == code), None)
        if known is not None and n % 5 == turn:
            marks[code] = Mark(known.points // 2, note=why)
    faults = {"pressed": "回访时诉求人说，经办人要求先给好评再修。"} if n == 7 else {}
    return Said(marks, faults, note="答复完整，可作范例。" if n % 5 == 4 else "")


async def _appealed(centre: Centre, tale: Tale, sheets: Sequence[int]) -> None:
    """By the leader of the first unit that lost points."""
    for sheet in sheets[:-1]:
        row = (await scoring.view(centre, tale.by(Role.INSPECTOR), sheet)).row
        if row.total < 100:
            leader = tale.by(Role.LEADER, row.whose)
            grounds = "附件第二张照片上有时间和到场人员，请复核。"
            await reviewing.appeal(centre, leader, sheet, grounds)
            return
