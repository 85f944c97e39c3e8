"""The words of what an entry of the timeline keeps: how staff read each key of its `after`.

A key that is a field of the entry's own act needs none here: the act names it, and its type names
what it says. Here stand the keys that an act's effect adds, and those that are not told at all.
"""

from collections.abc import Mapping

# How a value is read: by its field's type, or one of these.
WORDED: Mapping[str, tuple[str, str, str]] = {
    "channel": ("来源渠道", "channel", "channel"),
    "from_parent": ("随主单", "as its parent", "plain"),
    "parent": ("并入", "merged into", "plain"),
    "kind": ("申请事项", "request", "action"),
    "grantor": ("审批人", "decided by", "grantor"),
    "order": ("督办单", "order", "order"),
    "frozen": ("取代的督办单", "order it takes the place of", "order"),
    "orders_withdrawn": ("随之撤销的督办单", "orders withdrawn with it", "order"),
    "requests_withdrawn": ("未审批的申请随之撤回", "withdrawn with it, undecided", "request"),
    "resumed_at": ("恢复计时", "the clock runs from", "moment"),
    "by_itself": ("到期自动恢复", "by itself, on the day planned", "plain"),
    "withdrawn": ("撤回后线索继续核查", "followed up without the citizen", "plain"),
    "assigned": ("加派单位", "unit assigned", "unit"),
    "co_departments": ("协办单位", "co-handlers", "unit"),
    "late": ("逾期说明", "why late", "plain"),
    "appeal": ("申诉", "appeal", "appeal"),
    "ruling": ("裁定", "ruling", "ruling"),
    "urges": ("累计催办次数", "urged so far", "plain"),
    "batched": ("24小时内合并提醒", "told together within 24 hours", "plain"),
    "promise": ("事由", "about", "promise"),
    "calendar": ("所用日历", "calendar", "plain"),
    "terms": ("所用时限方案", "terms", "plain"),
    "moved": ("期限变化", "deadlines moved", "moved"),
    "endorsed": ("单位领导签发", "endorsed by the unit's head", "plain"),
}

# What changed of the case itself, told from where to where.
STANDING: Mapping[str, tuple[str, str, str]] = {
    "state": ("状态", "state", "state"),
    "department": ("主办", "lead", "unit"),
    "type": ("类型", "type", "type"),
    "urgency": ("紧急程度", "urgency", "urgency"),
    "topic": ("事项", "topic", "topic"),
    "district": ("区县", "district", "plain"),
    "party": ("诉求主体", "whose matter", "party"),
    "language": ("语言或方言", "language or dialect", "tongue"),
    "due_at": ("答复期限", "promised by", "moment"),
    "round": ("办理轮次", "round", "plain"),
}

# Kept, and not told on a page; why.
UNTOLD: Mapping[str, str] = {
    "level": "stands in the act's own name, as a light or a level",
    "rung": "the same",
    "unit": "stands beside the act's name",
    "request": "a running number; the request's kind is told",
    "reply": "told field by field",
    "internal_account": "the entry's own text",
    "rung_at": "how the ladder counted",
    "overtaken": "how the ladder counted",
    "skipped": "how the ladder counted",
    "succession": "the entry's text says what was changed",
    "from": "told with what it became, or in the entry's text",
    "to": "in the entry's text",
    "title": "the new case's own, to which the number leads",
    "hints": "shown with the reply",
    "at": "the entry's own moment",
    "approved": "an entry of its own says so",
    "approved_at": "an entry of its own says so",
}

# Of one act only: its `kind` names the light or the order, which the act's name says already.
UNTOLD_OF: Mapping[str, frozenset[str]] = {
    "remind": frozenset({"kind", "part"}),
    "supervise": frozenset({"kind"}),
}

# Said of a unit by its citizen in confidence: the unit itself is not told who said so.
CONFIDED = frozenset({"pressed"})

PROMISES: Mapping[str, tuple[str, str]] = {
    "dispatch": ("派单", "dispatch"),
    "sign": ("签收", "sign"),
    "contact": ("首次联系", "contact"),
    "finish": ("单位办结", "finish"),
    "reply": ("答复诉求人", "reply"),
    "feedback": ("首次反馈", "feedback"),
    "on_site": ("到场", "on site"),
    "follow_up": ("回访", "follow-up"),
    "ruling": ("退单裁定", "ruling"),
    "order": ("督办回复", "order"),
}
PART = ("协办、加派回告", "part")
