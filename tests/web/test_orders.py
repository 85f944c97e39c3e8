"""The supervisor's desk and its interface: lists, filters, pages, one order and its acts."""

import re

import pytest

from hotline.domain.acts import centre as acts
from hotline.domain.acts.citizen import Urge
from hotline.domain.words import Cause, Role
from hotline.flow import citizen, work
from tests.flow.orders_support import DIRECTOR, SUPERVISOR, in_hand
from tests.makers import an_officer
from tests.web.api_support import OWN_PAGE, Client, acted, filed, form_token, signed_in, token


async def supervised(client: Client, *levels: int) -> list[str]:
    numbers = []
    for n, level in enumerate(levels):
        number = await in_hand(client.centre, f"order-{n}")
        actor = DIRECTOR if level >= 4 else SUPERVISOR
        told = acts.Supervise(level=level, cause=Cause.OTHER, text="限期办结。")
        await work.act(client.centre, number, told, actor)
        numbers.append(number)
    return numbers


async def test_orders_are_listed_by_level_state_and_department_and_paged(client: Client) -> None:
    await supervised(client, 2, 3, 3, 4)
    who = await token(client, "supervisor")
    seen: list[str] = []
    cursor = ""
    while True:
        path = f"/api/v1/orders?sort=due_at&limit=3&cursor={cursor}"
        page = await (await client.get(path, headers=who)).json()
        seen += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 4
    for query, n in (
        ("level=3", 2),
        ("state=live", 4),
        ("state=frozen,withdrawn", 0),
        ("department=cgj", 4),
        ("department=zjj", 0),
        ("cause=overdue", 0),
        ("overdue=true", 0),
        ("q=0003号", 1),
    ):
        page = await (await client.get(f"/api/v1/orders?{query}", headers=who)).json()
        assert len(page["items"]) == n, query
    for query in ("state=gone", "level=9", "cursor=x", "sort=name", "cause=x"):
        assert (await client.get(f"/api/v1/orders?{query}", headers=who)).status == 422, query


async def test_an_order_is_shown_whole_with_the_acts_it_allows(client: Client) -> None:
    number = (await supervised(client, 4))[0]
    for role, allowed in (
        ("director", ["judge_order"]),
        ("supervisor", []),
        ("clerk", ["answer_order"]),
    ):
        who = await token(client, role)
        told = await (await client.get(f"/api/v1/orders/{number}.1", headers=who)).json()
        assert told["allowed_actions"] == allowed and told["number"] == "督〔2026〕0001号"
        assert [one["name"] for one in told["recipients"]][-1] == "市政府督查室"
        assert [one["action"] for one in told["history"]] == ["supervise"]


async def test_an_order_of_a_case_one_may_not_see_is_not_there(client: Client) -> None:
    number = await in_hand(client.centre, "other")
    told = acts.Supervise(level=3, cause=Cause.OTHER, text="限期办结。")
    await work.act(client.centre, number, told, SUPERVISOR)
    lead = an_officer(Role.DISPATCHER)
    await work.act(client.centre, number, acts.Recall(reason="派错"), lead)
    await work.act(client.centre, number, acts.Transfer(department="jyj"), lead)
    who = await token(client, "clerk")
    assert (await client.get(f"/api/v1/orders/{number}.1", headers=who)).status == 404
    assert (await (await client.get("/api/v1/orders", headers=who)).json())["items"] == []
    for wrong in (f"{number}.9", f"{number}.x", "nothing", "20261123-999999.1"):
        assert (await client.get(f"/api/v1/orders/{wrong}", headers=who)).status == 404


async def test_the_desk_shows_counts_and_the_page_takes_the_answer(client: Client) -> None:
    number = (await supervised(client, 4))[0]
    await signed_in(client, "clerk")
    desk = await (await client.get("/office/orders")).text()
    assert f"/office/orders/{number}.1" in desk and "全部在办 <b>1</b>" in desk
    path = f"/office/orders/{number}.1"
    page = await (await client.get(path)).text()
    assert "市政府督查室" in page and "督〔2026〕0001号" in page
    told = {"token": form_token(page), "action": "answer_order", "text": "已整改，详见计划。"}
    refused = await client.post(
        f"{path}/actions", data={**told, "version": version(page)}, headers=OWN_PAGE
    )
    kept = await refused.text()
    assert refused.status == 409 and "已整改，详见计划。" in kept and "整改计划" in kept
    told |= {"plan": "逐盏更换", "plan_on": "2026-12-01", "version": version(page)}
    late = {**told, "version": "1", "seq": "1"}
    page = await (await client.post(f"{path}/actions", data=late, headers=OWN_PAGE)).text()
    assert 'id="meanwhile"' in page and "逐盏更换" in page, "what changed, and what was typed"
    done = await client.post(f"{path}/actions", data=told, headers=OWN_PAGE, allow_redirects=False)
    assert done.status == 303 and done.headers["Location"] == f"{path}?done=answer_order"
    after = await (await client.get(done.headers["Location"])).text()
    assert "逐盏更换" in after and "待审定" in after
    assert (await client.get("/office/orders?state=answered")).status == 200
    assert (await client.get("/office/orders?state=gone")).status == 422


async def test_a_page_offers_only_the_verdicts_that_are_possible(client: Client) -> None:
    """The demo's orders offered 通过 before any answer, and the press was refused."""
    number = (await supervised(client, 3))[0]
    path = f"/office/orders/{number}.1"
    await signed_in(client, "supervisor")
    early = await (await client.get(path)).text()
    assert offered(early) == {"withdraw"}
    await acted(
        client,
        number,
        await token(client, "clerk"),
        action="answer_order",
        order=1,
        text="已整改。",
    )
    assert offered(await (await client.get(path)).text()) == {"accept", "return", "withdraw"}


def offered(page: str) -> set[str]:
    return set(re.findall(r'<option value="(accept|return|withdraw)"', page))


def version(page: str) -> str:
    return page.split('name="version" value="', 1)[1].split('"', 1)[0]


@pytest.mark.parametrize("role", ["auditor", "sysadmin"])
async def test_administrators_have_no_business_with_orders(client: Client, role: str) -> None:
    who = await token(client, role)
    assert (await client.get("/api/v1/orders", headers=who)).status == 403


async def test_a_light_is_called_a_light_and_an_order_an_order(client: Client) -> None:
    """Two urgings of a case that nobody had yet made the badge say 督办2级, of which there was none."""
    client.centre.automatic = False
    told = await filed(client)
    for _ in range(2):
        await citizen.citizen_act(client.centre, told["number"], told["query_code"], Urge())
    await signed_in(client, "dispatcher")
    for path in (f"/office/cases/{told['number']}", "/office/?state=open"):
        page = await (await client.get(path)).text()
        assert '<span class="mark level">红灯</span>' in page and "督办2级" not in page, path
    number = (await supervised(client, 2))[0]
    page = await (await client.get(f"/office/cases/{number}")).text()
    assert '<span class="mark level">督办2级</span>' in page
