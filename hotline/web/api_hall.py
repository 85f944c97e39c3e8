"""The hall's JSON interface: bulletins, numbers held to a rule, and what the machine guesses as one types."""

from datetime import datetime
from typing import Annotated, Any

from aiohttp import web
from pydantic import AwareDatetime, Field

from channels.forms import BadForm, FieldProblem, Form, line, words
from hotline.flow import bulletins, classify, restrict
from hotline.web import callshown
from hotline.web.api_phone import call_id, form
from hotline.web.bodies import chosen, json_object, whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.shown import answer

NAMES = {
    "title": "标题",
    "text": "内容",
    "topic": "事项",
    "district": "区县",
    "words": "关键词",
    "starts_at": "开始时间",
    "ends_at": "结束时间",
    "rule": "限制方式",
    "reason": "理由",
    "days": "天数",
    "approve": "是否批准",
    "content": "诉求内容",
}
STATES = frozenset({"asked", "approved", "refused", "lifted"})


class BulletinForm(Form):
    """A bulletin; without a topic or a district it is for every one."""

    title: line(80, needed=True)  # type: ignore[valid-type]
    text: words(1000, needed=True)  # type: ignore[valid-type]
    topic: line(120) = ""  # type: ignore[valid-type]
    district: line(40) = ""  # type: ignore[valid-type]
    words: line(200) = ""  # type: ignore[valid-type]
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime


class RestrictionForm(Form):
    """A restriction asked for by who took the call."""

    rule: restrict.Rule
    reason: words(500, needed=True)  # type: ignore[valid-type]
    days: Annotated[int, Field(ge=1, le=restrict.MOST_DAYS)]


class RulingForm(Form):
    approve: bool
    text: words(500, needed=True)  # type: ignore[valid-type]


class LiftForm(Form):
    text: words(500, needed=True)  # type: ignore[valid-type]


class GuessForm(Form):
    """What the agent has typed so far."""

    title: line(200) = ""  # type: ignore[valid-type]
    content: words(20_000) = ""  # type: ignore[valid-type]


def id_of(request: web.Request) -> int:
    told = request.match_info["id"]
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0


def _page(request: web.Request) -> tuple[int | None, int]:
    below = whole(request, "below", 0, 999_999_999) or None
    return below, whole(request, "limit", 50, 200, 1)


async def get_bulletins(request: web.Request) -> web.Response:
    below, limit = _page(request)
    found = await bulletins.listed(request.app[CENTRE], below, limit)
    items = [callshown.bulletin(one) for one in found]
    return answer({"items": items, "older": items[-1]["id"] if len(items) == limit else None})


async def post_bulletin(request: web.Request) -> web.Response:
    told = form(BulletinForm, await json_object(request), NAMES)
    made = await put_bulletin(request, told)
    return answer({"id": made}, status=201)


async def put_bulletin(request: web.Request, told: BulletinForm) -> int:
    centre = request.app[CENTRE]
    districts = {str(one["name"]) for one in centre.city.districts}
    if told.district and told.district not in districts:
        raise BadForm([FieldProblem("district", "unknown", "没有这个区县。", "No such district.")])
    starts: datetime = told.starts_at or centre.now()
    facts = told.model_dump() | {"starts_at": starts}
    return await bulletins.put(centre, request[ACTOR], bulletins.New(**facts))


async def delete_bulletin(request: web.Request) -> web.Response:
    await bulletins.withdraw(request.app[CENTRE], request[ACTOR], id_of(request))
    return web.Response(status=204)


async def get_restrictions(request: web.Request) -> web.Response:
    below, limit = _page(request)
    state = chosen(request, "state", STATES)
    found = await restrict.listed(request.app[CENTRE], state=state, below=below, limit=limit)
    items = [callshown.restriction(one, request[LANGUAGE]) for one in found]
    return answer({"items": items, "older": items[-1]["id"] if len(items) == limit else None})


async def post_restriction(request: web.Request) -> web.Response:
    told = form(RestrictionForm, await json_object(request), NAMES)
    wish = restrict.Wish(call_id(request), told.rule, told.reason, told.days)
    made = await restrict.ask(request.app[CENTRE], request[ACTOR], wish)
    return answer({"id": made}, status=201)


async def post_ruling(request: web.Request) -> web.Response:
    told = form(RulingForm, await json_object(request), NAMES)
    found = await restrict.rule(
        request.app[CENTRE], request[ACTOR], id_of(request), told.approve, told.text
    )
    return answer(callshown.restriction(found, request[LANGUAGE]))


async def post_lifting(request: web.Request) -> web.Response:
    told = form(LiftForm, await json_object(request), NAMES)
    found = await restrict.lift(request.app[CENTRE], request[ACTOR], id_of(request), told.text)
    return answer(callshown.restriction(found, request[LANGUAGE]))


async def post_guess(request: web.Request) -> web.Response:
    """Beside the form: type, topic, unit, urgency with the words that say so; and the bulletins."""
    told = form(GuessForm, await json_object(request), NAMES)
    return answer(await guess(request, told.title, told.content))


async def guess(request: web.Request, title: str, content: str) -> dict[str, Any]:
    centre = request.app[CENTRE]
    board = await bulletins.live(centre)
    text = f"{title}\n{content}"
    if not text.strip():
        fitting = [one for one in board if not one.topic and not one.district]
        return {"suggestions": {}, "bulletins": [callshown.bulletin(one) for one in fitting]}
    thought = await classify.consider(centre, title, content)
    reading, suggested = thought.reading, classify.shown(thought, centre.rules.tree)
    topic = reading.topic.label if reading.topic.sure else ""
    fitting = bulletins.matched(board, topic, reading.district.label, text)
    return {
        "suggestions": suggested,
        "bulletins": [callshown.bulletin(one) for one in fitting[:5]],
    }
