"""The generic CTI shape (newCall, answer, hangup), as form or JSON -> events.

It has no event ids and no times: an event is known again by its call and its word, and its time is
that of its arrival.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BeforeValidator, Field, ValidationError

from channels.forms import BadForm, line, problems
from channels.telephone.events import SWEPT, CallEvent, Id, Kind, Shape

# The causes of the shape, in our own words.
CAUSES = {
    "normalClearing": "normal",
    "busy": "busy",
    "cancel": "cancel",
    "noAnswer": "no_answer",
    "congestion": "congestion",
    "notFound": "not_found",
    "forwarded": "forwarded",
}
NAMES = {
    "event": "事件",
    "callId": "通话编号",
    "from": "主叫号码",
    "to": "被叫号码",
    "direction": "呼叫方向",
    "user": "坐席",
    "queue": "队列",
    "cause": "原因",
    "answeringNumber": "应答号码",
}


def _first(told: Any) -> Any:
    """A bridge may name several users that a call rings at; one may also be a list of one."""
    if isinstance(told, list | tuple):
        return str(told[0]) if told else ""
    return "" if told is None else told


class GenericShape(Shape):
    """A post of the shape; other fields that a bridge adds are not read."""

    event: Literal["newCall", "answer", "hangup"]
    call_id: Id = Field(validation_alias=AliasChoices("callId", "call_id"), alias="callId")
    from_: Annotated[line(64), BeforeValidator(_first)] = Field(default="", alias="from")  # type: ignore[valid-type]
    to: Annotated[line(64), BeforeValidator(_first)] = ""  # type: ignore[valid-type]
    direction: Literal["in", "out"] = "in"
    user: Annotated[line(80), BeforeValidator(_first)] = Field(  # type: ignore[valid-type]
        default="", validation_alias=AliasChoices("user", "user[]")
    )
    queue: Annotated[line(80), BeforeValidator(_first)] = ""  # type: ignore[valid-type]
    cause: Annotated[line(40), BeforeValidator(_first)] = ""  # type: ignore[valid-type]
    answering_number: Annotated[line(80), BeforeValidator(_first)] = Field(  # type: ignore[valid-type]
        default="", validation_alias=AliasChoices("answeringNumber", "answering_number")
    )


def read(told: Mapping[str, Any], at: datetime) -> list[CallEvent]:
    """The events of one post; raises BadForm."""
    try:
        one = GenericShape.model_validate(told)
    except ValidationError as error:
        raise BadForm(problems(error, NAMES)) from None
    cause = CAUSES.get(one.cause, one.cause.lower())
    shared: dict[str, Any] = {
        "call_id": one.call_id,
        "at": at,
        "direction": one.direction,
        "from_": one.from_,
        "to": one.to,
        "queue": one.queue,
        "cause": cause if cause != SWEPT else "",
    }
    agent = one.answering_number or one.user
    kinds = {
        "newCall": [(Kind.OFFERED, ""), *([(Kind.QUEUED, "")] if one.queue else [])],
        "answer": [(Kind.ANSWERED, agent)],
        "hangup": [(Kind.ENDED, "")],
    }[one.event]
    if one.event == "newCall" and one.user:
        kinds.append((Kind.RINGING, one.user))
    # Two agents may answer one call in turn; it is offered and hung up once.
    return [
        CallEvent(f"cti:{one.call_id}:{kind.value}:{who}"[:200], kind=kind, agent=who, **shared)
        for kind, who in kinds
    ]
