"""An article of the knowledge base (知识): its versions, who may do what with it, when it is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hotline.domain.errors import NotAllowed, NotPossible, Refused
from hotline.domain.people import Actor
from hotline.domain.words import Named, Role

REVIEWED_EVERY = timedelta(days=180)
GRACE = timedelta(days=7)  # from the reminder to the alarm
R = Role
AUTHORS = frozenset(
    {R.AGENT, R.DISPATCHER, R.CALLBACK, R.SUPERVISOR, R.CLERK, R.LEADER}
    | {R.INSPECTOR, R.SHIFT_LEAD, R.DIRECTOR}
)
# What an article is listed and found by, beside its words.
NAMED = ("title", "topic", "department", "place", "public", "effective_on", "expires_on")
REVIEWERS = frozenset({R.INSPECTOR, R.SHIFT_LEAD, R.DIRECTOR})


class NoSuchArticle(Refused):
    code = "no_such_article"

    def __init__(self) -> None:
        super().__init__("没有这篇知识。", "There is no such article.")


class Rewritten(Refused):
    """Somebody saved it after it was read."""

    code = "stale"

    def __init__(self) -> None:
        zh = "这篇知识刚被他人修改，请刷新后再操作；您写的内容仍在页面上。"
        super().__init__(zh, "Somebody else saved it meanwhile; reload and try again.")


class Stage(Named):
    """How far a version has come (知识状态)."""

    DRAFT = "draft", "草稿", "draft"
    SUBMITTED = "submitted", "待审核", "waits for review"
    RETURNED = "returned", "已退回", "returned"
    RELEASED = "released", "已发布", "released"
    REPLACED = "replaced", "已有新版", "replaced"
    WITHDRAWN = "withdrawn", "已撤下", "withdrawn"


OPEN = (Stage.DRAFT, Stage.RETURNED)  # may be written on


@dataclass(frozen=True)
class Draft:
    """What an author writes."""

    title: str
    body: str
    topic: str = ""
    department: str = ""
    place: str = ""  # a district; empty: the whole city
    basis: str = ""  # 法律依据
    keywords: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()  # how people ask for it
    public: bool = True  # citizens may read it too
    effective_on: date | None = None
    expires_on: date | None = None
    files: tuple[str, ...] = ()  # tokens
    origin: str = ""  # the case or the file that it came from


def check(draft: Draft) -> None:
    if draft.effective_on and draft.expires_on and draft.expires_on < draft.effective_on:
        zh, en = "失效日期不能早于生效日期。", "It expires before it takes effect."
        raise NotPossible(zh, en, field="expires_on")


def check_author(actor: Actor, department: str) -> None:
    """The centre writes for everybody, a unit for itself and those below it."""
    if actor.role not in AUTHORS and actor.role is not R.OPERATOR:
        raise NotAllowed("您的岗位不能编写知识。", "Your role does not write articles.")
    if actor.of_department and department not in actor.units:
        zh = "只能编写本单位及下属单位负责的知识。"
        raise NotAllowed(zh, "A unit writes for itself and those below it.", field="department")


def check_reviewer(actor: Actor, author: str) -> None:
    """Two people stand behind every article that is released."""
    if actor.role not in REVIEWERS:
        raise NotAllowed("您的岗位不能审核知识。", "Your role does not review articles.")
    if actor.name == author:
        raise NotAllowed(
            "作者不能审核自己写的知识，请由另一位审核人审核。",
            "Nobody reviews an article of one's own.",
        )


def next_review(today: date, expires_on: date | None) -> date:
    """Half a year on, and no later than a week before it expires."""
    usual = today + REVIEWED_EVERY
    return usual if expires_on is None else max(today, min(usual, expires_on - GRACE))


def in_force(today: date, effective_on: date | None, expires_on: date | None) -> bool:
    begun = effective_on is None or effective_on <= today
    return begun and (expires_on is None or today <= expires_on)


def keys(keywords: Sequence[str], questions: Sequence[str]) -> list[str]:
    return [*keywords, *questions]
