"""Where a case lies, told to its citizen in a sentence: who has it now, and what comes next."""

from hotline.domain.state import State

HERE: dict[State, tuple[str, str]] = {
    State.REGISTERED: (
        "在热线中心登记，派单员正在核对是什么事、归谁办。",
        "At the hotline centre: a dispatcher is checking what it is about and whose duty it is.",
    ),
    State.NEED_INFO: (
        "在等您补充：请看下面“经过”里的问题，点“补充信息”回答。",
        "Waiting for you: see what was asked below, and answer under “Add to it”.",
    ),
    State.PENDING_DISPATCH: (
        "在热线中心，即将转给责任单位。",
        "At the hotline centre, about to be passed to the department in charge.",
    ),
    State.DISPATCHED: (
        "已转给承办单位，等它签收；签收后会与您联系。",
        "With the department, which has yet to sign for it; then it contacts you.",
    ),
    State.RETURN_REVIEW: (
        "承办单位认为不归它办，热线中心正在核定，期限照样计算。",
        "The department says it is not its duty; the centre decides, and your date stands.",
    ),
    State.ADJUDICATING: (
        "几家单位对归谁办有不同意见，热线中心正在会商。",
        "Departments disagree about whose duty it is; the centre is settling that.",
    ),
    State.PROCESSING: ("承办单位正在办理。", "The department is working on it."),
    State.SUSPENDED: (
        "经热线中心批准暂停计时，原因消除后继续。",
        "The clock was stopped with the centre's consent, and goes on when the reason is over.",
    ),
    State.REPLY_REVIEW: (
        "承办单位已作答复，热线中心正在审核。",
        "The department has answered; the centre is reviewing the answer.",
    ),
    State.FOLLOW_UP: (
        "已有答复。我们会回访您；您也可以在这里评价。",
        "It was answered. We will call you back, and you can rate it here.",
    ),
    State.CLOSED: (
        "已办结。不满意可以评价；有新情况可以再次反映。",
        "Closed. You can rate it, or come back with new facts.",
    ),
    State.ARCHIVED: (
        "已归档。有新情况可以再次反映。",
        "Archived. With new facts you can come back.",
    ),
    State.ANSWERED: (
        "热线中心已直接答复您。",
        "The hotline centre answered you at once.",
    ),
    State.NOT_ACCEPTED: (
        "热线不能办理这件事，去哪里办见“经过”。",
        "The hotline cannot handle it; where to turn is told below.",
    ),
    State.TRANSFERRED: (
        "已转给别的服务部门，由它答复您。",
        "Passed to another service, which answers you.",
    ),
    State.MERGED: (
        "与别人反映的同一件事合在一起办，答复和期限都会告诉您。",
        "Handled together with the same matter of others; you get the answer and its date.",
    ),
    State.TERMINATED: (
        "已终止办理，原因见“经过”。",
        "Ended; the reason is told below.",
    ),
}


# Once it was rated, or cannot be any more.
RATED: dict[State, tuple[str, str]] = {
    State.FOLLOW_UP: ("已有答复。我们会回访您。", "It was answered. We will call you back."),
    State.CLOSED: (
        "已办结。有新情况可以再次反映。",
        "Closed. With new facts you can come back.",
    ),
}


def here(state: str, language: str, *, rateable: bool = True) -> str:
    """Of a state by its code; every state there is has its sentence (a test holds it to that)."""
    zh, en = HERE[State(state)] if rateable else RATED.get(State(state), HERE[State(state)])
    return en if language == "en" else zh
