"""Consultations and polls: one vote a person whatever the case, results with how many took part."""

from datetime import timedelta
from typing import Any

import pytest

from hotline.domain.poll import answers_of, results
from tests.web.api_support import OWN_PAGE, Client, filed, form_token, signed_in, triaged

BASE = "/office/polls"
ASKED = "单选 路灯几点开\n六点\n七点\n\n多选：还要修什么\n人行道\n公厕\n\n文字 其他意见"


async def posted(client: Client, path: str, **told: Any) -> Any:
    data = {**told, "token": form_token(await (await client.get(BASE)).text())}
    return await client.post(path, data=data, headers=OWN_PAGE, allow_redirects=False)


async def made(client: Client, **changes: Any) -> Any:
    today = client.clock.at.date()
    told = {"kind": "survey", "title": "路灯开灯时间", "questions": ASKED}
    told |= {"opens_on": f"{today}", "closes_on": f"{today + timedelta(days=7)}"}
    return await posted(client, BASE, **{**told, **changes})


async def voted(client: Client, case: dict[str, Any], **said: Any) -> Any:
    data = {"q0": "0", "q1": ["0", "1"], "q2": "打13812345678", **said}
    data |= {"number": case["number"], "code": case["query_code"]}
    return await client.post("/polls/1/vote", data=data, headers=OWN_PAGE, allow_redirects=False)


async def test_one_person_votes_once_whichever_case_and_the_results_say_how_many(
    client: Client,
) -> None:
    first, second = await filed(client), await filed(client, title="第二件")
    other = await filed(client, title="别人", contact={"name": "李", "phone": "13900001111"})
    await triaged(client)
    await signed_in(client, "director")
    assert (await made(client)).headers["Location"] == f"{BASE}/1"
    assert (await client.get("/polls/1")).status == 404
    assert (await voted(client, first)).status == 404
    assert (await posted(client, BASE + "/1/steps/open")).status == 303
    assert (await posted(client, BASE + "/1/steps/open")).status == 409
    assert "路灯开灯时间" in await (await client.get("/polls")).text()
    answer = await voted(client, first, q0="5")
    assert answer.status == 409 and "请回答第 1 题" in await answer.text()
    assert (await voted(client, {**first, "query_code": "wrong"})).status == 409
    assert (await voted(client, first)).status == 303
    answer = await voted(client, second)
    assert answer.status == 409 and "每人一次" in await answer.text()
    assert (await voted(client, other, q0="1", q1="1")).status == 303
    page = await (await client.get("/polls/1")).text()
    assert "2 人参与" in page and "50.0%" not in page, "no results while it is open"
    staff = await (await client.get(BASE + "/1")).text()
    assert "［电话］" in staff and "13812345678" not in staff
    assert (await posted(client, BASE + "/1/steps/close")).status == 303
    page = await (await client.get("/polls/1")).text()
    assert "50.0%" in page and "100.0%" in page and "2 人参与" in page
    answer = await voted(client, other)
    assert answer.status == 409 and "不在投票时间" in await answer.text()


async def test_votes_are_taken_on_its_days_only_and_what_is_wrong_is_said(client: Client) -> None:
    await signed_in(client, "director")
    today = client.clock.at.date()
    for wrong, said in (
        ({"questions": "选择 好吗"}, "开头"),
        ({"questions": "单选 好吗\n好"}, "不同的选项"),
        ({"closes_on": f"{today - timedelta(days=1)}"}, "截止日期不能早于"),
        ({"title": ""}, "标题"),
    ):
        answer = await made(client, **wrong)
        assert answer.status in (409, 422) and said in await answer.text()
    assert (await made(client, opens_on=f"{today + timedelta(days=2)}")).status == 303
    await posted(client, BASE + "/1/steps/open")
    case = await filed(client)
    await triaged(client)
    assert (await voted(client, case)).status == 409
    client.clock.move_to(client.clock.at + timedelta(days=3))
    assert (await voted(client, case)).status == 303
    client.clock.move_to(client.clock.at + timedelta(days=9))
    assert "100.0%" in await (await client.get("/polls/1")).text()


def test_shares_are_of_those_who_took_part() -> None:
    asked = [{"kind": "multiple", "text": "x", "choices": ["a", "b"]}]
    votes = [answers_of(asked, {0: said}) for said in (["0"], ["0", "1"], ["1", "1"])]
    assert results(asked, votes)[0]["choices"] == [("a", 2, 2 / 3), ("b", 2, 2 / 3)]
    assert results(asked, [])[0]["choices"] == [("a", 0, 0.0), ("b", 0, 0.0)]
    with pytest.raises(Exception, match="第 1 题"):
        answers_of(asked, {0: ["2"]})
