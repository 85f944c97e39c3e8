"""The inspector from the sign-in to a sheet with a false closure on it, by mouse and by keyboard alone;
the scored unit appeals, the director rules."""

from typing import Any

import pytest
from playwright.async_api import expect

from hotline.domain.inspection import Plan, Subject
from hotline.domain.shanghai import city_day
from hotline.domain.words import Role
from hotline.flow import inspecting, work
from hotline.flow.centre import Centre
from tests.flow import orders_support as life
from tests.flow.test_inspecting import closed
from tests.journeys import test_browser
from tests.journeys.test_browser import Person
from tests.journeys.test_keyboard_in_browser import presses, signs_in, types
from tests.journeys.test_looks import looked_at
from tests.makers import an_officer

pytestmark = test_browser.pytestmark
person = test_browser.person
POINTS = {"signing": 10, "contact": 15, "answering": 20, "facts": 15, "wording": 10}


async def test_a_sample_is_drawn_scored_appealed_and_ruled_on(person: Any, hotline: Centre) -> None:
    await closed(hotline, *"abc")
    inspector = await person()
    page = inspector.page
    await inspector.signs_in("inspector")
    await page.click("nav a[href='/office/inspections']")
    await inspector.looks("inspections-none")
    await page.click("main >> text=抽取 >> nth=-1")
    await page.wait_for_url("**/office/inspections/1")
    await inspector.looks("inspection")
    await inspector.goes("/office/inspections")
    await inspector.looks("inspections")
    await page.click("text=领取下一份")
    await page.wait_for_url("**/office/sheets/*")
    await looked_at(inspector, "/office/sheets/1", "sheet-blank")
    await page.click("button:has-text('提交')")
    await page.wait_for_selector("[role=alert]")
    await inspector.looks("sheet-lacking")
    for code, points in {**POINTS, "genuine": 12}.items():
        await page.fill(f"#c-{code}", str(points))
    await page.check("#c-basis_na")
    await page.fill("#c-genuine_note", "回访时诉求人说灯仍时亮时灭")
    await expect(page.locator("#total")).to_have_text("91")
    await page.click("text=存草稿")
    await page.wait_for_selector("text=草稿已保存")
    await page.click("button:has-text('提交')")
    await page.wait_for_selector("text=质检单已提交")
    await inspector.looks("sheet-done")
    place = page.url.partition("?")[0]

    leader = await person()
    await leader.signs_in("leader")
    await leader.page.click("nav a[href='/office/sheets']")
    await leader.looks("sheets-own")
    await leader.page.click("tbody a")
    assert "质检员" not in await leader.page.inner_text("main"), "who scored is not told"
    await leader.looks("sheet-own")
    await leader.page.fill("#grounds", "附件有当晚照片")
    await leader.page.click("text=提交申诉")
    await leader.page.wait_for_selector("text=申诉已提交")

    director = await person()
    await director.signs_in("director")
    await director.goes("/office/sheets?appeal=asked")
    await director.looks("sheets-appealed")
    await director.page.click("tbody a")
    assert director.page.url == place
    await director.page.check("input[value=upheld]")
    await director.page.fill("#reason", "照片属实")
    await director.page.click("summary:has-text('改动评分')")
    await director.looks("sheet-ruling")
    await director.page.fill("#c-genuine", "20")
    await director.page.click("text=登记复核")
    await director.page.wait_for_selector("text=复核已登记")
    await director.looks("sheet-ruled")
    await director.goes("/office/inspections/results")
    assert "100" in await director.page.inner_text("tbody >> nth=0")
    await looked_at(director, "/office/inspections/results", "inspection-results")
    await looked_at(director, "/office/inspections/1", "inspection-scored")


@pytest.mark.timeout(120)
async def test_an_inspector_finds_a_false_closure_without_a_mouse(
    person: Any, hotline: Centre
) -> None:
    number = (await closed(hotline, "a"))[0]
    today = city_day(hotline.now())
    await inspecting.draw(
        hotline, an_officer(Role.SHIFT_LEAD), Plan(Subject.CASE, today, today, share=100)
    )
    inspector: Person = await person()
    page, keys = inspector.page, inspector.page.keyboard
    await signs_in(inspector, "inspector")
    await presses(inspector, "nav a[href='/office/inspections']")
    await page.wait_for_url("**/office/inspections")
    await presses(inspector, "#take button")
    await page.wait_for_url("**/office/sheets/1")
    for code, points in POINTS.items():
        await types(inspector, f"#c-{code}", str(points))
    await keys.press("Enter")  # in a field: a draft, never the end
    await page.wait_for_selector("text=草稿已保存")
    await presses(inspector, "#c-basis_na", "Space")
    await types(inspector, "#c-genuine", "0")
    await types(inspector, "#c-genuine_note", "现场灯未修")
    await presses(inspector, "#c-false_closure", "Space")
    await types(inspector, "#c-false_closure_note", "现场并未维修")
    await types(inspector, "#evidence", "暗访照片三张")
    await expect(page.locator("#total")).to_have_text("0（否决）")
    await presses(inspector, "button[value=submit]")
    await page.wait_for_selector("[role=alert] >> text=勾选确认")
    assert await page.input_value("#evidence") == "暗访照片三张"
    await inspector.looks("sheet-unsure")
    await presses(inspector, "#sure", "Space")
    await presses(inspector, "button[value=submit]")
    await page.wait_for_selector("text=诉求已退回重办并签发督办单")
    await inspector.looks("sheet-false-closure")
    case = (await work.view(hotline, number, life.DIRECTOR)).case
    assert (case.state, case.level, case.orders[-1].cause) == ("processing", 6, "false_closure")
