"""A public consultation or poll: its questions, when it is open, what a vote may say, results."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hotline.domain.errors import NotAllowed, NotFound, NotPossible
from hotline.domain.people import Actor
from hotline.domain.words import Named, Role

MAKERS = frozenset({Role.SHIFT_LEAD, Role.DIRECTOR})
MOST_QUESTIONS, MOST_CHOICES, LONGEST = 20, 20, 1000


class PollKind(Named):
    """What the city wants to know (征集类型)."""

    CONSULTATION = "consultation", "意见征集", "consultation"
    SURVEY = "survey", "民意调查", "survey"


class PollStage(Named):
    """How far it has come; votes are taken while it is open and within its days."""

    DRAFT = "draft", "草稿", "draft"
    OPEN = "open", "已发布", "published"
    CLOSED = "closed", "已结束", "closed"


class Asking(Named):
    """How a question is answered."""

    SINGLE = "single", "单选", "one choice"
    MULTIPLE = "multiple", "多选", "several choices"
    TEXT = "text", "文字", "text"


class NoSuchPoll(NotFound):
    code = "no_such_poll"

    def __init__(self) -> None:
        super().__init__("没有这项征集或调查。", "There is no such poll.")


@dataclass(frozen=True)
class Question:
    kind: Asking
    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What is to be asked, of everybody, from one day to another."""

    kind: PollKind
    title: str
    intro: str
    questions: tuple[Question, ...]
    opens_on: date
    closes_on: date


def check_maker(actor: Actor) -> None:
    if actor.role not in MAKERS:
        raise NotAllowed("您的岗位不能发起征集和调查。", "Your role does not make polls.")


def check_plan(plan: Plan, today: date) -> None:
    if plan.closes_on < plan.opens_on or plan.closes_on < today:
        zh = "截止日期不能早于开始日期，也不能早于今天。"
        raise NotPossible(zh, "It ends before it begins, or has ended.", field="closes_on")
    if not 1 <= len(plan.questions) <= MOST_QUESTIONS:
        zh = f"请写 1 至 {MOST_QUESTIONS} 个问题。"
        raise NotPossible(zh, f"1 to {MOST_QUESTIONS} questions.", field="questions")
    for n, one in enumerate(plan.questions, 1):
        many = len(set(one.choices))
        if one.kind is not Asking.TEXT and not 2 <= many == len(one.choices) <= MOST_CHOICES:
            zh = f"第 {n} 题须有 2 至 {MOST_CHOICES} 个不同的选项。"
            raise NotPossible(zh, f"Question {n}: 2 to {MOST_CHOICES} choices.", field="questions")


def takes_votes(row: Any, today: date) -> bool:
    return bool(row.stage == PollStage.OPEN and row.opens_on <= today <= row.closes_on)


def answers_of(questions: Sequence[Mapping[str, Any]], given: Mapping[int, list[str]]) -> list[Any]:
    """An answer a question: numbers of choices, or a text. NotPossible names the one that is wrong."""
    found: list[Any] = []
    for n, one in enumerate(questions):
        said = [told.strip() for told in given.get(n, []) if told.strip()]
        if one["kind"] == Asking.TEXT:
            text = said[0] if said else ""
            if len(text) > LONGEST:
                zh = f"第 {n + 1} 题不能超过 {LONGEST} 字。"
                raise NotPossible(zh, f"Question {n + 1}: at most {LONGEST} signs.")
            found.append(text)
            continue
        allowed = {str(at) for at in range(len(one["choices"]))}
        single = one["kind"] == Asking.SINGLE
        if not said or set(said) - allowed or (single and len(set(said)) > 1):
            raise NotPossible(f"请回答第 {n + 1} 题。", f"Answer question {n + 1}, please.")
        found.append(sorted({int(told) for told in said}))
    return found


def results(
    questions: Sequence[Mapping[str, Any]], votes: Sequence[Sequence[Any]]
) -> list[dict[str, Any]]:
    """By question: each choice with its votes and share of those who took part, or how many wrote."""
    told = []
    for n, one in enumerate(questions):
        row: dict[str, Any] = {"kind": one["kind"], "text": one["text"], "choices": []}
        if one["kind"] == Asking.TEXT:
            row["wrote"] = sum(bool(vote[n]) for vote in votes)
        else:
            counts = Counter(at for vote in votes for at in vote[n])
            row["choices"] = [
                (text, counts[at], counts[at] / len(votes) if votes else 0.0)
                for at, text in enumerate(one["choices"])
            ]
        told.append(row)
    return told
