"""The hall's routes of the JSON interface: call-back tasks, bulletins, numbers held to a rule."""

from typing import Any

from hotline.domain.words import Role
from hotline.flow import bulletins, missed, phone, restrict
from hotline.web import answers_calls as told
from hotline.web import api_hall, api_phone
from hotline.web.routes_desk import PAGE
from hotline.web.routing import WORKERS, Param, Route


def state_of(states: frozenset[str]) -> tuple[Param, ...]:
    one = Param("state", "query", "状态", schema={"type": "string", "enum": sorted(states)})
    return (one, *PAGE)


def promises() -> list[Route]:
    who = missed.CALLERS_BACK | phone.SEES_CALLS
    every, one = "/api/v1/missed-calls", "/api/v1/missed-calls/{id}"
    listed: dict[str, Any] = {
        "answers": {200: "漏接回拨任务"},
        "told": told.MissedCalls,
        "params": state_of(api_phone.TASK_STATES),
    }
    tried: dict[str, Any] = {
        "answers": {200: "已登记"},
        "told": told.MissedTold,
        "body": api_phone.TryForm,
    }
    asked: dict[str, Any] = {"answers": {200: "已转交话机"}, "told": told.Done, "refusals": (409,)}
    back = missed.CALLERS_BACK
    return [
        Route("GET", every, api_phone.get_missed, who, "漏接回拨任务", **listed),
        Route("POST", one + "/tries", api_phone.post_missed_try, back, "登记回拨结果", **tried),
        Route("POST", one + "/call", api_phone.post_missed_call, back, "用话机回拨", **asked),
    ]


def board() -> list[Route]:
    path = "/api/v1/bulletins"
    seen: dict[str, Any] = {"answers": {200: "公告"}, "told": told.Bulletins, "params": PAGE}
    put: dict[str, Any] = {"answers": {201: "已发布"}, "told": told.Made}
    off: dict[str, Any] = {"answers": {204: "已撤下"}}
    put["body"], who = api_hall.BulletinForm, bulletins.WRITERS
    return [
        Route("GET", path, api_hall.get_bulletins, WORKERS, "公告板", **seen),
        Route("POST", path, api_hall.post_bulletin, who, "发布公告", **put),
        Route("DELETE", path + "/{id}", api_hall.delete_bulletin, who, "撤下公告", **off),
    ]


def held() -> list[Route]:
    every = "/api/v1/restrictions"
    listed: dict[str, Any] = {
        "answers": {200: "号码限制"},
        "told": told.Restrictions,
        "params": state_of(api_hall.STATES),
    }
    ruled: dict[str, Any] = {"answers": {200: "号码限制"}, "told": told.RestrictionTold}
    asked: dict[str, Any] = {"answers": {201: "已提出"}, "told": told.Made}
    asked["body"] = api_hall.RestrictionForm
    seers, who = restrict.RULERS | phone.DESK | {Role.AUDITOR}, restrict.RULERS
    ruling, lifting = api_hall.post_ruling, api_hall.post_lifting
    bodies = api_hall.RulingForm, api_hall.LiftForm
    one = every + "/{id}"
    return [
        Route("GET", every, api_hall.get_restrictions, seers, "号码限制", **listed),
        Route(
            "POST",
            "/api/v1/calls/{call_id}/restrictions",
            api_hall.post_restriction,
            phone.DESK,
            "提出号码限制",
            **asked,
        ),
        Route("POST", one + "/ruling", ruling, who, "审批号码限制", body=bodies[0], **ruled),
        Route("POST", one + "/lifting", lifting, who, "解除号码限制", body=bodies[1], **ruled),
    ]


def routes() -> list[Route]:
    return [*promises(), *board(), *held()]
