"""The knowledge base in a real browser: asked by anyone, offered while typing, written and released."""

from typing import Any

from playwright.async_api import expect

from hotline.flow import knowledge
from hotline.flow.centre import Centre
from tests.flow.test_answers import LAMP, first_stock
from tests.journeys import test_browser
from tests.journeys.test_browser import shared_loop

pytestmark = test_browser.pytestmark
person = test_browser.person


@shared_loop
async def stocked(hotline: Centre) -> Centre:
    await knowledge.known_articles(hotline, first_stock()[:12])
    return hotline


async def test_a_citizen_asks_and_is_offered_answers_while_writing(
    person: Any, stocked: Centre
) -> None:
    citizen = await person()
    page = citizen.page
    await citizen.goes("/knowledge")
    await citizen.looks("knowledge-newest")
    await page.fill("#q", "路灯坏了找谁修")
    await page.press("#q", "Enter")
    await page.wait_for_url("**q=**")
    await expect(page.locator("mark").first).to_be_visible()
    await citizen.looks("knowledge-found")
    await page.get_by_role("link", name=LAMP).click()
    await citizen.looks("knowledge-article")
    await page.get_by_role("button", name="有用", exact=True).press("Enter")
    await page.wait_for_selector("text=谢谢")
    await citizen.goes("/complaints/new")
    await page.fill("#title", "路灯坏了")
    await page.fill("#content", "小区外面的路灯不亮，晚上很黑")
    await expect(page.locator("#hints [data-part=answers] a").first).to_have_text(
        LAMP, timeout=10_000
    )
    await citizen.looks("form-answers")
    await page.locator("#look").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/complaints/new/answers")
    assert await page.input_value("#title") == "路灯坏了"
    await citizen.looks("form-looked")


async def test_an_agent_is_offered_answers_and_notes_what_is_lacking(
    person: Any, stocked: Centre
) -> None:
    agent = await person()
    await agent.signs_in("agent")
    page = agent.page
    await agent.goes("/office/new")
    await page.fill("#title", "井盖丢了")
    await page.fill("#content", "路中间的井盖没了，下水道露着")
    await expect(page.locator("#answers a").first).to_contain_text("井盖", timeout=10_000)
    await agent.looks("new-answers")
    await agent.goes("/office/knowledge?q=飞船降落许可")
    await agent.looks("office-knowledge-none")
    await agent.goes("/office/knowledge/lacking")
    await expect(page.locator("h3").first).to_have_text("飞船降落许可")
    await agent.looks("office-lacking")


async def test_an_article_is_written_by_one_and_released_by_another(
    person: Any, stocked: Centre
) -> None:
    clerk, inspector = await person(), await person()
    await clerk.signs_in("clerk")
    page = clerk.page
    await clerk.goes("/office/knowledge/new")
    await page.click("text=保存草稿")
    await clerk.looks("writing-wrong")
    await page.fill("#title", "树枝挡住路灯找谁修剪")
    await page.fill("#body", "由园林绿化局三日内修剪。")
    await page.fill("#keywords", "修剪、树枝")
    await page.click("text=保存草稿")
    await page.wait_for_url("**done=write")
    await clerk.looks("article-draft")
    await page.click("text=提交审核")
    await page.wait_for_url("**done=submit")
    await inspector.signs_in("inspector")
    await inspector.goes("/office/knowledge?stage=submitted")
    await inspector.looks("office-knowledge-waiting")
    page = inspector.page
    await page.click("text=树枝挡住路灯找谁修剪")
    await inspector.looks("article-review")
    await page.get_by_role("button", name="通过并发布").press("Enter")
    await page.wait_for_url("**done=review")
    await inspector.looks("article-released")
    await inspector.goes("/office/knowledge")
    await inspector.looks("office-knowledge")
