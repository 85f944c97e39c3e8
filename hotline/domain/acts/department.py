"""What the department in charge does: sign, contact, handle, ask for time, reply."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from hotline.domain.acts.asking import Act, Ask, Attachments, DepartmentCode, Reason, Text
from hotline.domain.words import PartStep, Pause, Truth


@dataclass(frozen=True, kw_only=True)
class Sign(Act):
    handler: Annotated[str, Ask("经办人", "handler", 40)]
    phone: Annotated[str, Ask("经办人电话", "handler's telephone", 30)]


@dataclass(frozen=True, kw_only=True)
class Reassign(Act):
    """Row 8b: inside the unit, from one handler to another; no clock starts anew."""

    handler: Annotated[str, Ask("新经办人", "new handler", 40)]
    phone: Annotated[str | None, Ask("经办人电话", "handler's telephone", 30)] = None
    text: Annotated[str | None, Ask("改派说明", "note", 1000, "text")] = None


@dataclass(frozen=True, kw_only=True)
class SendBack(Act):
    """Row 9: not my duty; inside the return window, with the law and a better address."""

    reason: Reason
    legal_basis: Annotated[str, Ask("法律依据或职责依据", "legal basis", 1000, "text")]
    suggested_department: Annotated[
        str | None, Ask("建议承办单位", "suggested department", 40, "department")
    ] = None
    attachments: Attachments = ()


@dataclass(frozen=True, kw_only=True)
class Contact(Act):
    text: Annotated[str, Ask("联系情况", "what was said", 2000, "text")]
    reached: Annotated[bool, Ask("是否联系上", "reached?")] = True


@dataclass(frozen=True, kw_only=True)
class Note(Act):
    text: Text
    visible: Annotated[bool, Ask("诉求人可见", "the citizen may see it")] = False
    arrived: Annotated[bool, Ask("已到现场", "arrived on site")] = False
    attachments: Attachments = ()


@dataclass(frozen=True, kw_only=True)
class Assign(Act):
    """Row 7c 加派: part of the work to a unit below, inside one's own limit."""

    department: DepartmentCode
    days: Annotated[int, Ask("办理时限（工作日）", "limit in working days", widget="number")]
    text: Text


@dataclass(frozen=True, kw_only=True)
class Cohandle(Act):
    """Row 16b: co-handlers return their part to the lead in a set time (北京 art. 14)."""

    departments: Annotated[tuple[str, ...], Ask("协办单位", "co-handlers", 40, "departments")]
    days: Annotated[int, Ask("回告时限（工作日）", "limit in working days", widget="number")]
    text: Text


@dataclass(frozen=True, kw_only=True)
class ReportPart(Act):
    part: Annotated[int, Ask("协办事项", "part", widget="part")]
    step: Annotated[PartStep, Ask("环节", "step")]
    text: Annotated[str | None, Ask("回告内容", "text", 5000, "text")] = None
    late_reason: Annotated[str | None, Ask("逾期说明", "why late", 1000, "text")] = None


@dataclass(frozen=True, kw_only=True)
class Suspend(Act):
    """Row 14: asked for; the centre grants it. Evidence and a planned day of resuming."""

    reason_code: Annotated[Pause, Ask("中止理由", "ground")]
    reason: Reason
    resume_on: Annotated[date, Ask("预计恢复日期", "planned resume date", widget="date")]
    evidence: Annotated[str | None, Ask("证明材料名称或文号", "evidence", 200)] = None
    attachments: Attachments = ()


@dataclass(frozen=True, kw_only=True)
class Resume(Act):
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Extend(Act):
    """Row 15: before expiry, with its ground, and the citizen told (北京 art. 15)."""

    days: Annotated[
        int, Ask("申请延长（按时限单位）", "how many units of the limit", widget="number")
    ]
    reason: Reason
    legal_basis: Annotated[str, Ask("依据", "legal basis", 1000, "text")]
    citizen_informed: Annotated[bool, Ask("已向诉求人说明", "the citizen has been told")]


@dataclass(frozen=True, kw_only=True)
class Exclude(Act):
    """评价除外: a request that a case be left out of the adjusted score; raw rates keep it."""

    reason_code: Annotated[str, Ask("除外类别", "ground", 40)]
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Terminate(Act):
    """Row 22 (潍坊 art. 21): written application, reviewed by the centre, told to the citizen."""

    reason: Reason
    document: Annotated[str, Ask("书面材料名称或文号", "document", 200)]
    attachments: Attachments = ()


@dataclass(frozen=True, kw_only=True)
class Endorse(Act):
    public_reply: Annotated[str, Ask("签发的公开答复", "public reply endorsed", 5000, "text")]


@dataclass(frozen=True, kw_only=True)
class Reply(Act):
    """Row 17 with the fields of a production form: internal account and public answer apart."""

    found_true: Annotated[Truth, Ask("诉求是否属实", "does it stand as told?")]
    solved: Annotated[bool, Ask("是否解决", "solved?")]
    unsolved_reason: Annotated[str | None, Ask("未解决原因", "why not solved", 1000, "text")] = None
    beyond_duty: Annotated[bool, Ask("是否超出职责", "beyond the unit's duty?")] = False
    beyond_kind: Annotated[str | None, Ask("超职责类别", "in what way beyond", 200)] = None
    contacted: Annotated[bool, Ask("是否已联系群众", "citizen contacted?")] = True
    contact_phone: Annotated[str | None, Ask("联系号码", "number called from", 30)] = None
    contact_at: Annotated[datetime | None, Ask("联系时间", "when", widget="moment")] = None
    internal_account: Annotated[str, Ask("办理情况（内部）", "account, internal", 10000, "text")]
    public_reply: Annotated[str, Ask("公开答复内容", "public reply", 5000, "text")]
    legal_basis: Annotated[str | None, Ask("法律依据", "legal basis", 1000, "text")] = None
    without_parts: Annotated[
        str | None, Ask("协办未回告的说明", "why without the open parts", 1000, "text")
    ] = None
    attachments: Attachments = ()


@dataclass(frozen=True, kw_only=True)
class AnswerOrder(Act):
    order: Annotated[int, Ask("督办单", "order", widget="order")]
    text: Text
    plan: Annotated[
        str | None, Ask("整改计划（4级及以上必填）", "plan, from level 4 on", 5000, "text")
    ] = None
    plan_on: Annotated[date | None, Ask("计划完成日期", "to be done by")] = None


@dataclass(frozen=True, kw_only=True)
class AppealOrder(Act):
    """A unit asks for the verdict on its answer to be reviewed (政府督查条例 art. 17)."""

    order: Annotated[int, Ask("督办单", "order", widget="order")]
    text: Annotated[str, Ask("申诉理由", "grounds of the appeal", 5000, "text")]
