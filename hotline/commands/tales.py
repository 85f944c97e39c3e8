"""The stories of the demo city: each a generator of scenes, one after the other.

A scene's moment follows from the promises that the case then has, so deadlines, rungs and orders
arise as they would. What cannot have happened yet happens now.
"""

from collections.abc import Iterator
from datetime import timedelta

from escalation.promise import Promise
from hotline import seed
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
    ask = centre.AskMore(missing=("具体地址或楼栋号", "发生的时间"), text="请补充后再转办。")
    yield tale.scene(tale.part_of(Promise.DISPATCH, 0.5), (ask, tale.by(Role.DISPATCHER)))


def answered(tale: Tale) -> Iterator[Scene]:
    told = centre.Answer(text=tale.row["public_reply"], solved=True)
    yield tale.scene(tale.case.received_at + timedelta(minutes=6), (told, tale.by(Role.AGENT)))


DECLINED = {
    Kind.CONSULT: Decline.OGI,
    Kind.HELP: Decline.OUT_OF_DUTY,
    Kind.REPORT: Decline.XINFANG,
    Kind.COMPLAINT: Decline.LITIGATION,
}


def not_accepted(tale: Tale) -> Iterator[Scene]:
    code = DECLINED.get(tale.case.type, Decline.DONE)
    told = centre.Decline(reason_code=code, text=seed.told_elsewhere()[code.value]["told_zh"])
    at = tale.part_of(Promise.DISPATCH, tale.share(0.1, 0.6))
    yield tale.scene(at, (told, tale.by(Role.DISPATCHER)))


def transferred(tale: Tale) -> Iterator[Scene]:
    urgent = "公用事业" in tale.row["topic"]
    told = (
        centre.Refer(target="市公用事业抢修专线", text="已三方通话转接。")
        if urgent
        else centre.Refer(target="省信访网上投诉平台", reason_code=Decline.XINFANG)
    )
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
    told = centre.Merge(parent=tale.parent, similarity=0.87, reason="同一区域同类事项，一并办理。")
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
        reason="该事项的管理权限不在我单位，现场为另一单位管养路段。",
        legal_basis="本单位职责规定第三条；职责清单备注",
        suggested_department="cgj" if tale.case.lead != "cgj" else "zjj",
    )
    at = tale.part_of(Promise.SIGN, tale.share(0.2, 0.5))
    yield tale.scene(at, (told, tale.lead(Role.CLERK)))


def adjudicating(tale: Tale) -> Iterator[Scene]:
    yield from return_review(tale)
    told = centre.Rule(
        verdict=Verdict.ADJUDICATE,
        reason="两个单位均认为不属本单位职责，提交会商。",
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
        told = department.Contact(text="已电话联系诉求人，了解详细情况，约定现场查看。")
        at = tale.part_of(Promise.CONTACT, tale.share(0.4, 0.9))
        yield tale.scene(at, (told, who))
    if tale.seed % 3 == 0:
        note = department.Note(text="工作人员已到现场查看，正在制定处理方案。", visible=True)
        at = tale.part_of(Promise.FINISH, 0.3)
        yield tale.scene(at, (note, tale.lead(Role.CLERK)))


def cohandled(tale: Tale) -> Iterator[Scene]:
    yield from processing(tale)
    others = [code for code in ("cgj", "zjj", "gaj") if code != tale.case.lead][:2]
    told = department.Cohandle(departments=tuple(others), days=2, text="请协助核实并回告处理意见。")
    yield tale.scene(tale.part_of(Promise.FINISH, 0.35), (told, tale.lead(Role.CLERK)))
    first = tale.case.waiting_parts[0]
    helper = tale.by(Role.CLERK, first.department)
    sign = department.ReportPart(part=first.id, step=PartStep.SIGN)
    report = department.ReportPart(
        part=first.id, step=PartStep.REPORT, text="已到现场核实，意见附后。"
    )
    yield tale.scene(tale.part_of(Promise.FINISH, 0.45), (sign, helper), (report, helper))


def suspended(tale: Tale) -> Iterator[Scene]:
    yield from processing(tale)
    resume_on = (tale.now + timedelta(days=9)).date()
    ask = department.Suspend(
        reason_code=Pause.AWAIT_TEST,
        reason="已委托检测，报告约需十天。",
        resume_on=resume_on,
        evidence="检测委托书",
    )
    yield tale.scene(tale.part_of(Promise.FINISH, 0.3), (ask, tale.lead(Role.CLERK)))
    yield from _granted(tale, "委托检测属实，同意中止计时。")


def extended(tale: Tale) -> Iterator[Scene]:
    yield from processing(tale)
    longer = tale.rules.terms.extension(tale.case.type.value, tale.case.urgency.value)
    ask = department.Extend(
        days=longer.span.n if longer else 1,
        reason="涉及多个单位，需现场协调。",
        legal_basis="本市热线工作办法关于延期的规定",
        citizen_informed=True,
    )
    yield tale.scene(tale.part_of(Promise.REPLY, 0.5), (ask, tale.lead(Role.CLERK)))
    yield from _granted(tale, "情况属实，同意延期一次。")


def _granted(tale: Tale, reason: str) -> Iterator[Scene]:
    request = next(one for one in tale.case.requests if one.state == "asked")
    told = centre.Grant(request=request.id, verdict=Granted.GRANTED, reason=reason)
    at = request.asked_at + timedelta(hours=2)
    yield tale.scene(at, (told, tale.by(Role.DIRECTOR)))


def terminated(tale: Tale) -> Iterator[Scene]:
    yield from processing(tale)
    if tale.seed % 2:
        gone = citizen.Withdraw(reason="问题已经自行解决，不用处理了。")
        yield tale.by_citizen(tale.part_of(Promise.REPLY, 0.4), gone)
        return
    ask = department.Terminate(
        reason="诉求人多次拒绝提供必要材料。", document="终止办理说明第 12 号"
    )
    yield tale.scene(tale.part_of(Promise.REPLY, 0.4), (ask, tale.lead(Role.CLERK)))
    yield from _granted(tale, "材料齐全，同意终止办理。")
