"""Why a case's deadline ends when it does: counted by the calendar that is its own, told in words."""

from escalation.days import Name
from escalation.explain import Explanation, explain
from escalation.promise import Deadline
from escalation.telling import sentence
from hotline.domain.case import Case
from hotline.domain.promises import NO_UNIT, RULING, Rules, calendar_for
from hotline.domain.words import Pause

GROUNDS: dict[str, Name] = {ground.value: (ground.zh, ground.en) for ground in Pause}
GROUNDS[RULING] = ("等待退单裁定", "waiting for the ruling on a return")
GROUNDS[NO_UNIT] = ("等待派单", "waiting for a unit")


def explanation(case: Case, deadline: Deadline, rules: Rules) -> Explanation:
    return explain(deadline, calendar_for(case, deadline.promise, deadline.part, rules))


def why(case: Case, deadline: Deadline, rules: Rules, language: str = "zh") -> str:
    """A sentence that a clerk can read to a citizen."""
    return sentence(explanation(case, deadline, rules), GROUNDS, language)
