"""What the hotline centre does: accept, dispatch, rule, review, follow up, supervise, correct."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from hotline.domain.acts.asking import Act, Ask, Attachments, DepartmentCode, Reason, Topic
from hotline.domain.words import (
    Cause,
    Granted,
    Judgement,
    Kind,
    Party,
    Reached,
    Ruling,
    Satisfaction,
    Tongue,
    Urgency,
    Verdict,
)
from hotline.domain.words import Decline as DeclineCode

KindField = Annotated[Kind | None, Ask("诉求类型", "type")]
UrgencyField = Annotated[Urgency | None, Ask("紧急程度", "urgency")]

PartyField = Annotated[Party | None, Ask("诉求主体", "whose matter")]
TongueField = Annotated[Tongue | None, Ask("语言或方言", "language or dialect")]


@dataclass(frozen=True, kw_only=True)
class Answer(Act):
    """Row 2: answered at once, from the knowledge base or freely."""

    text: Annotated[str, Ask("答复内容", "answer", 5000, "text")]
    knowledge_id: Annotated[str | None, Ask("知识编号", "knowledge article", 64)] = None
    solved: Annotated[bool | None, Ask("是否解决", "solved?")] = None


@dataclass(frozen=True, kw_only=True)
class Refer(Act):
    """Row 3: to 110/119/120 at once (北京 art. 11), to the petition office, to another city."""

    target: Annotated[str, Ask("转往", "passed to", 100)]
    reason_code: Annotated[DeclineCode, Ask("类别", "ground")] = DeclineCode.EMERGENCY
    call_id: Annotated[str | None, Ask("通话编号", "call", 64)] = None
    text: Annotated[str | None, Ask("说明", "note", 2000, "text")] = None


@dataclass(frozen=True, kw_only=True)
class Decline(Act):
    """Row 4: the reason must be given (潍坊 art. 19), with the proper way."""

    reason_code: Annotated[DeclineCode, Ask("理由代码", "ground")]
    text: Annotated[str, Ask("告知内容", "what the citizen is told", 2000, "text")]
    told_by: Annotated[str, Ask("告知方式", "told by", 40)] = "网上告知"


@dataclass(frozen=True, kw_only=True)
class AskMore(Act):
    missing: Annotated[tuple[str, ...], Ask("需补充的信息", "what is missing", 200, "lines")]
    text: Annotated[str | None, Ask("说明", "note", 1000, "text")] = None


@dataclass(frozen=True, kw_only=True)
class Accept(Act):
    type: KindField = None
    topic: Topic = None
    urgency: UrgencyField = None
    party: PartyField = None
    language: TongueField = None


@dataclass(frozen=True, kw_only=True)
class Transfer(Act):
    """Row 7: exactly one lead 主办, any number of co-handlers 协办."""

    department: DepartmentCode
    co_departments: Annotated[
        tuple[str, ...], Ask("协办单位", "co-handlers", 40, "departments")
    ] = ()
    topic: Topic = None
    text: Annotated[str | None, Ask("派单说明", "note", 2000, "text")] = None
    reason: Annotated[str | None, Ask("派单依据", "why this department", 500)] = None


@dataclass(frozen=True, kw_only=True)
class Recall(Act):
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Rule(Act):
    """Rows 10 to 13: uphold, refuse, put to adjudication, designate."""

    verdict: Annotated[Verdict, Ask("裁定", "verdict")]
    reason: Reason
    department: Annotated[str | None, Ask("指定单位", "unit designated", 40, "department")] = None
    participants: Annotated[str | None, Ask("会商单位", "participants", 500)] = None


@dataclass(frozen=True, kw_only=True)
class Grant(Act):
    """Row 14b: one place for extension, suspension, termination and exclusion."""

    request: Annotated[int, Ask("申请", "request", widget="request")]
    verdict: Annotated[Granted, Ask("结果", "verdict")]
    reason: Reason
    document: Annotated[str | None, Ask("批准文号", "document of approval", 200)] = None


@dataclass(frozen=True, kw_only=True)
class Approve(Act):
    text: Annotated[str | None, Ask("审核意见", "reviewer's note", 2000, "text")] = None


@dataclass(frozen=True, kw_only=True)
class Revise(Act):
    defects: Annotated[tuple[str, ...], Ask("问题", "defects", 100, "lines")]
    text: Annotated[str | None, Ask("修改要求", "what to change", 2000, "text")] = None


@dataclass(frozen=True, kw_only=True)
class FollowUp(Act):
    """Row 20: one try; the citizen's answers only of who was reached."""

    outcome: Annotated[Reached, Ask("回访结果", "outcome")]
    solved: Annotated[bool | None, Ask("问题是否解决", "solved?")] = None
    unsolved_reason: Annotated[str | None, Ask("未解决原因", "why not solved", 500, "text")] = None
    satisfaction: Annotated[Satisfaction | None, Ask("满意度", "satisfaction")] = None
    discontent: Annotated[str | None, Ask("不满意原因", "why not satisfied", 500, "text")] = None
    contacted: Annotated[
        bool | None, Ask("承办单位是否联系过", "did the department get in touch?")
    ] = None
    pressed: Annotated[
        bool | None, Ask("是否有人要求好评或撤诉", "pressed to rate well or to withdraw?")
    ] = None
    again_at: Annotated[
        datetime | None, Ask("约定再呼时间", "to be called again at", widget="moment")
    ] = None
    should_do: Annotated[
        bool, Ask("不满意且应办未办（将督办）", "dissatisfied, and it should have been done")
    ] = False
    text: Annotated[str | None, Ask("回访记录", "note", 2000, "text")] = None


@dataclass(frozen=True, kw_only=True)
class Rework(Act):
    """Row 21: dissatisfied, and the caller-back judges that it should have been done."""

    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Close(Act):
    text: Annotated[str | None, Ask("办结说明", "note", 2000, "text")] = None


@dataclass(frozen=True, kw_only=True)
class Supervise(Act):
    """Row 21b: a supervision order (督办单) by hand or by the ladder."""

    level: Annotated[int, Ask("督办级别（2—6）", "level, 2 to 6", widget="number")]
    cause: Annotated[Cause, Ask("督办事由", "cause")]
    text: Annotated[str, Ask("督办要求", "what is demanded", 2000, "text")]
    # Of an instruction from above who gave it and where it stands, of a report in media its source.
    given_by: Annotated[str | None, Ask("批示领导", "instruction given by", 80)] = None
    document: Annotated[
        str | None, Ask("批示文号或媒体报道标题", "instruction's number or report's title", 200)
    ] = None
    outlet: Annotated[str | None, Ask("媒体名称", "outlet", 80)] = None
    dated: Annotated[date | None, Ask("批示或报道日期", "dated")] = None


@dataclass(frozen=True, kw_only=True)
class JudgeOrder(Act):
    order: Annotated[int, Ask("督办单", "order", widget="order")]
    verdict: Annotated[Judgement, Ask("审定", "verdict")]
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class JudgeAppeal(Act):
    """The director's ruling on a unit's appeal (政府督查条例 art. 17)."""

    order: Annotated[int, Ask("督办单", "order", widget="order")]
    verdict: Annotated[Ruling, Ask("裁定", "ruling")]
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Expose(Act):
    """Row 21c: a closure proven false; the matter is taken up again under the highest order."""

    reason: Annotated[str, Ask("虚假办结的事实", "what was false", 2000, "text")]
    evidence: Annotated[str, Ask("核查方式和证据", "how it was proven", 2000, "text")]
    attachments: Attachments = ()


@dataclass(frozen=True, kw_only=True)
class Merge(Act):
    parent: Annotated[str, Ask("主单编号", "parent's number", 20)]
    similarity: Annotated[float | None, Ask("相似度", "similarity", widget="number")] = None
    reason: Annotated[str | None, Ask("并单依据", "why the same", 1000, "text")] = None


@dataclass(frozen=True, kw_only=True)
class Unmerge(Act):
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Split(Act):
    """Row 7d: one part of several; what is split off becomes a linked case of its own."""

    title: Annotated[str, Ask("拆出诉求标题", "title of the new case", 200)]
    content: Annotated[str, Ask("拆出诉求内容", "content of the new case", 20000, "text")]
    type: KindField = None
    topic: Topic = None
    reason: Annotated[str | None, Ask("拆单理由", "why split", 1000, "text")] = None


@dataclass(frozen=True, kw_only=True)
class Archive(Act):
    pass


@dataclass(frozen=True, kw_only=True)
class Correct(Act):
    """Row 25: what was recorded wrongly is put right, with before and after."""

    reason: Reason
    type: KindField = None
    urgency: UrgencyField = None
    topic: Topic = None
    district: Annotated[str | None, Ask("区县", "district", 40)] = None
    party: PartyField = None
    language: TongueField = None
