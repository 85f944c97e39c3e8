"""The JSON interface of people's rights: asked by the citizen with the code, answered at the desk."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import AfterValidator, ValidationError

from channels.forms import BadForm, FieldProblem, Form, line, optional, problems, words
from channels.web import mail_address, phone_number
from hotline.domain import privacy as law
from hotline.domain.people import mask_text
from hotline.domain.privacy import Outcome, Wish
from hotline.flow import privacy
from hotline.store.privacy import Asked
from hotline.store.vault import MASKS
from hotline.web import answers_privacy as told
from hotline.web.bodies import code_of, json_object, number_of, origin_of, whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.routes_citizen import BASE, CODE
from hotline.web.routes_desk import PAGE
from hotline.web.routing import ANYONE, Param, Route
from hotline.web.shown import answer, moment

NAMES = {
    "kind": "申请事项",
    "reason": "说明",
    "corrections": "更正内容",
    "corrections.phone": "电话",
    "corrections.email": "邮箱",
    "outcome": "办理结果",
    "answer": "答复",
}


class CorrectionForm(Form):
    """What it should be; what is left out stays as it is."""

    name: optional(line(60)) = None  # type: ignore[valid-type]
    phone: Annotated[optional(line(40)), AfterValidator(lambda v: v and phone_number(v))] = None  # type: ignore[valid-type]
    email: Annotated[optional(line(254)), AfterValidator(lambda v: v and mail_address(v))] = None  # type: ignore[valid-type]
    address: optional(line(300)) = None  # type: ignore[valid-type]


class WishForm(Form):
    kind: Literal["access", "copy", "correct", "erase"]
    reason: words(1000) = ""  # type: ignore[valid-type]
    corrections: CorrectionForm | None = None


class DecisionForm(Form):
    outcome: Literal["granted", "refused"]
    answer: words(2000, needed=True)  # type: ignore[valid-type]


class HoldForm(Form):
    reason: words(500, needed=True)  # type: ignore[valid-type]


def read(form: type[Form], values: Any) -> Any:
    try:
        return form.model_validate(values)
    except ValidationError as error:
        raise BadForm(problems(error, NAMES)) from None


def wished(values: Any) -> tuple[Wish, Mapping[str, str]]:
    """The wish and its words; a correction says what is to be corrected."""
    form = read(WishForm, values)
    found = {"reason": form.reason} if form.reason else {}
    if form.corrections is not None:
        changes = form.corrections.model_dump(exclude_none=True)
        found |= {name: str(value) for name, value in changes.items()}
    if form.kind == Wish.CORRECT and not set(found) & set(law.FIELDS):
        zh, en = "请写明要更正为什么内容。", "Say what it should be."
        raise BadForm([FieldProblem("corrections", "missing", zh, en)])
    return Wish(form.kind), found


def door(request: web.Request) -> tuple[str, str, str]:
    return number_of(request), code_of(request), origin_of(request)


def shown(one: Asked, language: str) -> dict[str, Any]:
    """Masked like everything else: the new number of a correction is the citizen's."""
    masked = {n: MASKS[n](v) if n in MASKS else mask_text(v) for n, v in one.words.items()}
    return {
        "id": one.id,
        "at": moment(one.at),
        "number": one.number,
        "kind": one.kind,
        "kind_text": Wish(one.kind).name_in(language),
        "due_at": moment(one.due_at),
        "state": one.state,
        "state_text": Outcome(one.state).name_in(language),
        "answer": one.answer,
        "decided_at": moment(one.decided_at),
        "words": masked,
    }


async def get_standing(request: web.Request) -> web.Response:
    found = await privacy.standing(request.app[CENTRE], door(request))
    english = request[LANGUAGE] == "en"
    limit = found.limit and {
        "code": found.limit.code,
        "text": found.limit.en if english else found.limit.zh,
    }
    return answer(
        {
            "number": found.number,
            "requests": [shown(one, request[LANGUAGE]) for one in found.requests],
            "limit": limit,
            "limits": law.LIMITS_EN if english else law.LIMITS_ZH,
            "may_fetch": found.may_fetch,
        }
    )


async def post_wish(request: web.Request) -> web.Response:
    wish, said = wished(await json_object(request))
    found = await privacy.ask(request.app[CENTRE], door(request), wish, said)
    return answer(shown(found, request[LANGUAGE]), status=201)


async def get_data(request: web.Request) -> web.Response:
    return answer(data(await privacy.own_data(request.app[CENTRE], door(request))))


def data(found: Mapping[str, Any]) -> dict[str, Any]:
    lines = [{**line, "at": moment(line["at"])} for line in found["timeline"]]
    looks = [{**look, "at": moment(look["at"])} for look in found["looks"]]
    return {**found, "timeline": lines, "looks": looks}


async def get_requests(request: web.Request) -> web.Response:
    limit = whole(request, "limit", 50, 200, 1)
    below = whole(request, "below", 0, 999_999_999) or None
    found = await privacy.listed(
        request.app[CENTRE],
        request[ACTOR],
        state=request.query.get("state", ""),
        below=below,
        limit=limit,
    )
    items = [shown(one, request[LANGUAGE]) for one in found]
    return answer({"items": items, "older": found[-1].id if len(found) == limit else None})


async def post_decision(request: web.Request) -> web.Response:
    form = read(DecisionForm, await json_object(request))
    found = await privacy.decide(
        request.app[CENTRE], request[ACTOR], row_of(request), Outcome(form.outcome), form.answer
    )
    return answer(shown(found, request[LANGUAGE]))


def row_of(request: web.Request) -> int:
    raw = request.match_info["id"]
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 9):
        raise privacy.NoSuchRequest
    return int(raw)


async def put_hold(request: web.Request) -> web.Response:
    form = read(HoldForm, await json_object(request))
    number = number_of(request)
    await privacy.hold(request.app[CENTRE], request[ACTOR], number, form.reason)
    return answer({"number": number, "held": True})


async def delete_hold(request: web.Request) -> web.Response:
    number = number_of(request)
    await privacy.release(request.app[CENTRE], request[ACTOR], number)
    return answer({"number": number, "held": False})


def routes() -> list[Route]:
    def of(summary: str, kind: Any, status: int = 200, **more: Any) -> dict[str, Any]:
        return {"summary": summary, "answers": {status: summary}, "told": kind, **more}

    own, desk, hold = BASE + "/{number}/privacy", "/api/v1/privacy-requests", "{number}/hold"
    state = {"type": "string", "enum": [one.value for one in Outcome]}
    listing = (Param("state", "query", "办理结果", schema=state), *PAGE)
    mine: dict[str, Any] = {"params": (CODE,), "limit": "look_up"}
    standing = of("个人信息申请与删除的限制", told.PrivacyStanding, **mine)
    asked = of("申请查阅、复制、更正、删除", told.PrivacyRequestTold, 201, body=WishForm, **mine)
    copied = of("本人的个人信息", told.OwnData, refusals=(409,), **mine)
    listed = of("个人信息申请", told.PrivacyRequests, params=listing)
    decided = of("答复个人信息申请", told.PrivacyRequestTold, body=DecisionForm)
    held = of("留存", told.HoldTold, body=HoldForm)
    ended = of("解除留存", told.HoldTold, refusals=(409,))
    data_path, cases = BASE + "/{number}/personal-data", "/api/v1/cases/"
    who, director = law.DESK, law.ERASERS
    return [
        Route("GET", own, get_standing, ANYONE, **standing),
        Route("POST", own, post_wish, ANYONE, **asked),
        Route("GET", data_path, get_data, ANYONE, **copied),
        Route("GET", desk, get_requests, who, **listed),
        Route("POST", desk + "/{id}/decision", post_decision, who, **decided),
        Route("PUT", cases + hold, put_hold, director, **held),
        Route("DELETE", cases + hold, delete_hold, director, **ended),
    ]
