"""The staff's and machines' interface: sign-in, cases, actions, timelines, reveals."""

import re
from datetime import datetime
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field, ValidationError

from channels.forms import BadForm, FieldProblem, Form, one_of, problems, words
from escalation.calendar import ZONE
from hotline.domain.state import State
from hotline.domain.words import Channel, Kind, Party, Tongue, Urgency
from hotline.flow import work as flow
from hotline.store import lights
from hotline.store.casesorts import NEWEST, SORTS
from hotline.store.find import GROUPS, Wanted
from hotline.store.vault import FIELDS
from hotline.web import api_repeats, auth, filing, shown
from hotline.web.api_citizen import read_complaint, refused
from hotline.web.bodies import chosen, json_object, key_of, new_key, number_of, origin_of, whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE, SECRET
from hotline.web.schemas import read_action
from hotline.web.shown import answer

STATES = frozenset(state.value for state in State) | GROUPS.keys()
RUNGS = (lights.ANY, *(str(level) for level in range(lights.LEVELS)))
MOST_WEEKS = 8
BY_HAND = frozenset(channel.value for channel in Channel)


class SignIn(Form):
    username: words(80, needed=True)  # type: ignore[valid-type]
    password: words(200, needed=True)  # type: ignore[valid-type]
    code: words(40) = ""  # type: ignore[valid-type]


REVEALED = Annotated[words(20, needed=True), one_of(*FIELDS, "words")]  # type: ignore[valid-type]


class Reveal(Form):
    fields: Annotated[tuple[REVEALED, ...], Field(min_length=1)]  # type: ignore[valid-type]
    purpose: words(500, needed=True)  # type: ignore[valid-type]


NAMES = {
    "username": "用户名",
    "password": "密码",
    "code": "动态口令",
    "fields": "要查看的内容",
    "purpose": "查看目的",
}


async def post_session(request: web.Request) -> web.Response:
    try:
        told = SignIn.model_validate(await json_object(request))
    except ValidationError as error:
        raise BadForm(problems(error, NAMES)) from None
    officer, secret, ends = await auth.sign_in(
        request.app[CENTRE], told.username, told.password, origin_of(request), told.code
    )
    return answer(
        {
            "token": secret,
            "expires_at": shown.moment(ends),
            "role": officer.role.value,
            "department": officer.department,
        },
        status=201,
    )


async def delete_session(request: web.Request) -> web.Response:
    await auth.sign_out(request.app[CENTRE], request[ACTOR], request[SECRET])
    return web.Response(status=204)


async def get_cases(request: web.Request) -> web.Response:
    centre, actor = request.app[CENTRE], request[ACTOR]
    found = await flow.listed(centre, actor, wanted(request))
    tree = centre.rules.tree
    items = [shown.row(row, tree) for row in found.rows]
    return answer({"items": items, "next_cursor": found.next_cursor})


def wanted(request: web.Request) -> Wanted:
    """The filters of a list; a word that is not one of the choices is a problem, not ignored."""
    states = tuple(word for word in request.query.get("state", "").split(",") if word)
    unknown = [word for word in states if word not in STATES]
    if unknown:
        raise BadForm([FieldProblem("state", "unknown", "没有这种状态。", "No such state.")])
    overdue = chosen(request, "overdue", frozenset({"true", "false", "1", "0"}))
    level = request.query.get("level")
    return Wanted(
        state=states,
        department=request.query.get("department", "")[:40],
        type=chosen(request, "type", frozenset(kind.value for kind in Kind)),
        urgency=chosen(request, "urgency", frozenset(one.value for one in Urgency)),
        topic=request.query.get("topic", "")[:120],
        level=whole(request, "level", 0, 6) if level else None,
        overdue=overdue in ("true", "1") if overdue else None,
        caller=_hash(request.query.get("caller", "")),
        district=request.query.get("district", "")[:40],
        channel=chosen(request, "channel", frozenset(one.value for one in Channel)),
        party=chosen(request, "party", frozenset(one.value for one in Party)),
        language=chosen(request, "language", frozenset(one.value for one in Tongue)),
        since=_moment(request, "since"),
        until=_moment(request, "until"),
        weeks=_weeks(request),
        light=chosen(request, "light", frozenset(lights.KINDS)),
        coming=chosen(request, "coming", frozenset(RUNGS)),
        q=request.query.get("q", "")[:100].replace("\x00", ""),
        sort=chosen(request, "sort", frozenset(SORTS)) or NEWEST,
        cursor=request.query.get("cursor", "")[:200],
        limit=whole(request, "limit", 50, 200, least=1),
    )


def _weeks(request: web.Request) -> int:
    """The same span of the weeks before: without its two ends there is none."""
    weeks = whole(request, "weeks", 0, MOST_WEEKS)
    if weeks and not (request.query.get("since") and request.query.get("until")):
        zh, en = "往周同期须同时给出起止时间。", "Weeks before need both since and until."
        raise BadForm([FieldProblem("weeks", "no_span", zh, en)])
    return weeks


def _moment(request: web.Request, name: str) -> datetime | None:
    """Without an offset it is the city's time; a day alone is its beginning."""
    given = request.query.get(name, "")
    if not given:
        return None
    try:
        told = datetime.fromisoformat(given[:40])
        return told if told.tzinfo else told.replace(tzinfo=ZONE)
    except (ValueError, OverflowError):
        zh = "请填写日期或时间，例如 2026-11-25 或 2026-11-25T08:00:00+08:00。"
        en = "Give a date or a moment, as 2026-11-25 or 2026-11-25T08:00:00+08:00."
        raise BadForm([FieldProblem(name, "no_such_day", zh, en)]) from None


def _hash(given: str) -> str:
    """A telephone number as the search told it; anything else is none."""
    return given if re.fullmatch("[0-9a-f]{64}", given) else ""


async def _shown(request: web.Request, view: flow.CaseView) -> web.Response:
    told = shown.case(view, request.app[CENTRE].rules, request[LANGUAGE], request[ACTOR])
    if request[LANGUAGE] == "en":
        told["state_text"] = view.case.state.en
    return answer(told, headers={"Cache-Control": "no-store"})


async def get_case(request: web.Request) -> web.Response:
    view = await flow.view(request.app[CENTRE], number_of(request), request[ACTOR])
    return await _shown(request, view)


async def get_timeline(request: web.Request) -> web.Response:
    _, entries = await flow.timeline(request.app[CENTRE], number_of(request), request[ACTOR])
    return answer({"items": [shown.entry(line, request[ACTOR]) for line in entries]})


async def post_action(request: web.Request) -> web.Response:
    facts, version = read_action(await json_object(request))
    view = await flow.act(request.app[CENTRE], number_of(request), facts, request[ACTOR], version)
    return await _shown(request, view)


async def post_reveal(request: web.Request) -> web.Response:
    try:
        told = Reveal.model_validate(await json_object(request))
    except ValidationError as error:
        raise BadForm(problems(error, NAMES)) from None
    allowed = {*FIELDS, "words"}
    if not told.fields or not set(told.fields) <= allowed:
        zh = f"可查看的内容为：{'、'.join(sorted(allowed))}。"
        raise BadForm([FieldProblem("fields", "enum", zh, f"One of {sorted(allowed)}.")])
    found = await flow.reveal(
        request.app[CENTRE], number_of(request), tuple(told.fields), told.purpose, request[ACTOR]
    )
    return answer(found, headers={"Cache-Control": "no-store"})


async def post_case(request: web.Request) -> web.Response:
    """A complaint on a citizen's behalf: the channel is the one it really came by."""
    body: dict[str, Any] = await json_object(request)
    channel, call_id = body.pop("channel", "phone"), body.pop("call_id", None)
    if not isinstance(channel, str) or channel not in BY_HAND:
        raise BadForm([FieldProblem("channel", "enum", "没有这种来源渠道。", "No such channel.")])
    call_id, key = filing.checked(call_id, channel), key_of(request)
    if call_id is not None:
        body = await filing.with_number(request, body, call_id)
    try:
        kept_under = filing.call_key(call_id) if call_id else key or new_key()
        incoming = await read_complaint(request, body, kept_under, channel)
    except BadForm:
        await refused(request, channel)
        raise
    scope = f"staff:{request[ACTOR].name}" if key else None
    receipt = await filing.file(request, incoming, scope=scope, call_id=call_id)
    found = await api_repeats.of_incoming(request, incoming, receipt.number)
    told = {
        "number": receipt.number,
        "query_code": receipt.query_code,
        "received_at": shown.moment(receipt.received_at),
        "state": "registered",
        "state_text": State.REGISTERED.name_in(request[LANGUAGE]),
        "repeats": [shown.repeat(one) for one in found],
    }
    return answer(told, status=201)
