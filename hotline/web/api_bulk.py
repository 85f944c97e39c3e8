"""Several cases at once over the interface: looked at, done each for itself, taken back by `undo`.

The same law and the same limits as the page: what was seen is what is done, a case that moved is left
alone, and one that the caller may not know of answers like one that is not there.
"""

import hashlib
import json
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import Field, ValidationError

from channels.forms import BadForm, Form, problems, words
from hotline.domain.errors import KeyInFlight, Refused
from hotline.flow import bulk
from hotline.flow.bulk import Kind, Plan
from hotline.store import keptanswers
from hotline.web.answers_bulk import BulkTold
from hotline.web.bodies import json_object, key_of
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.problems import of_refusal
from hotline.web.routing import KEY, Route
from hotline.web.shown import answer

NUMBER = r"^[0-9]{8}-[0-9]{6,9}$"
NAMES = {
    "step": "步骤",
    "kind": "要做什么",
    "to": "单位、主单或经办人",
    "cases": "诉求",
    "number": "诉求编号",
    "version": "版本",
}
_in_flight: set[tuple[int, str, str]] = set()


Version = Annotated[int, Field(ge=1, le=999_999_999)]


class BulkCase(Form):
    """A case to be looked at; which version is all the same."""

    number: Annotated[str, Field(pattern=NUMBER)]
    version: Version | None = None


class SeenCase(BulkCase):
    """A case as it was seen: what moved since is left alone."""

    version: Version


class BulkBody(Form):
    step: Literal["preview"] = "preview"
    kind: Kind
    to: words(80) = ""  # type: ignore[valid-type]
    cases: Annotated[tuple[BulkCase, ...], Field(min_length=1, max_length=bulk.MOST)]


class BulkRun(Form):
    step: Literal["run"]
    kind: Kind
    to: words(80) = ""  # type: ignore[valid-type]
    cases: Annotated[tuple[SeenCase, ...], Field(min_length=1, max_length=bulk.MOST)]


async def post_bulk(request: web.Request) -> web.Response:
    """A run under an Idempotency-Key is answered the second time as the first."""
    raw = await json_object(request)
    try:
        run = raw.get("step") == "run"
        asked = BulkRun.model_validate(raw) if run else BulkBody.model_validate(raw)
    except ValidationError as error:
        raise BadForm(problems(error, NAMES)) from None
    key = key_of(request)
    if isinstance(asked, BulkBody):
        return answer(await _previewed(request, asked), headers={"Cache-Control": "no-store"})
    told = await (_once(request, asked, key) if key else _done(request, asked))
    return answer(told, headers={"Cache-Control": "no-store"})


async def _once(request: web.Request, asked: BulkRun, key: str) -> dict[str, Any]:
    """Cut off in the middle, a repeat does what is left: the versions say what is done already."""
    centre = request.app[CENTRE]
    body = hashlib.sha256(asked.model_dump_json().encode()).hexdigest()
    post = keptanswers.Post(f"bulk:{request[ACTOR].name}"[:80], key, body)
    flying = (id(centre), post.scope, key)
    if flying in _in_flight:
        raise KeyInFlight
    _in_flight.add(flying)
    try:
        async with centre.look() as look:
            known = await keptanswers.answered(look.connection, centre.cipher, post)
        if known is not None:
            first: dict[str, Any] = json.loads(known)
            return first
        told = await _done(request, asked)
        async with centre.work() as work:
            text = json.dumps(told, ensure_ascii=False)
            await keptanswers.keep(work.connection, work.cipher, post, text, work.at)
        return told
    finally:
        _in_flight.discard(flying)


async def _previewed(request: web.Request, asked: BulkBody) -> dict[str, Any]:
    numbers = [one.number for one in asked.cases]
    plan = _plan(asked, numbers)
    rows = await bulk.preview(request.app[CENTRE], request[ACTOR], plan, numbers)
    items = []
    for one in rows:
        known = {"title": one.title, "topic": one.topic, "to": one.to} if one.version else {}
        state = one.state.value if one.state is not None else None
        told = _item(request, one.number, one.version, one.refused)
        items.append(told | {name: text or None for name, text in known.items()} | {"state": state})
    return _told(asked, plan, items)


async def _done(request: web.Request, asked: BulkRun) -> dict[str, Any]:
    seen = [(one.number, one.version) for one in asked.cases]
    plan = _plan(asked, [number for number, _ in seen])
    done = await bulk.run(request.app[CENTRE], request[ACTOR], plan, seen)
    return _told(
        asked, plan, [_item(request, one.number, one.version, one.refused) for one in done]
    )


def _plan(asked: BulkBody | BulkRun, numbers: list[str]) -> Plan:
    """As on the page: merged into the first that came in, until another is named."""
    first = min(numbers) if asked.kind is Kind.MERGE else ""
    return Plan(asked.kind, asked.to or first)


def _item(
    request: web.Request, number: str, version: int, refused: Refused | None
) -> dict[str, Any]:
    problem = of_refusal(refused, request[LANGUAGE]) if refused is not None else None
    return {
        "number": number,
        "status": problem.status if problem else 200,
        "version": version or (problem.extra or {}).get("version") if problem else version,
        **dict.fromkeys(("title", "topic", "state", "to")),
        "problem": {"code": problem.code, "detail": problem.detail} if problem else None,
    }


def _told(asked: BulkBody | BulkRun, plan: Plan, items: list[dict[str, Any]]) -> dict[str, Any]:
    able = sum(one["problem"] is None for one in items)
    undo = bulk.UNDO.get(plan.kind)
    return {
        "step": asked.step,
        "kind": asked.kind.value,
        "to": plan.to,
        "undo": undo.value if undo else None,
        "able": able,
        "refused": len(items) - able,
        "items": items,
    }


def routes() -> list[Route]:
    told: dict[str, Any] = {"body": BulkBody | BulkRun, "told": BulkTold, "params": (KEY,)}
    answers = {200: "每件诉求的预览或结果"}
    path = "/api/v1/cases/bulk"
    return [
        Route(
            "POST",
            path,
            post_bulk,
            bulk.DOERS,
            "批量办理",
            answers=answers,
            refusals=(404,),
            **told,
        )
    ]
