"""A citizen urges (催办): who is reminded, when, and what the citizen is told of it."""

from datetime import datetime

from escalation.calendar import ZONE
from hotline.domain import timing
from hotline.domain.acts import citizen
from hotline.domain.case import Case, Said
from hotline.domain.promises import Rules, Step
from hotline.domain.words import Role


def urge(case: Case, facts: citizen.Urge, step: Step) -> Said:
    """One reminder in a set time; who urges again within it is gathered into the next one."""
    then = gathered_at(case, step.rules)
    batched = then is not None and step.at < then
    case.urges += 1
    if not batched:
        case.urged_at = step.at
    public = _gathered(case, step) if batched else _reminded(case, step)
    return Said(facts.content or "", public, {"batched": batched, "urges": case.urges})


def audience(case: Case) -> str:
    """The unit that has the case, else the desk that is to give it one."""
    return f"unit:{case.lead}" if case.lead else f"role:{Role.DISPATCHER.value}"


def gathered_at(case: Case, rules: Rules) -> datetime | None:
    """Until when urgings are gathered; None: nobody urged yet."""
    return rules.calendar.due(case.urged_at, rules.terms.urge_every) if case.urged_at else None


def told_at(case: Case, at: datetime, rules: Rules) -> datetime:
    """When a reminder that is due at a moment is told: of what does not press, in no quiet hours."""
    awake = timing.pressing(case) or audience(case) in timing.MANNED
    return at if awake else timing.awake(at, rules)


def _reminded(case: Case, step: Step) -> str:
    if told_at(case, step.at, step.rules) > step.at:
        return "您已催办，承办单位上班后会收到提醒。"
    return f"您已催办，我们已提醒{'承办单位' if case.lead else '热线中心'}。"


def _gathered(case: Case, step: Step) -> str:
    then = told_at(case, gathered_at(case, step.rules) or step.at, step.rules).astimezone(ZONE)
    told = f"{then.month}月{then.day}日{then:%H:%M}"
    return f"您的催办已记录，{told}将合并提醒一次；届时已经答复或办结的，不再提醒。"
