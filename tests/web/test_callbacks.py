"""The caller-back's day by pages and by the interface: alike, and never a number where none may be."""

from datetime import timedelta
from typing import Any

import pytest

from hotline.domain.acts import centre as acts
from hotline.domain.words import Reached, Role
from hotline.flow import work
from hotline.flow.callbackcalls import call
from hotline.flow.callbacks import CALL
from hotline.web import live
from tests.flow.orders_support import CALLBACK, in_hand
from tests.flow.test_callbacks import to_call
from tests.makers import an_officer
from tests.web.api_support import OWN_PAGE, Client, case_of, form_token, signed_in, token

NUMBER = "13800001234"
PLAN = "/office/callbacks"
CONTENT = {"outcome": "reached", "solved": "yes", "satisfaction": "4"}
POOR = {
    **{"outcome": "reached", "solved": "no", "unsolved_reason": "灯还是不亮", "satisfaction": "1"},
    **{"discontent": "没有人来", "contacted": "no", "pressed": "yes", "then": "rework"},
}


async def posts(client: Client, path: str, page: str = PLAN, **fields: str) -> tuple[int, str, str]:
    """A page's form: its status, what it shows, and where it leads."""
    told = {"token": form_token(await (await client.get(page)).text()), **fields}
    answer = await client.post(path, data=told, headers=OWN_PAGE, allow_redirects=False)
    return answer.status, await answer.text(), answer.headers.get("Location", "")


async def test_a_call_from_the_plan_to_its_outcome_by_the_pages(client: Client) -> None:
    first, second = [await to_call(client.centre, key) for key in "ab"]
    await signed_in(client, "callback")
    shown = await (await client.get(PLAN)).text()
    assert first in shown and second in shown and "全部待呼 2" in shown and "138" not in shown
    status, _, where = await posts(client, f"{PLAN}/next")
    assert (status, where) == (303, f"{PLAN}/{first}")
    shown = await (await client.get(where)).text()
    assert "138****1234" in shown and NUMBER not in shown and "有没有人要求您好评" in shown
    assert "望江大道路灯坏了三天" in shown and "公开答复" in shown and 'name="go"' not in shown
    status, shown, _ = await posts(client, f"{where}/call", where)
    assert status == 200 and f'href="tel:{NUMBER}"' in shown and 'name="go"' in shown
    assert NUMBER not in await (await client.get(where)).text(), "no address shows it again"
    at = f"{where}/outcome"
    status, shown, _ = await posts(client, at, where, outcome="reached", text="来电人很急")
    assert status == 409 and "请记录是否解决和满意度" in shown and "来电人很急" in shown
    assert NUMBER not in shown
    status, _, on = await posts(client, at, where, **CONTENT, go="next")
    assert (status, on) == (303, f"{PLAN}/{second}")
    shown = await (await client.get(f"{PLAN}?shelf=done")).text()
    assert first in shown and "已接通" in shown and "今日办完 1" in shown
    await posts(client, f"{on}/call", on)
    status, shown, _ = await posts(client, f"{on}/outcome", on, **POOR, text="x")
    assert status == 422 and "请写明办结或重办的理由" in shown and "灯还是不亮" in shown
    bare = {"outcome": "reached", "solved": "no", "satisfaction": "1"}
    status, shown, _ = await posts(client, f"{on}/outcome", on, **bare)
    said = ("请说明未解决的原因", "请说明不满意的原因", "请选择办结，还是退回重办")
    assert status == 422 and all(one in shown for one in said), "all of it at once"
    status, _, where = await posts(client, f"{on}/outcome", on, **POOR, reason="灯未修好")
    assert (status, where) == (303, f"{PLAN}?done=reached&number={second}")
    assert "已登记：已接通" in await (await client.get(where)).text()
    case = await case_of(client, second, await token(client, "callback"))
    assert case["state"] == "processing" and case["follow_up"]["pressed"] is True
    assert case["follow_up"]["discontent"] == "没有人来"
    _, _, where = await posts(client, f"{PLAN}/next")
    assert "现在没有到时间可以呼叫的诉求" in await (await client.get(where)).text()


async def test_the_same_by_the_interface(client: Client) -> None:
    first, second = [await to_call(client.centre, key) for key in "ab"]
    who, every = await token(client, "callback"), "/api/v1/callbacks"

    async def asks(path: str, body: Any = None, status: int = 200) -> Any:
        how = {} if body is None else {"json": body}
        answer = await client.post(every + path, headers=who, **how)
        assert answer.status == status, await answer.text()
        return await answer.json()

    assert (await asks("/next", {}))["number"] == first
    assert (await asks(f"/{second}/outcome", {"outcome": "busy"}, 409))["title"] == "not_possible"
    made = await asks(f"/{first}/call")
    assert (made["phone"], made["n"]) == (NUMBER, 1)
    poor = {"outcome": "reached", "solved": False, "satisfaction": 2, "unsolved_reason": "未修"}
    wrong = await asks(f"/{first}/outcome", {**poor, "then": "rework", "reason": "x"}, 409)
    assert "不满意的原因" in wrong["detail"]
    wrong = await asks(f"/{first}/outcome", {"outcome": "gone", "solved": "yes"}, 422)
    assert {one["field"] for one in wrong["errors"]} == {"outcome", "solved"}
    body = {**poor, "discontent": "太慢", "then": "rework", "reason": "未修", "should_do": True}
    assert (await asks(f"/{first}/outcome", body))["state"] == "processing"
    assert (await case_of(client, first, who))["orders"], "what should have been done is supervised"
    await asks(f"/{second}/call")
    assert (await asks(f"/{second}/lay-back")) == {"undone": True}
    await asks(f"/{second}/call")
    again = client.clock.at + timedelta(hours=1)
    await asks(f"/{second}/outcome", {"outcome": "later", "again_at": again.isoformat()})
    told = await (await client.get(f"{every}?shelf=agreed", headers=who)).json()
    (line,) = told["items"]
    assert (line["number"], line["outcome"], line["ready"]) == (second, "later", False)
    assert told["counts"]["agreed"] == 1 and told["counts"]["reached"] == 1
    told = await (await client.get(f"{every}?shelf=reached", headers=who)).json()
    assert [one["number"] for one in told["heard"]] == [first] and NUMBER not in str(told)
    assert (await client.get(f"{every}?shelf=x", headers=who)).status == 422
    assert (await client.get(f"{every}?cursor=x", headers=who)).status == 422
    agent = await token(client, "agent")
    assert (await client.post(f"{every}/{second}/call", headers=agent)).status == 403


async def test_a_call_laid_back_a_case_in_anothers_hand_and_one_that_is_done_say_so(
    client: Client,
) -> None:
    number = await to_call(client.centre, "a")
    at = f"{PLAN}/{number}"
    await signed_in(client, "callback")
    await posts(client, f"{at}/call", at)
    shown = await (await client.get(PLAN)).text()
    assert "已呼叫，还没有登记结果" in shown
    status, _, where = await posts(client, f"{at}/lay-back", at)
    assert status == 303 and f"已放回 {number}" in await (await client.get(where)).text()
    await call(client.centre, number, an_officer(Role.CALLBACK, name="王"))
    shown = await (await client.get(at)).text()
    assert "王 正在回访这件诉求" in shown and f'action="{at}/call"' not in shown
    status, shown, _ = await posts(client, f"{at}/call", PLAN)
    assert status == 409 and "王 正在回访" in shown and NUMBER not in shown
    client.clock.move_to(client.clock.at + CALL)
    declined = acts.FollowUp(outcome=Reached.DECLINED)
    await work.act(client.centre, number, declined, CALLBACK)
    assert "等待办结或退回重办" in await (await client.get(at)).text()
    await work.act(client.centre, number, acts.Close(), CALLBACK)
    assert "不在今日回访之列" in await (await client.get(at)).text()
    assert (await client.get(f"{PLAN}/20200101-000001")).status == 404


async def test_a_case_that_was_answered_is_late_no_more_while_it_waits_for_its_call(
    client: Client,
) -> None:
    answered, working = await to_call(client.centre, "a"), await in_hand(client.centre, "b")
    client.clock.move_to(client.clock.at + timedelta(days=60))
    await signed_in(client, "callback")
    assert 'class="light late">超期' in await (await client.get(f"/office/cases/{working}")).text()
    shown = await (await client.get(f"/office/cases/{answered}")).text()
    assert "超期" not in shown and "到回访页呼叫" in shown


async def test_a_secret_case_says_how_to_speak_and_the_pages_speak_english(client: Client) -> None:
    number = await to_call(client.centre, "a", confidential=True)
    await signed_in(client, "callback")
    assert "只与诉求人本人谈" in await (await client.get(f"{PLAN}/{number}")).text()
    shown = await (await client.get(f"{PLAN}/{number}?lang=en")).text()
    assert "speak to the citizen alone" in shown and "This is the 12345 hotline" in shown
    shown = await (await client.get(f"{PLAN}?lang=en")).text()
    assert "all that wait 1" in shown and "Next" in shown


async def test_the_stream_tells_when_a_case_is_taken_or_laid_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PAUSE", 0.05)
    await to_call(client.centre, "a")
    who = await token(client, "callback")
    stream = await client.get("/api/v1/events", headers=who)
    first = (await stream.content.readuntil(b": still here")).decode()
    assert "event: callbacks" not in first
    await client.post("/api/v1/callbacks/next", json={}, headers=who)
    heard = ""
    for _ in range(20):
        heard += (await stream.content.readuntil(b": still here")).decode()
        if "event: callbacks" in heard:
            break
    stream.close()
    assert 'event: callbacks\ndata: {"in_hand": 1}' in heard
