"""Supervision in a real browser: the director orders, the unit answers, appeals, and is ruled on."""

from pathlib import Path
from typing import Any

from hotline.config import Settings
from hotline.domain.acts import centre as acts
from hotline.domain.words import Cause
from hotline.flow import work
from hotline.wiring import Parts, build
from tests.conftest import one_reader
from tests.flow.orders_support import DIRECTOR, SUPERVISOR, in_hand
from tests.journeys.test_browser import Person, person, pytestmark, site

__all__ = ["person", "pytestmark", "site"]  # fixtures and marks of the other journeys


async def some_orders(url: str, folder: Path) -> str:
    """One order at level 4 and two below it, written beside the hotline that is served."""
    settings = Settings(database_url=url, data=folder)
    centre = await build(settings, Parts(make_reader=one_reader))
    numbers = [await in_hand(centre, f"k{n}") for n in range(3)]
    for number, level in zip(numbers, (4, 3, 3), strict=True):
        told = acts.Supervise(level=level, cause=Cause.OTHER, text="请限期办结并报送整改计划。")
        await work.act(centre, number, told, DIRECTOR if level >= 4 else SUPERVISOR)
    await centre.close()
    return numbers[0]


async def at_the_order(somebody: Person, number: str, name: str) -> None:
    await somebody.goes("/office/orders")
    await somebody.looks(f"orders-{name}")
    await somebody.page.click(f"a[href='/office/orders/{number}.1']")
    await somebody.page.wait_for_url("**/office/orders/*")
    await somebody.looks(f"order-{name}")


async def does(somebody: Person, action: str, **fields: str) -> None:
    """Fills in an act's form; one that is the only one stands open already."""
    form = somebody.page.locator(f"#action-{action}")
    if await form.get_attribute("open") is None:
        await form.locator("summary").click()
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        if await field.evaluate("e => e.tagName") == "SELECT":
            await field.select_option(value)
        else:
            await field.fill(value)
    await form.locator("button").click()


async def test_an_order_from_its_answer_to_the_ruling_on_an_appeal(
    person: Any,
    sqlite_url: str,
    tmp_path: Path,
) -> None:
    clerk, director = await person(), await person()
    number = await some_orders(sqlite_url, tmp_path)
    await clerk.signs_in("clerk")
    await director.signs_in("director")
    await at_the_order(clerk, number, "clerk")
    await does(clerk, "answer_order", text="已更换灯具。")
    assert "整改计划" in await clerk.page.inner_text("[role=alert]")
    await clerk.looks("order-refused")
    answer = {"text": "已更换灯具。", "plan": "全路段排查。", "plan_on": "2099-12-31"}
    await does(clerk, "answer_order", **answer)
    await clerk.page.wait_for_url("**done=answer_order")
    await at_the_order(director, number, "director")
    await does(director, "judge_order", verdict="return", reason="计划过于笼统。")
    await director.page.wait_for_url("**done=judge_order")
    await at_the_order(clerk, number, "returned")
    await does(clerk, "appeal_order", text="计划已逐项列明。")
    await clerk.page.wait_for_url("**done=appeal_order")
    await at_the_order(director, number, "appealed")
    await does(director, "judge_appeal", verdict="overturn", reason="计划具体可行。")
    await director.page.wait_for_url("**done=judge_appeal")
    await director.looks("order-ruled")
    assert "撤销督办" in await director.page.inner_text("main")
    await director.goes("/office/orders?lang=en&state=withdrawn")
    await director.looks("orders-en")
    await director.goes(f"/office/cases/{number}?lang=zh")
    await director.looks("case-with-order")
