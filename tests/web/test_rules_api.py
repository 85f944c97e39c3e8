"""Rules, decisions and the model over HTTP: read, checked, tried, put in force; every answer documented."""

from typing import Any

import pytest

from hotline.domain.people import OPERATOR
from hotline.flow import rulewatch, shadow
from hotline.store import decisions, rulebooks
from tests.web.api_support import (
    OWN_PAGE,
    Client,
    acted,
    filed,
    form_token,
    signed_in,
    token,
)

LAMPS = {"id": "lamps", "words": "路灯", "department": "zjj", "reason": "试行"}
RULES = "/api/v1/rules"


async def book(client: Client, **changes: Any) -> dict[str, Any]:
    """The list in force as a body, with something in it changed."""
    lead = await token(client, "shift_lead")
    told = await (await client.get(RULES, headers=lead)).json()
    body = {name: told[name] for name in ("version", "rules", "examples")}
    return {**body, **changes}


@pytest.mark.slow
async def test_the_list_in_force_is_read_with_who_put_it_there(client: Client) -> None:
    answer = await client.get(RULES, headers=await token(client, "dispatcher"))
    told = await answer.json()
    assert (answer.status, told["version"], told["by"]) == (200, 1, "operator")
    assert len(told["rules"]) > 300 and len(told["examples"]) > 15
    unknown = f"{RULES}?version=9"
    assert (await client.get(unknown, headers=await token(client, "dispatcher"))).status == 422


@pytest.mark.slow
@pytest.mark.parametrize("role", ["agent", "clerk", "secadmin", "auditor"])
async def test_others_do_not_see_the_rules(client: Client, role: str) -> None:
    assert (await client.get(RULES, headers=await token(client, role))).status == 403


@pytest.mark.slow
async def test_a_new_version_is_put_in_force_by_who_answers_for_the_shift(client: Client) -> None:
    body = await book(client)
    body |= {"rules": [LAMPS, *body["rules"]], "note": "试行路灯归住建"}
    dispatcher, lead = await token(client, "dispatcher"), await token(client, "shift_lead")
    assert (await client.put(RULES, json=body, headers=dispatcher)).status == 403
    answer = await client.put(RULES, json=body, headers=lead)
    told = await answer.json()
    assert (answer.status, told["version"], told["by"], told["rules"][0]["id"]) == (
        200,
        2,
        "shift_lead",
        "lamps",
    )
    assert (await client.put(RULES, json=body, headers=lead)).status == 409  # made from version 1
    versions = await (await client.get(f"{RULES}/versions?limit=1", headers=lead)).json()
    assert [one["version"] for one in versions["items"]] == [2] and versions["older"] == 2
    rest = await (await client.get(f"{RULES}/versions?below=2", headers=lead)).json()
    assert [one["version"] for one in rest["items"]] == [1] and rest["older"] is None


@pytest.mark.slow
async def test_a_list_with_errors_is_refused_with_every_error_named(client: Client) -> None:
    wrong = [{**LAMPS, "words": "(路灯"}, {"id": "b", "department": "nobody"}]
    body = await book(client)
    body["rules"] = [*wrong, *body["rules"]]
    lead = await token(client, "shift_lead")
    answer = await client.put(RULES, json=body, headers=lead)
    told = await answer.json()
    assert answer.status == 422
    assert {"rules.lamps", "rules.b"} <= {one["field"] for one in told["errors"]}
    checked = await (await client.post(f"{RULES}/check", json=body, headers=lead)).json()
    assert checked["errors"] >= 2 and checked["items"][0]["error"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "broken",
    [
        {"rules": []},
        {"rules": "x"},
        {"rules": [{"id": "x"}]},
        {"rules": [{**LAMPS, "action": "forget"}]},
        {"rules": [{**LAMPS, "words": "x" * 1001}]},
        {"examples": [{"rule": "x"}]},
        {"version": -1},
        {"version": "one"},
        {"more": 1},
    ],
)
async def test_a_body_of_another_shape_is_told_what_is_wrong(
    client: Client, broken: dict[str, Any]
) -> None:
    body = {**await book(client), **broken}
    for path in (RULES, f"{RULES}/check"):
        lead = await token(client, "shift_lead")
        send = client.put if path == RULES else client.post
        answer = await send(path, json=body, headers=lead)
        assert answer.status == 422 and (await answer.json())["errors"]


async def test_a_dry_run_says_which_cases_would_go_elsewhere(client: Client) -> None:
    number = (await filed(client, content="望江大道路灯坏了三天"))["number"]
    body = await book(client)
    body["rules"] = [LAMPS, *body["rules"]]
    dispatcher = await token(client, "dispatcher")
    answer = await client.post(f"{RULES}/try", json={"days": 7, "book": body}, headers=dispatcher)
    told = await answer.json()
    assert (answer.status, told["cases"], told["moved"]) == (200, 1, 1)
    assert (told["items"][0]["number"], told["items"][0]["rule_after"]) == (number, "lamps")
    same = await (await client.post(f"{RULES}/try", json={}, headers=dispatcher)).json()
    assert (same["days"], same["moved"]) == (30, 0)
    for wrong in ({"days": 0}, {"days": 367}, {"book": {"rules": []}}):
        answer = await client.post(f"{RULES}/try", json=wrong, headers=dispatcher)
        assert answer.status == 422


async def test_a_case_tells_every_rule_tried_and_every_decision(client: Client) -> None:
    number = (await filed(client))["number"]
    dispatcher = await token(client, "dispatcher")
    await acted(client, number, dispatcher, "accept")
    told = await (await client.get(f"/api/v1/cases/{number}/decisions", headers=dispatcher)).json()
    assert [one["act"] for one in told["items"]] == ["triage", "accept"]
    assert told["trace"][-1]["result"] == "fits" and told["trace"][0]["result_text"]
    assert told["items"][0]["why_text"] and told["items"][0]["facts"]["scores"]["topic"]
    clerk = await token(client, "clerk")
    assert (await client.get(f"/api/v1/cases/{number}/decisions", headers=clerk)).status == 404


async def test_the_model_tells_how_it_stands_and_is_switched_by_name(client: Client) -> None:
    await filed(client)
    await shadow.begin(client.centre, OPERATOR, "second")
    director, dispatcher = await token(client, "director"), await token(client, "dispatcher")
    told = await (await client.get("/api/v1/model", headers=dispatcher)).json()
    assert told["dispatch"]["running"] and told["shadow"]["candidate"] == "second"
    path = "/api/v1/model/dispatch"
    off = {"running": False, "reason": "抽查发现错派"}
    assert (await client.post(path, json=off, headers=dispatcher)).status == 403
    assert (await client.post(path, json={"running": False}, headers=director)).status == 422
    told = await (await client.post(path, json=off, headers=director)).json()
    assert told["dispatch"]["by"] == "director" and not told["dispatch"]["running"]
    assert (await client.post(path, json=off, headers=director)).status == 409
    ready = await (await client.get("/readyz")).json()
    assert ready["dispatch"] == {"automatic": False, "stopped_because": "抽查发现错派"}
    metrics = await (await client.get("/metrics")).text()
    assert "hotline_dispatch_automatic 0.0" in metrics
    on = {"running": True, "reason": "已查明", "relearn": True}
    told = await (await client.post(path, json=on, headers=director)).json()
    assert told["dispatch"]["running"]


@pytest.mark.slow
async def test_a_failing_rule_shows_in_health_metrics_and_on_the_desk(client: Client) -> None:
    async with client.centre.work() as work:
        now = await rulebooks.read(work.connection)
        assert now is not None
        bad = [{"id": "bad", "words": "(坏", "department": "cgj"}, *now.rules]
        made = rulebooks.Edition(now.version, bad, now.examples)
        await rulebooks.publish(work.connection, made, work.at, "a hand")
    await rulewatch.watch(client.centre)
    ready = await (await client.get("/readyz")).json()
    assert (ready["alarms"]["rule"], ready["rules"]) == (1, 2)
    assert 'hotline_alarms_open{kind="rule"} 1.0' in await (await client.get("/metrics")).text()
    await signed_in(client, "dispatcher")
    assert "派单规则失灵" in await (await client.get("/office/")).text()
    assert "失灵的规则" in await (await client.get("/office/rules")).text()
    await signed_in(client, "sysadmin")
    assert "派单规则：1" in await (await client.get("/office/admin")).text()


async def sent(client: Client, page: str, path: str, **fields: str) -> Any:
    text = await (await client.get(page)).text()
    form = {"token": form_token(text), **fields}
    return await client.post(path, data=form, headers=OWN_PAGE, allow_redirects=False)


RULE_FORM = {"id": "lamps", "place": "1", "words": "路灯", "department": "zjj", "note": "试行"}


@pytest.mark.slow
async def test_a_rule_is_tried_and_added_from_its_page(client: Client) -> None:
    await filed(client, content="望江大道路灯坏了三天")
    await signed_in(client, "shift_lead")
    page = "/office/rules/of/new"
    form = {**RULE_FORM, "version": "1", "examples": "城市管理/市政设施/路灯故障 | 路灯不亮 | zjj"}
    tried = await sent(client, page, page, do="try", **form)
    text = await tried.text()
    assert tried.status == 200 and "1 件会改派" in text and "路灯不亮 | zjj" in text
    wrong = await sent(client, page, page, do="save", **{**form, "examples": "只有文字"})
    assert wrong.status == 422 and "第 1 个测试" in await wrong.text()
    failing = {**form, "examples": "城市管理/市政设施/路灯故障 | 井盖 | zjj"}
    refused = await sent(client, page, page, do="save", **failing)
    assert refused.status == 409 and "改正后才能生效" in await refused.text()
    saved = await sent(client, page, page, do="save", **form)
    assert (saved.status, saved.headers["Location"]) == (303, "/office/rules?saved=1")
    stale = await sent(client, page, page, do="save", **form)
    assert stale.status == 409 and "刚被他人修改" in await stale.text()
    removed = await sent(
        client, page, "/office/rules/of/lamps", do="remove", **{**form, "version": "2"}
    )
    assert removed.status == 303
    assert client.centre.city.book.version == 3


@pytest.mark.slow
async def test_a_dispatcher_may_try_and_not_save(client: Client) -> None:
    await signed_in(client, "dispatcher")
    page, form = "/office/rules/of/new", {**RULE_FORM, "version": "1", "examples": ""}
    assert (await sent(client, page, page, do="try", **form)).status == 200
    answer = await sent(client, page, page, do="save", **form)
    assert answer.status == 409 and client.centre.city.book.version == 1


@pytest.mark.slow
async def test_a_file_is_tried_then_put_in_force_and_an_older_version_restored(
    client: Client,
) -> None:
    await signed_in(client, "shift_lead")
    rules = await (await client.get("/office/rules/rules.csv")).text()
    page = "/office/rules/files"
    tried = await sent(client, page, page, do="try", rules=rules, tests="", note="", version="")
    assert tried.status == 200 and "保存生效" in await tried.text()
    saved = await sent(client, page, page, do="save", rules=rules, tests="", note="", version="")
    assert saved.status == 303 and client.centre.city.book.version == 2
    nothing = await sent(client, page, page, do="try", rules="", tests="", note="", version="")
    assert nothing.status == 409 and "请选择" in await nothing.text()
    restored = await sent(client, page, page, do="save", rules="", tests="", note="", version="1")
    assert restored.status == 303 and client.centre.city.book.version == 3
    assert "恢复第 1 版" in await (await client.get("/office/rules")).text()
    old = await (await client.get("/office/rules?version=1")).text()
    assert "这是旧版" in old


@pytest.mark.slow
async def test_the_offer_on_the_case_page_is_taken_with_one_click(client: Client) -> None:
    number = (await filed(client))["number"]
    await signed_in(client, "dispatcher")
    page = f"/office/cases/{number}"
    text = await (await client.get(page)).text()
    assert "采纳并派单" in text and "派单依据" in text and "决定记录" in text
    topic = text.split('name="topic" value="')[1].split('"')[0]
    form = {"topic": topic, "department": "cgj", "version": "1"}
    done = await sent(client, page, f"{page}/decide", **form)
    assert done.status == 303
    assert "采纳并派单" not in await (await client.get(page)).text()
    again = await sent(client, page, f"{page}/decide", **form)
    assert again.status == 409 and "他人更新" in await again.text()


async def test_the_model_page_switches_with_a_reason(client: Client) -> None:
    await filed(client)
    await signed_in(client, "shift_lead")
    page = "/office/model"
    empty = await sent(client, page, f"{page}/dispatch", running="off", reason=" ")
    assert empty.status == 409 and "写明理由" in await empty.text()
    assert (
        await sent(client, page, f"{page}/dispatch", running="off", reason="演练")
    ).status == 303
    assert "自动派单已停用：</strong>演练" in await (await client.get("/office/")).text()
    async with client.centre.look() as look:
        assert not (await decisions.switch(look.connection)).running
    assert (await sent(client, page, f"{page}/dispatch", running="on", reason="结束")).status == 303
