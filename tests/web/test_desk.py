"""The desks: notices and their badge, duty rosters, call tasks; over JSON and in the pages."""

import asyncio
import json
from dataclasses import replace
from html import escape
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from hotline.domain.acts import centre as centre_acts
from hotline.domain.acts.citizen import Withdraw
from hotline.domain.errors import NotPossible
from hotline.domain.words import Role, Urgency
from hotline.flow import savedviews as flow_views
from hotline.flow import work
from hotline.store import savedviews
from hotline.web import live
from tests.flow.orders_support import in_hand, replied
from tests.makers import an_officer
from tests.web.api_support import (
    OWN_PAGE,
    Client,
    acted,
    case_of,
    filed,
    form_token,
    signed_in,
    token,
    triaged,
)

TOPIC = "城市管理/市政设施/路灯故障"
ROSTER = "/api/v1/departments/cgj/roster"
PEOPLE = [
    {
        "name": "钱联络",
        "duty": "liaison",
        "phone": "0571 8765-4321",
        "email": "qian@example.org",
        "deputies": ["孙主任"],
        "absences": [{"from": "2026-11-20", "to": "2026-11-30"}],
    },
    {"name": "孙主任", "duty": "head", "phone": "13900001111"},
]


async def critical(client: Client) -> str:
    """A 特急 transferred to the unit of the test's clerk and leader."""
    number = str((await filed(client))["number"])
    lead, dispatcher = await token(client, "shift_lead"), await token(client, "dispatcher")
    await acted(client, number, lead, "correct", reason="有人受伤", urgency="critical")
    await acted(client, number, dispatcher, "accept", topic=TOPIC)
    await acted(client, number, dispatcher, "transfer", department="cgj", reason="职责清单")
    return number


async def told(client: Client, method: str, path: str, role: str, **how: Any) -> tuple[int, Any]:
    answer = await client.request(method, path, headers=await token(client, role), **how)
    return answer.status, await answer.json()


async def test_notices_are_unread_until_their_reader_has_marked_them(client: Client) -> None:
    await filed(client)
    headers = await token(client, "dispatcher")
    found = await (await client.get("/api/v1/notices", headers=headers)).json()
    assert found["unread"] == 1 and found["items"][0]["unread"]
    newest = found["items"][0]["id"]
    ahead = await client.post(
        "/api/v1/notices/read", json={"up_to": newest + 1000}, headers=headers
    )
    assert (await ahead.json())["unread"] == 1  # nothing is read before it is there
    done = await client.post("/api/v1/notices/read", json={"up_to": newest}, headers=headers)
    assert await done.json() == {"unread": 0, "calls": 0}
    await client.post("/api/v1/notices/read", json={"up_to": 0}, headers=headers)
    found = await (await client.get("/api/v1/notices?limit=1", headers=headers)).json()
    assert not found["items"][0]["unread"] and found["older"] == newest
    wrong = await client.post("/api/v1/notices/read", json={"up_to": "all"}, headers=headers)
    assert wrong.status == 422


async def test_every_office_page_shows_the_number_without_a_script(client: Client) -> None:
    await filed(client)
    await signed_in(client, "dispatcher")
    for path in ("/office/", "/office/new", "/office/account", "/office/messages"):
        assert "1 条未读通知" in await (await client.get(path)).text(), path
    page = await (await client.get("/office/messages")).text()
    form = {"token": form_token(page), "up_to": page.split('name="up_to" value="')[1].split('"')[0]}
    done = await client.post("/office/messages/read", data=form, headers=OWN_PAGE)
    assert "0 条未读通知" in await done.text()


async def test_a_sound_is_only_for_who_chose_it(client: Client) -> None:
    await signed_in(client, "dispatcher")
    page = await (await client.get("/office/messages")).text()
    assert 'data-sound="off"' in page and 'name="sound" checked' not in page
    form = {"token": form_token(page), "sound": "on"}
    page = await (await client.post("/office/messages/sound", data=form, headers=OWN_PAGE)).text()
    assert 'data-sound="on"' in page and 'name="sound" checked' in page
    form.pop("sound")
    page = await (await client.post("/office/messages/sound", data=form, headers=OWN_PAGE)).text()
    assert 'data-sound="off"' in page


async def test_the_badge_moves_with_the_stream(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PAUSE", 0.01)
    headers = await token(client, "dispatcher")
    stream = await client.get("/api/v1/events", headers=headers)

    async def badge() -> dict[str, Any]:
        while await stream.content.readline() != b"event: badge\n":
            pass
        found: dict[str, Any] = json.loads((await stream.content.readline())[6:])
        return found

    assert (await asyncio.wait_for(badge(), 5))["total"] == 0
    await filed(client)
    assert (await asyncio.wait_for(badge(), 5))["unread"] == 1
    stream.close()


async def test_a_roster_is_written_by_its_leader_and_read_by_the_unit_and_the_centre(
    client: Client,
) -> None:
    status, made = await told(
        client, "PUT", ROSTER, "leader", json={"version": 0, "people": PEOPLE}
    )
    assert status == 200 and made["version"] == 1
    assert made["people"][0]["phone"] == "057187654321" and made["people"][0]["absent"]
    assert [(one["duty"], one["name"], one["instead_of"]) for one in made["on_duty"]] == [
        ("liaison", "孙主任", "钱联络"),
        ("head", "孙主任", None),
    ]
    for role in ("clerk", "dispatcher", "agent"):
        assert await told(client, "GET", ROSTER, role) == (200, made)
    other = "/api/v1/departments/jyj/roster"
    assert (await told(client, "GET", other, "clerk"))[0] == 403
    body = {"version": 0, "people": []}
    assert (await told(client, "PUT", other, "leader", json=body))[0] == 403
    assert (await told(client, "PUT", other, "shift_lead", json=body))[0] == 200
    assert (await told(client, "PUT", ROSTER, "clerk", json=body))[0] == 403
    assert (await told(client, "GET", "/api/v1/departments/none/roster", "agent"))[0] == 404


async def test_of_two_who_write_a_roster_the_second_is_told(client: Client) -> None:
    body = {"version": 0, "people": PEOPLE}
    assert (await told(client, "PUT", ROSTER, "leader", json=body))[0] == 200
    status, problem = await told(client, "PUT", ROSTER, "shift_lead", json=body)
    assert status == 409 and "刷新" in problem["detail"]


async def test_what_is_wrong_with_a_roster_is_told_person_by_person(client: Client) -> None:
    people = [
        {"name": "", "duty": "liaison", "phone": "12"},
        {"name": "甲", "duty": "boss", "phone": "13900001111"},
        {"name": "乙", "duty": "head", "phone": ""},
        {
            "name": "丙",
            "duty": "head",
            "phone": "13900001111",
            "absences": [{"from": "2026-12-05", "to": "2026-12-01"}],
        },
    ]
    status, problem = await told(
        client, "PUT", ROSTER, "leader", json={"version": 0, "people": people}
    )
    assert status == 422
    said = {one["field"]: one["message"] for one in problem["errors"]}
    assert said["people.0.phone"].startswith("第 1 人：电话格式不对")
    assert "people.1.duty" in said and said["people.2.phone"] == "第 3 人：请填写电话。"
    assert "早于" in said["people.3.absences"]
    people = [{**PEOPLE[1], "deputies": ["谁"]}, PEOPLE[1]]
    _, problem = await told(client, "PUT", ROSTER, "leader", json={"version": 0, "people": people})
    assert {one["field"] for one in problem["errors"]} == {"people.0.deputies", "people.1.name"}


async def test_numbers_on_a_roster_lie_encrypted_and_a_change_is_on_record(client: Client) -> None:
    await told(client, "PUT", ROSTER, "leader", json={"version": 0, "people": PEOPLE})
    async with client.centre.look() as look:
        kept = await look.connection.execute(text("SELECT people FROM roster"))
        assert b"1390000" not in bytes(kept.scalar_one())
        acts = "SELECT about FROM act WHERE act = 'roster_changed'"
        about = str((await look.connection.execute(text(acts))).scalar_one())
    assert "liaison" in about and "1390000" not in about


async def test_a_roster_is_kept_by_its_page_and_a_wrong_one_keeps_what_was_typed(
    client: Client,
) -> None:
    await signed_in(client, "leader")
    page = await (await client.get("/office/roster")).text()
    assert "本单位" in page and "/office/roster/jyj" not in page
    form = {
        "token": form_token(page),
        "version": "0",
        "order.0": "2",
        "name.0": "钱联络",
        "duty.0": "liaison",
        "phone.0": "057187654321",
        "deputies.0": "孙主任",
        "absences.0": "2026.11.20 至 2026.11.30\n2026-12-24",
        "order.1": "1",
        "name.1": "孙主任",
        "duty.1": "head",
        "phone.1": "没有",
    }
    answer = await client.post("/office/roster/cgj", data=form, headers=OWN_PAGE)
    page = await answer.text()
    assert answer.status == 422 and "电话格式不对" in page and "2026-12-24" in page
    form["phone.1"] = "13900001111"
    answer = await client.post("/office/roster/cgj", data=form, headers=OWN_PAGE)
    assert answer.status == 200 and "值班表已保存" in await answer.text()
    _, kept = await told(client, "GET", ROSTER, "clerk")
    assert [one["name"] for one in kept["people"]] == ["孙主任", "钱联络"]
    assert kept["people"][1]["absences"] == [
        {"from": "2026-11-20", "to": "2026-11-30"},
        {"from": "2026-12-24", "to": "2026-12-24"},
    ]
    answer = await client.post("/office/roster/cgj", data=form, headers=OWN_PAGE)
    assert answer.status == 409  # the page was of version 0
    assert (await client.get("/office/roster/jyj")).status == 403


async def test_a_call_task_over_the_interface(client: Client) -> None:
    await told(client, "PUT", ROSTER, "leader", json={"version": 0, "people": PEOPLE})
    number = await critical(client)
    status, found = await told(client, "GET", "/api/v1/call-tasks?state=open", "dispatcher")
    (task,) = found["items"]
    assert status == 200 and task["number"] == number
    assert [one["name"] for one in task["ring"]] == ["孙主任"]
    assert (await told(client, "GET", "/api/v1/notices", "dispatcher"))[1]["calls"] == 1
    assert len((await told(client, "GET", "/api/v1/call-tasks", "clerk"))[1]["items"]) == 1
    path = f"/api/v1/call-tasks/{task['id']}/tries"
    body = {"person": "孙主任", "outcome": "busy"}
    assert (await told(client, "POST", path, "clerk", json=body))[0] == 403
    status, after = await told(client, "POST", path, "dispatcher", json=body)
    assert status == 200 and after["state"] == "open" and after["tries"][0]["outcome"] == "busy"
    body = {"person": "孙主任", "outcome": "reached", "text": "马上到现场", "seen": 1}
    _, after = await told(client, "POST", path, "shift_lead", json=body)
    assert (after["state"], after["answered_by"], after["ring"]) == ("acknowledged", "孙主任", [])
    assert (await told(client, "POST", path, "shift_lead", json=body))[0] == 409
    assert (await told(client, "POST", path, "shift_lead", json={"outcome": "x"}))[0] == 422
    nobody = "/api/v1/call-tasks/999/tries"
    assert (await told(client, "POST", nobody, "shift_lead", json=body))[0] == 404


async def test_a_call_task_stands_on_top_of_the_desk_until_it_is_answered(client: Client) -> None:
    number = await critical(client)
    await signed_in(client, "shift_lead")
    page = await (await client.get("/office/")).text()
    assert "电话任务：请立即拨打" in page and "没有可用的值班人员" in page
    assert "1 项电话任务" in page
    path = page.split('action="/office/calls/')[1].split('"')[0]
    form = {"token": form_token(page), "seen": "0", "person": "孙主任", "outcome": ""}
    answer = await client.post(f"/office/calls/{path}", data=form, headers=OWN_PAGE)
    assert answer.status == 422 and "拨打结果" in await answer.text()
    form |= {"outcome": "reached", "acknowledged": "on"}
    answer = await client.post(f"/office/calls/{path}", data=form, headers=OWN_PAGE)
    page = await answer.text()
    assert answer.status == 200 and "孙主任 接听确认" in page and number in page
    assert "请立即拨打" not in await (await client.get("/office/")).text()
    answer = await client.post(f"/office/calls/{path}", data=form, headers=OWN_PAGE)
    assert answer.status == 409 and "已经结束" in await answer.text()


async def test_a_refused_view_keeps_its_filters_and_its_name_and_says_what_to_do(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(savedviews, "MOST", 2)
    await signed_in(client, "dispatcher")
    form = {"token": form_token(await (await client.get("/office/")).text())}

    async def saved(name: str, **filters: str) -> tuple[int, str]:
        answer = await client.post(
            "/office/views",
            params=filters,
            data={**form, "name": name},
            headers=OWN_PAGE,
            allow_redirects=False,
        )
        return answer.status, await answer.text()

    mine = {"state": "open", "type": "report", "q": "路灯"}
    assert (await saved("我的<举报>", **mine))[0] == 303
    assert (await saved(" 我的<举报> ", **mine))[0] == 303  # twice pressed is once saved
    assert (await saved("投诉13800001234", type="complaint"))[0] == 303
    assert (await saved("投诉13800001234", type="complaint"))[0] == 303  # kept masked, yet the same
    page = await (await client.get("/office/")).text()
    masked = page.split("投诉138")[1][:8]
    assert masked.startswith("****") and page.count("/gone") == 2
    refused = {
        "字" * 41: "名字有 41 个字，最多 40 个，请缩短后再保存。",
        "投诉13800001234": "已有名为“投诉138****1234”的常用筛选，请换个名字",
        "第三<组>": "最多保存 2 组，请先删除一组不用的，再保存。",
    }
    for name, why in refused.items():
        status, page = await saved(name, **mine)
        assert status == 422 and why in page
        beside = page.split('id="view-problem"')[1]  # a phone shows the reason with the field
        assert f'value="{escape(name)}" aria-invalid' in beside and "<组>" not in page
        assert '<option value="report" selected>' in page and 'value="路灯"' in page
        assert f"/office/views?{escape(urlencode(mine))}" in page
    status, page = await saved("空的")
    assert status == 422 and "请先筛选再保存" in page and 'value="空的"' in page
    page = await (await client.get("/office/")).text()
    assert page.count("/gone") == 2
    first = page.split('action="/office/views/')[1].split("/")[0]
    await client.post(f"/office/views/{first}/gone", data=form, headers=OWN_PAGE)
    assert (await saved("第三组", **mine))[0] == 303
    answer = await client.post(f"/office/views/{first}/back", data=form, headers=OWN_PAGE)
    assert answer.status == 422 and "请先删除一组" in await answer.text()


async def test_two_windows_save_one_name_at_once_and_one_of_them_is_told(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have looked before either wrote; the index holds, and what is brought back meets it too."""
    actor = replace(an_officer(Role.DISPATCHER), officer_id=7)
    first = await flow_views.save(client.centre, actor, "我的", {"state": "open"})
    await flow_views.delete(client.centre, actor, first)
    await flow_views.save(client.centre, actor, "我的", {"state": "ended"})

    async def nothing(*_: object) -> list[object]:
        return []

    monkeypatch.setattr(savedviews, "listed", nothing)
    for turn in (
        flow_views.save(client.centre, actor, "我的", {"type": "report"}),
        flow_views.bring_back(client.centre, actor, first),
    ):
        with pytest.raises(NotPossible, match="已有名为“我的”"):
            await turn


async def test_units_are_listed_by_the_code_that_an_act_names(client: Client) -> None:
    status, found = await told(client, "GET", "/api/v1/departments", "dispatcher")
    units = {one["code"]: one for one in found["items"]}
    assert status == 200 and units["cgj"]["name"] == "城管局" and units["cgj"]["dispatchable"]
    number = (await filed(client))["number"]
    headers = await token(client, "dispatcher")
    await acted(client, number, headers, "accept")
    version = (await case_of(client, number, headers))["version"]
    body = {"action": "transfer", "version": version, "department": "城管局"}
    path = f"/api/v1/cases/{number}/actions"
    answer = await client.post(path, json=body, headers=headers)
    assert answer.status == 409 and "请填写单位代码：cgj" in (await answer.json())["detail"]


async def test_whoever_calls_back_begins_with_the_days_list_and_has_the_words_to_say(
    client: Client,
) -> None:
    waiting = await in_hand(client.centre, "waits")
    called = await in_hand(client.centre, "called")
    await replied(client.centre, called)
    await signed_in(client, "callback")
    desk = await (await client.get("/office/")).text()
    assert called in desk and waiting not in desk and "/office/figures/sample" in desk
    assert waiting in await (await client.get("/office/?state=open")).text()
    assert waiting in await (await client.get("/office/?type=complaint")).text()
    page = await (await client.get(f"/office/cases/{called}")).text()
    assert "有没有人要求您好评" in page and "城管局已答复" in page
    await signed_in(client, "clerk")
    assert waiting in await (await client.get("/office/")).text()


async def test_the_dispatcher_begins_with_what_waits_for_a_decision_the_pressing_first(
    client: Client,
) -> None:
    handled = await in_hand(client.centre, "handled")
    urgent_one, later = [(await filed(client))["number"] for _ in range(2)]
    await triaged(client)
    urgent = centre_acts.Correct(reason="有人受伤", urgency=Urgency.URGENT)
    await work.act(client.centre, urgent_one, urgent, an_officer(Role.SHIFT_LEAD))
    await signed_in(client, "dispatcher")
    desk = (await (await client.get("/office/")).text()).split("最近通知")[0]
    assert handled not in desk and desk.index(urgent_one) < desk.index(later)
    assert "待我处理 <b>2</b>" in desk
    assert handled in await (await client.get("/office/?state=open")).text()
    newest = await (await client.get("/office/?state=to_route&sort=-received_at")).text()
    assert newest.index(later) < newest.index(urgent_one)


@pytest.mark.parametrize("asked", ["state=terminated", "state=ended&sort=pressing", "state=ended"])
async def test_cases_that_ended_are_listed_whatever_order_the_desk_has(
    client: Client, asked: str
) -> None:
    made = await filed(client)
    await triaged(client)
    over = Withdraw(reason="已经修好")
    await work.act(client.centre, made["number"], over, an_officer(Role.AGENT))
    for role in ("dispatcher", "agent"):
        await signed_in(client, role)
        page = (await (await client.get(f"/office/?{asked}")).text()).split("最近通知")[0]
        assert made["number"] in page, role


async def test_a_report_of_the_city_calls_promises_and_answers_by_their_names(
    client: Client,
) -> None:
    await in_hand(client.centre, "handled")
    await signed_in(client, "director")
    page = await (await client.get("/office/reports")).text()
    promises = page.split("<h2>承诺兑现</h2>")[1].split("</section>")[0]
    assert "首次联系" in promises and "单位办结" in promises and "contact" not in promises
    assert "已回复" in page.split("<h2>督办</h2>")[1].split("</section>")[0]
    assert "截至 <span" in page and "城市管理 › " in page


async def test_whoever_is_signed_in_keeps_the_way_on_when_a_case_is_not_found(
    client: Client,
) -> None:
    await signed_in(client, "clerk")
    answer = await client.get("/office/cases/20261123-999999")
    page = await answer.text()
    assert answer.status == 404 and "不在您可以查看的范围内" in page and "查询码" not in page
    assert 'href="/office/orders"' in page and "退出" in page
    nobody = await (await client.get("/published/999")).text()
    assert 'href="/office/orders"' not in nobody


async def test_a_page_says_what_acted_where_it_was_no_officer(client: Client) -> None:
    number = (await filed(client))["number"]
    await triaged(client)
    await signed_in(client, "dispatcher")
    page = await (await client.get(f"/office/cases/{number}")).text()
    told = page.split('class="timeline"')[1]
    assert "诉求人" in told and ">citizen" not in told
