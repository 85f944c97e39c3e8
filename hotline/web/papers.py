"""Papers as files to take away: 督办单, 督办函 or 通报 of an order, 催办通知书 of a case.

They are made off the event loop, one at a time, in a thread that reads no complaints.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import structlog
from aiohttp import web

from hotline.flow import papers as flow
from hotline.flow.papers import NotMade, Origin
from hotline.reports import papers, papers_facts, typeset
from hotline.reports.papers_facts import Told
from hotline.web.api_orders import place_of
from hotline.web.bodies import chosen, number_of
from hotline.web.dates import when
from hotline.web.keys import ACTOR, CENTRE, SETTINGS
from hotline.web.routing import WORKERS, Route

log = structlog.get_logger(__name__)
TYPES = {"docx": typeset.WORD, "pdf": typeset.PDF}
WAITING = 20  # so many may wait for a paper; who comes after them is asked to come again
PATIENCE = 20.0  # seconds that one waits
BUSY = ("现在出具文书的人太多，请稍后再试。", "Too many papers at once; try again.")
NO_FONT = (
    "服务器没有中文字体，不能生成 PDF；请先下载 Word 文件，并请系统管理员安装中文字体"
    "（如思源宋体 Noto Serif CJK SC）。",
    "The server has no Chinese font, so there can be no PDF: take the Word file.",
)
UNSET = ("文书不能排版，请先下载 Word 文件，并请系统管理员查看日志。", "It cannot be typeset.")


class Press:
    """Makes one paper at a time in a thread; who waits too long is told so."""

    def __init__(self, threads: Executor) -> None:
        self._threads, self._free, self._waiting = threads, asyncio.Semaphore(1), 0

    async def make(self, job: Callable[[], bytes]) -> bytes:
        if self._waiting >= WAITING:
            raise NotMade(*BUSY, retry_after=5)
        self._waiting += 1
        try:
            async with asyncio.timeout(PATIENCE):
                await self._free.acquire()
                making = asyncio.get_running_loop().run_in_executor(self._threads, job)
                making.add_done_callback(self._made)
                return await asyncio.shield(making)
        except TimeoutError:
            raise NotMade(*BUSY, retry_after=5) from None
        finally:
            self._waiting -= 1

    def _made(self, making: "asyncio.Future[bytes]") -> None:
        """The thread is free only now, whether or not somebody still waited."""
        self._free.release()
        if not making.cancelled():
            making.exception()


PRESS = web.AppKey("press", Press)


def install(app: web.Application) -> None:
    """The press has a thread of its own, which ends with the application."""
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="press")
    app[PRESS] = Press(thread)

    async def end(_: web.Application) -> None:
        thread.shutdown(wait=False, cancel_futures=True)

    app.on_cleanup.append(end)


async def order(request: web.Request) -> web.Response:
    number, order_id = place_of(request)
    wanted = chosen(request, "format", frozenset(TYPES)) or "docx"
    found = await flow.of_order(request.app[CENTRE], number, order_id, request[ACTOR])
    return await _hand_out(request, found, wanted)


async def reminder(request: web.Request) -> web.Response:
    wanted = chosen(request, "format", frozenset(TYPES)) or "docx"
    found = await flow.of_reminder(request.app[CENTRE], number_of(request), request[ACTOR])
    return await _hand_out(request, found, wanted)


async def _hand_out(request: web.Request, origin: Origin, wanted: str) -> web.Response:
    """Made, put on record, and only then given away."""
    centre = request.app[CENTRE]
    place = papers_facts.Place(request.app[SETTINGS].city, centre.rules.tree)
    told = _told(origin, place)
    taken = f"{request[ACTOR].name} {when(centre.now(), 'zh')}"
    body = await request.app[PRESS].make(partial(_made, told, wanted, centre.files, taken))
    about = {
        "paper": told.kind.value,
        "number": told.facts["number"],
        "case": origin.case.number,
        "format": wanted,
    }
    await flow.handed_out(centre, request[ACTOR], about)
    return web.Response(body=body, headers=_headers(told, wanted))


def _told(origin: Origin, place: papers_facts.Place) -> Told:
    if origin.order is not None:
        return papers_facts.of_order(origin.case, origin.order, origin.entries, place)
    assert origin.reminder is not None
    return papers_facts.of_reminder(origin.case, origin.reminder, origin.entries, place)


def _made(told: Told, wanted: str, folder: Path, taken: str) -> bytes:
    """In a thread; every failure is one that can be told to who asked."""
    try:
        blocks = papers.marked(papers.write(told.kind, told.facts, folder), told.mark)
        return (typeset.pdf if wanted == "pdf" else typeset.word)(told.kind.zh, blocks, taken)
    except papers.BadTemplate as error:
        log.error("paper.template", template=f"papers/{told.kind.value}.md", problem=error.en)
        raise NotMade(error.zh, error.en) from error
    except typeset.NoFont:
        log.error("paper.font", faces=typeset.BODIES)
        raise NotMade(*NO_FONT) from None
    except typeset.NotSet as error:
        log.error("paper.not_set", template=f"papers/{told.kind.value}.md", problem=str(error))
        raise NotMade(*UNSET) from error


def _headers(told: Told, wanted: str) -> dict[str, str]:
    """A download under its Chinese name (RFC 6266); an old reader takes the plain one."""
    gone = "（已失效）" if told.mark else ""
    name = f"{told.kind.zh} {told.facts['number']}{gone}.{wanted}"
    plain = f"{told.kind.value}-{told.facts['case']}.{wanted}"
    return {
        "Content-Type": TYPES[wanted],
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }


def routes() -> list[Route]:
    def page(path: str, handler: Any, summary: str) -> Route:
        return Route("GET", path, handler, WORKERS, summary, api=False)

    return [
        page("/office/orders/{id}/paper", order, "督办文书"),
        page("/office/cases/{number}/reminder", reminder, "催办通知书"),
    ]
