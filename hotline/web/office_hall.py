"""Pages of the hall: the queue board, calls to return, bulletins, numbers held to a rule, call records."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from channels.forms import BadForm, FieldProblem, problems
from escalation.calendar import ZONE
from hotline.domain.errors import Refused
from hotline.flow import bulletins, missed, phone, restrict, seating, tying
from hotline.flow.missed import EndedBy, Missing, TryOutcome
from hotline.flow.seating import Standing
from hotline.store.calllist import Asked
from hotline.web import api_hall, api_phone, forms
from hotline.web.boards import measured
from hotline.web.bodies import chosen, whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routing import WORKERS, Route

PAGE = 20
Shown = Callable[[web.Request, str, int], Awaitable[web.Response]]


async def board(request: web.Request) -> web.Response:
    """`?part=1`: the figures alone, which the page fetches again and again."""
    centre = request.app[CENTRE]
    facts = {
        "board": await seating.board(centre),
        "measured": await measured(centre),
        "Standing": Standing,
    }
    part = request.query.get("part") == "1"
    return render(request, f"office/board{'_part' if part else ''}.html", facts)


async def to_return(request: web.Request) -> web.Response:
    return await _to_return(request, "", 200)


async def _to_return(request: web.Request, problem: str, status: int) -> web.Response:
    centre = request.app[CENTRE]
    below = whole(request, "below", 0, 999_999_999) or None
    ended = await missed.listed(centre, state="closed", below=below, limit=PAGE)
    facts = {
        "waiting": [] if below else await missed.waiting(centre, 100),
        "ended": ended,
        "older": ended[-1].task.id if len(ended) == PAGE else None,
        "problem": problem,
        "may_call": request[ACTOR].role in missed.CALLERS_BACK,
        "Missing": Missing,
        "EndedBy": EndedBy,
        "TryOutcome": TryOutcome,
    }
    return render(request, "office/missed.html", facts, status)


async def tried(request: web.Request) -> web.Response:
    async def do(posted: dict[str, str]) -> None:
        told = {"outcome": posted.get("outcome", ""), "text": posted.get("text", "")}
        form = api_phone.TryForm.model_validate({**told, "seen": posted.get("seen") or None})
        made = missed.Tried(**form.model_dump())
        await missed.tried(request.app[CENTRE], request[ACTOR], api_phone.missed_id(request), made)

    return await _done(request, do, _to_return, "/office/missed")


async def call_back(request: web.Request) -> web.Response:
    async def do(posted: dict[str, str]) -> None:
        centre, actor = request.app[CENTRE], request[ACTOR]
        await tying.call_back(centre, actor, api_phone.missed_id(request))

    return await _done(request, do, _to_return, "/office/missed")


async def _done(
    request: web.Request,
    do: Callable[[dict[str, str]], Awaitable[None]],
    shown: Shown,
    after: str,
) -> web.Response:
    """What a page's form asks for; what is wrong with it stands on the page, in its own words."""
    posted = {name: values[-1] for name, values in (await forms.posted(request)).items()}
    english = request[LANGUAGE] == "en"
    try:
        await do(posted)
    except ValidationError as error:
        names = {**api_phone.NAMES, **api_hall.NAMES}
        return await shown(request, _said(problems(error, names), english), 422)
    except BadForm as error:
        return await shown(request, _said(error.problems, english), 422)
    except Refused as error:
        return await shown(request, error.en if english else error.zh, 409)
    return see_other(after)


def _said(wrong: list[FieldProblem], english: bool) -> str:
    return " ".join(one.en if english else one.zh for one in wrong)


async def notices(request: web.Request) -> web.Response:
    return await _notices(request, "", 200)


async def _notices(request: web.Request, problem: str, status: int) -> web.Response:
    centre = request.app[CENTRE]
    below = whole(request, "below", 0, 999_999_999) or None
    found = await bulletins.listed(centre, below, PAGE)
    facts = {
        "found": found,
        "older": found[-1].id if len(found) == PAGE else None,
        "problem": problem,
        "may_write": request[ACTOR].role in bulletins.WRITERS,
        "districts": [str(one["name"]) for one in centre.city.districts],
        "topics": sorted({str(one["level1"]) for one in centre.city.topics}),
    }
    return render(request, "office/bulletins.html", facts, status)


async def put(request: web.Request) -> web.Response:
    async def do(posted: dict[str, str]) -> None:
        told: dict[str, Any] = {name: posted.get(name, "") for name in TEXTS}
        told["ends_at"] = _local(posted.get("ends_at", ""))
        form = api_hall.BulletinForm.model_validate(told)
        await api_hall.put_bulletin(request, form)

    return await _done(request, do, _notices, "/office/bulletins")


TEXTS = ("title", "text", "topic", "district", "words")


def _local(typed: str) -> Any:
    """A page's moment has no zone: it is the city's."""
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=ZONE)
    except ValueError:
        return typed


async def withdraw(request: web.Request) -> web.Response:
    async def do(posted: dict[str, str]) -> None:
        await bulletins.withdraw(request.app[CENTRE], request[ACTOR], api_hall.id_of(request))

    return await _done(request, do, _notices, "/office/bulletins")


async def held(request: web.Request) -> web.Response:
    return await _held(request, "", 200)


async def _held(request: web.Request, problem: str, status: int) -> web.Response:
    centre = request.app[CENTRE]
    below = whole(request, "below", 0, 999_999_999) or None
    found = await restrict.listed(centre, below=below, limit=PAGE)
    facts = {
        "found": found,
        "older": found[-1].id if len(found) == PAGE else None,
        "problem": problem,
        "may_rule": request[ACTOR].role in restrict.RULERS,
        "Rule": restrict.Rule,
    }
    return render(request, "office/restrictions.html", facts, status)


async def ruled(request: web.Request) -> web.Response:
    async def do(posted: dict[str, str]) -> None:
        centre, actor, one = request.app[CENTRE], request[ACTOR], api_hall.id_of(request)
        verdict, text = posted.get("verdict", ""), posted.get("text", "")
        if verdict == "lift":
            lifting = api_hall.LiftForm.model_validate({"text": text})
            await restrict.lift(centre, actor, one, lifting.text)
            return
        told = {"approve": verdict == "approve", "text": text}
        ruling = api_hall.RulingForm.model_validate(told)
        await restrict.rule(centre, actor, one, ruling.approve, ruling.text)

    return await _done(request, do, _held, "/office/restrictions")


async def records(request: web.Request) -> web.Response:
    asked = Asked(
        outcome=chosen(request, "outcome", api_phone.OUTCOMES),
        cursor=request.query.get("cursor", "")[:300],
        limit=PAGE,
    )
    found, cursor = await phone.listed(request.app[CENTRE], request[ACTOR], asked)
    facts = {
        "found": found,
        "cursor": cursor,
        "asked": request.query,
        "outcomes": phone.OUTCOMES,
        "outcome_text": phone.outcome_text,
    }
    return render(request, "office/records.html", facts)


async def record(request: web.Request) -> web.Response:
    found = await phone.pop(request.app[CENTRE], request[ACTOR], api_phone.call_id(request))
    facts = {"found": found, "outcome_text": phone.outcome_text}
    return render(request, "office/record.html", facts)


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, who: Any, summary: str) -> Route:
        return Route(method, path, handler, who, summary, api=False)

    back, one = missed.CALLERS_BACK | phone.SEES_CALLS, "/office/missed/{id}"
    seers = restrict.RULERS | phone.DESK
    calls, board_path = "/office/records", "/office/bulletins"
    return [
        page("GET", "/office/board", board, seating.BOARD, "队列看板"),
        page("GET", "/office/missed", to_return, back, "漏接回拨"),
        page("POST", one + "/tries", tried, missed.CALLERS_BACK, "登记回拨结果"),
        page("POST", one + "/call", call_back, missed.CALLERS_BACK, "用话机回拨"),
        page("GET", board_path, notices, WORKERS, "公告板"),
        page("POST", board_path, put, bulletins.WRITERS, "发布公告"),
        page("POST", board_path + "/{id}/off", withdraw, bulletins.WRITERS, "撤下公告"),
        page("GET", "/office/restrictions", held, seers, "号码限制"),
        page("POST", "/office/restrictions/{id}/rulings", ruled, restrict.RULERS, "审批号码限制"),
        page("GET", calls, records, phone.LISTENERS, "通话记录"),
        page("GET", calls + "/{call_id}", record, phone.LISTENERS, "通话记录"),
    ]
