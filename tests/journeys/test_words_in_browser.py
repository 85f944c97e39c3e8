"""What an officer has half written, in a real browser: the session ends, the network fails, others come."""

from datetime import timedelta
from typing import Any

from playwright.async_api import expect
from sqlalchemy import update

from hotline.domain.acts import centre as acts
from hotline.domain.words import Role, Urgency
from hotline.flow import work
from hotline.flow.centre import Centre
from hotline.store.ledgers import SessionRow
from tests.flow.orders_support import DISPATCHER, in_hand, received
from tests.journeys import test_browser
from tests.journeys.test_browser import Person
from tests.makers import an_officer
from tests.web.api_support import PASSWORD

pytestmark = test_browser.pytestmark
person = test_browser.person

WORDS = "已到现场查看，灯杆线路老化。"
KEPT = "Object.keys(localStorage).filter(n => n.startsWith('hotline-words')).length"


async def sessions_end(centre: Centre) -> None:
    """As if nobody had touched anything for an hour."""
    async with centre.work() as unit:
        long_ago = unit.at - timedelta(hours=1)
        await unit.connection.execute(update(SessionRow).values(seen_at=long_ago))


async def writes(clerk: Person, number: str) -> Any:
    await clerk.goes(f"/office/cases/{number}")
    form = clerk.page.locator("#action-contact")
    await form.locator("summary").click()
    await form.locator("[name=text]").fill(WORDS)
    return form


async def again(clerk: Person, username: str) -> None:
    await clerk.page.fill("#username", username)
    await clerk.page.fill("#password", PASSWORD)
    await clerk.page.press("#password", "Enter")


async def test_words_outlive_the_session_and_go_once_they_are_sent(
    person: Any, hotline: Centre
) -> None:
    number = await in_hand(hotline)
    clerk = await person()
    page = clerk.page
    await clerk.signs_in("clerk")
    form = await writes(clerk, number)
    await sessions_end(hotline)
    await form.locator("button.button").click()
    await page.wait_for_selector("#words-kept:visible")
    await clerk.looks("words-session-over")
    await again(clerk, "clerk")
    await page.wait_for_url(f"**/office/cases/{number}")
    await expect(form.locator("[name=text]")).to_have_value(WORDS)
    await expect(form.locator(".words")).to_contain_text("已找回")
    await clerk.looks("words-found")
    await form.locator("button.button").click()
    await page.wait_for_url("**done=contact")
    assert await page.evaluate(KEPT) == 0


async def test_words_outlive_a_network_that_fails(person: Any, hotline: Centre) -> None:
    number = await in_hand(hotline)
    clerk = await person()
    await clerk.signs_in("clerk")
    form = await writes(clerk, number)
    await clerk.page.context.set_offline(True)
    await form.locator("button.button").click()
    await clerk.page.wait_for_timeout(500)
    await clerk.page.context.set_offline(False)
    await clerk.goes(f"/office/cases/{number}")
    await expect(form.locator("[name=text]")).to_have_value(WORDS)
    await form.locator("button.button").click()
    await clerk.page.wait_for_url("**done=contact")
    assert await clerk.page.evaluate(KEPT) == 0


async def test_another_account_never_sees_them_and_signing_out_clears_them(
    person: Any, hotline: Centre
) -> None:
    number = await in_hand(hotline)
    clerk = await person()
    page = clerk.page
    await clerk.signs_in("clerk")
    form = await writes(clerk, number)
    await page.wait_for_timeout(600)  # longer than the pause before it is kept
    assert await page.evaluate(KEPT) == 1
    await sessions_end(hotline)
    await page.reload()
    await again(clerk, "leader")  # of the same unit, at the same computer
    await page.wait_for_url(f"**/office/cases/{number}")
    assert WORDS not in await page.locator("main").inner_html()
    assert await page.evaluate("[...document.querySelectorAll('textarea')].every(e => !e.value)")
    await page.click("text=退出")
    await again(clerk, "clerk")
    await page.wait_for_url("**/office/")
    await clerk.goes(f"/office/cases/{number}")
    await expect(form.locator("[name=text]")).to_have_value(WORDS)
    await page.click("text=退出")
    await page.wait_for_url("**/office/login")
    assert await page.evaluate(KEPT) == 0


async def test_a_form_that_came_too_late_comes_back_with_every_word(
    person: Any, hotline: Centre
) -> None:
    number = await received(hotline)
    await work.act(hotline, number, acts.Accept(), DISPATCHER)
    dispatcher = await person()
    page = dispatcher.page
    await dispatcher.signs_in("dispatcher")
    await dispatcher.goes(f"/office/cases/{number}")
    form = page.locator("#action-transfer")
    await form.locator("summary").click()
    await form.locator("[name=text]").fill("请先联系诉求人")
    await form.locator("[name=department]").select_option("cgj")
    urgent = acts.Correct(reason="有人受伤", urgency=Urgency.URGENT)
    await work.act(hotline, number, urgent, an_officer(Role.SHIFT_LEAD))
    await form.locator("button.button").click()
    await page.wait_for_selector("[role=alert]")
    await dispatcher.looks("words-refused")
    await expect(form.locator("[name=text]")).to_have_value("请先联系诉求人")
    assert await page.evaluate(KEPT) == 1  # not taken: still kept
    await form.locator("button.button").click()  # the page that came back stands at the new version
    await page.wait_for_url("**done=transfer")
    assert await page.evaluate(KEPT) == 0


async def test_what_was_left_unsent_of_one_citizen_is_never_put_over_anothers(
    person: Any, hotline: Centre
) -> None:
    """One is typed and not sent; another is typed on the telephone's desk, with a mistake."""
    agent = await person()
    page = agent.page
    await agent.signs_in("agent")
    await agent.goes("/office/new")
    await page.fill("#title", "甲的诉求")
    await agent.goes("/office/phone")
    assert await page.evaluate(KEPT) == 1
    await page.fill("#title", "乙的诉求")
    await page.fill("[name='contact.phone']", "12")
    await page.click("button:has-text('登记')")
    await page.wait_for_selector("[role=alert] h2")
    await expect(page.locator("#title")).to_have_value("乙的诉求")
    await expect(page.locator("[name='contact.phone']")).to_have_value("12")
    await agent.goes("/office/new")
    await expect(page.locator("#title")).to_have_value("甲的诉求")
