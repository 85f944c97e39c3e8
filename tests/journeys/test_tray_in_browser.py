"""The tray in a real browser: a letter held is found, read in another charset, and made a case."""

from typing import Any

from hotline.flow.centre import Centre
from tests.journeys import test_browser
from tests.support.letters import a_letter, arrives, settled

pytestmark = test_browser.pytestmark
person = test_browser.person


async def test_a_letter_held_is_looked_at_and_filed(person: Any, hotline: Centre) -> None:
    long = "您好，" + "我想反映一个长期没有解决的问题，请尽快处理。" * 20
    await arrives(hotline, a_letter("幸福路路灯不亮", long, X_Spam_Flag="YES"))
    await arrives(hotline, a_letter("发票", "代开发票", message_id="<2@x>", X_Spam_Flag="YES"))
    await settled(hotline)
    officer = await person()
    await officer.signs_in("dispatcher")
    await officer.goes("/office/quarantine")
    await officer.looks("tray")
    page = officer.page
    await page.click("a[href='/office/quarantine/1']")
    await page.wait_for_url("**/office/quarantine/1")
    await officer.looks("tray-letter")
    await page.select_option("#charset", "gb18030")
    await page.press("#charset", "Enter")
    await page.locator("button:has-text('不予处理')").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_selector("[role=alert]")
    await officer.looks("tray-wrong")
    await page.locator("button:has-text('另立新件')").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**done=case")
    await officer.looks("tray-done")
    assert await page.locator("tbody tr").count() == 1
