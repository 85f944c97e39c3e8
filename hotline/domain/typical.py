"""A typical case (典型案例) made public: chosen from what has ended, edited, released by another person."""

from dataclasses import dataclass

from hotline.domain.article import REVIEWERS, Stage
from hotline.domain.case import Case
from hotline.domain.errors import NotAllowed, NotFound, NotPossible
from hotline.domain.people import Actor
from hotline.domain.redaction import redacted
from hotline.domain.state import State
from hotline.domain.words import Kind, Role

EDITORS = REVIEWERS | {Role.CALLBACK, Role.SUPERVISOR}
RELEASERS = REVIEWERS
DONE = frozenset({State.CLOSED, State.ARCHIVED, State.ANSWERED})
OPEN = (Stage.DRAFT, Stage.RETURNED)  # may be written on
STAGES = (Stage.DRAFT, Stage.SUBMITTED, Stage.RETURNED, Stage.RELEASED, Stage.WITHDRAWN)
KNOWN = {"name": "［姓名］", "phone": "［电话］", "email": "［邮箱］", "address": "［地址］"}
KNOWN |= {"id_number": "［证件号］"}


class NoSuchTypical(NotFound):
    code = "no_such_typical"

    def __init__(self) -> None:
        super().__init__("没有这个典型案例。", "There is no such typical case.")


@dataclass(frozen=True)
class Telling:
    """What the public reads: what was asked for, and what was done."""

    title: str
    problem: str
    handling: str


def check_editor(actor: Actor) -> None:
    if actor.role not in EDITORS:
        raise NotAllowed("您的岗位不能编辑典型案例。", "Your role does not edit typical cases.")


def check_chosen(case: Case) -> None:
    """Nothing that is still open, was told in confidence, or reports somebody (举报)."""
    if case.state not in DONE:
        zh = "只有已办结的诉求才能选为典型案例。"
        raise NotPossible(zh, "Only a case that has ended may be chosen.", field="number")
    if case.confidential or case.type is Kind.REPORT:
        zh = "保密诉求和举报不能公开，请另选一件。"
        raise NotPossible(zh, "A confidential case or a report is never published.", field="number")


def check_releaser(actor: Actor, writers: list[str]) -> None:
    """By somebody who wrote no word of it."""
    if actor.role not in RELEASERS:
        raise NotAllowed("您的岗位不能审核典型案例。", "Your role does not release typical cases.")
    if actor.name in writers:
        zh = "编辑过这篇案例的人不能审核它，请由另一位审核人审核。"
        raise NotAllowed(zh, "Who wrote on it does not release it: another person must.")


def without_identity(told: Telling, known: dict[str, str]) -> Telling:
    """`known`: who the case is from, by field of the vault; taken out to the letter, then by pattern."""

    def clean(text: str) -> str:
        for name, value in sorted(known.items(), key=lambda one: -len(one[1])):
            if name in KNOWN and len(value.strip()) > 1:
                text = text.replace(value.strip(), KNOWN[name])
        return redacted(text)

    return Telling(clean(told.title), clean(told.problem), clean(told.handling))
