"""States of a case and the actions that move it, under the field's own words."""

from hotline.domain.words import Named


class State(Named):
    """Where a case stands (办理状态)."""

    REGISTERED = "registered", "已登记待预审", "registered"
    NEED_INFO = "need_info", "待补充", "more information needed"
    PENDING_DISPATCH = "pending_dispatch", "待派单", "to be dispatched"
    DISPATCHED = "dispatched", "待签收", "to be signed for"
    RETURN_REVIEW = "return_review", "退单审核", "return under review"
    ADJUDICATING = "adjudicating", "会商裁定", "under adjudication"
    PROCESSING = "processing", "办理中", "being handled"
    SUSPENDED = "suspended", "中止计时", "suspended"
    REPLY_REVIEW = "reply_review", "办结审核", "reply under review"
    FOLLOW_UP = "follow_up", "待回访", "to be followed up"
    CLOSED = "closed", "已办结", "closed"
    ARCHIVED = "archived", "已归档", "archived"
    ANSWERED = "answered", "直接答复", "answered at once"
    NOT_ACCEPTED = "not_accepted", "不予受理（已告知）", "told elsewhere"
    TRANSFERRED = "transferred", "已转外部", "passed to another service"
    MERGED = "merged", "已并单", "merged"
    TERMINATED = "terminated", "终止办理", "terminated"


OPEN = frozenset(
    {
        State.REGISTERED,
        State.NEED_INFO,
        State.PENDING_DISPATCH,
        State.DISPATCHED,
        State.RETURN_REVIEW,
        State.ADJUDICATING,
        State.PROCESSING,
        State.SUSPENDED,
        State.REPLY_REVIEW,
        State.FOLLOW_UP,
    }
)
ENDED = frozenset(State) - OPEN
# Until its reply is approved a case can be overdue; a call-back still to come is not a reply owed.
OWED = OPEN - {State.FOLLOW_UP}
# Whose duty it is has to be decided: what waits for the dispatcher (待派单员处理).
TO_ROUTE = frozenset(
    {State.REGISTERED, State.PENDING_DISPATCH, State.RETURN_REVIEW, State.ADJUDICATING}
)
# With the department: the states in which the lead department owes work.
IN_HAND = frozenset({State.DISPATCHED, State.PROCESSING, State.SUSPENDED})


class Action(Named):
    """What is done to a case (办理动作); one word each, as the contract names them."""

    RECEIVE = "receive", "登记", "received"
    SUPPLEMENT = "supplement", "补充", "supplemented"
    ANSWER = "answer", "直接答复", "answered at once"
    DECLINE = "decline", "不予受理", "told elsewhere"
    REFER = "refer", "转外部", "passed on"
    ASK = "ask", "要求补充", "asked for more"
    ACCEPT = "accept", "立案", "accepted"
    TRANSFER = "transfer", "转办", "transferred"
    RECALL = "recall", "撤回派单", "recalled"
    ASSIGN = "assign", "加派", "assigned below"
    SIGN = "sign", "签收", "signed for"
    REASSIGN = "reassign", "改派经办人", "handler changed"
    SEND_BACK = "send_back", "退单", "sent back"
    RULE = "rule", "裁定", "ruled"
    CONTACT = "contact", "联系", "citizen contacted"
    NOTE = "note", "进展", "progress noted"
    COHANDLE = "cohandle", "协办", "co-handling asked"
    REPORT_PART = "report_part", "协办回告", "part reported"
    SUSPEND = "suspend", "中止", "suspension asked"
    RESUME = "resume", "恢复", "resumed"
    EXTEND = "extend", "延期", "extension asked"
    EXCLUDE = "exclude", "申请评价除外", "exclusion asked"
    GRANT = "grant", "准/驳", "request decided"
    ENDORSE = "endorse", "单位领导签发", "endorsed"
    REPLY = "reply", "答复", "reply submitted"
    APPROVE = "approve", "审核通过", "reply approved"
    REVISE = "revise", "退回重写", "reply sent back"
    FOLLOW_UP = "follow_up", "回访", "followed up"
    REWORK = "rework", "重办", "to be done again"
    URGE = "urge", "催办", "urged"
    REMIND = "remind", "提醒", "reminded"
    SUPERVISE = "supervise", "督办", "supervised"
    ANSWER_ORDER = "answer_order", "督办回复", "order answered"
    JUDGE_ORDER = "judge_order", "督办审定", "order judged"
    APPEAL_ORDER = "appeal_order", "督办申诉", "verdict appealed"
    JUDGE_APPEAL = "judge_appeal", "申诉裁定", "appeal ruled on"
    EXPOSE = "expose", "认定虚假办结", "found falsely closed"
    MERGE = "merge", "并单", "merged"
    UNMERGE = "unmerge", "拆并", "unmerged"
    SPLIT = "split", "拆单", "split"
    WITHDRAW = "withdraw", "撤诉", "withdrawn"
    TERMINATE = "terminate", "终止", "termination asked"
    RATE = "rate", "评价", "rated"
    CLOSE = "close", "办结", "closed"
    REOPEN = "reopen", "再次来诉", "reopened"
    ARCHIVE = "archive", "归档", "archived"
    CORRECT = "correct", "更正", "corrected"
    RECOUNT = "recount", "重算期限", "deadline counted anew"
