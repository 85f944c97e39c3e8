"""The desk's JSON interface: calls, the own seat, the board, call-back tasks."""

from typing import Annotated, Any, TypeVar

from aiohttp import web
from pydantic import Field, ValidationError

from channels.forms import BadForm, FieldProblem, Form, line, optional, problems, words
from channels.telephone.command import Do
from hotline.domain.errors import NotPossible
from hotline.flow import calls, missed, phone, recordings, restrict, seating, tying
from hotline.store.calllist import Asked
from hotline.web import callshown
from hotline.web.boards import measured
from hotline.web.bodies import chosen, json_object, whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.shown import answer

NAMES = {
    "number": "诉求编号",
    "urge": "是否催办",
    "text": "说明",
    "service": "紧急服务",
    "step": "处置步骤",
    "do": "操作",
    "to": "转接号码",
    "state": "坐席状态",
    "extension": "分机号",
    "outcome": "拨打结果",
    "seen": "已知的拨打次数",
    "purpose": "调听目的",
}
OUTCOMES = frozenset(one.value for one in phone.OUTCOMES)
PHASES = frozenset({"open", "offered", "queued", "ringing", "talking", "held", "ended"})
TASK_STATES = frozenset({"open", "closed"})
F = TypeVar("F", bound=Form)


class TieForm(Form):
    """A call about a case that is there already; `urge`: the citizen presses for it."""

    number: line(20, needed=True)  # type: ignore[valid-type]
    urge: bool = False
    text: words(1000) = ""  # type: ignore[valid-type]


class EmergencyForm(Form):
    service: phone.Service


class StepForm(Form):
    """A step against harassment: what was said is written down."""

    step: restrict.Step
    text: words(500, needed=True)  # type: ignore[valid-type]


class CommandForm(Form):
    do: Do
    to: line(40) = ""  # type: ignore[valid-type]


class SeatForm(Form):
    state: seating.Standing
    extension: optional(Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,20}$")]) = None  # type: ignore[valid-type]


class MissedTryForm(Form):
    """A try to call back; `seen`: how many tries the agent knew of."""

    outcome: missed.TryOutcome
    text: words(500) = ""  # type: ignore[valid-type]
    seen: Annotated[int, Field(ge=0, le=9999)] | None = None


def form(model: type[F], told: dict[str, Any], names: dict[str, str] = NAMES) -> F:
    try:
        return model.model_validate(told)
    except ValidationError as error:
        raise BadForm(problems(error, names)) from None


def call_id(request: web.Request) -> str:
    return request.match_info["call_id"][:120]


async def get_calls(request: web.Request) -> web.Response:
    asked = Asked(
        outcome=chosen(request, "outcome", OUTCOMES),
        phase=chosen(request, "phase", PHASES),
        cursor=request.query.get("cursor", "")[:300],
        limit=whole(request, "limit", 50, 200, 1),
    )
    found, cursor = await phone.listed(request.app[CENTRE], request[ACTOR], asked)
    items = [callshown.call(one, request[LANGUAGE]) for one in found]
    return answer({"items": items, "next_cursor": cursor})


async def get_call(request: web.Request) -> web.Response:
    found = await phone.pop(request.app[CENTRE], request[ACTOR], call_id(request))
    return answer(callshown.whole(found, request[LANGUAGE]))


async def get_recording(request: web.Request) -> web.StreamResponse:
    """Plays nothing without a purpose: it is written down with who listened."""
    purpose = request.query.get("purpose", "").strip()[:200]
    if not purpose:
        zh = "请填写调听目的。"
        raise BadForm([FieldProblem("purpose", "required", zh, "purpose is required.")])
    told = request.match_info["n"]
    n = int(told) if told.isascii() and told.isdigit() and len(told) < 5 else 0
    found = await recordings.play(request.app[CENTRE], request[ACTOR], call_id(request), n, purpose)
    return web.FileResponse(
        found.path, headers={"Content-Type": found.type, "Content-Disposition": "inline"}
    )


async def post_tie(request: web.Request) -> web.Response:
    told = form(TieForm, await json_object(request))
    fresh, urged = await tying.tie(
        request.app[CENTRE],
        request[ACTOR],
        (call_id(request), told.number),
        urge=told.urge,
        text=told.text,
    )
    return answer({"number": told.number, "fresh": fresh, "urged": urged})


async def post_emergency(request: web.Request) -> web.Response:
    told = form(EmergencyForm, await json_object(request))
    taken = await phone.emergency(
        request.app[CENTRE], request[ACTOR], call_id(request), told.service
    )
    return answer({"taken": taken})


async def post_step(request: web.Request) -> web.Response:
    told = form(StepForm, await json_object(request))
    await phone.act(
        request.app[CENTRE], request[ACTOR], call_id(request), told.step.value, {"text": told.text}
    )
    return answer({"taken": True})


async def post_command(request: web.Request) -> web.Response:
    told = form(CommandForm, await json_object(request))
    if told.do is Do.CALL or (told.do in (Do.TRANSFER, Do.CONFERENCE) and not told.to):
        zh = "请填写要转接的号码；回拨请在漏接任务中操作。"
        raise BadForm([FieldProblem("to", "missing", zh, "Tell where to.")])
    await phone.command(request.app[CENTRE], request[ACTOR], call_id(request), told.do, told.to)
    return answer({"taken": True})


async def get_seat(request: web.Request) -> web.Response:
    seat, extension = await seating.seat_of(request.app[CENTRE], request[ACTOR])
    told = callshown.seat(seat, extension, request[LANGUAGE], request[ACTOR].name)
    return answer(told)


async def put_seat(request: web.Request) -> web.Response:
    told = form(SeatForm, await json_object(request))
    await calls.stand(request.app[CENTRE], request[ACTOR], told.state, told.extension)
    return await get_seat(request)


async def get_board(request: web.Request) -> web.Response:
    centre = request.app[CENTRE]
    found, figures = await seating.board(centre), await measured(centre)
    return answer(callshown.board(found, figures, request[LANGUAGE]))


async def get_missed(request: web.Request) -> web.Response:
    centre, limit = request.app[CENTRE], whole(request, "limit", 50, 200, 1)
    found = await missed.listed(
        centre,
        state=chosen(request, "state", TASK_STATES),
        below=whole(request, "below", 0, 999_999_999) or None,
        limit=limit,
    )
    items = [callshown.missed(one, centre.now(), request[LANGUAGE]) for one in found]
    return answer({"items": items, "older": items[-1]["id"] if len(items) == limit else None})


def missed_id(request: web.Request) -> int:
    told = request.match_info["id"]
    if not (told.isascii() and told.isdigit() and len(told) < 10):
        raise missed.NoSuchMissed
    return int(told)


async def post_missed_try(request: web.Request) -> web.Response:
    told = form(MissedTryForm, await json_object(request))
    centre, tried = request.app[CENTRE], missed.Tried(**told.model_dump())
    found = await missed.tried(centre, request[ACTOR], missed_id(request), tried)
    return answer(callshown.missed(found, centre.now(), request[LANGUAGE]))


async def post_missed_call(request: web.Request) -> web.Response:
    """The agent's telephone rings, then the citizen's; the number is told to nobody."""
    if not await tying.call_back(request.app[CENTRE], request[ACTOR], missed_id(request)):
        raise NotPossible(
            "交换机没有执行，请在话机上拨打并登记结果。", "The switch would not; dial by hand."
        )
    return answer({"taken": True})
