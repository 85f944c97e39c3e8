"""The fixed sentences of a citizen's timeline in English; the record keeps the Chinese.

What people wrote (an answer, a note, a question) is shown as it was written: a translation would put
words into somebody's mouth.
"""

import re
from collections.abc import Mapping

FIXED: Mapping[str, str] = {
    "您的诉求已登记。": "Your complaint was received.",
    "您补充了信息。": "You added something.",
    "您的诉求已立案。": "Your complaint was accepted.",
    "您反映的问题已与同一事项合并办理，结果会一并答复您。": (
        "Your complaint is handled together with others of the same matter; you will be told the result."
    ),
    "您的诉求改为单独办理。": "Your complaint is handled on its own again.",
    "您的诉求按事项拆分办理。": "Your complaint was split, one case for each matter.",
    "承办单位已签收，正在办理。": "The department has signed for it and is working on it.",
    "承办单位已与您联系。": "The department has been in touch with you.",
    "承办单位已到现场。": "The department has been on site.",
    "补充期限已到，按现有信息继续办理，您仍可随时补充。": (
        "The time for adding is over: it goes on with what is known, and you can still add to it."
    ),
    "您的诉求恢复办理。": "Work on your complaint goes on.",
    "承办单位已提交答复，正在审核。": "The department has answered; the answer is being reviewed.",
    "您的诉求已办结。": "Your complaint was closed.",
    "您的诉求退回承办单位重新办理。": "Your complaint went back to the department to be done again.",
    "经核查，您的诉求退回承办单位重新办理。": (
        "After a check, your complaint went back to the department to be done again."
    ),
    "您的诉求重新办理，将另派承办单位。": (
        "Work on your complaint begins again, with another department."
    ),
    "经核查，您的诉求重新办理，将另派承办单位。": (
        "After a check, work on your complaint begins again, with another department."
    ),
    "您已评价。": "You rated it.",
    "您已撤回举报；线索仍将依法核查。": "You withdrew your report; what it told is still looked into.",
    "您已撤诉。": "You withdrew it.",
    "您就已归档事项再次来诉，已另行登记。": (
        "You came back about an archived matter; a new case was made of it."
    ),
    "您补充新事实后，诉求重新办理。": "With your new facts, work on it begins again.",
    "您已催办，我们已提醒承办单位。": "You urged; we reminded the department.",
    "您的催办已记录，24小时内合并提醒。": (
        "Your urging was recorded; the department is reminded once in 24 hours."
    ),
    "按现行办理时限规定，这件诉求不再设答复期限。": (
        "Under the rules now in force this complaint has no promised date any more."
    ),
}

DAY = r"(\d+)年(\d+)月(\d+)日(\d\d:\d\d)前"
PATTERNS: tuple[tuple[str, str], ...] = (
    (r"已转(.+)办理。", "Passed to {}."),
    (r"已转至(.+)。", "Passed on to {}."),
    (r"经会商，由(.+)办理。", "After consultation, {} handles it."),
    (r"因机构调整，您的诉求由(.+)继续办理，期限不变。", "{} goes on with it; your date stands."),
    (
        r"经批准中止计时，最迟(.+)恢复。",
        "The clock was stopped with consent, until {} at the latest.",
    ),
    (
        f"经批准延长办理期限，新的答复期限为{DAY}。",
        "With consent the time was extended: you are promised an answer by {}-{:0>2}-{:0>2} {}.",
    ),
    (
        f"按现行办理时限规定重新计算，答复期限为{DAY}。",
        "Counted anew under the rules now in force: you are promised an answer by {}-{:0>2}-{:0>2} {}.",
    ),
    (
        f"按新公布的放假安排重新计算，答复期限为{DAY}。",
        "Counted anew with the new holidays: you are promised an answer by {}-{:0>2}-{:0>2} {}.",
    ),
    (r"请您补充：(.+)", "Please add: {}"),
    (r"答复：(.+)", "Answer: {}"),
    (r"经批准终止办理：(.+)", "Ended with consent: {}"),
)
KNOWN = tuple((re.compile(pattern, re.S), english) for pattern, english in PATTERNS)


def english(told: str) -> str:
    """The sentence in English where it is one of ours, else as it was written."""
    if told in FIXED:
        return FIXED[told]
    for pattern, sentence in KNOWN:
        found = pattern.fullmatch(told)
        if found is not None:
            return sentence.format(*found.groups())
    return told
