"""Who is complained about, and who has an interest, neither finds, opens, is sent nor is told of it."""

from typing import Any

import pytest

from hotline.domain.shanghai import city_day
from hotline.domain.words import Role
from hotline.flow import rising
from hotline.flow.facts import catch_up
from hotline.store import accounts, calltasks, exports, notices, posted
from tests.flow.orders_support import unbroken
from tests.web.api_support import (
    HASHED,
    OWN_PAGE,
    Client,
    acted,
    filed,
    form_token,
    signed_in,
    token,
)
from tests.web.test_matrix import POLICIES, STREAM, Policy, Things, address

SECRET = "城管局某科收钱不办事"


async def reported(client: Client, **changes: Any) -> str:
    told = await filed(client, title=SECRET, content="举报他们收钱。", type="report", **changes)
    return str(told["number"])


async def kept_out(client: Client, number: str, headers: dict[str, str], **whom: Any) -> Any:
    path = f"/api/v1/cases/{number}/interests"
    return await client.post(path, json={"reason": "被举报对象", **whom}, headers=headers)


async def found_by(client: Client, number: str, headers: dict[str, str], role: Role) -> list[str]:
    """Every way in for a role: lists, searches, the case itself, its papers, its notices."""
    shown = []
    of = Things(number, f"{number}.1", "none", "cgj", "")
    for policy in POLICIES.values():
        if policy.method != "GET" or role not in policy.who or policy.path == STREAM:
            continue
        path = address(policy, of) if "{" in policy.path else policy.path
        for query in ("", f"?q={number}", "?q=收钱不办事") if _searches(policy) else ("",):
            answer = await client.get(path + query, headers=headers)
            body = (await answer.read()).decode("utf-8", "replace")
            echoed = body.replace(f'value="{number}"', "").replace(f"/{number}", "/N")
            echoed = echoed.replace(f"q={number}", "")
            if number in echoed or SECRET in body:
                shown.append(f"{path}{query}")
    return shown


def _searches(policy: Policy) -> bool:
    return policy.path in ("/api/v1/cases", "/api/v1/orders", "/office/", "/office/orders")


async def test_keeping_out_nobody_is_refused_on_the_form_and_nothing_typed_is_lost(
    client: Client,
) -> None:
    number = await reported(client)
    dispatcher = await token(client, "dispatcher")
    assert (await kept_out(client, number, dispatcher)).status == 409
    await signed_in(client, "dispatcher")
    path, reason = f"/office/cases/{number}/interests", "系被举报人的表亲"
    page = await (await client.get(f"/office/cases/{number}")).text()
    typed = {"token": form_token(page), "reason": reason, "officers": "没有这个人", "units": ""}
    for changes, told in (({}, "没有这个账号。"), ({"officers": ""}, "请选择单位或填写账号。")):
        answer = await client.post(path, data={**typed, **changes}, headers=OWN_PAGE)
        body = await answer.text()
        assert answer.status == 409 and told in body and f'value="{reason}"' in body
    assert 'value="没有这个人"' not in body
    async with client.centre.look() as look:
        recorded = await look.connection.exec_driver_sql(
            "SELECT count(*) FROM act WHERE act = 'kept_out'"
        )
        assert recorded.scalar_one() == 0


async def test_an_officer_with_an_interest_finds_it_nowhere(client: Client) -> None:
    async with client.centre.work() as work:
        new = accounts.NewOfficer("cousin", "表亲", Role.DISPATCHER, None, HASHED, demo=True)
        await accounts.add(work.connection, work.cipher, new, work.at)
        await notices.set_email(work.connection, work.cipher, "cousin", "cousin@example.com")
    number = await reported(client)
    cousin, dispatcher = await token(client, "cousin"), await token(client, "dispatcher")
    assert await found_by(client, number, cousin, Role.DISPATCHER), "before, it was seen"
    answer = await kept_out(client, number, dispatcher, officers=["cousin"])
    assert answer.status == 200, await answer.text()
    assert await found_by(client, number, cousin, Role.DISPATCHER) == []
    assert await found_by(client, number, dispatcher, Role.DISPATCHER)
    version = 99
    for path, body in (
        ("actions", {"action": "note", "text": "x", "version": version}),
        ("reveal", {"fields": ["phone"], "purpose": "x"}),
        ("interests", {"officers": ["dispatcher"], "reason": "x"}),
    ):
        tried = await client.post(f"/api/v1/cases/{number}/{path}", json=body, headers=cousin)
        assert tried.status == 404, path
    async with client.centre.look() as look:
        told = {"role": "dispatcher", "about": number}
        assert await notices.emails(look.connection, look.cipher, **told) == []  # type: ignore[arg-type]
        told["about"] = ""
        assert await notices.emails(look.connection, look.cipher, **told) == ["cousin@example.com"]  # type: ignore[arg-type]
    assert not await unbroken(client.centre)


@pytest.mark.slow
async def test_nothing_that_hangs_on_it_tells_of_it_either(client: Client) -> None:
    """Call tasks, requests of its citizen, addresses, repeats, exports: each list leaves it out."""
    new = accounts.NewOfficer("cousin", "表亲", Role.SHIFT_LEAD, None, HASHED, demo=True)
    told = await filed(client, title=SECRET, content="举报他们收钱。", type="report")
    number, code = told["number"], {"Query-Code": told["query_code"]}
    path = f"/api/v1/complaints/{number}/privacy"
    asked = await client.post(path, json={"kind": "access"}, headers=code)
    assert asked.status == 201, await asked.text()
    await catch_up(client.centre)
    async with client.centre.work() as work:
        await accounts.add(work.connection, work.cipher, new, work.at)
        cause = calltasks.Cause(number, "cgj", SECRET, 1)
        task = await calltasks.begin(work.connection, cause, work.at)
        await posted.mark(work.connection, "0" * 64, number, "退信", work.at)
    cousin, dispatcher = await token(client, "cousin"), await token(client, "dispatcher")
    lists = ("/api/v1/call-tasks", "/office/calls", "/office/privacy", "/office/marked-addresses")

    async def shown() -> list[str]:
        found = [one for one in lists if number in await _text(client, one, cousin)]
        words = {"title": SECRET, "content": "举报他们收钱。", "phone": "13800001234"}
        answer = await client.post("/api/v1/repeats", json=words, headers=cousin)
        found += ["repeats"] if number in await answer.text() else []
        return found + (["export"] if number in str(await _exported(client)) else [])

    assert await shown() == [*lists, "repeats", "export"], "before, all of them told"
    assert (await kept_out(client, number, dispatcher, officers=["cousin"])).status == 200
    assert await shown() == []
    tried = {"person": "王", "outcome": "busy", "text": ""}
    answer = await client.post(f"/api/v1/call-tasks/{task}/tries", json=tried, headers=cousin)
    assert answer.status == 404
    answer = await client.delete(f"/api/v1/marked-addresses/{'0' * 64}", headers=cousin)
    assert answer.status in (404, 405)
    assert number in await _text(client, lists[0], dispatcher)


async def _text(client: Client, path: str, headers: dict[str, str]) -> str:
    answer = await client.get(path, headers=headers)
    assert answer.status == 200, (path, answer.status)
    return await answer.text()


async def _exported(client: Client) -> Any:
    today = city_day(client.clock.at)
    wish = {"first": today, "last": today, "units": "*", "officer": "cousin"}
    async with client.centre.look() as look:
        return await exports.page(look.connection, wish, 0, 100)


async def test_the_unit_complained_of_is_not_sent_it_and_the_one_above_is(client: Client) -> None:
    tree = client.centre.rules.tree
    below = next(u.code for u in tree.departments.values() if u.parent == "cgj" and u.dispatchable)
    number = await reported(client)
    dispatcher, director = await token(client, "dispatcher"), await token(client, "director")
    state = (await (await client.get(f"/api/v1/cases/{number}", headers=dispatcher)).json())[
        "state"
    ]
    assert state == "registered", "a report that names the unit does not go by itself"
    assert (await kept_out(client, number, dispatcher, units=[below])).status == 200
    await acted(client, number, dispatcher, "accept")
    case = await (await client.get(f"/api/v1/cases/{number}", headers=dispatcher)).json()
    body = {"action": "transfer", "department": below, "version": case["version"]}
    answer = await client.post(f"/api/v1/cases/{number}/actions", json=body, headers=dispatcher)
    assert answer.status == 409 and "回避" in (await answer.json())["detail"]
    await acted(client, number, dispatcher, "transfer", department="cgj")
    clerk = await token(client, "clerk")
    assert await found_by(client, number, clerk, Role.CLERK), "the unit above handles it"
    late = await kept_out(client, number, dispatcher, units=["cgj"])
    assert late.status == 409, "first it is recalled"
    await acted(client, number, dispatcher, "recall", reason="回避")
    assert (await kept_out(client, number, dispatcher, units=["cgj"])).status == 200
    assert await found_by(client, number, clerk, Role.CLERK) == []
    path = f"/api/v1/cases/{number}/interests"
    items = (await (await client.get(path, headers=director)).json())["items"]
    assert (await client.delete(f"{path}/{items[0]['id']}", headers=dispatcher)).status == 403
    assert (await client.delete(f"{path}/{items[0]['id']}", headers=director)).status == 200
    assert not await unbroken(client.centre)


assert rising
