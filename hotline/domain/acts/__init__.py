"""What each action must be told: one frozen dataclass an action, read by forms, API and law alike.

The annotation of a field carries its names and its bound (`Ask`), so that the page that asks,
the API document and the validation are all made from this one place.
"""

from hotline.domain.acts import centre, citizen, department
from hotline.domain.acts.asking import Act
from hotline.domain.state import Action

ACTS: dict[Action, type[Act]] = {
    Action.SUPPLEMENT: citizen.Supplement,
    Action.ANSWER: centre.Answer,
    Action.DECLINE: centre.Decline,
    Action.REFER: centre.Refer,
    Action.ASK: centre.AskMore,
    Action.ACCEPT: centre.Accept,
    Action.TRANSFER: centre.Transfer,
    Action.RECALL: centre.Recall,
    Action.ASSIGN: department.Assign,
    Action.SIGN: department.Sign,
    Action.REASSIGN: department.Reassign,
    Action.SEND_BACK: department.SendBack,
    Action.RULE: centre.Rule,
    Action.CONTACT: department.Contact,
    Action.NOTE: department.Note,
    Action.COHANDLE: department.Cohandle,
    Action.REPORT_PART: department.ReportPart,
    Action.SUSPEND: department.Suspend,
    Action.RESUME: department.Resume,
    Action.EXTEND: department.Extend,
    Action.EXCLUDE: department.Exclude,
    Action.GRANT: centre.Grant,
    Action.ENDORSE: department.Endorse,
    Action.REPLY: department.Reply,
    Action.APPROVE: centre.Approve,
    Action.REVISE: centre.Revise,
    Action.FOLLOW_UP: centre.FollowUp,
    Action.REWORK: centre.Rework,
    Action.URGE: citizen.Urge,
    Action.SUPERVISE: centre.Supervise,
    Action.ANSWER_ORDER: department.AnswerOrder,
    Action.JUDGE_ORDER: centre.JudgeOrder,
    Action.APPEAL_ORDER: department.AppealOrder,
    Action.JUDGE_APPEAL: centre.JudgeAppeal,
    Action.EXPOSE: centre.Expose,
    Action.MERGE: centre.Merge,
    Action.UNMERGE: centre.Unmerge,
    Action.SPLIT: centre.Split,
    Action.WITHDRAW: citizen.Withdraw,
    Action.TERMINATE: department.Terminate,
    Action.RATE: citizen.Rate,
    Action.CLOSE: centre.Close,
    Action.REOPEN: citizen.Reopen,
    Action.ARCHIVE: centre.Archive,
    Action.CORRECT: centre.Correct,
}
ACTION_OF: dict[type[Act], Action] = {facts: action for action, facts in ACTS.items()}
