"""Two people on one case in real browsers, the leader's desk, a return with its precedents."""

from typing import Any

from playwright.async_api import expect

from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.domain.words import Role, Verdict
from hotline.flow import work
from hotline.flow.centre import Centre
from tests.flow import orders_support as life
from tests.journeys import test_browser

pytestmark = test_browser.pytestmark
person = test_browser.person


async def test_two_people_see_each_other_and_the_second_loses_no_word(
    person: Any, hotline: Centre
) -> None:
    number = await life.received(hotline)
    one, two = await person(), await person()
    await one.signs_in("dispatcher")
    await two.signs_in("shift_lead")
    await one.goes(f"/office/cases/{number}")
    await two.goes(f"/office/cases/{number}")
    await expect(one.page.locator("#presence")).to_contain_text("值班长", timeout=15_000)
    await expect(two.page.locator("#presence")).to_contain_text("派单员", timeout=15_000)
    form = one.page.locator("#action-note")
    await form.locator("summary").click()
    await form.locator("[name=text]").fill("写了一半的进展说明")
    await two.does("correct", reason="有人受伤", urgency="urgent")
    await expect(one.page.locator("#presence")).to_contain_text("有了变化", timeout=15_000)
    await one.looks("presence")
    await form.locator("button.button").click()
    await one.page.wait_for_selector("#meanwhile")
    await expect(one.page.locator("#meanwhile")).to_contain_text("一般 → 紧急")
    await expect(form.locator("[name=text]")).to_have_value("写了一半的进展说明")
    await one.looks("conflict")
    await form.locator("button.button").click()
    await one.page.wait_for_url("**done=note")
    await two.goes("/office/")
    await expect(one.page.locator("#presence")).not_to_contain_text("值班长", timeout=15_000)


async def test_a_return_is_ruled_on_with_both_sides_and_precedents_in_view(
    person: Any, hotline: Centre
) -> None:
    sent = department.SendBack(reason="该路段尚未移交", legal_basis="移交办法第三条")
    for key in ("a", "b"):
        number = await life.in_hand(hotline, key)
        await work.act(hotline, number, sent, life.unit(hotline))
        if key == "a":
            ruling = acts.Rule(verdict=Verdict.UPHOLD, reason="由建设单位负责")
            await work.act(hotline, number, ruling, life.DISPATCHER)
    dispatcher = await person()
    await dispatcher.signs_in("dispatcher")
    await dispatcher.goes(f"/office/cases/{number}")
    await expect(dispatcher.page.locator("#dispute")).to_contain_text("同一单位")
    await dispatcher.looks("dispute")
    await dispatcher.does("rule", verdict="refuse", reason="已移交，见附件")


async def test_a_leader_shares_the_work_out_and_keeps_templates(
    person: Any, hotline: Centre
) -> None:
    for key in ("a", "b"):
        await life.in_hand(hotline, key)
    await life.in_hand(hotline, "c", signed=False)
    leader = await person()
    page = leader.page
    await leader.signs_in("leader")
    await leader.goes("/office/team")
    await page.click("text=赵联络")
    await page.wait_for_url("**/office/team?of=**")
    await leader.looks("team")
    await page.locator("input[name=case]").first.check()
    await page.select_option("#bulk-clerk", Role.CLERK.zh)
    await page.click("button:has-text('预览')")
    await page.wait_for_selector("text=可办 1 件")
    await leader.looks("reassign")
    await page.click("button:has-text('确认办理')")
    await page.wait_for_selector("text=已办 1 件")
    await leader.goes("/office/reply-templates")
    await page.fill("#name", "路灯修复")
    await page.fill("#body", "{{ 不知道 }}")
    await page.click("button:has-text('保存模板')")
    await page.wait_for_selector("#body-wrong")
    await leader.looks("templates-wrong")
    await page.fill("#body", "您反映的“{{ 标题 }}”已处理。")
    await page.click("button:has-text('保存模板')")
    await page.wait_for_url("**done=kept")
    await leader.looks("template")
