"""People's rights over what is kept of them (个人信息保护法 arts. 44 to 50), and their limits in law."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.domain.case import Case
from hotline.domain.errors import NotPossible
from hotline.domain.words import Named, Role

GONE = "［个人信息已删除］"  # stands where words were
LADDER = (2 / 3, 1.0)  # shares of the time at which somebody is told, and then three days after
LATE = timedelta(days=3)
TOLD: tuple[tuple[Role, ...], ...] = (
    (Role.SHIFT_LEAD,),
    (Role.SHIFT_LEAD, Role.DIRECTOR),
    (Role.DIRECTOR, Role.AUDITOR),
)
HEADLINES = ("个人信息申请待答复", "个人信息申请已到期", "个人信息申请严重超期")
DESK = frozenset({Role.SHIFT_LEAD, Role.DIRECTOR})
ERASERS = frozenset({Role.DIRECTOR})  # what cannot be undone is the director's
FIELDS = ("name", "phone", "email", "address")


class Wish(Named):
    """What is asked for (申请事项)."""

    ACCESS = "access", "查阅", "see what is kept"
    COPY = "copy", "复制", "have a copy"
    CORRECT = "correct", "更正", "correct it"
    ERASE = "erase", "删除", "erase it"


class Outcome(Named):
    """What became of it (办理结果)."""

    WAITING = "waiting", "办理中", "waiting"
    GRANTED = "granted", "已同意", "granted"
    REFUSED = "refused", "未同意", "refused"


@dataclass(frozen=True)
class Limit:
    """Why the law keeps something, in words for the citizen."""

    code: str
    zh: str
    en: str


OPEN = Limit(
    "open",
    "诉求还在办理，办理和答复需要这些信息（个人信息保护法第十三条第三项）；办结后可再次申请。",
    "The case is being handled and cannot be without them; ask again when it is closed.",
)
HELD = Limit(
    "held",
    "本件因法律规定的留存要求（如复议、诉讼、调查）暂不能删除，我们只保存、不作其他处理"
    "（个人信息保护法第四十七条第二款）。",
    "The law asks that it be kept for now; it is stored and used for nothing else.",
)
ALREADY = Limit("erased", "个人信息已经删除。", "It has been erased already.")
LIMITS_ZH = (
    "删除的范围：姓名、电话、邮箱、地址、您写下的内容、附件、来信原件和办理过程中的文字。"
    "依法保留、不含您个人信息的：编号、分类、承办单位和各环节时间，用于统计和监督。"
    "诉求办理期间和有法定留存要求的，暂不能删除。"
)
LIMITS_EN = (
    "What is erased: names, numbers, addresses, your words, files, letters and what was written"
    " meanwhile. What stays, without anything about you: number, topic, department and times."
    " While a case is handled, or the law holds it, nothing can be erased."
)


def limit(case: Case, *, held: bool, erased: bool) -> Limit | None:
    """What in law stands against erasing; None: nothing does."""
    if erased:
        return ALREADY
    if held:
        return HELD
    return OPEN if case.open else None


def check_erasable(case: Case, *, held: bool, erased: bool) -> None:
    found = limit(case, held=held, erased=erased)
    if found is not None:
        raise NotPossible(found.zh, found.en, field="outcome")


def moments(at: datetime, due_at: datetime) -> tuple[datetime, ...]:
    """When the rungs of a request's ladder are taken."""
    return (*(at + (due_at - at) * share for share in LADDER), due_at + LATE)
