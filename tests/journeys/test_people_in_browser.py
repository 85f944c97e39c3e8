"""Accounts in the browser: set up a second factor, be invited, agree to a right, look into looks."""

import re
import time
from typing import Any

import pyotp

from tests.journeys.test_browser import (  # noqa: F401 (fixtures)
    Person,
    person,
    pytestmark,
    site,
)
from tests.web.api_support import PASSWORD


async def in_with(somebody: Person, username: str, password: str, code: str = "") -> None:
    await somebody.goes("/office/login")
    for field, value in (("#username", username), ("#password", password), ("#code", code)):
        await somebody.page.fill(field, value)
    await somebody.page.keyboard.press("Enter")


async def test_a_factor_is_set_up_on_the_page_and_asked_for_from_then_on(person: Any) -> None:  # noqa: F811
    agent = await person()
    await agent.signs_in("agent")
    await agent.page.click("text=补齐")
    await agent.looks("account-new")
    secret = (await agent.page.inner_text("figure code")).replace(" ", "")
    form = agent.page.locator("form[action='/office/account/factor']")
    await form.locator("#password").fill(PASSWORD)
    await form.locator("#code").fill(pyotp.TOTP(secret).at(time.time()))
    await form.locator("#code").press("Enter")
    codes = await agent.page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10
    await agent.looks("account-codes")
    await agent.goes("/office/account")
    await agent.looks("account-on")
    other = await person()
    await in_with(other, "agent", PASSWORD)
    await other.page.wait_for_selector("[role=alert]")
    await other.looks("login-wrong")
    await in_with(other, "agent", PASSWORD, codes[0])
    await other.page.wait_for_url("**/office/")


async def test_a_right_is_asked_for_agreed_to_and_its_owner_invited(person: Any) -> None:  # noqa: F811
    first = await person()
    await first.signs_in("secadmin")
    await first.page.fill("#username", "zhaoliu")
    await first.page.fill("#name", "赵六")
    await first.page.select_option("#role", "secadmin")
    await first.page.click("text=申请新增")
    await first.page.wait_for_selector("text=待复核的权限")
    await first.looks("admin-waiting")
    assert not await first.page.locator("button:has-text('同意')").count()
    owner = await person()
    await owner.goes("/office/invitation")
    await owner.looks("invitation")
    await owner.page.fill("#code", "WRONG")
    await owner.page.fill("#new", "Zhaoliu好-2026-x")
    await owner.page.fill("#again", "Zhaoliu好-2026-x")
    await owner.page.keyboard.press("Enter")
    assert "邀请码不正确" in await owner.page.inner_text("[role=alert]")
    await owner.looks("invitation-wrong")


async def test_the_auditor_searches_who_saw_what(person: Any) -> None:  # noqa: F811
    auditor = await person()
    await auditor.signs_in("auditor")
    await auditor.goes("/office/admin/reveals")
    await auditor.looks("reveals-none")
    await auditor.page.fill("#phone", "13800001234")
    await auditor.page.keyboard.press("Enter")
    await auditor.page.wait_for_selector("text=没有符合条件")
    assert not re.search("1380000", auditor.page.url)
    await auditor.looks("reveals")
