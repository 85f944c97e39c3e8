"""The story of one complaint in a real browser: filed, transferred, answered, closed, rated."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Page

from hotline.config import Settings
from hotline.domain.words import Role
from hotline.flow.centre import Centre
from hotline.store import accounts
from hotline.web.app import make_app
from hotline.wiring import Parts, build
from tests.conftest import one_reader
from tests.web.api_support import HASHED, PASSWORD

# All journeys of a process share one browser, and so one loop.
shared_loop = partial(pytest_asyncio.fixture, loop_scope="session")
PICTURES = os.environ.get("HOTLINE_PICTURES", "")
# The one without windows first: a profile costs it a third of the computing.
CHROMIUM = next(
    (
        path
        for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
        if (path := shutil.which(name))
    ),
    None,
)
STAFF = (
    ("dispatcher", Role.DISPATCHER, None),
    ("clerk", Role.CLERK, "cgj"),
    ("inspector", Role.INSPECTOR, None),
    ("callback", Role.CALLBACK, None),
    ("director", Role.DIRECTOR, None),
    ("secadmin", Role.SECADMIN, None),
    ("auditor", Role.AUDITOR, None),
    ("agent", Role.AGENT, None),
    ("shift_lead", Role.SHIFT_LEAD, None),
    ("leader", Role.LEADER, "cgj"),
    ("supervisor", Role.SUPERVISOR, None),
    ("sysadmin", Role.SYSADMIN, None),
)
# All rules are asked; of what they find nothing wrong with, one place is told and not every one.
FOUND_ONLY = {"resultTypes": ["violations"]}
ASKED = "options => axe.run(options).then(told => told.violations)"
# What runs over the right edge, and what is cut off within its box; scrolling boxes may.
WIDE = """[...document.querySelectorAll("body *")]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, .skip, .hide"))
  .slice(0, 5).map(e => e.outerHTML.slice(0, 100))"""
CUT = """[...document.querySelectorAll("main *, header *, footer *")]
  .filter(e => e.tagName !== "INPUT" && !e.closest(".hide, thead, [hidden], svg, canvas"))
  .filter(e => ["hidden", "clip"].includes(getComputedStyle(e).overflowX))
  .filter(e => e.scrollWidth > e.clientWidth + 1)
  .slice(0, 5).map(e => e.outerHTML.slice(0, 100))"""
# How each piece of text is dressed: its ink, what it lies on, its size and weight, what it shines through.
DRESSED = """() => {
  const dresses = new Set();
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const own = words.currentNode.parentElement;
    if (!words.currentNode.data.trim() || !own.checkVisibility()) continue;
    const style = getComputedStyle(own), under = [];
    for (let e = own; e; e = e.parentElement) {
      const {backgroundColor, backgroundImage, opacity, filter} = getComputedStyle(e);
      under.push(backgroundColor, backgroundImage, opacity, filter);
      if (backgroundColor.startsWith("rgb(")) break;
    }
    dresses.add([style.color, style.fontSize, style.fontWeight, ...under].join(" "));
  }
  return [...dresses];
}"""
LEGIBLE: set[str] = set()  # the dresses that axe has found to stand out enough in this process
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.timeout(240),
]


@shared_loop
async def site(sqlite_url: str, tmp_path: Path) -> AsyncIterator[str]:
    settings = Settings(database_url=sqlite_url, data=tmp_path, limits={"public": "off"})
    centre = await build(settings, Parts(make_reader=one_reader))
    await with_staff(centre)
    server = TestServer(make_app(centre, settings))
    await server.start_server()
    yield str(server.make_url("")).rstrip("/")
    await server.close()
    await centre.close()


async def with_staff(centre: Centre) -> None:
    async with centre.work() as work:
        for username, role, unit in STAFF:
            new = accounts.NewOfficer(username, role.zh, role, unit, HASHED, demo=True)
            await accounts.add(work.connection, centre.cipher, new, work.at)


class Person:
    """Somebody at a browser of their own; every page is looked at as it is passed."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.errors: list[str] = []
        self.foreign: list[str] = []
        page.on("console", self._told)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._request)

    def _told(self, message: Any) -> None:
        # That a page came with 404, 409 or 422 is the browser's remark on our answer, not an error.
        if message.type == "error" and "server responded with a status of 4" not in message.text:
            self.errors.append(message.text)

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.site, "data:")):
            self.foreign.append(request.url)

    async def goes(self, path: str) -> None:
        await self.page.goto(self.site + path)

    async def signs_in(self, username: str) -> None:
        await self.goes("/office/login")
        await self.page.fill("#username", username)
        await self.page.fill("#password", PASSWORD)
        await self.page.press("#password", "Enter")
        await self.page.wait_for_url("**/office/**")

    async def does(self, action: str, **fields: str) -> None:
        """Opens the action's form by keyboard, fills it in and sends it."""
        form = self.page.locator(f"#action-{action}")
        await form.locator("summary").focus()
        await self.page.keyboard.press("Enter")
        for name, value in fields.items():
            field = form.locator(f"[name={name}]")
            if await field.evaluate("e => e.tagName") == "SELECT":
                await field.select_option(value)
            else:
                await field.fill(value)
        await form.locator("button").focus()
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url(f"**done={action}")

    async def looks(self, name: str) -> None:
        """At both widths: nothing runs over the edge, axe finds nothing serious, no errors."""
        await self.fits(name)
        await self.is_for_all(name)

    async def fits(self, name: str) -> None:
        """Nothing runs over the edge or is cut off, on a telephone and on a desk."""
        for width in (360, 1440):
            await self.page.set_viewport_size({"width": width, "height": 900})
            wide = await self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (
                f"{name} is {wide} wide at {width}: {await self.page.evaluate(WIDE)}"
            )
            cut = await self.page.evaluate(CUT)
            assert not cut, f"{name} cuts at {width}: {cut}"
            if PICTURES:
                await self.page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)

    async def is_for_all(self, name: str) -> None:
        """Axe finds nothing serious; the browser had no errors, and asked no other host.

        Contrast is two thirds of its work and a matter of ink and ground: it is measured where a page
        shows a dress that no page before it did."""
        dresses = set(await self.page.evaluate(DRESSED))
        rules = {"color-contrast": {"enabled": not dresses <= LEGIBLE}}
        await self._asks_axe(name, {"rules": rules})
        LEGIBLE.update(dresses)

    async def stands_out(self, name: str) -> None:
        """Ink and ground are far enough apart, whatever else the page is."""
        dresses = set(await self.page.evaluate(DRESSED))
        if not dresses <= LEGIBLE:
            only = {"type": "rule", "values": ["color-contrast"]}
            await self._asks_axe(name, {"runOnly": only})
            LEGIBLE.update(dresses)

    async def _asks_axe(self, name: str, options: dict[str, Any]) -> None:
        found = await self.page.evaluate(ASKED, {**FOUND_ONLY, **options})
        grave = [v for v in found if v["impact"] in ("serious", "critical")]
        told = [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in grave]
        assert not told, f"{name}: {told}"
        assert not self.errors and not self.foreign, f"{name}: {self.errors} {self.foreign}"


@shared_loop
async def person(site: str, chromium: Browser) -> AsyncIterator[Any]:
    """Somebody new at each call, with a profile of their own that goes with the test."""
    async with AsyncExitStack() as ends:

        async def new() -> Person:
            context = await chromium.new_context(locale="zh-CN", reduced_motion="reduce")
            ends.push_async_callback(context.close)
            await context.add_init_script(AXE_SCRIPT)  # told once, not at every look
            return Person(await context.new_page(), site)

        yield new


async def filed(citizen: Person) -> tuple[str, str]:
    await citizen.goes("/")
    await citizen.looks("home")
    await citizen.page.click("text=我要诉求 >> nth=0")
    await citizen.page.click("button:has-text('提交')")
    await citizen.page.wait_for_selector("[role=alert] h2")  # the answer, not “being sent”
    await citizen.looks("form-wrong")
    await citizen.page.fill("#title", "望江大道路灯不亮")
    await citizen.page.fill("#content", "望江大道菜场门口的路灯坏了三天，晚上很黑，老人差点摔倒。")
    await citizen.page.select_option("select[name='place.district']", "望江区")
    await citizen.page.fill("input[name='contact.phone']", "13800001234")
    await citizen.looks("form")
    await citizen.page.dblclick("button:has-text('提交')")
    await citizen.page.wait_for_url("**/complaints/receipt")
    await citizen.looks("receipt")
    number = await citizen.page.inner_text("#number")
    return number, await citizen.page.inner_text("#code")


async def test_a_complaint_from_the_form_to_the_rating(person: Any) -> None:
    citizen = await person()
    number, code = await filed(citizen)

    dispatcher = await person()
    await dispatcher.signs_in("dispatcher")
    await dispatcher.page.wait_for_selector(f"text={number}")
    await dispatcher.looks("queue")
    await dispatcher.goes(f"/office/cases/{number}")
    await dispatcher.does("accept")
    await dispatcher.does("transfer", department="cgj", text="请尽快修复")
    await dispatcher.looks("case-dispatcher")

    clerk = await person()
    await clerk.signs_in("clerk")
    await clerk.goes(f"/office/cases/{number}")
    await clerk.does("sign", handler="钱联络", phone="0000-12340002")
    assert "13800001234" not in await clerk.page.content()
    await clerk.does("contact", text="已电话联系诉求人")
    await clerk_replies(clerk)
    await clerk.looks("case-clerk")

    inspector = await person()
    await inspector.signs_in("inspector")
    await inspector.goes(f"/office/cases/{number}")
    await inspector.does("approve")

    callback = await person()
    await callback.signs_in("callback")
    await callback.goes(f"/office/cases/{number}")
    await callback.does(
        "follow_up", outcome="reached", solved="yes", satisfaction="4", text="表示满意"
    )
    await callback.does("close")
    await callback.looks("case-closed")

    await citizen.goes("/complaints/find")
    await citizen.looks("find")
    await citizen.page.fill("#number", number)
    await citizen.page.fill("#code", code.lower())
    await citizen.page.press("#code", "Enter")
    await citizen.page.wait_for_url("**/complaints/mine")
    assert "您反映的路灯已修复" in await citizen.page.inner_text("main")
    await citizen.looks("mine")
    await citizen.page.check("input[name=solved][value=yes]")
    await citizen.page.check("input[name=satisfaction][value='5']")
    await citizen.page.click("button:has-text('提交评价')")
    await citizen.page.wait_for_url("**done=rate")
    assert "感谢您的评价" in await citizen.page.inner_text("main")


async def clerk_replies(clerk: Person) -> None:
    """The reply's form, where a box is ticked: solved."""
    form = clerk.page.locator("#action-reply")
    await form.locator("summary").click()
    await form.locator("[name=found_true]").select_option("yes")
    await form.locator("[name=solved]").select_option("yes")
    await form.locator("[name=internal_account]").fill("更换灯具两盏。")
    await form.locator("[name=public_reply]").fill("您反映的路灯已修复，联系电话 0000-12340002。")
    await form.get_by_role("button", name="答复", exact=True).click()
    await clerk.page.wait_for_url("**done=reply")


async def test_what_came_of_a_policy_tried_stands_beside_what_was_typed(person: Any) -> None:
    somebody = await person()
    await somebody.signs_in("sysadmin")
    await somebody.goes("/office/policy")
    await somebody.page.fill("#day", "2026-12-01")
    await somebody.page.click("main form.narrow button")
    await somebody.page.wait_for_selector("main [role=status]")
    assert await somebody.page.input_value("#day") == "2026-12-01"
    await somebody.looks("office-policy-tried")


async def test_pages_in_english_and_what_is_not_there(person: Any) -> None:
    visitor = await person()
    for path in ("/?lang=en", "/complaints/new?lang=en", "/complaints/find?lang=en"):
        await visitor.goes(path)
        await visitor.looks("en-" + path.strip("/").split("?")[0].replace("/", "-"))
    await visitor.goes("/nowhere")
    await visitor.looks("not-found")
