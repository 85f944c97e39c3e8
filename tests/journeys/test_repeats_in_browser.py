"""Repeats and rising matters in a real browser: told while typing, merged with a click, taken in hand."""

from datetime import timedelta
from typing import Any

from playwright.async_api import expect

from hotline.flow import intake, rising
from hotline.flow.centre import Centre
from tests.journeys import test_browser
from tests.makers import a_complaint

pytestmark = test_browser.pytestmark
person = test_browser.person
LAMP = {
    "title": "望江花园门口路灯不亮",
    "content": "望江花园北门的路灯坏了三天，晚上很黑，请维修。",
}
LAMP_TOO = {
    "title": "小区路灯坏了",
    "content": "我住望江花园，北门路灯坏了好几天，晚上很黑，希望维修。",
}


async def received(centre: Centre, key: str, **changes: Any) -> str:
    told = a_complaint(key, received_at=centre.now(), **changes)
    receipt = await intake.receive(centre, told)
    while await intake.triage_pending(centre):
        pass
    return receipt.number


async def test_a_repeat_is_told_while_it_is_typed(person: Any, hotline: Centre) -> None:
    number = await received(hotline, "a", **LAMP)
    agent = await person()
    await agent.signs_in("agent")
    await agent.goes("/office/new")
    await agent.looks("new-empty")
    page = agent.page
    assert await page.locator("#found").is_hidden()
    await page.fill("#title", LAMP_TOO["title"])
    await page.fill("#content", LAMP_TOO["content"])
    await page.fill("[id='contact.phone']", "13800001234")
    await expect(page.locator("#found a")).to_have_text(number, timeout=10_000)
    await expect(page.locator("#found")).to_contain_text("同一来电人")
    await expect(page.locator("#found")).to_contain_text("望江花园")
    await agent.looks("new-repeats")
    await page.locator("#look").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/office/new/repeats")
    assert await page.input_value("#content") == LAMP_TOO["content"]
    await agent.looks("new-looked")


async def test_a_dispatcher_merges_what_repeats_with_the_keyboard(
    person: Any, hotline: Centre
) -> None:
    first = await received(hotline, "a", **LAMP)
    again = await received(hotline, "b", **LAMP_TOO)
    dispatcher = await person()
    await dispatcher.signs_in("dispatcher")
    await dispatcher.goes(f"/office/cases/{again}")
    await dispatcher.looks("case-repeats")
    await dispatcher.page.locator(f"button:has-text('并入 {first}')").focus()
    await dispatcher.page.keyboard.press("Enter")
    await dispatcher.page.wait_for_url("**done=merge")
    await dispatcher.looks("case-merged")


async def test_a_rising_matter_is_taken_in_hand(person: Any, hotline: Centre) -> None:
    for n in range(26):
        await received(hotline, f"k{n}", contact=None, anonymous=True, **LAMP)
    raised = await rising.watch(hotline)
    assert raised and timedelta(hours=1) == rising.HOUR
    lead = await person()
    await lead.signs_in("shift_lead")
    await lead.looks("desk-rising")
    await lead.goes("/office/alerts")
    await lead.looks("alerts")
    page = lead.page
    await page.fill(f"#note-{raised[0]}", "已通知路灯所到场")
    await page.press(f"#note-{raised[0]}", "Enter")
    await page.wait_for_selector("text=已通知路灯所到场")
    await lead.looks("alerts-taken")
