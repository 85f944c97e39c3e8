"""The citizen's own journey: helped while writing, nothing typed lost, number and code kept, by keyboard."""

import asyncio
import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.ExifTags import IFD
from playwright.async_api import Page, expect
from sqlalchemy import func, select

from hotline.domain.acts import centre as acts
from hotline.flow import intake, knowledge, work
from hotline.flow.centre import Centre
from hotline.store.tables import IntakeRow
from tests.flow.orders_support import DISPATCHER, a_sign, replied, unit
from tests.flow.test_answers import LAMP, first_stock
from tests.journeys import test_browser
from tests.journeys.test_browser import Person

pytestmark = test_browser.pytestmark
person = test_browser.person
TITLE, WORDS = "望江大道路灯不亮", "望江大道菜场门口的路灯坏了三天，晚上很黑。"
PHONE = "13800001234"
DRAFT = "localStorage.getItem('hotline-draft-complaint')"
SLOW = {"latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 200_000}  # 1.6 Mbit/s
PAINTED = """() => new Promise((told) => new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (one.name === 'first-contentful-paint') told(one.startTime);
}).observe({ type: 'paint', buffered: true }))"""


def photo(*, placed: bool) -> bytes:
    """A small picture, with the place it was taken at where it is `placed`."""
    exif = Image.Exif()
    if placed:
        exif.get_ifd(IFD.GPSInfo).update(
            {1: "N", 2: (29.0, 42.0, 43.2), 3: "E", 4: (116.0, 1.0, 15.6)}
        )
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 120, 40)).save(out, "JPEG", exif=exif)
    return out.getvalue()


async def tabs_to(page: Page, chosen: str, most: int = 60) -> None:
    """By the tabulator alone, as somebody without a mouse gets there."""
    for _ in range(most):
        if await page.evaluate("(c) => document.activeElement.matches(c)", chosen):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{chosen} cannot be reached by keyboard")


async def writes(page: Page) -> None:
    await page.fill("#title", TITLE)
    await page.fill("#content", WORDS)
    await page.fill("input[name='contact.phone']", PHONE)


async def kept(page: Page, words: str) -> None:
    """Waits until the draft holds the words; the page's own policy forbids to wait inside it."""
    for _ in range(50):
        if words in (await page.evaluate(DRAFT) or ""):
            return
        await page.wait_for_timeout(50)
    raise AssertionError("no draft was kept")


async def test_who_writes_is_understood_and_told_where_to_call(
    person: Any, hotline: Centre
) -> None:
    await knowledge.known_articles(hotline, first_stock()[:12])
    citizen: Person = await person()
    page = citizen.page
    await citizen.goes("/complaints/new")
    await page.fill("#title", TITLE)
    await page.fill("#content", WORDS)
    await expect(page.locator("[data-part=answers] a").first).to_have_text(LAMP, timeout=10_000)
    first = page.locator("#topic-1")
    assert "路灯" in (await first.get_attribute("value") or "")
    await page.get_by_role("button", name="填为区县").click()
    assert await page.input_value("select[name='place.district']") == "望江区"
    await first.check()
    await page.fill("#content", WORDS + "现在变压器着火了，火势很大，正在烧。")
    call = page.locator("[data-part=emergency] a[href='tel:119']")
    await expect(call).to_be_visible(timeout=10_000)
    assert await first.is_checked()
    await citizen.looks("citizen-emergency")
    await page.fill("input[name='contact.phone']", PHONE)
    await page.click("button[type=submit]")
    await page.wait_for_url("**/complaints/receipt")
    number = await page.inner_text("#number")
    while await intake.triage_pending(hotline):
        pass
    async with hotline.look() as look:
        case = await look.cases.read(number)
    assert "路灯" in case.notes["said_topic"]


async def test_a_draft_stays_until_it_was_sent_and_a_lost_network_eats_nothing(
    person: Any, hotline: Centre
) -> None:
    citizen: Person = await person()
    page = citizen.page
    await citizen.goes("/complaints/new")
    await writes(page)
    await kept(page, WORDS)
    assert PHONE not in await page.evaluate("JSON.stringify({...localStorage})")
    await citizen.goes("/")
    await citizen.goes("/complaints/new")
    assert await page.input_value("#content") == WORDS
    assert await page.input_value("input[name='contact.phone']") == PHONE
    await expect(page.locator(".draft [data-said]")).to_contain_text("已恢复")

    citizen.errors.clear()
    await page.context.set_offline(True)
    await page.click("button[type=submit]")
    await expect(page.locator("#sending")).to_contain_text("网络不通")
    assert await page.input_value("#content") == WORDS
    await citizen.fits("citizen-offline")
    await page.context.set_offline(False)
    citizen.errors.clear()  # the browser's own remark on the request that we expected to fail
    await page.get_by_role("button", name="再试一次").dblclick()
    await page.wait_for_url("**/complaints/receipt")
    assert await page.evaluate("localStorage.length") == 0
    assert await received(hotline) == 1
    await citizen.goes("/complaints/new")
    assert await page.input_value("#content") == ""
    await writes(page)
    await kept(page, WORDS)
    await page.get_by_role("button", name="清除草稿").click()
    assert await page.evaluate("localStorage.length") == 0
    await citizen.goes("/complaints/new")
    assert await page.input_value("#content") == ""


async def received(centre: Centre) -> int:
    """How many complaints there are, whatever became of them."""
    async with centre.look() as look:
        found = await look.connection.execute(select(func.count()).select_from(IntakeRow))
        return int(found.scalar_one())


async def test_an_answer_that_got_lost_makes_no_second_case(person: Any, hotline: Centre) -> None:
    """The first sending arrives, its answer does not: sent again from the draft it is still one."""
    citizen: Person = await person()
    page = citizen.page
    await citizen.goes("/complaints/new")
    await writes(page)
    await kept(page, WORDS)

    cut = asyncio.Event()

    async def lost(route: Any) -> None:
        if route.request.method == "POST":
            await route.fetch(max_redirects=0)
            await route.abort()
            cut.set()
        else:
            await route.continue_()

    await page.route("**/complaints/new", lost)
    await page.click("button[type=submit]")
    await asyncio.wait_for(cut.wait(), 30)
    assert await received(hotline) == 1
    await page.unroute("**/complaints/new")
    citizen.errors.clear()
    await citizen.goes("/complaints/new")
    assert await page.input_value("#content") == WORDS
    await page.click("button[type=submit]")
    await page.wait_for_url("**/complaints/receipt")
    assert await received(hotline) == 1


async def test_photos_come_with_progress_and_their_place_only_where_it_was_asked_for(
    person: Any, hotline: Centre, tmp_path: Path
) -> None:
    (tmp_path / "现场.jpg").write_bytes(photo(placed=True))
    (tmp_path / "程序.exe").write_bytes(b"MZ" + bytes(100))
    large = tmp_path / "大.mp4"
    with large.open("wb") as out:
        out.truncate(21 * 2**20)
    citizen: Person = await person()
    page = citizen.page
    await page.context.grant_permissions(["geolocation"])
    await page.context.set_geolocation({"longitude": 116.02, "latitude": 29.71, "accuracy": 20})
    await citizen.goes("/complaints/new")
    await page.set_input_files(
        "#attachments", [tmp_path / "现场.jpg", tmp_path / "程序.exe", large]
    )
    await expect(page.locator(".uploads")).to_contain_text("已上传")
    told = page.locator("[data-files] > .wrong")
    await expect(told).to_contain_text("超过 20 MB")
    await expect(told).to_contain_text("不支持这种文件")
    assert await page.input_value("[name='place.lon']") == ""
    await page.get_by_role("button", name=re.compile("移除")).click()
    await page.check("#keep_position")
    await page.set_input_files("#attachments", [tmp_path / "现场.jpg"])
    await expect(page.locator(".position [data-said]")).to_contain_text("拍摄位置")
    assert float(await page.input_value("[name='place.lat']")) == pytest.approx(29.712, abs=1e-4)
    await page.get_by_role("button", name="不附位置").click()
    await page.get_by_role("button", name="附上我现在的位置").click()
    await expect(page.locator(".position [data-said]")).to_contain_text("20 米")
    await writes(page)
    await citizen.looks("citizen-photos")
    await page.click("button[type=submit]")
    await page.wait_for_url("**/complaints/receipt")
    while await intake.triage_pending(hotline):
        pass
    async with hotline.look() as look:
        case = await look.cases.read(await page.inner_text("#number"))
    assert (case.notes["lon"], case.notes["lat"]) == ("116.02", "29.71")


async def test_the_whole_way_by_keyboard_alone(person: Any, hotline: Centre) -> None:
    citizen: Person = await person()
    page, keys = citizen.page, citizen.page.keyboard
    await citizen.goes("/")
    await tabs_to(page, "main a[href='/complaints/new']")
    await keys.press("Enter")
    await page.wait_for_url("**/complaints/new")
    await tabs_to(page, "#title")
    await keys.type(TITLE)
    await tabs_to(page, "#content")
    await keys.type(WORDS)
    await tabs_to(page, "#map > summary")
    await keys.press("Enter")
    await tabs_to(page, "[data-district='临湖区']")
    await keys.press("Enter")
    assert await page.input_value("select[name='place.district']") == "临湖区"
    await tabs_to(page, "#anonymous")
    await keys.press("Space")
    await expect(page.locator("input[name='contact.phone']")).to_be_hidden()
    await citizen.looks("citizen-anonymous")
    await tabs_to(page, "button[type=submit]")
    await keys.press("Enter")
    await page.wait_for_url("**/complaints/receipt")
    number, code = await page.inner_text("#number"), await page.inner_text("#code")
    await citizen.looks("citizen-receipt")
    while await intake.triage_pending(hotline):
        pass
    # As a telephone opens it from the square.
    await citizen.goes(f"/complaints/find#{number}/{code}")
    await page.reload()
    await expect(page.locator("input#code")).to_have_value("")
    await citizen.goes("/")
    await citizen.goes(f"/complaints/find#{number}/{code}")
    await expect(page.locator("input#code")).to_have_value(code)
    assert "#" not in page.url
    await keys.press("Enter")
    await page.wait_for_url("**/complaints/mine")
    for name, words in (("supplement", "今晚又黑了"), ("urge", "请快一点"), ("withdraw", "不用了")):
        await tabs_to(page, f"#{name} > summary")
        await keys.press("Enter")
        await tabs_to(page, f"#{name} textarea")
        await keys.type(words)
        await tabs_to(page, f"#{name} form > p:last-child button")
        await keys.press("Enter")
        await page.wait_for_url(f"**done={name}")
    await citizen.looks("citizen-mine-withdrawn")


async def test_my_complaint_tells_where_it_lies_and_is_rated_and_reopened(
    person: Any, hotline: Centre, site: str
) -> None:
    citizen: Person = await person()
    page = citizen.page
    answer = await page.request.post(
        f"{site}/api/v1/complaints",
        data={"title": TITLE, "content": WORDS, "contact": {"phone": PHONE}},
    )
    told = await answer.json()
    while await intake.triage_pending(hotline):
        pass
    await handled(hotline, told["number"])
    await citizen.goes("/complaints/find?lang=en")
    await page.fill("#number", told["number"])
    await page.fill("#code", told["query_code"])
    await page.press("#code", "Enter")
    await page.wait_for_url("**/complaints/mine")
    await citizen.looks("citizen-mine-en")
    await page.click("#rate button")
    await expect(page.locator("#solved-wrong")).to_be_visible()
    await page.check("input[name=solved][value=no]")
    await page.check("input[name=satisfaction][value='2']")
    await page.check("input[name=pressed][value=yes]")
    await page.click("#rate button")
    await page.wait_for_url("**done=rate")
    await citizen.goes("/complaints/mine?view=elder&lang=zh")
    await citizen.looks("citizen-mine-elder")


async def handled(centre: Centre, number: str) -> None:
    await work.act(centre, number, acts.Accept(), DISPATCHER)
    await work.act(centre, number, acts.Transfer(department="cgj"), DISPATCHER)
    await work.act(centre, number, a_sign(), unit(centre))
    await replied(centre, number)


async def test_the_first_page_is_light_and_soon_there(person: Any, hotline: Centre) -> None:
    citizen: Person = await person()
    page = citizen.page
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", {"offline": False, **SLOW})
    await session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    weights: dict[str, int] = {}
    kinds: dict[str, str] = {}
    session.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
    session.on(
        "Network.loadingFinished",
        lambda e: weights.update({e["requestId"]: int(e["encodedDataLength"])}),
    )
    for path in ("/", "/complaints/new"):
        weights.clear()
        await session.send("Network.clearBrowserCache")
        await citizen.goes(path)
        painted = await page.evaluate(PAINTED)
        await page.wait_for_load_state("networkidle")
        script = sum(n for one, n in weights.items() if kinds.get(one) == "Script")
        whole = sum(weights.values())
        print(f"{path}: {painted:.0f} ms to first paint, {script} B script, {whole} B in all")
        assert painted < 1800 and script <= 60_000 and whole <= 120_000
        assert weights and whole > 1000  # the figures are of what was really sent
