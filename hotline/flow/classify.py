"""Ask the classifier off the loop, believe it only when sure, keep the operator's correction."""

import asyncio
from dataclasses import asdict, dataclass, replace
from typing import Any

import structlog

from classifiers.model import Reading
from hotline.domain.case import Case
from hotline.domain.people import Actor, Tree
from hotline.domain.words import Named
from hotline.flow.centre import Centre
from hotline.flow.route import Route, route
from hotline.store import catalogue, decisions
from hotline.store.decisions import Switch
from hotline.store.receipts import Opened
from hotline.store.work import Work

log = structlog.get_logger(__name__)
LONGEST_WAIT = 10.0  # seconds; a text that stalls the classifier goes to a dispatcher instead
SHED = "诉求集中且自动分类没有及时回应，未作分类，请人工判断"
FIELDS = ("type", "topic", "urgency", "department")


class Why(Named):
    """Why a case goes by itself, or waits for a dispatcher."""

    SURE = "sure", "分类和部门均有把握且一致", "topic and department are sure and agree"
    EMERGENCY = "emergency", "特急，不等阈值", "an emergency waits for no threshold"
    UNREAD = "unread", "自动分类未完成", "it could not be read"
    NO_RULE = "no_rule", "职责清单未列明", "no rule fits"
    RULE_FAILED = "rule_failed", "派单规则失灵", "a rule failed"
    INFORM = "inform", "应告知诉求人，不派单", "the citizen is told where to turn"
    TOPIC = "topic_unsure", "事项把握不足", "the topic is not sure"
    DEPARTMENT = "department_unsure", "部门把握不足", "the department is not sure"
    DISAGREE = "disagree", "职责清单与部门建议不一致", "rules and suggestion differ"
    STOPPED = "stopped", "自动派单已停用", "automatic dispatch is off"
    SETTING = "setting", "设置为人工派单", "set to dispatch by hand"
    ACCUSED = "accused", "举报中提到该单位，人工派单", "the report names the unit"
    BY_HAND = "by_hand", "由工作人员登记，人工派单", "filed by staff, dispatched by hand"

    @property
    def goes(self) -> bool:
        return self in (Why.SURE, Why.EMERGENCY)


@dataclass(frozen=True)
class Thought:
    """What the machine thinks of a text, and where the rules would send it."""

    reading: Reading
    chosen: Route


async def read(centre: Centre, title: str, body: str, wait: float = LONGEST_WAIT) -> Reading:
    """What the machine thinks of a text; raises TimeoutError rather than holding up the queue."""
    reader = await centre.reader()
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(wait):
        return await loop.run_in_executor(centre.threads, reader.read, title, body)


async def consider(
    centre: Centre, title: str, body: str, district: str = "", wait: float = LONGEST_WAIT
) -> Thought:
    """Reading and rules, both off the loop: a pattern may take its time, but nobody else's.

    A district that the citizen named is believed before one that was read out of the text.
    """
    reading = await read(centre, title, body, wait)
    book, tree, text = centre.city.book, centre.rules.tree, f"{title}\n{body}"
    about = (book, tree, reading.topic.label, district or reading.district.label, text)
    async with asyncio.timeout(LONGEST_WAIT):
        loop = asyncio.get_running_loop()
        chosen = await loop.run_in_executor(centre.threads, route, *about)
    return Thought(reading, chosen)


def meant_for(thought: Thought, unit: str, tree: Tree) -> Thought:
    """Written to a unit's own mailbox: it is that one's, where no rule says otherwise."""
    chosen = thought.chosen
    if chosen.department or chosen.inform or chosen.failed or not tree.can_lead(unit):
        return thought
    return replace(thought, chosen=replace(chosen, department=unit, reason="来信寄至该单位邮箱"))


async def attempt(centre: Centre, intake_id: int, letter: Opened) -> tuple[Thought | None, str]:
    """What the machine thinks, or why it does not; its failures are the dispatcher's to make good."""
    wait = centre.storm.patience(centre.now())
    if not wait:
        return None, SHED
    told = (letter.title, letter.content, letter.district)
    try:
        thought = await consider(centre, *told, wait=wait)
        centre.readings.went_well()
        return meant_for(thought, letter.notes.get("unit", ""), centre.rules.tree), ""
    except Exception as error:
        if isinstance(error, TimeoutError):
            centre.storm.unread(centre.now())
        centre.readings.failed(error)
        log.warning("triage.unclassified", intake=intake_id, error=type(error).__name__)
        return None, f"自动分类未完成（{type(error).__name__}），请人工判断"


def shown(thought: Thought, tree: Tree) -> dict[str, Any]:
    """Reading and route as they are stored in the case."""
    chosen = thought.chosen
    told: dict[str, Any] = {
        name: getattr(chosen, name) for name in ("department", "reason", "duty", "inform")
    }
    told["name"] = tree.top(chosen.department) if chosen.department else None
    told["co_departments"] = list(chosen.co_departments)
    return {**thought.reading.as_json(), "route": told}


def sure(reading: Reading, chosen: Route, tree: Tree) -> Why:
    """May the case go by itself? Topic and department must both be sure, and agree.

    An emergency never waits for a threshold: it goes as soon as the duty list knows the unit.
    """
    if chosen.failed:
        return Why.RULE_FAILED
    if chosen.department is None:
        return Why.NO_RULE
    if chosen.inform:
        return Why.INFORM
    if reading.urgency.label == "critical":
        return Why.EMERGENCY
    if not reading.topic.sure:
        return Why.TOPIC
    if not reading.department.sure:
        return Why.DEPARTMENT
    unit = tree.departments[chosen.department]
    above = tree.departments.get(unit.parent or "")
    agree = reading.department.label in (unit.name, above.name if above else "")
    return Why.SURE if agree else Why.DISAGREE


def may_go(centre: Centre, thought: Thought | None, by_itself: bool, switch: Switch) -> Why:
    """Whether a case is dispatched by itself, and why; stopped dispatch stops no emergency."""
    if thought is None:
        return Why.UNREAD
    found = sure(thought.reading, thought.chosen, centre.rules.tree)
    if found.goes and not (by_itself and centre.automatic):
        return Why.SETTING if by_itself else Why.BY_HAND
    return Why.STOPPED if found is Why.SURE and not switch.running else found


async def keep(
    work: Work, case: Case, thought: Thought | None, why: Why, *, backdated: bool = False
) -> None:
    """The decision on record: model, scores and thresholds, the rules tried, and what came of it.

    A backdated one is marked: years of old complaints in an hour are no drift. A text that nothing
    was thought of leaves its row too, and is no drift either.
    """
    if thought is None:
        await decisions.add(work.connection, _made(work, case, "unread", why.value))
        return
    told, chosen = thought.reading.as_json(), thought.chosen
    scores = {name: told[name] for name in (*FIELDS, "district")}
    for one in scores.values():
        one.pop("reasons", None)  # they quote the text, and lie in the case
    routed = {k: v for k, v in asdict(chosen).items() if k not in ("version", "duty", "tried")}
    decision = {
        **_made(work, case, "backdated" if backdated else "triage", why.value),
        "automatic": why.goes,
        "model": (thought.reading.topic.by or thought.reading.department.by)[:80],
        "rules": chosen.version,
        "duty": chosen.duty[:40],
        "level1": thought.reading.topic.label.partition("/")[0][:40],
        "confidence": thought.reading.topic.confidence,
        "facts": {"scores": scores, "route": routed, "tried": chosen.tried},
    }
    await decisions.add(work.connection, decision)


def _made(work: Work, case: Case, act: str, why: str = "") -> dict[str, Any]:
    """A decision as far as no reading tells it: by the machine, about nothing yet."""
    blank = dict.fromkeys(("model", "duty", "level1"), "")
    told: dict[str, Any] = {"automatic": False, "rules": 0, "confidence": None, "overrode": None}
    by = {"case_id": case.id, "at": work.at, "act": act, "role": "system", "actor": "system"}
    return {**by, "why": why, **blank, **told, "facts": {}}


async def learn(
    work: Work, case: Case, before: dict[str, str], actor: Actor, act: tuple[str, set[str]]
) -> None:
    """An operator's word on the suggestion: accepted or changed, field by field; changes are labels.

    `act` is the action and the fields that it decides.
    """
    chosen = labels_of(case)
    for field, value in chosen.items():
        if value and before.get(field) != value:
            label = {
                "case_id": case.id,
                "field": field,
                "suggested": before.get(field) or "",
                "chosen": value,
                "by": actor.name,
                "at": work.at,
            }
            await catalogue.add_label(work.connection, label)
    suggested = suggested_in(case)
    decided = {
        name: _judged(suggested[name], chosen[name])
        for name in FIELDS
        if name in act[1] and suggested.get(name) and chosen.get(name)
    }
    if decided:
        await decisions.add(work.connection, _act(work, case, actor, act[0], decided))


def _act(
    work: Work, case: Case, actor: Actor, act: str, decided: dict[str, dict[str, str]]
) -> dict[str, Any]:
    route = case.suggestions.get("route") or {}
    topic = case.suggestions.get("topic") or {}
    weighed = [decided[name]["verdict"] for name in ("topic", "department") if name in decided]
    return {
        **_made(work, case, act),
        "role": actor.role.value,
        "actor": actor.name,
        "model": str(topic.get("by") or "")[:80],
        "duty": str(route.get("duty") or "")[:40],
        "level1": str(topic.get("label") or "").partition("/")[0][:40],
        "confidence": topic.get("confidence"),
        "overrode": "changed" in weighed if weighed else None,
        "facts": {"fields": decided},
    }


def _judged(suggested: str, chosen: str) -> dict[str, str]:
    verdict = "accepted" if suggested == chosen else "changed"
    return {"suggested": suggested, "chosen": chosen, "verdict": verdict}


def suggested_in(case: Case) -> dict[str, str]:
    """What the machine suggested, field by field; the department is the duty list's."""
    told = {name: (case.suggestions.get(name) or {}).get("label") or "" for name in FIELDS}
    routed = case.suggestions.get("route") or {}
    return {**told, "department": str(routed.get("department") or "")}


def labels_of(case: Case) -> dict[str, str]:
    """What a case is taken for now."""
    told = {"type": case.type.value, "topic": case.topic, "urgency": case.urgency.value}
    return {**told, "department": case.lead or ""}
