"""What happens next to a replayed record, and when; what the record lacks is assumed.

The next scene follows from the case's state alone, so a replay that was cut off goes on where
it was.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from channels.message import Contact, Incoming
from escalation.promise import Deadline, Promise
from hotline.domain.acts import centre, department
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case
from hotline.domain.people import Actor, Tree
from hotline.domain.promises import Rules
from hotline.domain.state import State
from hotline.domain.words import Kind, Reached, Role, Truth

NAME = "replay"
ASSUMED = (
    "dispatch at half its limit",
    "signing at half its limit",
    "contact at half its limit, not before signing",
    "review at replied_at",
    "endorsement at replied_at where the profile asks for one",
    "follow-up not reached, at replied_at",
    "no rating",
    "the complaint found true and solved",
    "what lies after replied_at happens at replied_at",
)
TO_BE_DISPATCHED = (State.REGISTERED, State.PENDING_DISPATCH)


@dataclass(frozen=True)
class Record:
    """A recorded complaint with its recorded reply, if there was one."""

    id: str
    line: int
    key: str
    title: str
    content: str
    sender: str
    sent_at: datetime
    reply: str = ""
    replied_at: datetime | None = None

    def incoming(self, type_: str | None) -> Incoming:
        return Incoming(
            channel="web",
            key=self.key,
            title=self.title,
            content=self.content,
            received_at=self.sent_at,
            type=type_,
            anonymous=not self.sender,
            contact=Contact(name=self.sender) if self.sender else None,
        )


@dataclass(frozen=True)
class Scene:
    """What is done at one moment, in order and by whom; drawn one by one as the case changes."""

    at: datetime
    acts: Iterable[tuple[Act, Actor]]
    by_citizen: bool = False


def next_scene(record: Record, case: Case, rules: Rules) -> Scene | None:
    """The record's next scene; None when nothing more is recorded of it."""
    if not case.open:
        return None
    if case.state in TO_BE_DISPATCHED:
        return _by_reply(record, _half(case, Promise.DISPATCH, rules), _dispatch(case, rules.tree))
    if case.state is State.DISPATCHED:
        told = department.Sign(handler="经办人（回放）", phone="12345")
        return _by_reply(
            record, _half(case, Promise.SIGN, rules), ((told, _unit(case, Role.CLERK, rules.tree)),)
        )
    if case.state is State.PROCESSING and not case.contacted and case.live(Promise.CONTACT):
        return _by_reply(record, _half(case, Promise.CONTACT, rules), _contact(case, rules.tree))
    if record.replied_at is None:
        return None
    return Scene(record.replied_at, _to_the_end(record, case, rules))


def _by_reply(record: Record, at: datetime, told: tuple[tuple[Act, Actor], ...]) -> Scene:
    """Nothing assumed may come after what is recorded."""
    return Scene(min(at, record.replied_at) if record.replied_at else at, told)


def _half(case: Case, promise: Promise, rules: Rules) -> datetime:
    """Half of a promise's counted minutes; where no such promise is made, at once."""
    n = case.live(promise)
    if n is None:
        return case.dispatched_at or case.received_at
    return half(case.deadlines[n], rules)


def half(deadline: Deadline, rules: Rules) -> datetime:
    calendar, start, unit = rules.calendar, deadline.started_at, deadline.limit_unit
    minutes = calendar.counted(start, deadline.due_at, unit)
    return calendar.after(start, minutes // 2, unit)


def _by(role: Role) -> Actor:
    return Actor(role, NAME, origin=NAME)


def _unit(case: Case, role: Role, tree: Tree) -> Actor:
    return Actor(role, NAME, case.lead, tree.subtree(case.lead), NAME)


def _dispatch(case: Case, tree: Tree) -> tuple[tuple[Act, Actor], ...]:
    """Accepted and transferred where duty list and classifier point; nobody corrects them here."""
    code, reason = department_for(case, tree)
    transfer: tuple[Act, Actor] = (
        centre.Transfer(department=code, reason=reason),
        _by(Role.SYSTEM),
    )
    if case.state is State.PENDING_DISPATCH:
        return (transfer,)
    return (centre.Accept(), _by(Role.SYSTEM)), transfer


def department_for(case: Case, tree: Tree) -> tuple[str, str]:
    """The duty list's department, else the classifier's likeliest that takes cases."""
    routed = case.suggestions.get("route") or {}
    code = str(routed.get("department") or "")
    if tree.can_lead(code) and not routed.get("inform"):
        return code, str(routed.get("reason") or "")
    by_name = {unit.name: unit.code for unit in tree.departments.values() if unit.dispatchable}
    told = case.suggestions.get("department") or {}
    for name in (told.get("label"), *(one["label"] for one in told.get("runners_up", ()))):
        if name in by_name:
            return by_name[name], "回放：按分类建议"
    return min(by_name.values(), default=""), "回放：无建议单位"


def _contact(case: Case, tree: Tree) -> tuple[tuple[Act, Actor], ...]:
    guarded = case.type is Kind.REPORT or case.confidential
    actor = _by(Role.CALLBACK) if guarded else _unit(case, Role.CLERK, tree)
    return ((department.Contact(text="已联系诉求人（回放假定）"), actor),)


def _to_the_end(record: Record, case: Case, rules: Rules) -> Iterator[tuple[Act, Actor]]:
    """Endorsed, replied, approved, called back in vain and closed, at the recorded moment."""
    kind, urgency, tree = case.type.value, case.urgency.value, rules.tree
    if case.state is State.PROCESSING:
        if rules.terms.endorse_required(kind, urgency) and case.endorsed != record.reply:
            yield department.Endorse(public_reply=record.reply), _unit(case, Role.LEADER, tree)
        yield _reply(record, case), _unit(case, Role.CLERK, tree)
    if case.state in (State.PROCESSING, State.REPLY_REVIEW):
        yield centre.Approve(), _by(Role.INSPECTOR)
    while case.state is State.FOLLOW_UP and case.attempts < rules.terms.follow_up_attempts:
        yield centre.FollowUp(outcome=Reached.UNREACHABLE), _by(Role.CALLBACK)
    if case.state is State.FOLLOW_UP:
        yield centre.Close(), _by(Role.CALLBACK)


def _reply(record: Record, case: Case) -> Act:
    return department.Reply(
        found_true=Truth.YES,
        solved=True,
        contacted=case.contacted,
        internal_account="按记录回放",
        public_reply=record.reply,
    )


def last_moment(records: list[Record]) -> datetime:
    """The last moment that the record tells of."""
    return max(max(record.sent_at, record.replied_at or record.sent_at) for record in records)
