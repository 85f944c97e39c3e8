"""The agent's desk page: who rings, what we know of the number, the form, the guesses beside it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from channels.forms import FieldProblem, problems
from channels.telephone.command import Do
from hotline.domain.errors import Refused
from hotline.domain.state import State
from hotline.domain.words import Kind, Party, Tongue, Urgency
from hotline.flow import bulletins, calls, missed, phone, restrict, seating, tying
from hotline.flow.seating import Standing
from hotline.web import api_hall, api_phone, callshown, forms, office_hall
from hotline.web.bodies import new_key
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routing import Route


async def desk(request: web.Request) -> web.Response:
    return await _desk(request)


async def again(
    request: web.Request, typed: dict[str, list[str]], wrong: Sequence[FieldProblem], status: int
) -> web.Response:
    """The desk with a form that could not be filed: the call goes on, and so does what was typed."""
    return await _desk(request, status=status, typed=typed, wrong=wrong)


async def _desk(
    request: web.Request,
    problem: str = "",
    status: int = 200,
    *,
    typed: dict[str, list[str]] | None = None,
    wrong: Sequence[FieldProblem] = (),
) -> web.Response:
    """The whole desk; the form's call or `?call=` chooses the call, else the one that is going on."""
    centre, actor = request.app[CENTRE], request[ACTOR]
    seat, extension = await seating.seat_of(centre, actor)
    own = await phone.own(centre, actor, 8)
    going = next((one.call_id for one in own if one.phase != "ended"), "")
    typed = typed or {"key": [new_key()]}
    chosen = typed.get("call_id", [""])[-1] or request.query.get("call", "") or going
    facts = {
        "seat": callshown.seat(seat, extension, request[LANGUAGE], actor.name),
        "extension": extension,
        "Standing": Standing,
        "panel": await _panel(request, chosen),
        "recent": own,
        "board": await bulletins.live(centre),
        "waiting": await missed.waiting(centre, 8),
        "problem": problem,
        **_form(request, typed, wrong),
        **WORDS,
    }
    return render(request, "office/phone.html", facts, status)


def _form(
    request: web.Request, typed: dict[str, list[str]], wrong: Sequence[FieldProblem]
) -> dict[str, Any]:
    english = request[LANGUAGE] == "en"
    districts = [str(one["name"]) for one in request.app[CENTRE].city.districts]
    return {
        "typed": defaultdict(str, {name: values[-1] for name, values in typed.items()}),
        "problems": {one.field: one.en if english else one.zh for one in wrong},
        "kinds": list(Kind),
        "parties": list(Party),
        "tongues": list(Tongue),
        "districts": districts,
    }


async def _panel(request: web.Request, call_id: str) -> dict[str, Any] | None:
    if not call_id:
        return None
    centre, actor = request.app[CENTRE], request[ACTOR]
    try:
        found = await phone.pop(centre, actor, call_id[:120])
    except phone.NoSuchCall:
        return None
    return {
        "call": found.call,
        "found": found,
        "filed": next((tie["number"] for tie in found.tied if tie["kind"] == "filed"), None),
        "held": await restrict.of_hash(centre, found.call.number_hash),
        "outcome": phone.outcome_text(found.call.outcome),
        "acts": found.acts,
    }


WORDS: dict[str, Any] = {
    "State": State,
    "Urgency": Urgency,
    "Step": restrict.Step,
    "Rule": restrict.Rule,
    "Service": phone.Service,
}


async def panel(request: web.Request) -> web.Response:
    """The call's part of the page alone: what the screen shows when it rings."""
    found = await _panel(request, request.query.get("call", ""))
    return render(request, "office/phone_panel.html", {"panel": found, **WORDS})


async def guess(request: web.Request) -> web.Response:
    """The guesses beside the form, as they stand for what is typed so far."""
    posted = {name: values[-1] for name, values in (await forms.posted(request)).items()}
    told = await api_hall.guess(request, posted.get("title", "")[:200], posted.get("content", ""))
    return render(
        request, "office/phone_guess.html", {"guess": told, "Urgency": Urgency, "Kind": Kind}
    )


async def stand(request: web.Request) -> web.Response:
    posted = {name: values[-1] for name, values in (await forms.posted(request)).items()}
    told = {"state": posted.get("state", ""), "extension": posted.get("extension", "")}
    try:
        form = api_phone.SeatForm.model_validate(told)
        await calls.stand(request.app[CENTRE], request[ACTOR], form.state, form.extension)
    except ValidationError as error:
        return await _desk(request, _said(request, problems(error, api_phone.NAMES)), 422)
    except Refused as error:
        return await _desk(request, _told(request, error), 409)
    return see_other("/office/phone")


async def act(request: web.Request) -> web.Response:
    """Every key of a call: emergency, steps, switch commands, linking, restricting."""
    posted = {name: values[-1] for name, values in (await forms.posted(request)).items()}
    call_id = request.match_info["call_id"][:120]
    key = KEYS.get(posted.get("key", ""))
    if key is None:
        return see_other("/office/phone")
    try:
        await key(request, call_id, posted)
    except ValidationError as error:
        names = {**api_hall.NAMES, **api_phone.NAMES}
        return await _desk(request, _said(request, problems(error, names)), 422)
    except Refused as error:
        return await _desk(request, _told(request, error), 409)
    return see_other(f"/office/phone?call={call_id}")


async def _emergency(request: web.Request, call_id: str, posted: dict[str, str]) -> None:
    form = api_phone.EmergencyForm.model_validate({"service": posted.get("service", "")})
    await phone.emergency(request.app[CENTRE], request[ACTOR], call_id, form.service)


async def _step(request: web.Request, call_id: str, posted: dict[str, str]) -> None:
    told = {"step": posted.get("step", ""), "text": posted.get("text", "")}
    form = api_phone.StepForm.model_validate(told)
    await phone.act(
        request.app[CENTRE], request[ACTOR], call_id, form.step.value, {"text": form.text}
    )


async def _command(request: web.Request, call_id: str, posted: dict[str, str]) -> None:
    told = {"do": posted.get("do", ""), "to": posted.get("to", "")}
    form = api_phone.CommandForm.model_validate(told)
    if form.do in (Do.HOLD, Do.RESUME) or form.to:
        await phone.command(request.app[CENTRE], request[ACTOR], call_id, form.do, form.to)


async def _tie(request: web.Request, call_id: str, posted: dict[str, str]) -> None:
    told: dict[str, Any] = {"number": posted.get("number", ""), "text": posted.get("text", "")}
    form = api_phone.TieForm.model_validate({**told, "urge": posted.get("urge") == "on"})
    pair = (call_id, form.number)
    await tying.tie(request.app[CENTRE], request[ACTOR], pair, urge=form.urge, text=form.text)


async def _restrict(request: web.Request, call_id: str, posted: dict[str, str]) -> None:
    told = {name: posted.get(name, "") for name in ("rule", "reason", "days")}
    form = api_hall.RestrictionForm.model_validate(told)
    wish = restrict.Wish(call_id, form.rule, form.reason, form.days)
    await restrict.ask(request.app[CENTRE], request[ACTOR], wish)


KEYS = {
    "emergency": _emergency,
    "step": _step,
    "command": _command,
    "tie": _tie,
    "restrict": _restrict,
}


def _said(request: web.Request, wrong: list[FieldProblem]) -> str:
    english = request[LANGUAGE] == "en"
    return " ".join(one.en if english else one.zh for one in wrong)


def _told(request: web.Request, error: Refused) -> str:
    return error.en if request[LANGUAGE] == "en" else error.zh


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str) -> Route:
        return Route(method, path, handler, phone.DESK, summary, api=False)

    return [
        page("GET", "/office/phone", desk, "接线台"),
        page("GET", "/office/phone/panel", panel, "来电"),
        page("POST", "/office/phone/guess", guess, "边录边判"),
        page("POST", "/office/phone/seat", stand, "切换坐席状态"),
        page("POST", "/office/phone/calls/{call_id}", act, "通话处置"),
        *office_hall.routes(),
    ]
