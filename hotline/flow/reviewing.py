"""Review of a sheet (质检复核): the scored appeal once with grounds, the shift lead or the director rules.

Nothing else changes a sheet that was handed in. Each version stays; what became of a case that was
found falsely closed is appealed on its order, not here.
"""

from dataclasses import dataclass

from hotline.domain import scoresheet
from hotline.domain.errors import NotPossible
from hotline.domain.inspection import RULERS, Appeal
from hotline.domain.masking import mask_words
from hotline.domain.people import Actor
from hotline.domain.scoresheet import FALSE_CLOSURE, Incomplete, Lack, Said
from hotline.flow import scoring
from hotline.flow.centre import Centre
from hotline.store import sheets


@dataclass(frozen=True)
class Ruling:
    """Upheld with what the sheet says then, or refused; in either case with reasons."""

    upheld: bool
    reason: str
    said: Said = Said()


async def appeal(centre: Centre, actor: Actor, sheet_id: int, grounds: str) -> None:
    """Within five working days of its handing in, once."""
    async with centre.work() as unit:
        row, _ = await scoring.opened(centre, unit, actor, sheet_id, "appeal")
        told = {"appeal": Appeal.ASKED.value, "appealed_by": actor.name, "appealed_at": unit.at}
        await sheets.change(unit.connection, sheet_id, **told, grounds=mask_words(grounds, ""))
        await scoring.record(unit, actor, "sheet_appealed", sheet_id)
        for role in sorted(RULERS):
            await scoring.tell(unit, row, f"role:{role.value}", "质检单申诉待复核")


async def rule(centre: Centre, actor: Actor, sheet_id: int, seen: int, ruling: Ruling) -> None:
    """Raises Incomplete where an upheld one does not say the whole sheet anew, or says the same."""
    async with centre.work() as unit:
        row, rules = await scoring.opened(centre, unit, actor, sheet_id, "rule")
        scoring.unmoved(row, seen)
        _, before = scoring.of_row(row)
        if ruling.upheld:
            scoresheet.check(rules, ruling.said, whole=True)
            clean = await scoring.nameless(unit, row, ruling.said)
            _check_change(before, clean)
            await scoring.put(unit, row, rules, clean, actor)
        verdict = Appeal.UPHELD if ruling.upheld else Appeal.REFUSED
        told = {"appeal": verdict.value, "ruled_by": actor.name, "ruled_at": unit.at}
        reason = mask_words(ruling.reason, "")
        await sheets.change(unit.connection, sheet_id, **told, ruling=reason)
        await scoring.record(unit, actor, "sheet_ruled", sheet_id, outcome=verdict.value)
        for audience in (scoring.whose(row), f"officer:{row.inspector}"):
            await scoring.tell(unit, row, audience, f"质检单复核：{verdict.zh}")


def _check_change(before: Said, after: Said) -> None:
    if FALSE_CLOSURE in set(after.faults) - set(before.faults):
        zh, en = (
            "复核不能新认定虚假办结，请在诉求页办理。",
            "Find a false closure at the case itself.",
        )
        raise Incomplete([Lack(FALSE_CLOSURE, zh, en)])
    if scoresheet.data(before) == scoresheet.data(after):
        zh = "申诉成立须改动评分；没有改动请选“维持原评”。"
        raise NotPossible(zh, "Upheld, and nothing was changed: refuse it, or change it.")
