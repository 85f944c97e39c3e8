"""A caller-back's day in a real browser: by keyboard alone from sign-in to done, and two at one plan."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from hotline.config import Settings
from hotline.domain.words import Role
from hotline.flow.centre import Centre
from hotline.store import accounts
from hotline.wiring import MovingClock, Parts, build
from tests.conftest import one_reader
from tests.flow.test_callbacks import to_call
from tests.journeys import test_browser
from tests.journeys.conftest import with_staff
from tests.journeys.test_browser import Person, shared_loop
from tests.journeys.test_citizen_in_browser import tabs_to
from tests.journeys.test_keyboard_in_browser import signs_in, types
from tests.web.api_support import HASHED

pytestmark = test_browser.pytestmark
person = test_browser.person
PHONE = "13800001234"


@shared_loop
async def hotline(sqlite_url: str, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Centre]:
    """Its clock is moved by hand: tries stand two hours apart."""
    settings = Settings(database_url=sqlite_url, data=tmp_path, limits={"public": "off"})
    centre = await build(settings, Parts(clock=clock, make_reader=one_reader))
    centre.automatic = False
    await with_staff(centre)
    async with centre.work() as work:
        new = accounts.NewOfficer("second", "王回访", Role.CALLBACK, None, HASHED, demo=True)
        await accounts.add(work.connection, centre.cipher, new, work.at)
    yield centre
    await centre.close()


async def state(centre: Centre, number: str) -> str:
    async with centre.look() as look:
        return (await look.cases.read(number)).state.value


async def calls(caller: Person, number: str) -> None:
    """The next is handed out and called by one key each; the number stands on the page."""
    await caller.page.wait_for_url(f"**/office/callbacks/{number}")
    await caller.page.keyboard.press("F8")
    await expect(caller.page.locator(f"a[href='tel:{PHONE}']")).to_be_visible()
    await caller.page.keyboard.press("F2")


async def chooses(caller: Person, first: str, downs: int = 0) -> None:
    """One of several answers: into the group by the tabulator, inside it by the arrow."""
    await tabs_to(caller.page, first, 150)
    await caller.page.keyboard.press("Space")
    for _ in range(downs):
        await caller.page.keyboard.press("ArrowDown")


async def satisfied(caller: Person) -> None:
    await chooses(caller, "#outcome-reached")
    await chooses(caller, "#solved-yes")
    await chooses(caller, "#satisfaction-5", 1)
    await caller.page.keyboard.press("F4")


async def not_solved(caller: Person) -> None:
    await chooses(caller, "#outcome-reached")
    await chooses(caller, "#solved-yes", 1)
    await types(caller, "#unsolved_reason", "灯还是不亮")
    await chooses(caller, "#satisfaction-5", 3)
    await types(caller, "#discontent", "没有人来过")
    await chooses(caller, "#contacted-yes", 1)
    await chooses(caller, "#pressed-yes")
    await chooses(caller, "#then-rework")
    await caller.page.keyboard.press("F4")
    await expect(caller.page.locator("[role=alert]").first).to_contain_text(
        "请写明办结或重办的理由"
    )
    assert await caller.page.input_value("#discontent") == "没有人来过"
    assert not await caller.page.locator("a[href^='tel:']").count()
    await types(caller, "#reason", "灯未修好，请再去修")
    await caller.page.keyboard.press("F4")


@pytest.mark.timeout(120)
async def test_a_day_of_calls_without_a_mouse(
    person: Any, hotline: Centre, clock: MovingClock
) -> None:
    content, silent, poor = [await to_call(hotline, key) for key in "abc"]
    caller = await person()
    await signs_in(caller, "callback")
    await caller.page.wait_for_url("**/office/callbacks")  # where the caller-back's work begins
    await caller.page.keyboard.press("F8")
    await calls(caller, content)
    await satisfied(caller)
    await calls(caller, silent)
    await chooses(caller, "#outcome-reached", 1)
    await caller.page.keyboard.press("F4")
    await calls(caller, poor)
    await not_solved(caller)
    await caller.page.wait_for_url("**done=none")  # the one who did not answer waits for his time
    await expect(caller.page.locator("#plan")).to_contain_text("未到时间")
    assert [await state(hotline, one) for one in (content, silent, poor)] == [
        "closed",
        "follow_up",
        "processing",
    ]
    clock.move_to(clock.at + timedelta(hours=2))
    await signs_in(caller, "callback")
    await expect(caller.page.locator("#plan")).to_contain_text("可以呼叫")
    await caller.page.keyboard.press("F8")
    await calls(caller, silent)
    await satisfied(caller)
    await caller.page.wait_for_url("**done=none")
    assert await state(hotline, silent) == "closed"
    await expect(caller.page.locator(".tabs")).to_contain_text("今日办完 3")


@pytest.mark.timeout(120)
async def test_two_at_one_plan_see_each_other_and_every_page_fits(
    person: Any, hotline: Centre, clock: MovingClock
) -> None:
    first, second = [await to_call(hotline, key, confidential=key == "a") for key in "ab"]
    one, other = await person(), await person()
    for somebody, name in ((one, "callback"), (other, "second")):
        await somebody.signs_in(name)
        await somebody.goes("/office/callbacks")
    await one.looks("callbacks")
    await one.page.click("button:has-text('取下一件')")
    await one.page.wait_for_url(f"**/{first}")
    await one.looks("callback")
    await expect(other.page.locator("#plan")).to_contain_text("callback", timeout=15_000)
    await other.page.click("button:has-text('取下一件')")
    await other.page.wait_for_url(f"**/{second}")
    await one.page.click("#call")
    await one.page.check("#outcome-later")
    await expect(one.page.locator("#again_at")).to_be_visible()
    await expect(one.page.locator("#solved-yes")).to_be_hidden()
    await one.looks("callback-later")
    await one.page.check("#outcome-reached")
    await one.page.check("#solved-no")
    await one.page.check("#satisfaction-1")
    await one.looks("callback-called")
    await one.page.click("button[value=plan]")
    await one.page.wait_for_selector("[role=alert]")
    await one.looks("callback-wrong")
    await one.page.clock.install()
    await one.page.click("button:has-text('再次显示号码')")
    await expect(one.page.locator(f"a[href='tel:{PHONE}']")).to_be_visible()
    await one.page.clock.fast_forward("19:50")
    await expect(one.page.locator(f"a[href='tel:{PHONE}']")).to_be_visible()
    await one.page.clock.fast_forward("00:20")  # the call's twenty minutes are over
    assert not await one.page.locator("a[href^='tel:']").count()
    await expect(one.page.locator("#number-gone")).to_be_visible()
    await one.page.click("text=没有拨出")
    await one.page.wait_for_url("**done=laid_back**")
    await one.looks("callbacks-laid-back")
    for look in ("?view=elder", "?lang=en"):
        for path in ("/office/callbacks", f"/office/callbacks/{first}"):
            await one.goes(path + look)
            await one.looks(f"callbacks{look[1:]}")
