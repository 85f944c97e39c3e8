"""The three administrators' page, each with only their own."""

from collections.abc import Collection
from typing import Any

from aiohttp import web

from channels.forms import clean
from hotline.domain.words import ACCOUNTS, Role
from hotline.flow import filekeeping, selfcheck, supervise
from hotline.store import accountlist, accounts, acts, alarms, interests, rights, stumbles
from hotline.store.accountlist import Looked
from hotline.web import actwords, forms, health
from hotline.web.bodies import whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routing import Route

PAGE = 50
OWN = (selfcheck.SERVICE, filekeeping.KIND)  # alarms of the machine's, that name no case


async def admin(request: web.Request) -> web.Response:
    return await shown(request)


async def shown(
    request: web.Request, problem: str = "", made: tuple[str, str] | None = None, status: int = 200
) -> web.Response:
    """System: how it runs. Security: accounts. Audit: what was done. No one sees another's."""
    centre, role = request.app[CENTRE], request[ACTOR].role
    facts: dict[str, Any] = {"problem": problem, "made": made, "roles": ACCOUNTS}
    if role is Role.SYSADMIN:
        facts["standing"] = await health.standing(centre)
    async with centre.look() as look:
        if role is Role.SYSADMIN:
            facts["stumbles"] = await stumbles.listed(look.connection, request[ACTOR], PAGE)
            sounding = await alarms.listed(look.connection)
            facts["sounding"] = [one for one in sounding if one["kind"] in OWN]
        if role is Role.SECADMIN:
            facts["looked"] = looked = _looked(request)
            facts["accounts"] = await accountlist.page(look.connection, looked, PAGE)
            facts["units"] = forms.departments(centre.rules.tree)
            facts["rights"] = await rights.waiting(look.connection)
        if role is Role.AUDITOR:
            below = whole(request, "below", 0, 999_999_999) or None
            found = await acts.listed(look.connection, below, PAGE)
            hidden = await interests.kept_from(look.connection, request[ACTOR])
            facts["acts"] = [one for one in found if not _names(one["about"], hidden)]
            facts["older"] = found[-1]["seq"] if len(found) == PAGE else None
            facts |= {"words": actwords, "below": below}
    return render(request, "office/admin.html", facts, status)


def _looked(request: web.Request) -> Looked:
    names = ("q", "role", "unit", "after", "before")
    told = (clean(request.query.get(name, ""))[:80] for name in names)
    return Looked(*told)


def _names(about: Any, numbers: Collection[str]) -> bool:
    """Whether what an act was about names one of the cases, under whatever word."""
    told = str(about)
    return any(number in told for number in numbers)


async def retry(request: web.Request) -> web.StreamResponse:
    """A rung that kept failing: tried again at the watch's next look."""
    posted = await forms.posted(request)
    told = posted.get("stumble", [""])[-1]
    stumble = int(told) if told.isdigit() and len(told) < 10 else 0
    if not await supervise.retry_now(request.app[CENTRE], stumble, request[ACTOR]):
        zh, en = "这一步已经执行，不必重试。", "It has been taken; no retry is needed."
        return await shown(request, en if request[LANGUAGE] == "en" else zh, status=409)
    return see_other("/office/admin")


def routes() -> list[Route]:
    admins = frozenset(accounts.ADMINISTRATORS)

    def page(method: str, path: str, handler: Any, who: frozenset[Role], summary: str) -> Route:
        return Route(method, path, handler, who, summary, api=False)

    return [
        page("GET", "/office/admin", admin, admins, "管理"),
        page("POST", "/office/admin/stumbles", retry, frozenset({Role.SYSADMIN}), "重试催督"),
    ]
