"""One vendor-neutral event per line of a call's life; out of order and doubled is normal.

A switch says what happened; what it means (abandoned, in time, missed) is the fold's to find.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from channels.forms import BadForm, FieldProblem, line, optional, problems

MOST_EVENTS = 500  # in one post
SWEPT = "swept"  # the cause of an end that the hotline itself supplied


class Kind(StrEnum):
    """What happened; the order is that of a call's life."""

    OFFERED = "offered"
    QUEUED = "queued"
    RINGING = "ringing"
    ANSWERED = "answered"
    HELD = "held"
    RESUMED = "resumed"
    TRANSFERRED = "transferred"
    CONFERENCED = "conferenced"
    ENDED = "ended"
    RECORDED = "recorded"
    RATED = "rated"
    AGENT_STATE = "agent_state"


class Seat(StrEnum):
    """How an agent stands (坐席状态)."""

    READY = "ready"
    BUSY = "busy"
    BREAK = "break"
    AFTER_CALL = "after_call"
    OFFLINE = "offline"


@dataclass(frozen=True)
class Recording:
    """Where a recording lies, and the hash by which it is known again."""

    uri: str
    sha256: str = ""
    seconds: float | None = None


@dataclass(frozen=True)
class CallEvent:
    """A line of a call's life as a switch told it; what was not told is empty."""

    event_id: str
    call_id: str  # empty for an agent's state that belongs to no call
    kind: Kind
    at: datetime
    leg_id: str = ""
    direction: str = "in"  # in, out, internal
    from_: str = ""
    to: str = ""
    queue: str = ""
    agent: str = ""
    ivr_path: tuple[str, ...] = ()
    cause: str = ""
    wait_s: float | None = None  # where the switch has measured it itself
    talk_s: float | None = None
    digit: int | None = None  # of a rating: the key that was pressed
    state: Seat | None = None  # of an agent
    recording: Recording | None = None


NAMES = {
    "event_id": "事件编号",
    "call_id": "通话编号",
    "leg_id": "线路编号",
    "kind": "事件类型",
    "at": "发生时间",
    "direction": "呼叫方向",
    "from": "主叫号码",
    "to": "被叫号码",
    "queue": "队列",
    "agent": "坐席",
    "ivr_path": "语音导航路径",
    "cause": "原因",
    "wait_s": "等待秒数",
    "talk_s": "通话秒数",
    "digit": "评价按键",
    "state": "坐席状态",
    "recording": "录音",
    "recording.uri": "录音地址",
    "recording.sha256": "录音摘要",
    "body": "事件",
}
Id = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,120}$")]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


class Shape(BaseModel):
    """What a vendor adds beside the known fields is kept with the raw event, and not read."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class RecordingShape(Shape):
    uri: line(500, needed=True)  # type: ignore[valid-type]
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    seconds: Seconds | None = None


class EventShape(Shape):
    """An event as it is posted; its fields are the contract's."""

    event_id: Id
    call_id: Annotated[str, Field(pattern=r"^[\x21-\x7e]{0,120}$")] = ""
    leg_id: optional(Id) = None  # type: ignore[valid-type]
    kind: Kind
    at: AwareDatetime
    direction: Literal["in", "out", "internal"] = "in"
    from_: line(64) = Field(default="", alias="from")  # type: ignore[valid-type]
    to: line(64) = ""  # type: ignore[valid-type]
    queue: optional(line(80)) = None  # type: ignore[valid-type]
    agent: optional(line(80)) = None  # type: ignore[valid-type]
    ivr_path: tuple[line(80), ...] = Field(default=(), max_length=20)  # type: ignore[valid-type]
    cause: optional(line(40)) = None  # type: ignore[valid-type]
    wait_s: Seconds | None = None
    talk_s: Seconds | None = None
    digit: Annotated[int, Field(ge=1, le=5)] | None = None
    state: Seat | None = None
    recording: RecordingShape | None = None

    @model_validator(mode="after")
    def _whole(self) -> "EventShape":
        """What its kind cannot do without."""
        lacks = {
            "call_id": self.kind is not Kind.AGENT_STATE and not self.call_id,
            "agent": self.kind is Kind.AGENT_STATE and not self.agent,
            "state": self.kind is Kind.AGENT_STATE and self.state is None,
            "recording": self.kind is Kind.RECORDED and self.recording is None,
            "digit": self.kind is Kind.RATED and self.digit is None,
        }
        for name, lacking in lacks.items():
            if lacking:
                raise PydanticCustomError("lacks", "lacks", {"lacking": name})
        return self

    def event(self) -> CallEvent:
        told, cause = self.recording, (self.cause or "").lower()
        return CallEvent(
            event_id=self.event_id,
            call_id=self.call_id,
            kind=self.kind,
            at=self.at,
            leg_id=self.leg_id or "",
            direction=self.direction,
            from_=self.from_,
            to=self.to,
            queue=self.queue or "",
            agent=self.agent or "",
            ivr_path=self.ivr_path,
            cause=cause if cause != SWEPT else "",  # no switch supplies that one
            wait_s=self.wait_s,
            talk_s=self.talk_s,
            digit=self.digit,
            state=self.state,
            recording=Recording(told.uri, told.sha256, told.seconds) if told else None,
        )


def read(told: Any) -> list[tuple[CallEvent, Mapping[str, Any]]]:
    """A post's one event or array of them, each beside what was sent; all are right, or none is.

    Raises BadForm, which names the place of each wrong one.
    """
    many = told if isinstance(told, list) else [told]
    if not 1 <= len(many) <= MOST_EVENTS:
        zh = f"一次应上报 1 至 {MOST_EVENTS} 个事件。"
        raise BadForm([FieldProblem("body", "too_many", zh, f"1 to {MOST_EVENTS} events a post.")])
    found, wrong = [], list[FieldProblem]()
    for n, one in enumerate(many):
        try:
            found.append((EventShape.model_validate(one).event(), one))
        except ValidationError as error:
            place = f"{n}." if isinstance(told, list) else ""
            wrong += [_placed(problem, place, n) for problem in _said(error)]
    if wrong:
        raise BadForm(wrong[:50])
    return found


def _said(error: ValidationError) -> list[FieldProblem]:
    """The checker's words; a kind that lacks a field names that field."""
    lacks = [one["ctx"]["lacking"] for one in error.errors() if one["type"] == "lacks"]
    if not lacks:
        return problems(error, NAMES)
    name = lacks[0]
    zh, en = f"请填写{NAMES[name]}：这类事件不能缺少它。", f"{name} is required for this kind."
    return [FieldProblem(name, "required", zh, en)]


def _placed(problem: FieldProblem, place: str, n: int) -> FieldProblem:
    if not place:
        return problem
    zh, en = f"第 {n + 1} 个事件：{problem.zh}", f"event {n + 1}: {problem.en}"
    return FieldProblem(f"{place}{problem.field}", problem.code, zh, en)
