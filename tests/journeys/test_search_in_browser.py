"""The queue in a real browser: found by words and telephone, kept as a view, brought back, by keyboard."""

from typing import Any

from hotline.flow.centre import Centre
from tests.flow.orders_support import in_hand
from tests.journeys import test_browser
from tests.journeys.test_browser import Person

pytestmark = test_browser.pytestmark
person = test_browser.person


async def searches(somebody: Person, typed: str) -> None:
    await somebody.page.focus("#q")
    await somebody.page.fill("#q", typed)
    await somebody.page.keyboard.press("Enter")
    await somebody.page.wait_for_load_state()


async def test_a_case_is_found_and_the_search_kept_under_a_name(
    person: Any, hotline: Centre
) -> None:
    number = await in_hand(hotline, "k")
    clerk = await person()
    page = clerk.page
    await clerk.signs_in("clerk")
    await searches(clerk, "望江大道 路灯")
    await page.wait_for_selector(f"table >> text={number}")
    await clerk.looks("queue-found")
    await searches(clerk, "飞机场")
    await page.wait_for_selector(".empty")
    await clerk.looks("queue-empty")

    await searches(clerk, "138 0000 1234")
    await page.wait_for_selector(f"table >> text={number}")
    assert "1234" not in page.url.replace("caller=", "")[:40] and "caller=" in page.url
    await page.fill("#view-name", "我的号码")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("[role=alert] >> text=不能保存")
    await clerk.looks("queue-not-kept")

    await clerk.goes("/office/")
    await page.focus("details summary >> nth=0")
    await page.keyboard.press("Enter")
    await page.select_option("#f-district", "望江区")
    await searches(clerk, "路灯")
    await page.fill("#view-name", "望江路灯")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".views >> text=望江路灯")
    await clerk.looks("queue-view")
    await page.focus(".views button")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("[role=status] >> text=已删除")
    await clerk.looks("queue-view-gone")
    await page.click("text=撤销")
    await page.wait_for_selector(".views >> text=望江路灯")
    await page.click("th >> text=期限")
    await page.wait_for_selector("th[aria-sort=ascending] >> text=期限")
