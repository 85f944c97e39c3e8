"""Staff pages of typical cases: choose one that has ended, edit, hand in, release, withdraw."""

from typing import Any, Literal
from urllib.parse import urlencode

from aiohttp import web
from pydantic import Field

from channels.forms import BadForm, FieldProblem, Form, line, words
from hotline.domain.article import Stage
from hotline.domain.errors import NotAllowed, NotPossible, Refused
from hotline.domain.typical import EDITORS, OPEN, RELEASERS, STAGES, Telling
from hotline.flow import typicals
from hotline.web import forms
from hotline.web.articleforms import NUMBER, ReasonForm, ReviewForm, read
from hotline.web.bodies import chosen, whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.published import number_of
from hotline.web.routing import Route

PAGE = 30
BASE = "/office/published"


class ChooseForm(Form):
    number: line(20, needed=True)  # type: ignore[valid-type]


class TellingForm(Form):
    title: line(100, needed=True)  # type: ignore[valid-type]
    problem: words(5000, needed=True)  # type: ignore[valid-type]
    handling: words(5000) = ""  # type: ignore[valid-type]
    revision: int = Field(ge=1, le=NUMBER)


class SeenReviewForm(ReviewForm):
    verdict: Literal["release", "return"]
    revision: int = Field(ge=1, le=NUMBER)


def _said(request: web.Request, what: FieldProblem | Refused) -> str:
    return what.en if request[LANGUAGE] == "en" else what.zh


async def listed(request: web.Request) -> web.Response:
    return await _listed(request)


async def _listed(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    stage = chosen(request, "stage", frozenset(one.value for one in STAGES))
    below = whole(request, "below", 0, NUMBER) or None
    rows = await typicals.listed(request.app[CENTRE], request[ACTOR], stage, below, PAGE)
    older = urlencode({"stage": stage, "below": rows[-1].id}) if len(rows) == PAGE else None
    facts = {"rows": rows, "stage": stage, "stages": STAGES, "older": older, "Stage": Stage}
    facts |= {"problem": problem, "number": request.query.get("number", "")[:20]}
    return render(request, "office/published.html", facts, status)


async def choose(request: web.Request) -> web.StreamResponse:
    posted = await forms.posted(request)
    try:
        asked = read(ChooseForm, {"number": posted.get("number", [""])[-1]})
        made = await typicals.choose(request.app[CENTRE], request[ACTOR], asked.number)
    except BadForm as error:
        return await _listed(request, _said(request, error.problems[0]), 422)
    except Refused as error:
        return await _listed(request, _said(request, error), 409)
    return see_other(f"{BASE}/{made}?done=choose")


async def shown(request: web.Request) -> web.Response:
    return await _shown(request)


async def _shown(
    request: web.Request,
    problem: str = "",
    status: int = 200,
    typed: dict[str, str] | None = None,
) -> web.Response:
    actor = request[ACTOR]
    row = await typicals.shown(request.app[CENTRE], actor, number_of(request))
    releaser = actor.role in RELEASERS
    facts = {
        "row": row,
        "words": {name: (typed or {}).get(name, getattr(row, name)) for name in typicals.WORDS},
        "stage": Stage(row.stage),
        "problem": problem,
        "done": request.query.get("done", ""),
        "may_write": row.stage in OPEN,
        "may_review": releaser and row.stage == Stage.SUBMITTED and actor.name not in row.writers,
        "may_withdraw": releaser and row.stage != Stage.WITHDRAWN,
        "released": row.stage == Stage.RELEASED,
    }
    return render(request, "office/typical.html", facts, status)


async def step(request: web.Request) -> web.StreamResponse:
    """One of the steps of its life; what cannot be is said on its page, and what was typed stays."""
    posted, name = await forms.posted(request), request.match_info["step"]
    if name not in STEPS:
        raise web.HTTPNotFound
    told = {key: values[-1] for key, values in posted.items()}
    try:
        done = await STEPS[name](request, number_of(request), told)
    except BadForm as error:
        return await _shown(request, _said(request, error.problems[0]), 422, told)
    except (NotPossible, NotAllowed) as error:
        status = 403 if isinstance(error, NotAllowed) else 409
        return await _shown(request, _said(request, error), status, told)
    return see_other(f"{BASE}/{number_of(request)}?done={done or name}")


async def _save(request: web.Request, typical_id: int, told: dict[str, str]) -> str:
    named = {name: told.get(name, "") for name in TellingForm.model_fields}
    said = read(TellingForm, named)
    telling = Telling(said.title, said.problem, said.handling)
    cut = await typicals.rewrite(
        request.app[CENTRE], request[ACTOR], typical_id, telling, said.revision
    )
    return "cut" if cut else "save"


async def _submit(request: web.Request, typical_id: int, told: dict[str, str]) -> None:
    await typicals.submit(request.app[CENTRE], request[ACTOR], typical_id)


async def _review(request: web.Request, typical_id: int, told: dict[str, str]) -> None:
    named = {name: told.get(name, "") for name in ("verdict", "note", "revision")}
    said = read(SeenReviewForm, named)
    await typicals.review(
        request.app[CENTRE],
        request[ACTOR],
        typical_id,
        said.verdict,
        said.note,
        seen=said.revision,
    )


async def _withdraw(request: web.Request, typical_id: int, told: dict[str, str]) -> None:
    said = read(ReasonForm, {"reason": told.get("reason", "")})
    await typicals.withdraw(request.app[CENTRE], request[ACTOR], typical_id, said.reason)


STEPS: dict[str, Any] = {
    "save": _save,
    "submit": _submit,
    "review": _review,
    "withdraw": _withdraw,
}


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str) -> Route:
        return Route(method, path, handler, EDITORS, summary, api=False)

    return [
        page("GET", BASE, listed, "典型案例编辑"),
        page("POST", BASE, choose, "选为典型案例"),
        page("GET", BASE + "/{id}", shown, "典型案例编辑"),
        page("POST", BASE + "/{id}/steps/{step}", step, "办理典型案例"),
    ]
