"""The caller-back's JSON interface: the day's plan, the next case, a call, and what came of it."""

from typing import Annotated, Any

from aiohttp import web
from pydantic import AwareDatetime, BeforeValidator, Field

from channels.forms import Form, optional, words
from hotline.domain.acts.centre import FollowUp
from hotline.domain.people import Tree
from hotline.domain.state import State
from hotline.domain.words import Reached, Satisfaction, Tongue
from hotline.flow import callbackcalls, callbacks
from hotline.flow.callbackcalls import Then, Told
from hotline.flow.callbacks import Asked, Line, Shelf, Source
from hotline.store.callbacks import Heard
from hotline.web.api_phone import form
from hotline.web.bodies import chosen, json_object, number_of, whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.shown import answer, moment

NAMES = {
    "outcome": "回访结果",
    "solved": "问题是否解决",
    "unsolved_reason": "未解决原因",
    "satisfaction": "满意度",
    "discontent": "不满意原因",
    "contacted": "承办单位是否联系过",
    "pressed": "是否有人要求好评或撤诉",
    "again_at": "约定再呼时间",
    "should_do": "应办未办",
    "text": "回访记录",
    "then": "处理",
    "reason": "办结或重办的理由",
    "version": "版本号",
    "language": "语言或方言",
    "source": "回访来源",
}
SHELVES = frozenset(one.value for one in Shelf)
SOURCES = frozenset(one.value for one in Source)
TONGUES = frozenset(one.value for one in Tongue)
FACTS = (
    "outcome solved unsolved_reason satisfaction discontent contacted pressed again_at should_do"
)


class NextForm(Form):
    """Which cases are wanted; empty: any."""

    language: optional(Tongue) = None  # type: ignore[valid-type]
    source: optional(Source) = None  # type: ignore[valid-type]


class OutcomeForm(Form):
    """What came of a call: the answers of who was reached, and what becomes of the case."""

    outcome: Reached
    solved: bool | None = None
    unsolved_reason: optional(words(500)) = None  # type: ignore[valid-type]
    satisfaction: optional(  # type: ignore[valid-type]
        Annotated[Satisfaction, BeforeValidator(lambda v: str(v) if type(v) is int else v)]
    ) = None
    discontent: optional(words(500)) = None  # type: ignore[valid-type]
    contacted: bool | None = None
    pressed: bool | None = None
    again_at: optional(AwareDatetime) = None  # type: ignore[valid-type]
    should_do: bool = False
    text: optional(words(2000)) = None  # type: ignore[valid-type]
    then: optional(Then) = None  # type: ignore[valid-type]
    reason: words(2000) = ""  # type: ignore[valid-type]
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


def asked_of(request: web.Request, limit: int) -> Asked:
    """What of the plan an address asks for; raises BadForm."""
    return Asked(
        shelf=Shelf(chosen(request, "shelf", SHELVES) or Shelf.WAITING),
        language=chosen(request, "language", TONGUES),
        source=chosen(request, "source", SOURCES),
        cursor=request.query.get("cursor", "")[:300],
        limit=limit,
    )


async def get_plan(request: web.Request) -> web.Response:
    centre, asked = request.app[CENTRE], asked_of(request, whole(request, "limit", 50, 200, 1))
    found = await callbacks.plan(centre, request[ACTOR], asked)
    tree, spoken = centre.rules.tree, request[LANGUAGE]
    return answer(
        {
            "counts": {shelf.value: n for shelf, n in found.counts.items()},
            "items": [line(one, tree, spoken) for one in found.lines],
            "heard": [heard(one, spoken) for one in found.heard],
            "next_cursor": found.next_cursor,
        }
    )


def line(found: Line, tree: Tree, spoken: str) -> dict[str, Any]:
    one, source = found.one, Source.DRAWN if found.one.drawn else Source.MUST
    plain = "number version title type urgency language confidential reachable tries outcome"
    return {
        **{name: getattr(one, name) for name in plain.split()},
        "department": one.lead,
        "department_name": tree.top(one.lead) if one.lead else None,
        "source": source.value,
        "source_text": source.name_in(spoken),
        "shelf": found.shelf.value,
        "shelf_text": found.shelf.name_in(spoken),
        "due_at": moment(found.due_at),
        "ready": found.ready,
        "tried_at": moment(one.tried_at),
        "again_at": moment(one.again_at),
        "holder": found.holder,
    }


def heard(one: Heard, spoken: str) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in ("number", "title", "state", "outcome", "by")},
        "state_text": State(one.state).name_in(spoken),
        "department": one.lead,
        "outcome_text": Reached(one.outcome).name_in(spoken),
        "at": moment(one.at),
    }


async def post_next(request: web.Request) -> web.Response:
    told = form(NextForm, await json_object(request), NAMES)
    asked = Asked(language=told.language or "", source=told.source or "")
    number = await callbacks.take_next(request.app[CENTRE], request[ACTOR], asked)
    return answer({"number": number})


async def post_call(request: web.Request) -> web.Response:
    made = await callbackcalls.call(request.app[CENTRE], number_of(request), request[ACTOR])
    return answer(
        {"phone": made.phone, "name": made.name, "until": moment(made.until), "n": made.n}
    )


async def post_outcome(request: web.Request) -> web.Response:
    made = form(OutcomeForm, await json_object(request), NAMES)
    number = number_of(request)
    state = await callbackcalls.heard(
        request.app[CENTRE], number, request[ACTOR], told_of(made), made.version
    )
    text = State(state).name_in(request[LANGUAGE])
    return answer({"number": number, "state": state, "state_text": text})


def told_of(made: OutcomeForm) -> Told:
    facts = FollowUp(**{name: getattr(made, name) for name in (*FACTS.split(), "text")})
    return Told(facts, made.then, made.reason)


async def post_lay_back(request: web.Request) -> web.Response:
    centre, number = request.app[CENTRE], number_of(request)
    return answer({"undone": await callbackcalls.lay_back(centre, number, request[ACTOR])})
