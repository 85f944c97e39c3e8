"""Papers in a real browser: the links on the order's and the case's page bring a file by keyboard."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.config import Settings
from hotline.domain.acts import centre as acts
from hotline.domain.words import Cause
from hotline.flow import work
from hotline.flow.centre import Centre
from hotline.reports import typeset
from hotline.wiring import MovingClock, Parts, build
from tests.conftest import one_reader
from tests.flow.orders_support import DIRECTOR, SUPERVISOR, in_hand, watched
from tests.journeys import test_browser
from tests.journeys.test_browser import PICTURES, shared_loop, with_staff

pytestmark = [
    *test_browser.pytestmark,
    pytest.mark.skipif(not typeset.faces(), reason="no Chinese type on this machine"),
]
person = test_browser.person


@shared_loop
async def hotline(sqlite_url: str, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Centre]:
    settings = Settings(database_url=sqlite_url, data=tmp_path, limits={"public": "off"})
    centre = await build(settings, Parts(make_reader=one_reader, clock=clock))
    await with_staff(centre)
    yield centre
    await centre.close()


async def taken(reader: Any, link: str) -> str:
    """The name of the file that a link brings, pressed by keyboard."""
    async with reader.page.expect_download() as coming:
        await reader.page.locator(f"a[href*='{link}']").focus()
        await reader.page.keyboard.press("Enter")
    download = await coming.value
    if PICTURES:
        await download.save_as(f"{PICTURES}/{download.suggested_filename}")
    name: str = download.suggested_filename
    return name


async def test_papers_are_taken_away_from_the_pages(
    person: Any, hotline: Centre, clock: MovingClock
) -> None:
    number = await in_hand(hotline, "papers")
    due = (await work.view(hotline, number, SUPERVISOR)).case.due_at
    assert due is not None
    await watched(hotline, clock, due + timedelta(minutes=1), timedelta(days=1))
    for n, (level, actor) in enumerate(((2, SUPERVISOR), (4, DIRECTOR), (6, DIRECTOR)), 1):
        demand = "一、说明超期原因和已采取的措施。\n二、三个工作日内修复，并将结果答复诉求人。"
        told = acts.Supervise(level=level, cause=Cause.OVERDUE, text=demand)
        await work.act(hotline, number, told, actor)
        reader = await person()
        await reader.signs_in("clerk")
        await reader.goes(f"/office/orders/{number}.{n}")
        await reader.looks(f"order-{level}")
        kind = {2: "督办单", 4: "督办函", 6: "通报"}[level]
        for format in ("pdf", "docx"):
            assert await taken(reader, f"format={format}") == f"{kind} 督〔2026〕{n:04d}号.{format}"
    await reader.goes(f"/office/orders/{number}.1")
    await reader.page.wait_for_selector("text=文书上会注明已失效")
    await reader.looks("order-frozen")
    assert "（已失效）" in await taken(reader, "format=pdf")
    await reader.goes(f"/office/cases/{number}")
    await reader.looks("case-red")
    assert (await taken(reader, "reminder?format=pdf")).startswith("催办通知书 催〔2026〕")
