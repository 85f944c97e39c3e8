"""The desks by keyboard alone: the agent's whole call, the dispatcher's cases, the clerk's reply."""

from typing import Any

import pytest
from playwright.async_api import expect

from channels.telephone.events import Kind
from hotline.domain.words import Role
from hotline.flow import intake, work
from hotline.flow.centre import Centre
from hotline.flow.replytemplates import Wanted, keep
from tests.flow import orders_support as life
from tests.flow.test_knowledge import released
from tests.journeys import test_browser, test_phone_in_browser
from tests.journeys.test_browser import Person
from tests.journeys.test_citizen_in_browser import tabs_to
from tests.journeys.test_phone_in_browser import Switch
from tests.web.api_support import PASSWORD

pytestmark = test_browser.pytestmark
person = test_browser.person
site = test_phone_in_browser.site
ADDRESS = "望江区望江大道12号附近的路灯坏了三天，晚上很黑。"


async def signs_in(somebody: Person, username: str) -> None:
    await somebody.goes("/office/login")
    await types(somebody, "#username", username)
    await types(somebody, "#password", PASSWORD)
    await somebody.page.keyboard.press("Enter")
    await somebody.page.wait_for_selector("nav a[href='/office/account']")
    await somebody.page.wait_for_load_state()


async def types(somebody: Person, chosen: str, text: str) -> None:
    await tabs_to(somebody.page, chosen, 150)
    await somebody.page.keyboard.type(text)


async def presses(somebody: Person, chosen: str, key: str = "Enter") -> None:
    await tabs_to(somebody.page, chosen, 150)
    await somebody.page.keyboard.press(key)


async def picks(somebody: Person, chosen: str, downs: int = 1) -> None:
    """A choice from a list, by the arrow."""
    await tabs_to(somebody.page, chosen, 150)
    for _ in range(downs):
        await somebody.page.keyboard.press("ArrowDown")


async def does(somebody: Person, action: str) -> None:
    """Unfolds the action's form and goes into it."""
    await somebody.page.evaluate("document.activeElement.blur()")
    await presses(somebody, f"#action-{action} summary")


async def rings(switch: Switch, call: str) -> None:
    await switch.says(call, Kind.OFFERED)
    await switch.says(call, Kind.QUEUED, queue="热线")
    await switch.says(call, Kind.RINGING, "b", agent="8001")


@pytest.mark.timeout(120)
async def test_an_agent_takes_calls_without_a_mouse(
    person: Any, hotline: Centre, site: str
) -> None:
    switch, agent = Switch(site, hotline), await person()
    page, keys = agent.page, agent.page.keyboard
    await released(hotline)
    older = await life.received(hotline, title="望江大道路灯坏了", content=ADDRESS)
    await signs_in(agent, "agent")
    await presses(agent, "nav a[href='/office/phone']")
    await page.wait_for_url("**/office/phone")
    await types(agent, "#extension", "8001")
    await presses(agent, "#seat button[value=ready]")
    await page.wait_for_selector("#seat-now:text-is('示闲')")
    await rings(switch, "c1")
    await page.wait_for_selector("#who:has-text('138****1234')")
    await expect(page.locator("#panel")).to_contain_text(older)  # who calls: what they said before
    await switch.says("c1", Kind.ANSWERED, "b", agent="8001")
    await page.wait_for_selector(".ring.talking")
    await keys.press("F2")
    await keys.type("望江大道路灯不亮")
    await types(agent, "#content", ADDRESS)
    await page.locator("#guess [data-field='place.district']").wait_for()
    await expect(page.locator("#answers")).to_contain_text("路灯不亮向谁报修")
    await keys.press("F4")
    await presses(agent, "#guess [data-field='place.district']")
    assert await page.input_value("[name='place.district']") == "望江区"
    await presses(agent, "#file button")
    await page.wait_for_selector("text=查询码")
    while await intake.triage_pending(hotline):
        pass
    await presses(agent, "main a.button")
    await page.wait_for_url("**/office/cases/*")
    await does(agent, "answer")
    await types(agent, "#answer-text", "路灯报修可拨市政热线，我们也已登记。")
    await presses(agent, "#action-answer form button.button")
    await page.wait_for_url("**done=answer")
    await switch.says("c1", Kind.ENDED, "b", agent="8001")
    await switch.says("c1", Kind.ENDED)
    await presses(agent, "nav a[href='/office/phone']")
    await page.wait_for_selector("#seat-now:text-is('话后整理')")
    await expect(page.locator("#countdown")).to_contain_text("秒后示闲")
    await presses(agent, "#seat button[value=ready]")
    await page.wait_for_selector("#seat-now:text-is('示闲')")
    await rings(switch, "c2")
    await switch.says("c2", Kind.ANSWERED, "b", agent="8001")
    await page.wait_for_selector(".ring.talking")
    await keys.press("F8")
    await page.wait_for_selector("text=紧急转接 110")
    await agent.looks("keyboard-110")


async def test_a_dispatcher_takes_several_cases_and_rules_without_a_mouse(
    person: Any, hotline: Centre
) -> None:
    numbers = [await life.received(hotline, key, title=f"路灯{key}") for key in "ab"]
    dispatcher = await person()
    page = dispatcher.page
    await signs_in(dispatcher, "dispatcher")
    await presses(dispatcher, "input[aria-label='全部勾选']", "Space")
    await expect(page.locator("text=已勾选 2 件")).to_be_visible()
    await dispatcher.looks("bulk-queue")
    await picks(dispatcher, "#bulk-kind")
    await picks(dispatcher, "#bulk-unit")
    unit = await page.input_value("#bulk-unit")
    await presses(dispatcher, "#bulk button")
    await page.wait_for_selector("text=可办 2 件")
    await dispatcher.looks("bulk-preview")
    await presses(dispatcher, "form[action='/office/bulk/run'] button")
    await page.wait_for_selector("text=已办 2 件")
    await dispatcher.looks("bulk-done")
    view = await work.view(hotline, numbers[0], life.DISPATCHER)
    assert view.case.lead == unit and view.case.lead
    await presses(dispatcher, "form[action='/office/bulk/run'] button")
    await page.wait_for_selector("text=撤回派单：")
    await expect(page.locator("text=已办 2 件")).to_be_visible()
    await presses(dispatcher, "tbody tr:first-child a")
    await page.wait_for_url("**/office/cases/*")
    await does(dispatcher, "note")
    await types(dispatcher, "#note-text", "已电话核实地点")
    await presses(dispatcher, "#action-note form button.button")
    await page.wait_for_url("**done=note")


async def test_a_clerk_signs_contacts_and_replies_from_a_template_without_a_mouse(
    person: Any, hotline: Centre
) -> None:
    number = await life.in_hand(hotline, signed=False)
    told = Wanted("路灯修复", "", "您反映的“{{ 标题 }}”（{{ 编号 }}）已处理。")
    await keep(hotline, life.unit(hotline, Role.LEADER), "cgj", told)
    clerk = await person()
    page, keys = clerk.page, clerk.page.keyboard
    await signs_in(clerk, "clerk")
    await presses(clerk, f"a[href='/office/cases/{number}']")
    await page.wait_for_url("**/office/cases/*")
    await does(clerk, "sign")
    await types(clerk, "#sign-handler", "钱联络")
    await types(clerk, "#sign-phone", "0571-87654321")
    await keys.press("Enter")
    await page.wait_for_url("**done=sign")
    await does(clerk, "contact")
    await types(clerk, "#contact-text", "已电话联系")
    await presses(clerk, "#action-contact form button.button")
    await page.wait_for_url("**done=contact")
    await does(clerk, "reply")
    await picks(clerk, "#reply-found_true")
    await picks(clerk, "#reply-solved")
    await types(clerk, "#reply-internal_account", "更换灯具两盏。")
    await picks(clerk, "#reply-template")
    await presses(clerk, "#action-reply .taking button")
    reply = page.locator("#reply-public_reply")
    await expect(reply).to_have_value(f"您反映的“路灯不亮”（{number}）已处理。")
    await expect(page.locator("#reply-internal_account")).to_have_value("更换灯具两盏。")
    await clerk.looks("template-taken")
    await tabs_to(page, "#reply-public_reply", 150)
    await keys.press("Control+End")
    await keys.type("联系电话 0571-87654321。")
    await presses(clerk, "#action-reply form > p:last-child button")
    await page.wait_for_url("**done=reply")
    assert "0571-87654321。" in await page.inner_text("main")
