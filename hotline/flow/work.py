"""What operators and departments do with a case, and what of it they may see."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from hotline.domain import access, perform
from hotline.domain.acts import centre as acts
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case
from hotline.domain.errors import NoSuchCase, NotAllowed, NotPossible, Stale
from hotline.domain.masking import masked
from hotline.domain.people import Actor
from hotline.domain.promises import Step
from hotline.domain.shanghai import city_day
from hotline.domain.state import Action
from hotline.domain.words import Role
from hotline.flow import casewords, causes, choices, notify, phone, repeats, replyhints, seen
from hotline.flow.centre import Centre
from hotline.flow.classify import FIELDS, learn
from hotline.flow.enclosures import enclose
from hotline.flow.linked import check_tie, follow, hold, may_part
from hotline.store import articles, articleuse, files, find, interests
from hotline.store.find import Found, Wanted
from hotline.store.work import Work

LABELLED = (acts.Accept, acts.Transfer, acts.Correct, acts.Rule)


@dataclass(frozen=True)
class CaseView:
    """A case for one actor: what it is, who wrote (masked), what may be done with it."""

    case: Case
    citizen: dict[str, str]
    actions: list[str]
    attachments: list[files.Kept]
    repeats: list[repeats.Repeat]  # for the centre's desks; departments see their own cases only


async def act(
    centre: Centre, number: str, facts: Act, actor: Actor, version: int | None = None
) -> CaseView:
    """One action, one entry, one transaction; Stale when the case has moved past `version`."""
    noticed = await replyhints.before(centre, number, facts, actor)
    async with centre.work() as work:
        await hold(work, number, facts)
        case = await to_change(work, number, actor, version)
        await act_all(centre, work, case, [(facts, actor)], noticed)
    return await view(centre, number, actor)


async def to_change(work: Work, number: str, actor: Actor, version: int | None) -> Case:
    """Whether it may be seen comes first: a version would tell that there is such a case."""
    try:
        case = await work.cases.change(number, version)
    except Stale:
        case = await work.cases.read(number)
        if access.may_see(actor, case):
            raise
    if not access.may_see(actor, case):
        raise NoSuchCase
    return case


async def accept_offer(
    centre: Centre, number: str, chosen: tuple[str, str], actor: Actor, version: int
) -> None:
    """Accepted and dispatched in one step, to what the dispatcher chose of the offer: topic, unit."""
    topic, department = chosen
    steps = partial(choices.steps, topic=topic, department=department)
    await act_by(centre, number, steps, actor, version)


async def act_by(
    centre: Centre,
    number: str,
    steps: Callable[[Case], Sequence[Act]],
    actor: Actor,
    version: int,
    *,
    foretold: Act | None = None,
) -> int:
    """Several actions in one transaction, chosen of the locked case; the version that it has then.
    `foretold`: the one that also changes another case, which has to be locked first."""
    async with centre.work() as work:
        if foretold is not None:
            await hold(work, number, foretold)
        case = await to_change(work, number, actor, version)
        await act_all(centre, work, case, [(facts, actor) for facts in steps(case)])
        return case.version


async def act_in(centre: Centre, work: Work, case: Case, facts: Act, actor: Actor) -> None:
    """The action inside an open unit of work: the case, what follows from it, and who is told."""
    await act_all(centre, work, case, [(facts, actor)])


async def act_all(
    centre: Centre,
    work: Work,
    case: Case,
    told: Iterable[tuple[Act, Actor]],
    noticed: replyhints.Kept | None = None,
) -> None:
    """Several actions at one moment, one after the other; the case is kept once, after the last."""
    done = []
    for facts, actor in told:
        step = Step(actor, work.at, centre.rules, noticed)
        done.append((facts, await _do(centre, work, case, facts, step)))
    await notify.tell(work, case, centre.rules)
    await work.cases.save(case)
    for facts, said in done:
        await follow(centre, work, case, facts, said)


async def _do(centre: Centre, work: Work, case: Case, facts: Act, step: Step) -> Act:
    """The act as it went into the case, its words masked."""
    before, actor = _labels(case), step.actor
    _check_topic(centre, facts)
    if isinstance(facts, acts.Merge | acts.Unmerge):
        access.check(actor, perform.action_of(facts), case)  # before it says what cases there are
        await hold(work, case.number, facts)
        await check_tie(work, case, facts, actor)
    await enclose(centre, work, case, facts)
    said = masked(facts, await work.vault.name_of(case.id or 0))
    perform.perform(case, said, step)
    if isinstance(facts, LABELLED) and actor.role is not Role.SYSTEM:
        name = type(facts).__name__.lower()
        await learn(work, case, before, actor, (name, _decides(facts)))
    await causes.follow(work, case, facts, step)
    if isinstance(facts, acts.Answer) and facts.knowledge_id:
        await _count_use(work, facts.knowledge_id)
    return said


async def _count_use(work: Work, knowledge_id: str) -> None:
    """The article that an answer was taken from has been of use once more."""
    known = knowledge_id.isascii() and knowledge_id.isdigit() and len(knowledge_id) < 10
    row = await articles.one(work.connection, int(knowledge_id)) if known else None
    if row is None or row.released is None:
        raise NotPossible(
            f"没有编号为“{knowledge_id}”的知识，请核对或留空。",
            "There is no such article; check its number or leave it empty.",
            field="knowledge_id",
        )
    await articleuse.count(work.connection, city_day(work.at), row.id, "used")


def _decides(facts: Act) -> set[str]:
    """The fields that an act says something of; accepting takes over all that was suggested."""
    if isinstance(facts, acts.Accept):
        return {"type", "topic", "urgency"}
    return {name for name in FIELDS if getattr(facts, name, None)}


def _labels(case: Case) -> dict[str, str]:
    routed = (case.suggestions.get("route") or {}).get("department") or ""
    return {
        "type": case.type.value,
        "topic": case.topic,
        "urgency": case.urgency.value,
        "department": case.lead or routed,
    }


def _check_topic(centre: Centre, facts: Act) -> None:
    topic = getattr(facts, "topic", None)
    if topic and not centre.city.topic_known(topic):
        raise NotPossible(
            "没有这个事项分类，请从目录中选择。",
            "No such topic; choose from the catalogue.",
            field="topic",
        )


async def view(centre: Centre, number: str, actor: Actor) -> CaseView:
    async with centre.look() as look:
        case = await _seen(look, number, actor)
        masked = await look.vault.masked([case.id or 0])
        kept = await files.of_case(look.connection, centre.cipher, case.id or 0)
        actions = [action.value for action in perform.possible(case, actor, look.at, centre.rules)]
        if Action.UNMERGE in actions and not await may_part(look, case):
            actions.remove(Action.UNMERGE)
        alike = await repeats.of_case(look, case) if actor.role in access.SEES_ALL else []
        secret = await interests.kept_from(look.connection, actor) if alike else set()
        alike = [one for one in alike if one.number not in secret]
    return CaseView(case, masked.get(case.id or 0, {}), actions, kept, alike)


async def view_by_id(centre: Centre, case_id: int, actor: Actor) -> None:
    """Raises NoSuchCase unless the actor may see the case."""
    async with centre.look() as look:
        await _seen(look, await look.cases.number_of(case_id), actor)


async def timeline(centre: Centre, number: str, actor: Actor) -> tuple[Case, list[Any]]:
    """Every entry, oldest first, with its hash."""
    async with centre.look() as look:
        case = await _seen(look, number, actor)
        return case, list(await look.cases.timeline(case.id or 0))


async def _seen(look: Work, number: str, actor: Actor) -> Case:
    """A case that an actor may not see answers like one that does not exist."""
    case = await look.cases.read(number)
    if not access.may_see(actor, case):
        raise NoSuchCase
    return case


async def listed(centre: Centre, actor: Actor, wanted: Wanted) -> Found:
    asked = await casewords.sought(centre, wanted)
    async with centre.look() as look:
        return await find.find(look.connection, actor, asked, look.at)


async def counts(centre: Centre, actor: Actor) -> dict[str, int]:
    async with centre.look() as look:
        return await find.counts(look.connection, actor)


async def reveal(
    centre: Centre, number: str, fields: tuple[str, ...], purpose: str, actor: Actor
) -> dict[str, str]:
    """The only way out of the vault: with a purpose, recorded before it is told."""
    async with centre.work() as work:
        case = await _seen(work, number, actor)
        if not (access.may_reveal(actor, case) or await _at_hand(work, case, actor)):
            raise NotAllowed(
                "您不能查看这件诉求的诉求人信息；需要联系时请由热线中心转达。",
                "You may not see this citizen's identity; the centre relays.",
            )
        told = await work.vault.reveal(case.id or 0, fields, purpose, actor, work.at)
        await seen.watch(work, actor)
        return told


async def _at_hand(work: Work, case: Case, actor: Actor) -> bool:
    """An agent: what was just filed, and the caller's own cases during the call and after."""
    if actor.role is not Role.AGENT:
        return False
    first = (await work.cases.timeline(case.id or 0))[0]
    filed = first.actor == actor.name and first.role == Role.AGENT.value
    if filed and work.at <= case.received_at + phone.AFTER:
        return True
    return await phone.just_spoke(work, actor, case.id or 0)
