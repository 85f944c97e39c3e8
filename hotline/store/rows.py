"""Between the rows of a case and the domain's facts; nothing else knows both."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from escalation.calendar import Unit
from escalation.course import changes_from_json, changes_to_json
from escalation.ladder import rungs_from_json, rungs_to_json
from escalation.promise import Deadline, Promise
from escalation.promise import State as Run
from hotline.domain.case import Case, Entry, Part, Request
from hotline.domain.interest import Interest
from hotline.domain.masking import kept
from hotline.domain.numbers import mask_cards, mask_text
from hotline.domain.order import Order
from hotline.domain.state import Action, State
from hotline.domain.words import Cause, Channel, Kind, Party, Pause, Urgency

PLAIN = (
    "number version received_at title content topic district anonymous confidential language lead level"
    " round dispatched_at closed_at parent previous last_seq last_hash suggestions"
).split()
DETAILS = (
    "returns designated handler contacts contacted endorsed reply attempts outcome rating urges raised"
    " notes reworked reworks"
).split()


def case_values(case: Case) -> dict[str, Any]:
    """A case as the columns of its row."""
    values = {name: getattr(case, name) for name in PLAIN}
    details = {name: getattr(case, name) for name in DETAILS}
    details["prior"] = case.prior.value if case.prior else None
    details["urged_at"] = case.urged_at.isoformat() if case.urged_at else None
    return values | {
        "state": case.state.value,
        "type": case.type.value,
        "urgency": case.urgency.value,
        "channel": case.channel.value,
        "party": case.party.value,
        "due_at": case.due_at,
        "details": details,
        "children": bool(case.parts)
        | bool(case.requests) << 1
        | bool(case.orders) << 2
        | bool(case.interests) << 3,
    }


def case_from(row: Any) -> Case:
    """A case from its row; deadlines and children are the casebook's to add."""
    details = kept(row.details)
    prior, urged_at = details.pop("prior"), details.pop("urged_at")
    # Of before they were counted: a case that was never reopened was reworked in each round.
    details.setdefault("reworks", row.round - 1 if details.get("reworked") else 0)
    case = Case(
        id=row.id,
        state=State(row.state),
        type=Kind(row.type),
        urgency=Urgency(row.urgency),
        channel=Channel(row.channel),
        party=Party(row.party),
        **{name: getattr(row, name) for name in PLAIN},
        **details,
    )
    case.prior = State(prior) if prior else None
    case.urged_at = _moment(urged_at)
    return case


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def deadline_values(case_id: int, n: int, deadline: Deadline) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "n": n,
        "promise": deadline.promise.value,
        "part": deadline.part,
        "state": deadline.state.value,
        "started_at": deadline.started_at,
        "due_at": deadline.due_at,
        "ended_at": deadline.ended_at,
        "limit_n": deadline.limit_n,
        "limit_unit": deadline.limit_unit.value,
        "source": deadline.source,
        "override": deadline.override,
        "terms_version": deadline.terms_version,
        "calendar_version": deadline.calendar_version,
        "provisional": deadline.provisional,
        "remaining": deadline.remaining,
        "rungs": rungs_to_json(deadline.rungs),
        "climbed": deadline.climbed,
        "next_at": deadline.next_at,
        "changes": changes_to_json(deadline.changes),
        "resume_at": deadline.resume_at,
    }


def deadline_from(row: Any) -> Deadline:
    return Deadline(
        promise=Promise(row.promise),
        part=row.part,
        state=Run(row.state),
        started_at=row.started_at,
        due_at=row.due_at,
        ended_at=row.ended_at,
        limit_n=row.limit_n,
        limit_unit=Unit(row.limit_unit),
        source=row.source,
        override=row.override,
        terms_version=row.terms_version,
        calendar_version=row.calendar_version,
        provisional=row.provisional,
        remaining=row.remaining,
        rungs=rungs_from_json(row.rungs),
        climbed=row.climbed,
        next_at=row.next_at,
        changes=changes_from_json(row.changes),
        resume_at=row.resume_at,
    )


def entry_values(case_id: int, entry: Entry) -> dict[str, Any]:
    values = dict(entry.__dict__)
    return values | {
        "case_id": case_id,
        "action": entry.action.value,
        "before": dict(entry.before),
        "after": dict(entry.after),
    }


def entry_from(row: Any) -> Entry:
    return Entry(
        seq=row.seq,
        at=row.at,
        action=Action(row.action),
        role=row.role,
        actor=row.actor,
        department=row.department,
        origin=row.origin,
        before=row.before,
        after=row.after,
        text=row.text,
        public=row.public,
        previous=row.previous,
        hash=row.hash,
    )


def shown(entry: Entry) -> Entry:
    """An entry to be read: what an earlier release left in it is masked, which its hash forbids there."""
    public = entry.public and mask_cards(entry.public)
    return replace(entry, text=mask_text(entry.text), public=public, after=kept(entry.after))


def part_values(case_id: int, part: Part) -> dict[str, Any]:
    return {"case_id": case_id, **part.__dict__}


def request_values(case_id: int, request: Request) -> dict[str, Any]:
    values = {"case_id": case_id, **request.__dict__}
    ground = request.ground.value if request.ground else None
    return values | {"kind": request.kind.value, "ground": ground}


def order_values(case_id: int, order: Order) -> dict[str, Any]:
    appeal = order.appeal_state and str(order.appeal_state)
    plain = {"cause": order.cause.value, "state": str(order.state), "appeal_state": appeal}
    return {"case_id": case_id, **order.__dict__, **plain}


def interest_values(case_id: int, interest: Interest) -> dict[str, Any]:
    return {"case_id": case_id, **interest.__dict__}


def interest_from(row: Any) -> Interest:
    return Interest(**_without_case(row))


def part_from(row: Any) -> Part:
    return Part(**_without_case(row))


def request_from(row: Any) -> Request:
    facts = _without_case(row)
    facts["kind"] = Action(row.kind)
    facts["ground"] = Pause(row.ground) if row.ground else None
    return Request(**facts)


def order_from(row: Any) -> Order:
    return Order(**{**_without_case(row), "cause": Cause(row.cause)})


def _without_case(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name != "case_id"}
