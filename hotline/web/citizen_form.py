"""The page a complaint is written on: helped as it is typed, and never a word lost on the way."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from channels.forms import BadForm, FieldProblem
from hotline.domain.errors import KeyMismatch
from hotline.domain.words import Kind, Party, Tongue
from hotline.flow import hints, intake
from hotline.flow.hints import Hints
from hotline.web import attachments, auth, challenge, complaintform, problems
from hotline.web.api_citizen import read_complaint, refused
from hotline.web.bodies import new_key
from hotline.web.citizen import remember
from hotline.web.districtmap import MAP
from hotline.web.keys import CENTRE, LANGUAGE, SETTINGS
from hotline.web.limits import LIMITER
from hotline.web.pages import render, see_other
from hotline.web.problems import CrossSite
from hotline.web.routing import ANYONE, Route

MOST_AT_ONCE = 2  # texts read for those who still write; triage uses the same threads


@dataclass
class Helping:
    """Of one process: how many texts are being read for those who still write."""

    now: int = 0


HELPING = web.AppKey("helping", Helping)


async def form(request: web.Request) -> web.Response:
    return await _asking(request, {"key": new_key()}, [])


async def _asking(
    request: web.Request,
    typed: dict[str, Any],
    wrong: list[FieldProblem],
    status: int = 200,
    *,
    found: Hints | None = None,
) -> web.Response:
    """The form, with a challenge where one will be asked for."""
    asked = await request.app[challenge.GATE].asks(request)
    typed["challenge"] = challenge.give(request, "complaint") if asked else ""
    return await _form(request, typed, wrong, status, found=found)


async def _form(
    request: web.Request,
    typed: dict[str, Any],
    wrong: list[FieldProblem],
    status: int = 200,
    *,
    found: Hints | None = None,
) -> web.Response:
    notice = request.app[CENTRE].notice
    english = request[LANGUAGE] == "en"
    facts = {
        "typed": defaultdict(str, typed),
        "kept": await attachments.named(request, typed.get("files", [])),
        "problems": {one.field: one.en if english else one.zh for one in wrong},
        "kinds": list(Kind),
        "Kind": Kind,
        "parties": list(Party),
        "tongues": list(Tongue),
        "districts": [str(one["name"]) for one in request.app[CENTRE].city.districts],
        "sketch": request.app[MAP].drawn(request.app[CENTRE].city.districts),
        "notice": request.app[CENTRE].notices.text(request[LANGUAGE], notice),
        "notice_version": notice,
        "hints": found,
        "bits": challenge.BITS,
        "most_mb": request.app[SETTINGS].limits.attachment_mb,
    }
    return render(request, "citizen/form.html", facts, status)


async def _hints(request: web.Request, typed: dict[str, Any]) -> Hints:
    helping = request.app[HELPING]
    told = typed["title"][:200], typed["content"][:20000], typed["place.district"][:40]
    helping.now += 1
    try:
        alone = helping.now <= MOST_AT_ONCE
        return await hints.hints(request.app[CENTRE], *told, alone=alone)
    finally:
        helping.now -= 1


async def look(request: web.Request) -> web.StreamResponse:
    """The same help by a button, for who has no scripts: the form stays, nothing is filed."""
    if not auth.same_site(request):
        raise CrossSite
    typed = await complaintform.typed(request)
    try:
        await attachments.of_form(request, typed)
    except BadForm as error:
        return await _asking(request, typed, error.problems, 422)
    return await _asking(request, typed, [], found=await _hints(request, typed))


async def help_along(request: web.Request) -> web.StreamResponse:
    """A part of the page, fetched while somebody writes; what was typed is kept nowhere."""
    if not auth.same_site(request):
        raise CrossSite
    typed = await complaintform.typed(request)
    facts = {"hints": await _hints(request, typed), "typed": typed, "Kind": Kind}
    return render(request, "citizen/hints.html", facts)


async def file(request: web.Request) -> web.StreamResponse:
    """The key was given out with the form: a double click or a reload files one complaint.

    Whatever goes wrong once the words have come, the form comes back with all of them.
    """
    if not auth.same_site(request):
        raise CrossSite
    typed = await complaintform.typed(request)
    try:
        return await _filed(request, typed)
    except BadForm as error:
        await refused(request, "web")
        return await _asking(request, typed, error.problems, 422)
    except challenge.ChallengeNeeded as error:
        wrong = FieldProblem(error.field or "challenge", error.code, error.zh, error.en)
        return await _form(request, {**typed, "challenge": error.token}, [wrong], 429)
    except KeyMismatch:
        # The first sending got through, its answer did not, and the words were changed since.
        return await _asking(request, {**typed, "key": new_key()}, [CHANGED], 422)
    except Exception as error:
        return await _failed(request, typed, error)


CHANGED = FieldProblem(
    "form",
    "key_mismatch",
    "刚才已经收到过您的一件诉求，之后内容有改动。如果只是补充，请用原来的编号查询并补充；仍要另外提交，请再点一次“提交”。",
    "Your first sending arrived, and the words were changed since. Add to that case by its number; or"
    " press Submit once more to file this as another.",
)


async def _filed(request: web.Request, typed: dict[str, Any]) -> web.StreamResponse:
    await request.app[LIMITER].check(request, "intake")
    await attachments.of_form(request, typed)
    await challenge.check(request, "complaint", *await complaintform.solution(request))
    incoming = await read_complaint(request, complaintform.nested(typed), typed["key"])
    facts: dict[str, Any] = {}
    if request.app[CENTRE].city.topic_known(typed["topic"]):
        facts["said_topic"] = typed["topic"]
    receipt = await intake.receive(request.app[CENTRE], incoming, scope="form", facts=facts)
    response = see_other("/complaints/receipt")
    remember(request, response, receipt.number, receipt.query_code)
    return response


async def _failed(
    request: web.Request, typed: dict[str, Any], error: Exception
) -> web.StreamResponse:
    """An outage, a limit, a mistake of ours: told above the form, with when to try again."""
    problem = problems.of_error(error, request)
    wrong = FieldProblem("form", problem.code, problem.detail, problem.detail)
    answer = await _form(request, typed, [wrong], problem.status)
    if problem.retry_after is not None:
        answer.headers["Retry-After"] = str(problem.retry_after)
    return answer


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str, limit: str) -> Route:
        return Route(method, path, handler, ANYONE, summary, api=False, limit=limit)

    return [
        page("GET", "/complaints/new", form, "填写诉求", "read"),
        page("POST", "/complaints/new", file, "提交诉求", ""),  # limited inside: the words stay
        page("POST", "/complaints/new/answers", look, "查找现成答案", "look_up"),
        page("POST", "/complaints/new/hints", help_along, "边写边提示", "hints"),
    ]
