"""Typical cases and polls in a real browser: edited, released by another, read, voted on."""

from datetime import timedelta
from typing import Any

from hotline.domain.poll import Asking, Plan, PollKind, PollStage, Question
from hotline.domain.shanghai import city_day
from hotline.domain.words import Role
from hotline.flow import polls
from hotline.flow.centre import Centre
from tests.flow.test_typicals import ended
from tests.journeys import test_browser
from tests.makers import an_officer

pytestmark = test_browser.pytestmark
person = test_browser.person


async def test_a_case_is_edited_and_released_by_another(person: Any, hotline: Centre) -> None:
    number = await ended(hotline)
    editor, inspector, citizen = await person(), await person(), await person()
    await editor.signs_in("callback")
    await editor.goes("/office/published")
    await editor.page.fill("#number", number)
    await editor.page.get_by_role("button", name="选为典型案例").click()
    await editor.page.wait_for_selector("#problem")
    await editor.looks("typical-edit")
    await editor.page.get_by_role("button", name="提交审核").click()
    await editor.page.wait_for_selector("text=待审核")
    await inspector.signs_in("inspector")
    await inspector.goes("/office/published/1")
    await inspector.looks("typical-review")
    await inspector.page.get_by_role("button", name="发布").click()
    await inspector.page.wait_for_selector("text=公开时间")
    await inspector.goes("/office/published")
    await inspector.looks("typical-list")
    await citizen.goes("/published")
    await citizen.looks("published")
    await citizen.goes("/published/1")
    await citizen.page.get_by_role("button", name="支持").click()
    await citizen.page.wait_for_selector("text=1 人支持")
    await citizen.looks("published-one")


async def test_a_poll_is_read_and_its_results_shown(person: Any, hotline: Centre) -> None:
    today, director = city_day(hotline.now()), an_officer(Role.DIRECTOR)
    asked = (
        Question(Asking.SINGLE, "路灯几点开", ("六点", "七点")),
        Question(Asking.MULTIPLE, "还要修什么", ("人行道", "公厕")),
        Question(Asking.TEXT, "其他意见"),
    )
    plan = Plan(PollKind.SURVEY, "路灯开灯时间", "请选。", asked, today, today + timedelta(days=9))
    made = await polls.make(hotline, director, plan)
    await polls.move(hotline, director, made, PollStage.OPEN)
    citizen, staff = await person(), await person()
    await citizen.goes("/polls")
    await citizen.looks("polls")
    await citizen.goes(f"/polls/{made}")
    await citizen.looks("poll-vote")
    await staff.signs_in("director")
    await staff.goes("/office/polls")
    await staff.looks("poll-new")
    await polls.move(hotline, director, made, PollStage.CLOSED)
    await staff.goes(f"/office/polls/{made}")
    await staff.looks("poll-results")
    await citizen.goes(f"/polls/{made}")
    await citizen.looks("poll-ended")
