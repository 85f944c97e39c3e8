"""Returns to rule on: both sides' grounds beside each other, and how like disputes were ruled on."""

from typing import Any

from hotline.domain.words import Verdict
from hotline.flow.precedents import MOST, nearest
from hotline.store.rulings import Ruling
from tests.makers import MONDAY, a_case
from tests.web.api_support import Client, acted, filed, signed_in, token

TOPIC, OTHER = "城市管理/市政设施/路灯故障", "城市管理/市容环卫/垃圾清运"


async def returned(client: Client, **changes: Any) -> str:
    number = str((await filed(client, **changes))["number"])
    dispatcher, clerk = await token(client, "dispatcher"), await token(client, "clerk")
    await acted(client, number, dispatcher, "accept", topic=TOPIC)
    reason = "按职责清单第 7 条"
    await acted(client, number, dispatcher, "transfer", department="cgj", reason=reason)
    grounds = {"reason": "该路段尚未移交", "legal_basis": "移交办法第三条"}
    await acted(client, number, clerk, "send_back", **grounds, suggested_department="zjj")
    return number


async def test_both_sides_and_the_precedent_stand_beside_a_return(client: Client) -> None:
    earlier = await returned(client, title="建设路路灯")
    dispatcher = await token(client, "dispatcher")
    told = {"verdict": "uphold", "reason": "未移交路段由建设单位负责"}
    await acted(client, earlier, dispatcher, "rule", **told)
    number = await returned(client, title="人民路路灯", content="人民路的路灯不亮")
    await signed_in(client, "dispatcher")
    shown = await (await client.get(f"/office/cases/{number}")).text()
    part = shown[shown.index('id="dispute"') :]
    part = part[: part.index("</section>")]
    for words in ("该路段尚未移交", "移交办法第三条", "按职责清单第 7 条", "同一事项", "同一单位"):
        assert words in part
    assert f"/office/cases/{earlier}" in part and "未移交路段由建设单位负责" in part
    assert Verdict.UPHOLD.zh in part
    await signed_in(client, "clerk")
    shown = await (await client.get(f"/office/cases/{number}")).text()
    assert 'id="dispute"' not in shown, "other units' disputes are the centre's"


async def test_who_is_kept_out_of_a_case_meets_it_as_no_precedent(client: Client) -> None:
    earlier = await returned(client, title="建设路路灯")
    dispatcher = await token(client, "dispatcher")
    await acted(client, earlier, dispatcher, "rule", verdict="refuse", reason="已移交")
    number = await returned(client, title="人民路路灯", content="人民路的路灯不亮")
    path, who = f"/api/v1/cases/{earlier}/interests", {"officers": ["dispatcher"], "reason": "亲属"}
    answer = await client.post(path, json=who, headers=await token(client, "shift_lead"))
    assert answer.status < 300, await answer.text()
    await signed_in(client, "dispatcher")
    assert earlier not in await (await client.get(f"/office/cases/{number}")).text()


def ruled(number: int, **changes: Any) -> Ruling:
    told = {"title": "x", "topic": TOPIC, "district": "", "at": MONDAY, "verdict": "uphold"}
    told |= {"reason": "", "unit": "zjj", "grounds": "", "legal_basis": "", "lead": ""}
    return Ruling(number=str(number), **{**told, **changes})


def test_the_likest_few_come_first_and_a_case_speaks_once() -> None:
    case = a_case(topic=TOPIC, district="望江区")
    found = [
        ruled(1, topic=OTHER, unit="cgj"),
        ruled(2),
        ruled(2, verdict="refuse"),
        ruled(3, unit="cgj", district="望江区"),
        ruled(4, verdict="adjudicate"),
        *(ruled(n, topic="城市管理/市政设施/井盖") for n in range(5, 15)),
    ]
    shown = nearest(case, "cgj", "城市管理/市政设施", found)
    assert [one.ruling.number for one in shown] == ["3", "2", "1", "5", "6"]
    assert len(shown) == MOST and shown[1].verdict is Verdict.UPHOLD
