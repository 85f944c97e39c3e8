"""The desks in a real browser: the badge moves by itself, a roster is kept, a call task is answered."""

from typing import Any

from playwright.async_api import expect

from hotline.domain.acts import centre as acts
from hotline.domain.words import Role, Urgency
from hotline.flow import intake, work
from hotline.flow.centre import Centre
from tests.journeys import test_browser
from tests.journeys.test_browser import Person
from tests.makers import a_complaint, an_officer

pytestmark = test_browser.pytestmark
person = test_browser.person


async def critical(centre: Centre) -> str:
    receipt = await intake.receive(centre, a_complaint("k"))
    while await intake.triage_pending(centre):
        pass
    urgent = acts.Correct(reason="有人受伤", urgency=Urgency.CRITICAL)
    dispatcher = an_officer(Role.DISPATCHER)
    await work.act(centre, receipt.number, urgent, an_officer(Role.SHIFT_LEAD))
    await work.act(centre, receipt.number, acts.Accept(), dispatcher)
    await work.act(centre, receipt.number, acts.Transfer(department="cgj"), dispatcher)
    return receipt.number


async def keeps_roster(leader: Person) -> None:
    await leader.signs_in("leader")
    await leader.goes("/office/roster")
    await leader.looks("rosters")
    page = leader.page
    await page.click("ul a >> nth=0")  # the own unit stands first
    await page.wait_for_url("**/roster/cgj")
    await leader.looks("roster-empty")
    await page.fill("#name-0", "钱联络")
    await page.fill("#phone-0", "0571-87654321")
    await page.fill("#deputies-0", "无此人")
    await page.press("#phone-0", "Enter")
    await page.wait_for_selector("[role=alert]")
    await leader.looks("roster-wrong")
    await page.fill("#deputies-0", "孙主任")
    await page.fill("#absences-0", "2026-12-01 至 2026-12-05")
    await page.fill("#name-1", "孙主任")
    await page.select_option("#duty-1", "head")
    await page.fill("#phone-1", "13900001111")
    await page.locator("button:has-text('保存值班表')").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**saved=1")
    await leader.looks("roster")


async def test_a_critical_case_rings_on_an_open_page_until_it_is_answered(
    person: Any, hotline: Centre
) -> None:
    await keeps_roster(await person())
    lead = await person()
    await lead.signs_in("shift_lead")
    assert await lead.page.locator("#badge").is_hidden()
    second = await lead.page.context.new_page()  # another page of the same browser: one stream
    await second.goto(lead.site + "/office/roster")
    number = await critical(hotline)
    for page in (lead.page, second):
        await expect(page.locator("#badge")).to_have_text("2", timeout=15_000)
        assert (await page.title()).startswith("(2)")
    await second.close()
    await lead.goes("/office/")
    await lead.page.wait_for_selector("text=电话任务：请立即拨打")
    await lead.looks("desk-ringing")
    await lead.page.select_option("select[name=outcome]", "no_answer")
    await lead.page.locator("button:has-text('登记结果')").focus()
    await lead.page.keyboard.press("Enter")
    await lead.page.wait_for_url("**/office/calls")
    await lead.page.wait_for_selector("text=无人接听")
    await lead.looks("calls")
    await lead.page.select_option("select[name=outcome]", "reached")
    await lead.page.press("input[name=text]", "Enter")
    await lead.page.wait_for_selector(f"table >> text={number}")
    await lead.looks("calls-answered")


async def test_notices_are_marked_read_and_a_sound_is_chosen(person: Any, hotline: Centre) -> None:
    await critical(hotline)
    dispatcher = await person()
    await dispatcher.signs_in("dispatcher")
    await dispatcher.goes("/office/messages")
    await dispatcher.looks("notices")
    page = dispatcher.page
    assert await page.locator(".unread").count() == 2
    await page.locator("#hear").click()  # the browser takes it: no error comes of it
    await page.check("#sound")
    await page.locator("button:text-is('保存')").click()
    await page.wait_for_selector("#notices[data-sound=on]")
    await page.locator("button:has-text('全部标为已读')").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".unread")).to_have_count(0)
    await page.fill("#email", "wang@example.org")
    await page.press("#email", "Enter")
    await page.wait_for_load_state()
    assert await page.input_value("#email") == "wang@example.org"
    await dispatcher.looks("notices-read")
