"""The caller-back's routes of the JSON interface: the day's plan of call-backs (今日回访)."""

from typing import Any

from hotline.flow.callbacks import CALLERS
from hotline.web import answers_callbacks as told
from hotline.web import api_callbacks
from hotline.web.routing import CURSOR, Param, Route


def _choice(name: str, zh: str, words: frozenset[str]) -> Param:
    return Param(name, "query", zh, schema={"type": "string", "enum": sorted(words)})


LIMIT = Param(
    "limit", "query", "每页条数", schema={"type": "integer", "minimum": 1, "maximum": 200}
)


def routes() -> list[Route]:
    every, one = "/api/v1/callbacks", "/api/v1/callbacks/{number}"
    params = (
        _choice("shelf", "进度", api_callbacks.SHELVES),
        _choice("language", "语言或方言", api_callbacks.TONGUES),
        _choice("source", "回访来源", api_callbacks.SOURCES),
        CURSOR,
        LIMIT,
    )
    listed: dict[str, Any] = {"answers": {200: "今日回访"}, "told": told.CallbacksTold}
    taken: dict[str, Any] = {"answers": {200: "已领取"}, "told": told.TakenTold}
    called: dict[str, Any] = {"answers": {200: "已呼叫"}, "told": told.CalledTold}
    ended: dict[str, Any] = {"answers": {200: "已登记"}, "told": told.OutcomeTold}
    undone: dict[str, Any] = {"answers": {200: "已放回"}, "told": told.UndoneTold}
    api, refused, body = api_callbacks, (404, 409), api_callbacks.OutcomeForm
    return [
        Route("GET", every, api.get_plan, CALLERS, "今日回访", params=params, **listed),
        Route(
            "POST", every + "/next", api.post_next, CALLERS, "取下一件", body=api.NextForm, **taken
        ),
        Route(
            "POST", one + "/call", api.post_call, CALLERS, "呼叫诉求人", refusals=refused, **called
        ),
        Route(
            *("POST", one + "/outcome", api.post_outcome, CALLERS, "登记回访结果"),
            body=body,
            refusals=refused,
            **ended,
        ),
        Route(
            *("POST", one + "/lay-back", api.post_lay_back, CALLERS, "放回或撤销呼叫"),
            refusals=(404,),
            **undone,
        ),
    ]
