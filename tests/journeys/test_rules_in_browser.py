"""Rules, the offer on a case, and the stopped dispatch in a real browser, by keyboard."""

from typing import Any

from hotline.domain.people import OPERATOR
from hotline.domain.words import Role
from hotline.flow import drift, intake, rulewatch, shadow
from hotline.flow.centre import Centre
from hotline.store import rulebooks
from tests.journeys import test_browser
from tests.journeys.test_browser import Person
from tests.makers import a_complaint, an_officer

pytestmark = test_browser.pytestmark
person = test_browser.person


async def received(centre: Centre, key: str) -> str:
    receipt = await intake.receive(centre, a_complaint(key, received_at=centre.now()))
    while await intake.triage_pending(centre):
        pass
    return receipt.number


async def adds_a_rule(lead: Person) -> None:
    page = lead.page
    await lead.goes("/office/rules")
    await lead.looks("rules")
    await page.click("text=新增规则")
    await page.fill("#id", "lamps")
    await page.fill("#words", "路灯")
    await page.select_option("#department", "zjj")
    await page.fill("#examples", "城市管理/市政设施/路灯故障 | 路灯不亮 | cgj")
    await page.locator("button[value=try]").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#trial")
    assert "1 件会改派" in await page.inner_text("#trial")
    assert "改正后才能生效" in await page.inner_text("main")
    await page.click("text=逐件查看")
    await lead.looks("rule-tried")
    await page.fill("#examples", "城市管理/市政设施/路灯故障 | 路灯不亮 | zjj")
    await page.fill("#note", "试行：路灯归住建")
    await page.locator("button[value=save]").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**saved=1")
    await lead.looks("rules-saved")
    await lead.goes("/office/rules/files")
    await lead.looks("rules-files")


async def test_a_rule_is_tried_and_saved_and_an_offer_is_taken(
    person: Any, hotline: Centre
) -> None:
    number = await received(hotline, "k1")
    lead = await person()
    await lead.signs_in("shift_lead")
    await adds_a_rule(lead)
    dispatcher = await person()
    await dispatcher.signs_in("dispatcher")
    await dispatcher.goes(f"/office/cases/{number}")
    page = dispatcher.page
    await page.click("text=派单依据")
    await page.click("text=决定记录")
    await dispatcher.looks("case-offer")
    await page.locator("#suggested button").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**done=transfer")
    await page.click("text=决定记录")
    await dispatcher.looks("case-offer-taken")


async def test_what_is_broken_or_stopped_is_said_where_people_work(
    person: Any, hotline: Centre
) -> None:
    await received(hotline, "k1")
    await shadow.begin(hotline, OPERATOR, "candidate-2")
    async with hotline.work() as work:
        now = await rulebooks.read(work.connection)
        assert now is not None
        bad = [{"id": "bad", "words": "(坏", "department": "cgj"}, *now.rules]
        made = rulebooks.Edition(now.version, bad, now.examples)
        await rulebooks.publish(work.connection, made, work.at, "a hand")
    await rulewatch.watch(hotline)
    hotline.automatic = True
    director = an_officer(Role.DIRECTOR)
    await drift.turn(hotline, director, running=False, reason="抽查 20 件，有 6 件错派")
    lead = await person()
    await lead.signs_in("shift_lead")
    assert "自动派单已停用" in await lead.page.inner_text("main")
    await lead.looks("desk-stopped")
    await lead.goes("/office/rules")
    await lead.looks("rules-failing")
    await lead.goes("/office/model")
    await lead.looks("model-stopped")
    await lead.goes("/office/model?lang=en")
    await lead.looks("model-en")
    await lead.goes("/office/model?lang=zh")
    systems = await person()
    await systems.signs_in("sysadmin")
    await systems.looks("admin-alarms")
    await systems.goes("/office/model")
    await systems.looks("model-sysadmin")
    await systems.goes("/office/rules/of/manhole")
    await systems.looks("rule-sysadmin")
    await lead.page.fill("#reason", "错派的规则已改正")
    await lead.page.press("#reason", "Enter")
    await lead.page.wait_for_selector("text=自动派单正在运行")
    await lead.looks("model-running")
