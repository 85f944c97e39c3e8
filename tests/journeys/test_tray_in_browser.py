"""Letters in a real browser: the tray, a case's letters, addresses marked, the rating by its link."""

import re
from typing import Any

from channels.memory import MemorySender
from hotline.flow.centre import Centre
from hotline.store import posted
from tests.flow import orders_support as life
from tests.flow.letters_support import OURS, sent
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


PAGE = """<h2>反映</h2><table><tr><th>时间</th><td>每天晚上</td></tr><tr><th>地点</th><td>望江大道</td></tr></table>
<p>电话13800001234</p><img src="http://elsewhere.example/seen.gif"><a href="http://elsewhere.example/">点这里</a>"""


async def test_a_letter_of_a_case_is_read_as_it_was_laid_out_and_an_address_is_written_to_again(
    person: Any, hotline: Centre
) -> None:
    await arrives(hotline, a_letter(page=PAGE))
    await settled(hotline)
    async with hotline.work() as work:
        await posted.mark(work.connection, "a" * 64, None, "去信被退回（5.1.1）", work.at)
    officer = await person()
    await officer.signs_in("dispatcher")
    page = officer.page
    await page.click("a[href^='/office/cases/2'] >> nth=0")
    await page.click("text=看原信")
    await page.locator("summary:has-text('来信原样')").focus()
    await page.keyboard.press("Enter")
    frame = page.frame_locator("iframe.letter")
    assert await frame.locator("td").all_inner_texts() == ["每天晚上", "望江大道"]
    assert (
        await frame.locator("img").count() == 0
        and "138****1234" in await frame.locator("body").inner_text()
    )
    await officer.looks("case-letters")
    await officer.goes("/office/marked-addresses")
    await officer.looks("marked")
    await page.fill("#why1", "诉求人来电更正")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**done=1")
    await officer.looks("marked-none")


async def test_a_citizen_rates_from_the_letter(person: Any, hotline: Centre, site: str) -> None:
    hotline.senders["mail"], hotline.post = MemorySender(), OURS
    number = await life.in_hand(hotline, contact={"email": "li@example.com"})
    await life.replied(hotline, number)
    letters = [one.text for one in await sent(hotline)]
    path = next(found[0] for one in letters if (found := re.search(r"/complaints/rate/\S+", one)))
    citizen = await person()
    await citizen.goes(path)
    await citizen.looks("rate")
    page = citizen.page
    await page.focus("input[name=solved] >> nth=0")
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await page.click("button:has-text('提交评价')")
    await page.wait_for_url("**/complaints/rated")
    await citizen.looks("rated")
    await citizen.goes(path)
    await citizen.looks("rated-again")
