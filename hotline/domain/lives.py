"""A case's life so far, as its timeline tells it line by line: what figures are made of; pure.

Nothing is counted from silence: a rating exists only where the citizen gave one.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hotline.domain.facts import Line, Origin, StepFact
from hotline.domain.state import ENDED, Action, State
from hotline.domain.wordprints import printed

ENDS = frozenset(state.value for state in ENDED)
CLOSES = frozenset({State.CLOSED.value, State.ARCHIVED.value})
STANDING = (
    *("state", "type", "topic", "urgency", "department", "district", "level", "due_at"),
    *("party", "language"),
)


@dataclass
class Life:
    """The timeline so far."""

    origin: Origin
    standing: dict[str, Any] = field(default_factory=dict)
    steps: list[StepFact] = field(default_factory=list)
    at: datetime | None = None
    accepted: bool = True
    answered: bool = False
    answered_at: datetime | None = None
    dispatched_at: datetime | None = None
    finished_at: datetime | None = None
    closed_at: datetime | None = None
    ended_at: datetime | None = None
    stopped_at: datetime | None = None
    stood: float = 0.0  # seconds in approved pauses since the dispatch
    reworked: bool = False
    returned: bool = False
    upheld: bool = False
    reached: bool = False
    solved: bool | None = None
    satisfaction: int | None = None
    rated: bool = False  # in this round by the citizen's own hand: no call-back overrules that
    excluded: bool = False
    extensions: int = 0
    reopened: int = 0
    retyped: bool = False
    reply_hash: str | None = None
    reply_print: str | None = None
    promised: datetime | None = None  # when the answer was first promised by


def told(life: Life, line: Line) -> None:
    """One more line of the timeline."""
    before = dict(life.standing)
    life.standing |= {name: line.after[name] for name in STANDING if name in line.after}
    act = ACTS.get(line.action)
    if act is not None:
        act(life, line)
    _moved(life, before, line)


def _moved(life: Life, before: Mapping[str, Any], line: Line) -> None:
    """What follows from the state alone, whichever action led there."""
    state, was = life.standing.get("state"), before.get("state")
    if state == State.SUSPENDED and was != State.SUSPENDED:
        life.stopped_at = line.at
    elif was == State.SUSPENDED and state != was and life.stopped_at:
        life.stood += (line.at - life.stopped_at).total_seconds()
        life.stopped_at = None
    if state in CLOSES:
        life.closed_at = life.closed_at or line.at
    else:
        life.closed_at = None
    life.ended_at = (life.ended_at or line.at) if state in ENDS else None
    due = life.standing.get("due_at")
    if life.promised is None and due:
        life.promised = datetime.fromisoformat(due)
    kind, asked = life.standing.get("type"), before.get("type")
    if kind == "consult" and asked in ("complaint", "report"):
        life.retyped = True


def _answer(life: Life, line: Line) -> None:
    life.answered = True
    life.answered_at = life.answered_at or line.at


def _elsewhere(life: Life, line: Line) -> None:
    life.accepted = False


def _unmerge(life: Life, line: Line) -> None:
    life.accepted = True


def _transfer(life: Life, line: Line) -> None:
    life.dispatched_at, life.finished_at, life.stood = line.at, None, 0.0


def _send_back(life: Life, line: Line) -> None:
    life.returned = True


def _rule(life: Life, line: Line) -> None:
    """An upheld return, or one that ends with another unit, was right."""
    verdict = line.after.get("verdict")
    moved = verdict == "designate" and "department" in line.after
    life.upheld = life.upheld or verdict == "uphold" or moved
    if verdict == "designate":
        life.dispatched_at, life.stood = line.at, 0.0


def _grant(life: Life, line: Line) -> None:
    if line.after.get("verdict") == "granted":
        life.excluded = life.excluded or line.after.get("kind") == Action.EXCLUDE
        life.extensions += line.after.get("kind") == Action.EXTEND


def _reply(life: Life, line: Line) -> None:
    life.finished_at = line.at
    said = (line.after.get("reply") or {}).get("public_reply")
    if said:
        words = "".join(str(said).split()).encode("utf-8", "surrogatepass")
        life.reply_hash = hashlib.sha256(words).hexdigest()[:32]
        life.reply_print = printed(str(said))


def _revise(life: Life, line: Line) -> None:
    life.finished_at = None


def _approve(life: Life, line: Line) -> None:
    life.answered_at = life.answered_at or line.at
    life.finished_at = life.finished_at or line.at


def _again(life: Life, line: Line) -> None:
    life.reworked = life.reworked or line.action != Action.REOPEN
    life.reopened += line.action == Action.REOPEN
    life.finished_at, life.rated, life.answered = None, False, False


def _follow_up(life: Life, line: Line) -> None:
    life.reached = life.reached or line.after.get("outcome") == "reached"
    if not life.rated:
        _heard(life, line)


def _rate(life: Life, line: Line) -> None:
    life.rated = True
    _heard(life, line)


def _heard(life: Life, line: Line) -> None:
    """A case has one voice, the latest; who says nothing changes nothing."""
    solved, satisfaction = line.after.get("solved"), line.after.get("satisfaction")
    if solved is not None:
        life.solved = bool(solved)
    if satisfaction:
        life.satisfaction = int(satisfaction)


ACTS: dict[str, Callable[[Life, Line], None]] = {
    Action.ANSWER: _answer,
    Action.DECLINE: _elsewhere,
    Action.REFER: _elsewhere,
    Action.MERGE: _elsewhere,
    Action.UNMERGE: _unmerge,
    Action.TRANSFER: _transfer,
    Action.SEND_BACK: _send_back,
    Action.RULE: _rule,
    Action.GRANT: _grant,
    Action.REPLY: _reply,
    Action.REVISE: _revise,
    Action.APPROVE: _approve,
    Action.REWORK: _again,
    Action.EXPOSE: _again,
    Action.REOPEN: _again,
    Action.FOLLOW_UP: _follow_up,
    Action.RATE: _rate,
}
