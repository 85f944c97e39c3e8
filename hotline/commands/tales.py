"""The stories of the demo city: each a generator of scenes, one after the other.

A scene's moment follows from the promises that the case then has, so deadlines, rungs and orders
arise as they would. What cannot have happened yet happens now.
"""

from collections.abc import Iterator
from datetime import timedelta

from escalation.promise import Promise
from hotline.commands.stage import Scene
from hotline.commands.tale import Tale
from hotline.domain.acts import centre, citizen, department
from hotline.domain.words import (
    Decline,
    Granted,
    Kind,
    PartStep,
    Pause,
    Role,
    Urgency,
    Verdict,
)

HANDLERS = ("王建国", "李秀兰", "张志强", "刘芳", "陈明", "杨丽", "赵军", "黄敏")
PHONE = "0000-12340000"


def registered(tale: Tale) -> Iterator[Scene]:
    """Waits for the dispatcher."""
    yield from ()


def need_info(tale: Tale) -> Iterator[Scene]:
    ask = centre.AskMore(missing=tuple(tale.row["turn"].split("|")), text="请补充后再转办。")
    yield tale.scene(tale.part_of(Promise.DISPATCH, 0.5), (ask, tale.by(Role.DISPATCHER)))


def answered(tale: Tale) -> Iterator[Scene]:
    told = centre.Answer(text=tale.row["public_reply"], solved=True)
    yield tale.scene(tale.case.received_at + timedelta(minutes=6), (told, tale.by(Role.AGENT)))


def not_accepted(tale: Tale) -> Iterator[Scene]:
    told = centre.Decline(reason_code=Decline[tale.row["turn_code"]], text=tale.row["turn"])
    at = tale.part_of(Promise.DISPATCH, tale.share(0.1, 0.6))
    yield tale.scene(at, (told, tale.by(Role.DISPATCHER)))


def transferred(tale: Tale) -> Iterator[Scene]:
    told = centre.Refer(target=tale.row["turn_code"], text=tale.row["turn"])
    yield tale.scene(tale.case.received_at + timedelta(minutes=4), (told, tale.by(Role.SHIFT_LEAD)))


def pending_dispatch(tale: Tale) -> Iterator[Scene]:
    """Accepted 立案 under the type, topic and urgency that a dispatcher chose."""
    at = tale.part_of(Promise.DISPATCH, tale.share(0.1, 0.5))
    yield tale.scene(at, (accept(tale), tale.by(Role.DISPATCHER)))


def accept(tale: Tale) -> centre.Accept:
    return centre.Accept(
        type=Kind(tale.row["type"]),
        topic=tale.row["topic"],
        urgency=Urgency(tale.row["urgency"]),
    )


def merged(tale: Tale) -> Iterator[Scene]:
    if tale.parent is None:
        yield from pending_dispatch(tale)
        return
    told = centre.Merge(parent=tale.parent, similarity=0.87, reason=tale.row["turn"])
    yield tale.scene(tale.part_of(Promise.DISPATCH, 0.4), (told, tale.by(Role.DISPATCHER)))


def dispatched(tale: Tale) -> Iterator[Scene]:
    yield from pending_dispatch(tale)
    told = centre.Transfer(
        department=tale.unit, co_departments=tale.co_units, reason="按职责清单转办。"
    )
    at = tale.part_of(Promise.DISPATCH, tale.share(0.5, 0.9))
    yield tale.scene(at, (told, tale.by(Role.DISPATCHER)))


def return_review(tale: Tale) -> Iterator[Scene]:
    yield from dispatched(tale)
    told = department.SendBack(
        reason=tale.row["turn"],
        legal_basis=tale.row["basis"],
        suggested_department=tale.row["turn_code"],
    )
    at = tale.part_of(Promise.SIGN, tale.share(0.2, 0.5))
    yield tale.scene(at, (told, tale.lead(Role.CLERK)))


def adjudicating(tale: Tale) -> Iterator[Scene]:
    yield from return_review(tale)
    told = centre.Rule(
        verdict=Verdict.ADJUDICATE,
        reason=tale.row["turn_more"],
        participants="编办、司法局",
    )
    at = tale.part_of(Promise.RULING, 0.5)
    yield tale.scene(at, (told, tale.by(Role.DISPATCHER)))


def processing(tale: Tale) -> Iterator[Scene]:
    yield from dispatched(tale)
    handler = HANDLERS[tale.seed % len(HANDLERS)]
    sign = department.Sign(handler=handler, phone=PHONE)
    at = tale.part_of(Promise.SIGN, tale.share(0.2, 0.7))
    yield tale.scene(at, (sign, tale.lead(Role.CLERK)))
    if tale.case.live(Promise.CONTACT):
        guarded = tale.case.type is Kind.REPORT or tale.case.confidential
        who = tale.by(Role.CALLBACK) if guarded else tale.lead(Role.CLERK)
        told = department.Contact(text=tale.row["contact"])
        at = tale.part_of(Promise.CONTACT, tale.share(0.4, 0.9))
        yield tale.scene(at, (told, who))
    if tale.row["note"]:
        note = department.Note(text=tale.row["note"], visible=True)
        at = tale.part_of(Promise.FINISH, 0.3)
        yield tale.scene(at, (note, tale.lead(Role.CLERK)))


def cohandled(tale: Tale) -> Iterator[Scene]:
    yield from processing(tale)
    others = tuple(tale.row["turn_code"].split("|"))
    told = department.Cohandle(departments=others, days=2, text=tale.row["turn"])
    yield tale.scene(tale.part_of(Promise.FINISH, 0.35), (told, tale.lead(Role.CLERK)))
    first = tale.case.waiting_parts[0]
    helper = tale.by(Role.CLERK, first.department)
    sign = department.ReportPart(part=first.id, step=PartStep.SIGN)
    text = tale.row["turn_more"]
    report = department.ReportPart(part=first.id, step=PartStep.REPORT, text=text)
    yield tale.scene(tale.part_of(Promise.FINISH, 0.45), (sign, helper), (report, helper))


def suspended(tale: Tale) -> Iterator[Scene]:
    yield from processing(tale)
    resume_on = (tale.now + timedelta(days=9)).date()
    ask = department.Suspend(
        reason_code=Pause[tale.row["turn_code"]],
        reason=tale.row["turn"],
        resume_on=resume_on,
        evidence="证明材料已归入单位卷宗",
    )
    yield tale.scene(tale.part_of(Promise.FINISH, 0.3), (ask, tale.lead(Role.CLERK)))
    yield from _granted(tale)


def extended(tale: Tale) -> Iterator[Scene]:
    yield from processing(tale)
    longer = tale.rules.terms.extension(tale.case.type.value, tale.case.urgency.value)
    ask = department.Extend(
        days=longer.span.n if longer else 1,
        reason=tale.row["turn"],
        legal_basis=tale.row["basis"],
        citizen_informed=True,
    )
    yield tale.scene(tale.part_of(Promise.REPLY, 0.5), (ask, tale.lead(Role.CLERK)))
    yield from _granted(tale)


def _granted(tale: Tale) -> Iterator[Scene]:
    request = next(one for one in tale.case.requests if one.state == "asked")
    reason = tale.row["turn_more"]
    told = centre.Grant(request=request.id, verdict=Granted.GRANTED, reason=reason)
    at = request.asked_at + timedelta(hours=2)
    yield tale.scene(at, (told, tale.by(Role.DIRECTOR)))


def terminated(tale: Tale) -> Iterator[Scene]:
    yield from processing(tale)
    if tale.row["turn_code"] == "withdraw":
        gone = citizen.Withdraw(reason=tale.row["turn"])
        yield tale.by_citizen(tale.part_of(Promise.REPLY, 0.4), gone)
        return
    ask = department.Terminate(reason=tale.row["turn"], document=tale.row["basis"])
    yield tale.scene(tale.part_of(Promise.REPLY, 0.4), (ask, tale.lead(Role.CLERK)))
    yield from _granted(tale)
