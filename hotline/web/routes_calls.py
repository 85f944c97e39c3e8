"""The telephone's routes of the JSON interface: a switch's way in, the desk, the hall."""

from typing import Any

from channels.forms import SEEN
from channels.telephone.events import EventShape
from hotline.flow import phone, seating
from hotline.web import answers_calls as told
from hotline.web import api_calls, api_hall, api_phone
from hotline.web.routes_desk import PAGE
from hotline.web.routing import ANYONE, CURSOR, Handler, Param, Route

SIGNED = (
    Param("X-Hotline-Time", "header", "签名时间（Unix 秒）", required=True),
    Param("X-Hotline-Signature", "header", "sha256=十六进制 HMAC", required=True),
)
LISTED = (
    Param(
        "outcome",
        "query",
        "通话结果",
        schema={"type": "string", "enum": sorted(api_phone.OUTCOMES)},
    ),
    Param(
        "phase", "query", "通话阶段", schema={"type": "string", "enum": sorted(api_phone.PHASES)}
    ),
    CURSOR,
    PAGE[1],
)
CALL = "/api/v1/calls/{call_id}"


def _events() -> dict[str, Any]:
    """One event, or up to five hundred."""
    template = "#/components/schemas/{model}"
    shape = EventShape.model_json_schema(ref_template=template)
    parts = shape.pop("$defs", {})
    one = {"$ref": "#/components/schemas/EventShape"}
    many = {"type": "array", "items": one, "minItems": 1, "maxItems": 500}
    return {"oneOf": [one, many], "$defs": {**parts, "EventShape": shape}}


def _generic() -> dict[str, Any]:
    words = {name: {"type": "string"} for name in ("from", "to", "queue", "cause", "user")}
    return {
        "type": "object",
        "required": ["event", "callId"],
        "properties": {
            "event": {"type": "string", "enum": ["newCall", "answer", "hangup"]},
            "callId": {"type": "string", "maxLength": 120},
            "direction": {"type": "string", "enum": ["in", "out"]},
            "answeringNumber": {"type": "string"},
            **words,
        },
    }


def machines() -> list[Route]:
    taken: dict[str, Any] = {
        "body": _events(),
        "answers": {202: "已收到"},
        "told": told.EventsTaken,
        "params": SIGNED,
        "refusals": (401,),
    }
    generic: dict[str, Any] = {
        "body": _generic(),
        "answers": {200: "已收到"},
        "told": told.CtiAnswer,
        "refusals": (401,),
    }
    path, token = "/api/v1/calls/events", "/api/v1/cti/{token}"
    return [
        Route("POST", path, api_calls.post_events, ANYONE, "上报通话事件", **taken),
        Route("POST", token, api_calls.post_generic, ANYONE, "通用 CTI 上报", **generic),
    ]


def _at_desk(method: str, path: str, handler: Handler, summary: str, **more: Any) -> Route:
    return Route(method, path, handler, phone.DESK, summary, answers={200: summary}, **more)


def calls() -> list[Route]:
    seen: dict[str, Any] = {"answers": {200: "一页通话"}, "told": told.Calls, "params": LISTED}
    one: dict[str, Any] = {"answers": {200: "通话记录"}, "told": told.WholeCall}
    said = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": SEEN}
    why = Param("purpose", "query", "调听目的", required=True, schema=said)
    played: dict[str, Any] = {"answers": {200: "录音"}, "told": "audio/wav", "params": (why,)}
    who, play = phone.LISTENERS, CALL + "/recordings/{n}"
    played["refusals"] = (409,)
    tied: dict[str, Any] = {"told": told.Tied, "body": api_phone.TieForm}
    called: dict[str, Any] = {"told": told.Done, "body": api_phone.EmergencyForm}
    stepped: dict[str, Any] = {"told": told.Done, "body": api_phone.StepForm}
    asked: dict[str, Any] = {"told": told.Done, "body": api_phone.CommandForm}
    guessed: dict[str, Any] = {"told": told.Guess, "body": api_hall.GuessForm}
    emergency, step = api_phone.post_emergency, api_phone.post_step
    return [
        Route("GET", "/api/v1/calls", api_phone.get_calls, who, "通话列表", **seen),
        Route("GET", CALL, api_phone.get_call, who, "通话记录", **one),
        Route("GET", play, api_phone.get_recording, who, "调听录音", **played),
        _at_desk("POST", CALL + "/cases", api_phone.post_tie, "关联诉求", **tied),
        _at_desk("POST", CALL + "/emergency", emergency, "一键转警", **called),
        _at_desk("POST", CALL + "/steps", step, "劝导、记录、告诫", **stepped),
        _at_desk("POST", CALL + "/commands", api_phone.post_command, "转接、保持", **asked),
        _at_desk("POST", CALL + "/guess", api_hall.post_guess, "边录边判", **guessed),
    ]


def seats() -> list[Route]:
    own, board = "/api/v1/seat", "/api/v1/board"
    put: dict[str, Any] = {"told": told.SeatTold, "body": api_phone.SeatForm}
    seen: dict[str, Any] = {"answers": {200: "看板"}, "told": told.BoardTold}
    return [
        _at_desk("GET", own, api_phone.get_seat, "本人坐席", told=told.SeatTold),
        _at_desk("PUT", own, api_phone.put_seat, "切换坐席状态", **put),
        Route("GET", board, api_phone.get_board, seating.BOARD, "队列看板", **seen),
    ]


def routes() -> list[Route]:
    return [*machines(), *calls(), *seats()]
