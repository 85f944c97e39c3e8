"""Exports of figures: asked for with a purpose, made in the background, logged and marked."""

import asyncio
import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from channels.forms import BadForm, FieldProblem
from hotline.domain.errors import NoSuchCase, NotPossible
from hotline.domain.people import Actor
from hotline.domain.words import Role
from hotline.flow import facts as flow
from hotline.flow.centre import Centre
from hotline.reports import exporting
from hotline.store import acts, exports, interests
from hotline.web import api_city, forms
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routing import Route

log = structlog.get_logger(__name__)
BASE = "/office/exports"
TAKERS = api_city.READERS - {Role.AUDITOR}
PAGE = 2000
KEPT = timedelta(days=7)  # then the file is removed; that it was made stays on record


async def work_off(centre: Centre) -> int:
    """Makes what waits, one after another, and forgets what is old; returns how many it made."""
    made = 0
    await _forget(centre)
    while not centre.stopping.is_set():
        async with centre.look() as look:
            waiting = any(
                one["state"] in ("waiting", "running")
                for one in await exports.listed(look.connection, None)
            )
        if not waiting:
            return made
        async with centre.work() as work:
            wish = await exports.take(work.connection, centre.node, work.at)
        if wish is None:
            return made
        try:
            await _make(centre, wish)
            made += 1
        except Exception as error:  # the next one may be well; this one says so on its page
            log.error(
                "export.failed", export=wish["id"], error=type(error).__name__, exc_info=error
            )
            async with centre.work() as work:
                ended = {"state": "failed", "ended_at": work.at}
                await exports.change(work.connection, wish["id"], **ended)
    return made


def _place(centre: Centre, wish: Mapping[str, Any]) -> Path:
    return centre.files / "exports" / f"{wish['token']}.{wish['form']}"


async def _make(centre: Centre, wish: Mapping[str, Any]) -> None:
    await flow.catch_up(centre)
    path = _place(centre, wish)
    await asyncio.to_thread(path.parent.mkdir, 0o700, True, True)
    part = path.with_suffix(".part")
    marked = exporting.mark(wish["officer"], wish["token"], wish["asked_at"])
    writer = await asyncio.to_thread(exporting.writer, wish["form"], part, marked)
    districts = {str(one["name"]) for one in centre.city.districts}
    above = done = 0
    while not centre.stopping.is_set():
        async with centre.look() as look:
            found = await exports.page(look.connection, wish, above, PAGE)
        if not found:
            break
        rows = [exporting.cleared(row, districts) for _, row in found]
        await asyncio.to_thread(writer.rows, rows)
        above, done = found[-1][0], done + len(found)
        async with centre.work() as work:
            await exports.change(work.connection, wish["id"], done=done, begun_at=work.at)
    await asyncio.to_thread(writer.close)
    if centre.stopping.is_set():
        return  # it is begun anew by whoever comes
    await asyncio.to_thread(part.replace, path)
    digest = await asyncio.to_thread(_digest, path)
    async with centre.work() as work:
        told = {"state": "ready", "ended_at": work.at, "digest": digest, "total": done}
        await exports.change(work.connection, wish["id"], **told)


def _digest(path: Path) -> str:
    with path.open("rb") as body:
        return hashlib.file_digest(body, "sha256").hexdigest()


async def _forget(centre: Centre) -> None:
    async with centre.look() as look:
        found = await exports.old(look.connection, look.at - KEPT)
    for one in found:
        await asyncio.to_thread(_place(centre, one).unlink, True)
        async with centre.work() as work:
            await exports.change(work.connection, one["id"], state="expired")


async def listed(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    """One's own; who audits sees everybody's, and takes none away."""
    centre, actor = request.app[CENTRE], request[ACTOR]
    auditor = actor.role is Role.AUDITOR
    async with centre.look() as look:
        found = await exports.listed(look.connection, None if auditor else actor.name)
    facts = {"found": found, "forms": exporting.forms(), "problem": problem}
    return render(request, "office/exports.html", facts | {"may_ask": not auditor}, status)


async def ask(request: web.Request) -> web.Response:
    posted = {name: values[-1].strip() for name, values in (await forms.posted(request)).items()}
    centre, actor = request.app[CENTRE], request[ACTOR]
    try:
        wish = _wish(posted, actor)
    except BadForm as error:
        english = request[LANGUAGE] == "en"
        told = " ".join(one.en if english else one.zh for one in error.problems)
        return await listed(request, told, 422)
    async with centre.work() as work:
        made = await exports.ask(work.connection, wish, work.at)
        about = {"export": made, "form": wish.form, "from": str(wish.first), "to": str(wish.last)}
        about |= {"purpose": wish.purpose}
        await acts.record(work.connection, work.at, actor, "export_asked", about)
    return see_other(BASE)


def _wish(posted: Mapping[str, str], actor: Actor) -> exports.Wish:
    first, last = (api_city.day_of(name, posted.get(name, "")) for name in ("from", "to"))
    form, purpose = posted.get("form", ""), posted.get("purpose", "")[:500]
    if last < first:
        raise _wrong("to", "结束日期不能早于开始日期。", "`to` lies before `from`.")
    if form not in exporting.forms():
        raise _wrong("form", "不能导出这种格式。", "No such format here.")
    if not purpose:
        raise _wrong("purpose", "请填写用途。", "Say what it is for.")
    units = tuple(sorted(actor.units)) if actor.role is Role.LEADER else None
    told = (actor.name, actor.role.value, units, form)
    return exports.Wish(secrets.token_urlsafe(24), *told, first, last, purpose)


def _wrong(field: str, zh: str, en: str) -> BadForm:
    return BadForm([FieldProblem(field, "invalid", zh, en)])


async def file(request: web.Request) -> web.StreamResponse:
    """To who asked for it and nobody else; each time it is taken away is on record."""
    centre, actor = request.app[CENTRE], request[ACTOR]
    async with centre.look() as look:
        wish = await exports.by_token(look.connection, request.match_info["token"][:60])
    if wish is None or wish["officer"] != actor.name or wish["state"] != "ready":
        raise NoSuchCase
    async with centre.look() as look:
        if await interests.since(look.connection, wish):
            raise NotPossible(
                "导出之后登记了您应当回避的诉求，这份文件不再提供，请重新导出。",
                "You are kept out of a case since it was made; ask for it anew.",
            )
    path = _place(centre, wish)
    if not await asyncio.to_thread(path.is_file):
        raise NoSuchCase
    async with centre.work() as work:
        about = {"export": wish["id"], "sha256": wish["digest"]}
        await acts.record(work.connection, work.at, actor, "export_handed_out", about)
    name = f"hotline-{wish['first']}-{wish['last']}.{wish['form']}"
    headers = {
        "Content-Type": exporting.TYPES[wish["form"]],
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
    return web.FileResponse(path, headers=headers)


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, who: Any, summary: str) -> Route:
        return Route(method, path, handler, who, summary, api=False)

    return [
        page("GET", BASE, listed, api_city.READERS, "导出"),
        page("POST", BASE, ask, TAKERS, "申请导出"),
        page("GET", BASE + "/{token}", file, TAKERS, "下载导出"),
    ]
