"""Staff pages of consultations and polls: made with their questions, opened, closed, results."""

import re
from datetime import date
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from channels.forms import BadForm, Form, line, problems, words
from hotline.domain.errors import Refused
from hotline.domain.poll import MAKERS, Asking, Plan, PollKind, PollStage, Question
from hotline.flow import polls
from hotline.web import forms
from hotline.web.bodies import whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.polls import MOST, WORDS, number_of
from hotline.web.routing import Route

PAGE, BASE = 30, "/office/polls"
KINDS = {one.zh: one for one in Asking} | {one.value: one for one in Asking}
NAMES = {"kind": "类型", "title": "标题", "intro": "说明", "opens_on": "开始日期"}
NAMES |= {"closes_on": "截止日期", "questions": "问题"}
STEPS = {"open": PollStage.OPEN, "close": PollStage.CLOSED}


class PollForm(Form):
    kind: PollKind
    title: line(100, needed=True)  # type: ignore[valid-type]
    intro: words(5000) = ""  # type: ignore[valid-type]
    questions: words(20000, needed=True)  # type: ignore[valid-type]
    opens_on: date
    closes_on: date


def questions_of(text: str) -> tuple[Question, ...]:
    """Questions parted by an empty line: `单选 问题`, then a choice a line; several kinds."""
    found = []
    for part in re.split(r"\n\s*\n", text.strip()):
        head, *choices = [one.strip() for one in part.strip().splitlines()]
        kind, _, asked = head.replace("：", " ").replace(":", " ").partition(" ")
        if (
            kind not in KINDS
            or not asked.strip()
            or any(len(one) > 200 for one in [asked, *choices])
        ):
            zh = f"“{head[:20]}”：请以“单选”“多选”或“文字”开头，空一格写问题，每题不超过 200 字。"
            raise Refused(zh, f"'{head[:20]}': begin with single, multiple or text.")
        found.append(Question(KINDS[kind], asked.strip(), tuple(choices)))
    return tuple(found)


async def listed(request: web.Request) -> web.Response:
    return await _listed(request, {})


async def _listed(
    request: web.Request, typed: dict[str, str], problem: str = "", status: int = 200
) -> web.Response:
    below = whole(request, "below", 0, MOST) or None
    rows = await polls.listed(request.app[CENTRE], False, below, PAGE)
    older = rows[-1].id if len(rows) == PAGE else None
    facts = {"rows": rows, "older": older, "typed": typed, "problem": problem, **WORDS}
    return render(request, "office/polls.html", facts, status)


async def make(request: web.Request) -> web.StreamResponse:
    posted = await forms.posted(request)
    told = {name: posted.get(name, [""])[-1] for name in PollForm.model_fields}
    english = request[LANGUAGE] == "en"
    try:
        said = PollForm.model_validate(told)
        asked = questions_of(said.questions)
        plan = Plan(said.kind, said.title, said.intro, asked, said.opens_on, said.closes_on)
        made = await polls.make(request.app[CENTRE], request[ACTOR], plan)
    except ValidationError as error:
        first = BadForm(problems(error, NAMES)).problems[0]
        return await _listed(request, told, first.en if english else first.zh, 422)
    except Refused as error:
        return await _listed(request, told, error.en if english else error.zh, 409)
    return see_other(f"{BASE}/{made}")


async def shown(request: web.Request) -> web.Response:
    return await _shown(request)


async def _shown(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    centre, poll_id = request.app[CENTRE], number_of(request)
    row, results = await polls.shown(centre, poll_id, public=False)
    written = await polls.texts(centre, request[ACTOR], poll_id)
    facts = {"row": row, "results": results, "written": written[:200], "problem": problem}
    return render(request, "office/poll.html", {**facts, **WORDS}, status)


async def step(request: web.Request) -> web.StreamResponse:
    await forms.posted(request)
    to = STEPS.get(request.match_info["step"])
    if to is None:
        raise web.HTTPNotFound
    try:
        await polls.move(request.app[CENTRE], request[ACTOR], number_of(request), to)
    except Refused as error:
        return await _shown(request, error.en if request[LANGUAGE] == "en" else error.zh, 409)
    return see_other(f"{BASE}/{number_of(request)}")


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str) -> Route:
        return Route(method, path, handler, MAKERS, summary, api=False)

    return [
        page("GET", BASE, listed, "征集调查管理"),
        page("POST", BASE, make, "制作征集调查"),
        page("GET", BASE + "/{id}", shown, "征集调查结果"),
        page("POST", BASE + "/{id}/steps/{step}", step, "发布或结束征集调查"),
    ]
