"""Those who lead, watch and administer, from sign-in to done by keyboard alone."""

from typing import Any

from hotline.flow.centre import Centre
from tests.flow.orders_support import in_hand
from tests.journeys import test_browser
from tests.journeys.test_browser import Person
from tests.journeys.test_keyboard_in_browser import does, picks, presses, signs_in, types
from tests.web.test_cockpit import climbing, spread

pytestmark = test_browser.pytestmark
person = test_browser.person


async def sends(somebody: Person, action: str) -> None:
    await presses(somebody, f"#action-{action} form button.button:not(.quiet)")
    await somebody.page.wait_for_url(f"**done={action}")


async def opens(somebody: Person, path: str, action: str) -> None:
    """A page whose address was typed; the act's form unfolds unless it is the only one."""
    await somebody.goes(path)
    if await somebody.page.locator(f"#action-{action}").get_attribute("open") is None:
        await does(somebody, action)


async def test_an_order_is_given_answered_and_judged_without_a_mouse(
    person: Any, hotline: Centre
) -> None:
    number = await in_hand(hotline, "k")
    supervisor, clerk = await person(), await person()
    await signs_in(supervisor, "supervisor")
    await opens(supervisor, f"/office/cases/{number}", "supervise")
    await types(supervisor, "#action-supervise [name=level]", "2")
    await picks(supervisor, "#action-supervise [name=cause]")
    await types(supervisor, "#action-supervise [name=text]", "请三日内办结。")
    await sends(supervisor, "supervise")
    await signs_in(clerk, "clerk")
    await opens(clerk, f"/office/orders/{number}.1", "answer_order")
    await types(clerk, "#action-answer_order [name=text]", "路灯已更换，附近十盏一并检修。")
    await sends(clerk, "answer_order")
    await opens(supervisor, f"/office/orders/{number}.1", "judge_order")
    await picks(supervisor, "#action-judge_order [name=verdict]")
    await types(supervisor, "#action-judge_order [name=reason]", "答复具体。")
    await sends(supervisor, "judge_order")
    await supervisor.looks("order-judged-by-keyboard")


async def test_a_leader_endorses_without_a_mouse(person: Any, hotline: Centre) -> None:
    number = await in_hand(hotline, "k")
    leader = await person()
    await signs_in(leader, "leader")
    await opens(leader, f"/office/cases/{number}", "endorse")
    await types(
        leader, "#action-endorse [name=public_reply]", "路灯已修复，联系电话 0000-12340002。"
    )
    await sends(leader, "endorse")


async def test_a_director_goes_to_the_cases_of_a_figure_without_a_mouse(
    person: Any, hotline: Centre
) -> None:
    await climbing(hotline, await spread(hotline))
    director = await person()
    await signs_in(director, "director")
    await presses(director, "nav a[href='/office/cockpit']")
    await director.page.wait_for_url("**/office/cockpit")
    await presses(director, "#board a")
    await director.page.wait_for_url("**since=**")
    await presses(director, "table.cases tbody a")
    await director.page.wait_for_url("**/office/cases/*")


async def test_the_three_administrators_work_without_a_mouse(person: Any, hotline: Centre) -> None:
    system, security, auditor = [await person() for _ in range(3)]
    await signs_in(system, "sysadmin")
    await system.goes("/office/policy")
    await picks(system, "#profile")
    chosen = await system.page.input_value("#profile")
    await presses(system, "main form.narrow button.button")
    await system.page.wait_for_selector("main [role=status]")
    assert chosen and await system.page.input_value("#profile") == chosen

    await signs_in(security, "secadmin")
    await security.goes("/office/admin")
    await types(security, "#username", "zhaoliu")
    await types(security, "#name", "赵六")
    await picks(security, "#role")
    await presses(security, "form:has(#username) button")
    await security.page.wait_for_selector("text=待复核的权限")

    await signs_in(auditor, "auditor")
    await auditor.goes("/office/admin/reveals")
    await types(auditor, "#phone", "13800001234")
    await auditor.page.keyboard.press("Enter")
    await auditor.page.wait_for_selector("text=没有符合条件")
