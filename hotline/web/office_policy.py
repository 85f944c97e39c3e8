"""Staff page of policy and calendar: what is in force, and a change tried without being kept."""

from datetime import date, timedelta
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from hotline.domain.errors import NotPossible
from hotline.domain.shanghai import city_day
from hotline.domain.words import Role
from hotline.flow import foretelling
from hotline.web import forms, posting
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render
from hotline.web.routing import Route

BASE, PAGE = "/office/policy", 50
AGAIN = 5  # seconds: a trial takes no longer, so long as nothing else does
READERS = frozenset({Role.SYSADMIN, Role.DIRECTOR, Role.SHIFT_LEAD})


async def show(request: web.Request) -> web.Response:
    return _show(request, {}, {})


def _show(
    request: web.Request,
    typed: dict[str, str],
    wrong: dict[str, str],
    status: int = 200,
    **more: Any,
) -> web.Response:
    centre = request.app[CENTRE]
    calendar, today = centre.calendar, city_day(centre.now())
    days = (today + timedelta(days=n) for n in range(366))
    other = [day for day in days if calendar.is_workday(day) is not (day.weekday() < 5)]
    facts = {
        "terms": centre.terms,
        "calendar": calendar,
        "own": centre.terms.own_days,
        "units": sorted(centre.own_calendars),
        "days": [(day, calendar.is_workday(day), calendar.name_of(day)) for day in other],
        "shipped": foretelling.shipped(),
        "typed": dict.fromkeys(("profile", "text", "day", "works"), "") | typed,
        "problems": wrong,
        "found": None,
        "most": foretelling.MOST,
    }
    page = render(request, "office/policy.html", facts | more, status)
    if status == 429:
        page.headers["Retry-After"] = str(AGAIN)
    return page


async def trial(request: web.Request) -> web.Response:
    """What was typed stays on the page; nothing else is kept of it."""
    posted = await forms.posted(request)
    names = ("profile", "text", "day", "works", "page")
    typed = {name: posted.get(name, [""])[-1] for name in names}
    centre, english = request.app[CENTRE], request[LANGUAGE] == "en"
    try:
        typed["text"] = await _file(request) or typed["text"]
        days = _days(typed)
        name = typed["profile"]
        if not (typed["text"].strip() or name or days):
            zh = "请粘贴或上传方案、选择随附方案，或填写日期。"
            raise NotPossible(zh, "Give a profile or a day.", field="text")
        with foretelling.one_at_a_time(centre):
            terms = await foretelling.proposed(centre, name, typed["text"], days)
            found = await foretelling.preview(centre, request[ACTOR], terms)
    except NotPossible as error:
        wrong = {error.field or "text": error.en if english else error.zh}
        busy = isinstance(error, foretelling.Busy)
        return _show(request, typed, wrong, status=429 if busy else 422)
    own = terms.own_days if days else None
    last = max(0, (len(found.moves) - 1) // PAGE)
    known = typed["page"].isascii() and typed["page"].isdecimal() and len(typed["page"]) < 5
    page = min(int(typed["page"]), last) if known else 0
    shown = found.moves[page * PAGE : page * PAGE + PAGE]
    return _show(request, typed, {}, found=found, shown=shown, page=page, last=last, new_days=own)


def _days(typed: dict[str, str]) -> dict[date, bool]:
    if not typed["day"]:
        return {}
    try:
        return {date.fromisoformat(typed["day"]): typed["works"] == "yes"}
    except ValueError:
        zh = "日期应如 2026-10-01。"
        raise NotPossible(zh, "A date such as 2026-10-01.", field="day") from None


async def _file(request: web.Request) -> str:
    field = (await posting.posted(request)).get("file")
    if not isinstance(field, FileField):
        return ""
    try:
        return field.file.read(foretelling.LONGEST * 4).decode("utf-8-sig")
    except UnicodeDecodeError:
        zh = "方案文件应为 UTF-8 编码，请另存后重新上传。"
        raise NotPossible(zh, "The file must be UTF-8.", field="file") from None


def routes() -> list[Route]:
    return [
        Route("GET", BASE, show, READERS, "期限方案与日历", api=False),
        Route("POST", BASE, trial, READERS, "试算期限方案与日历", api=False),
    ]
