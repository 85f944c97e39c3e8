"""Repeats and rising matters as the desks meet them: interface and pages, with and without scripts."""

import re
from datetime import timedelta
from typing import Any

import pytest

from hotline.flow import rising
from tests.support.signed import crowd
from tests.web.api_support import (
    OWN_PAGE,
    Client,
    case_of,
    complaint,
    filed,
    form_token,
    signed_in,
    token,
    triaged,
)

LAMP = {
    "title": "望江花园门口路灯不亮",
    "content": "望江花园北门的路灯坏了三天，晚上很黑，请维修。",
}
LAMP_TOO = {
    "title": "小区路灯坏了",
    "content": "我住望江花园，北门路灯坏了好几天，晚上很黑，希望维修。",
}
ME = {"name": "张小明", "phone": "13800001234"}
OTHER = {"name": "李四海", "phone": "13900000002"}


async def test_the_agent_is_told_while_typing_and_learns_nothing_of_who_it_was(
    client: Client,
) -> None:
    number = (await filed(client, **LAMP, contact=OTHER))["number"]
    agent = await token(client, "agent")
    told = {**LAMP_TOO, "phone": ME["phone"]}
    answer = await client.post("/api/v1/repeats", json=told, headers=agent)
    assert answer.status == 200
    body = await answer.json()
    (found,) = body["items"]
    assert found["number"] == found["matter"] == number and found["open"]
    assert found["score"] >= 0.6 and "望江花园" in found["shared"] and not found["same_caller"]
    assert body["caller"] == []
    for secret in (OTHER["name"], OTHER["phone"], "李"):
        assert secret not in await answer.text()


async def test_filing_answers_with_what_it_repeats_and_the_case_holds_it(client: Client) -> None:
    number = (await filed(client, **LAMP, contact=ME))["number"]
    agent = await token(client, "agent")
    body = complaint(**LAMP_TOO, contact=ME, channel="phone")
    answer = await client.post("/api/v1/cases", json=body, headers=agent)
    assert answer.status == 201
    told = await answer.json()
    (found,) = told["repeats"]
    assert found["number"] == number and found["same_caller"]
    await triaged(client)
    dispatcher = await token(client, "dispatcher")
    suggested = (await case_of(client, told["number"], dispatcher))["suggestions"]["repeats"]
    assert [one["number"] for one in suggested] == [number]


@pytest.mark.parametrize("role", ["clerk", "leader", "callback", "supervisor", "director"])
async def test_who_does_not_file_may_not_look_a_caller_up(client: Client, role: str) -> None:
    headers = await token(client, role)
    answer = await client.post("/api/v1/repeats", json={"phone": ME["phone"]}, headers=headers)
    assert answer.status == 403


async def test_nobody_looks_without_signing_in(client: Client) -> None:
    assert (await client.post("/api/v1/repeats", json={})).status == 401
    assert (await client.get("/api/v1/alerts")).status == 401


@pytest.mark.parametrize(
    "body", [{}, {"content": "x" * 20000}, {"title": "", "content": "😀", "district": "无此区"}]
)
async def test_little_or_odd_is_looked_up_too(client: Client, body: dict[str, Any]) -> None:
    await filed(client, **LAMP)
    headers = await token(client, "agent")
    answer = await client.post("/api/v1/repeats", json=body, headers=headers)
    assert answer.status == 200 and (await answer.json())["items"] == []


async def test_a_body_that_is_wrong_is_told_what_is_wrong(client: Client) -> None:
    headers = await token(client, "agent")
    for body in ({"content": "x" * 20001}, {"phone": 5}, {"unknown": "x"}):
        answer = await client.post("/api/v1/repeats", json=body, headers=headers)
        assert answer.status == 422 and (await answer.json())["errors"]


async def test_the_dispatcher_sees_why_and_merges_with_one_click(client: Client) -> None:
    client.centre.automatic = False
    number = (await filed(client, **LAMP, contact=OTHER))["number"]
    again = (await filed(client, **LAMP_TOO, contact=ME))["number"]
    await signed_in(client, "dispatcher")
    page = await (await client.get(f"/office/cases/{again}")).text()
    assert "可能重复" in page and "共同词语" in page and f"并入 {number}" in page
    card = page[page.index('id="repeats"') :]
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', card[: card.index("</form>")]))
    assert form["action"] == "merge" and form["parent"] == number
    answer = await client.post(
        f"/office/cases/{again}/actions", data=form, headers=OWN_PAGE, allow_redirects=False
    )
    assert answer.status == 303, await answer.text()
    headers = await token(client, "dispatcher")
    case = await case_of(client, again, headers)
    assert (case["state"], case["parent"]) == ("merged", number)
    timeline = await (await client.get(f"/api/v1/cases/{again}/timeline", headers=headers)).json()
    assert 0.6 <= timeline["items"][-1]["after"]["similarity"] <= 1
    assert "望江花园" in timeline["items"][-1]["text"]


async def test_without_a_script_a_button_looks_and_loses_nothing_typed(client: Client) -> None:
    number = (await filed(client, **LAMP, contact=ME))["number"]
    await signed_in(client, "agent")
    page = await (await client.get("/office/new")).text()
    form = {
        "token": form_token(page),
        "title": LAMP_TOO["title"],
        "content": LAMP_TOO["content"],
        "contact.phone": ME["phone"],
    }
    answer = await client.post("/office/new/repeats", data=form, headers=OWN_PAGE)
    page = await answer.text()
    assert answer.status == 200 and number in page and "同一来电人" in page
    assert LAMP_TOO["content"] in page and ME["phone"] in page
    assert len((await (await client.get("/api/v1/cases")).json())["items"]) == 1


async def alerted(client: Client) -> int:
    await crowd(client.centre, 26)
    client.clock.move_to(client.clock() + timedelta(minutes=1))
    (first, *_) = await rising.watch(client.centre)
    return first


async def test_an_alert_is_shown_listed_and_taken_in_hand_by_one(client: Client) -> None:
    alert_id = await alerted(client)
    await signed_in(client, "dispatcher")
    desk = await (await client.get("/office/")).text()
    assert "热点预警：尚无人认领" in desk and f"#alert-{alert_id}" in desk
    headers = await token(client, "dispatcher")
    listed = await (await client.get("/api/v1/alerts?state=waiting", headers=headers)).json()
    (one,) = [found for found in listed["items"] if found["id"] == alert_id]
    assert one["callers"] == 26 and len(one["cases"]) == 26 and one["state"] == "open"
    page = await (await client.get("/office/alerts")).text()
    form = {"token": form_token(page), "note": "已通知路灯所"}
    path = f"/office/alerts/{alert_id}/acknowledgement"
    answer = await client.post(path, data=form, headers=OWN_PAGE)
    assert answer.status == 200 and "已通知路灯所" in await answer.text()
    again = await client.post(path, data=form, headers=OWN_PAGE)
    assert again.status == 409 and "已由" in await again.text()
    path = f"/api/v1{path.removeprefix('/office')}"
    assert (await client.post(path, json={}, headers=headers)).status == 409
    lost = "/api/v1/alerts/999/acknowledgement"
    assert (await client.post(lost, json={}, headers=headers)).status == 404


@pytest.mark.parametrize("role", ["agent", "clerk", "leader", "callback", "sysadmin"])
async def test_alerts_are_the_dispatching_desks(client: Client, role: str) -> None:
    headers = await token(client, role)
    assert (await client.get("/api/v1/alerts", headers=headers)).status == 403
