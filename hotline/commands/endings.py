"""How the demo city's stories end: replied, called back, closed, reopened, reworked, or overdue."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from escalation.promise import Promise
from hotline.commands import tales
from hotline.commands.stage import Scene
from hotline.commands.tale import Story, Tale
from hotline.commands.tales import PHONE, processing
from hotline.domain.acts import centre, citizen, department
from hotline.domain.acts.asking import Act
from hotline.domain.people import Actor
from hotline.domain.state import State
from hotline.domain.words import Reached, Role, Satisfaction, Truth

# By when the reply is in, as a share of the whole story; the rest is left for what follows.
LATEST = {"reply_review": 0.95, "follow_up": 0.9, "rework": 0.6}


def reply_review(tale: Tale) -> Iterator[Scene]:
    yield from processing(tale)
    text, kind, urgency = tale.row["public_reply"], tale.case.type.value, tale.case.urgency.value
    acts: list[tuple[Act, Actor]] = []
    if tale.rules.terms.endorse_required(kind, urgency):
        acts.append((department.Endorse(public_reply=text), tale.lead(Role.LEADER)))
    told = department.Reply(
        found_true=Truth(tale.row["found"]),
        solved=tale.row["solved"],
        unsolved_reason=None if tale.row["solved"] else tale.row["unsolved_reason"],
        contacted=tale.case.contacted,
        contact_phone=PHONE if tale.case.contacted else None,
        internal_account=tale.row["internal_account"],
        public_reply=text,
        legal_basis=tale.row["basis"] or None,
        without_parts="协办单位已口头回告。" if tale.case.waiting_parts else None,
    )
    acts.append((told, tale.lead(Role.CLERK)))
    latest = tale.after(LATEST.get(tale.row["story"], 0.5))
    yield tale.scene(min(tale.part_of(Promise.REPLY, tale.share(0.35, 0.85)), latest), *acts)


def follow_up(tale: Tale) -> Iterator[Scene]:
    yield from reply_review(tale)
    at = datetime.fromisoformat((tale.case.reply or {})["at"]) + timedelta(minutes=95)
    yield tale.scene(at, (centre.Approve(), tale.by(Role.INSPECTOR)))


# Of those that wait for a call some were tried: how long ago, in vain or with another time agreed.
TRIED = {2: (180, Reached.UNREACHABLE), 3: (50, Reached.LATER), 5: (40, Reached.BUSY)}


def called(tale: Tale) -> Iterator[Scene]:
    """Waits for the caller-back, who has tried some of them today."""
    yield from follow_up(tale)
    minutes, outcome = TRIED.get(tale.seed % 6, (0, None))
    if tale.case.state is not State.FOLLOW_UP or outcome is None:
        return
    again = tale.now + timedelta(hours=1) if outcome is Reached.LATER else None
    said = "正在开会，请一小时后再打。" if outcome is Reached.LATER else None
    told = centre.FollowUp(outcome=outcome, again_at=again, text=said)
    yield tale.scene(tale.now - timedelta(minutes=minutes), (told, tale.by(Role.CALLBACK)))


def closed(tale: Tale) -> Iterator[Scene]:
    yield from follow_up(tale)
    if tale.case.state is not State.FOLLOW_UP:
        return
    caller = tale.by(Role.CALLBACK)
    told = centre.FollowUp(
        outcome=Reached.REACHED,
        solved=tale.row["solved"],
        satisfaction=Satisfaction(tale.row["satisfaction"]),
        text=tale.row["turn_more" if tale.row["story"] == "reopened" else "turn"],
    )
    yield tale.scene(tale.part_of(Promise.FOLLOW_UP, 0.5), (told, caller), (centre.Close(), caller))
    if tale.seed % 2 == 0:
        rate = citizen.Rate(
            solved=tale.row["solved"], satisfaction=Satisfaction(tale.row["satisfaction"])
        )
        at = (tale.case.closed_at or tale.now) + timedelta(hours=5)
        yield tale.by_citizen(at, rate)


def reopened(tale: Tale) -> Iterator[Scene]:
    yield from closed(tale)
    again = citizen.Reopen(facts=tale.row["turn"])
    yield tale.by_citizen(tale.after(0.95), again)


def rework(tale: Tale) -> Iterator[Scene]:
    yield from follow_up(tale)
    if tale.case.state is not State.FOLLOW_UP:
        return
    caller = tale.by(Role.CALLBACK)
    told = centre.FollowUp(
        outcome=Reached.REACHED,
        solved=False,
        satisfaction=Satisfaction.POOR,
        text=tale.row["turn"],
    )
    again = centre.Rework(reason=tale.row["turn_more"])
    yield tale.scene(tale.part_of(Promise.FOLLOW_UP, 0.5), (told, caller), (again, caller))


def overdue(tale: Tale) -> Iterator[Scene]:
    """Nobody answers: the ladder does the rest; some answer the order, and do no more."""
    yield from processing(tale)
    if tale.row["turn"]:
        urge = citizen.Urge(content=tale.row["turn"])
        at = (tale.case.due_at or tale.now) + timedelta(hours=10)
        if at < tale.now:
            yield tale.by_citizen(at, urge)
    if tale.row["turn_more"] and tale.seed % 2 == 0:
        yield Scene(tale.now, _answers(tale))


def _answers(tale: Tale) -> Iterator[tuple[Act, Actor]]:
    for order in tale.case.orders:
        if order.state == "issued":
            told = department.AnswerOrder(
                order=order.id,
                text=tale.row["turn_more"],
                plan="专班每日到场，三日内完成整改。",
                plan_on=(tale.now + timedelta(days=3)).date(),
            )
            yield told, tale.lead(Role.CLERK)


STORIES: dict[str, Story] = {
    "registered": tales.registered,
    "need_info": tales.need_info,
    "answered": tales.answered,
    "not_accepted": tales.not_accepted,
    "transferred": tales.transferred,
    "pending_dispatch": tales.pending_dispatch,
    "merged": tales.merged,
    "dispatched": tales.dispatched,
    "return_review": tales.return_review,
    "adjudicating": tales.adjudicating,
    "processing": tales.processing,
    "cohandled": tales.cohandled,
    "suspended": tales.suspended,
    "extended": tales.extended,
    "terminated": tales.terminated,
    "reply_review": reply_review,
    "follow_up": called,
    "closed": closed,
    "archived": closed,  # by time alone, ninety days later
    "reopened": reopened,
    "rework": rework,
    "overdue_yellow": overdue,
    "overdue_red": overdue,
    "overdue_order": overdue,
    "overdue_l4": overdue,
}
