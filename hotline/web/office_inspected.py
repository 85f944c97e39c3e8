"""Pages of inspection's results (质检结果): averages by unit or agent, missed criteria, taken away marked."""

import asyncio
import secrets
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from hotline.domain.inspection import DRAWERS, Subject
from hotline.domain.shanghai import city_day
from hotline.flow import inspecting
from hotline.reports import exporting, inspected
from hotline.reports.inspected import Results
from hotline.store import acts
from hotline.web import api_city, forms
from hotline.web.bodies import chosen
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.office_inspections import BASE, WORDS
from hotline.web.pages import render
from hotline.web.routing import Route

RESULTS = BASE + "/results"
SUBJECTS = frozenset(one.value for one in Subject)
FORMS = ("csv", "xlsx")
NAMES = {
    "whose": "单位或坐席",
    "sheets": "质检单数",
    "random": "随机抽取数",
    "average": "随机抽取平均分",
    "place": "名次",
    "pointed": "重点抽取数",
    "pointed_average": "重点抽取平均分",
    "failed": "否决数",
    "false_closures": "虚假办结数",
}


async def found(request: web.Request) -> tuple[dict[str, Any], Results]:
    """What was asked for, and what it comes to. Raises BadForm for days that are none."""
    centre, today = request.app[CENTRE], city_day(request.app[CENTRE].now())
    first, last = (request.query.get(name, "") for name in ("from", "to"))
    days = (
        api_city.day_of("from", first) if first else today - timedelta(days=90),
        api_city.day_of("to", last) if last else today,
    )
    subject = Subject(chosen(request, "subject", SUBJECTS) or Subject.CASE.value)
    async with centre.look() as look:
        told = await inspected.of_period(
            look.connection, request[ACTOR], subject, inspecting.moments(*days)
        )
    return {"subject": subject, "first": days[0], "last": days[1]}, told


async def results(request: web.Request) -> web.Response:
    return await _results(request, "")


async def _results(request: web.Request, problem: str, status: int = 200) -> web.Response:
    asked, told = await found(request)
    facts = {**asked, "told": told, "least": inspected.LEAST, "forms": FORMS, "problem": problem}
    return render(request, "office/inspected.html", facts | WORDS, status)


async def file(request: web.Request) -> web.StreamResponse:
    """The table as a file, for a purpose, each row marked with who took it, on record."""
    posted = {name: values[-1].strip() for name, values in (await forms.posted(request)).items()}
    form, purpose = posted.get("form", ""), posted.get("purpose", "")[:500]
    if form not in FORMS or not purpose:
        english = request[LANGUAGE] == "en"
        return await _results(request, "Say what it is for." if english else "请填写用途。", 422)
    centre, actor = request.app[CENTRE], request[ACTOR]
    asked, told = await found(request)
    token = secrets.token_urlsafe(24)
    mark = exporting.mark(actor.name, token, centre.now())
    body = await asyncio.to_thread(_written, form, mark, _table(request, asked["subject"], told))
    async with centre.work() as work:
        about = {"kind": asked["subject"].value, "from": str(asked["first"]), "form": form}
        about |= {"to": str(asked["last"]), "purpose": purpose, "export": token[:8]}
        await acts.record(work.connection, work.at, actor, "inspection_taken_away", about)
    name = f"inspection-{asked['first']}-{asked['last']}.{form}"
    headers = {
        "Content-Type": exporting.TYPES[form],
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
    return web.Response(body=body, headers=headers)


def _table(request: web.Request, subject: Subject, told: Results) -> list[dict[str, Any]]:
    tree = request.app[CENTRE].rules.tree
    named = tree.top if subject is Subject.CASE else str
    return [{**row.__dict__, "whose": named(row.whose)} for row in told.rows]


def _written(form: str, mark: str, rows: list[dict[str, Any]]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"results.{form}"
        made = exporting.writer(form, path, mark, NAMES, "质检结果")
        made.rows(rows)
        made.close()
        return path.read_bytes()


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str) -> Route:
        return Route(method, path, handler, DRAWERS, summary, api=False)

    return [
        page("GET", RESULTS, results, "质检结果"),
        page("POST", RESULTS + "/file", file, "下载质检结果"),
    ]
