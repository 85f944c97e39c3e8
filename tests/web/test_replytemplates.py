"""Reply templates: kept by the unit's leader with their versions, taken over as text, in the sandbox."""

from typing import Any

import pytest

from hotline.store import acts
from tests.web.api_support import OWN_PAGE, Client, acted, filed, form_token, signed_in, token

TOPIC = "城市管理/市政设施/路灯故障"
BODY = "您好，您 {{ 收到日期 }} 反映的“{{title}}”（{{ 编号 }}）已由{{ 承办单位 }}处理。"
BASE = "/office/reply-templates"


async def page(client: Client, path: str) -> str:
    answer = await client.get(path)
    assert answer.status == 200, path
    return str(await answer.text())


async def sends(client: Client, path: str, **form: Any) -> tuple[int, str, str]:
    told = {"token": form_token(await page(client, "/office/account")), **form}
    answer = await client.post(path, data=told, headers=OWN_PAGE, allow_redirects=False)
    return answer.status, answer.headers.get("Location", ""), await answer.text()


async def kept(client: Client, **changes: str) -> str:
    told = {"department": "cgj", "name": "路灯修复", "topic": TOPIC, "body": BODY, **changes}
    status, place, shown = await sends(client, BASE, **told)
    assert status == 303, shown
    return place.partition("?")[0]


async def in_hand(client: Client) -> str:
    number = str((await filed(client))["number"])
    dispatcher, clerk = await token(client, "dispatcher"), await token(client, "clerk")
    await acted(client, number, dispatcher, "accept", topic=TOPIC)
    await acted(client, number, dispatcher, "transfer", department="cgj")
    await acted(client, number, clerk, "sign", handler="钱联络", phone="0571-87654321")
    await acted(client, number, clerk, "contact", text="已电话联系")
    return number


async def test_a_template_is_taken_into_the_reply_below_what_was_typed(client: Client) -> None:
    await signed_in(client, "leader")
    place = await kept(client)
    number = await in_hand(client)
    await signed_in(client, "clerk")
    shown = await page(client, f"/office/cases/{number}")
    assert "路灯修复" in shown
    form = {"action": "reply", "version": "1", "public_reply": "已到现场。", "solved": "yes"}
    path = f"/office/cases/{number}/reply-template"
    status, _, shown = await sends(client, path, **form, template=place.rsplit("/", 1)[-1])
    assert status == 200
    text = f"已到现场。\n\n您好，您 2026年11月23日 反映的“路灯不亮”（{number}）已由"
    assert text in shown and "data-fresh" in shown
    assert '<option value="yes" selected>' in shown, "the other fields as they were"
    status, _, shown = await sends(client, path, **form, template="")
    assert status == 409 and "请先选择一个模板" in shown and "已到现场。" in shown


async def test_every_change_is_a_version_on_record_and_the_second_to_save_loses_no_word(
    client: Client,
) -> None:
    await signed_in(client, "leader")
    place = await kept(client)
    told = {"name": "路灯修复", "topic": "", "body": "第二种说法"}
    status, _, _ = await sends(client, place, version="1", **told)
    assert status == 303
    late = {**told, "body": "迟到的说法"}
    status, _, shown = await sends(client, place, version="1", **late)
    assert status == 409 and "迟到的说法" in shown and "第二种说法" in shown
    shown = await page(client, place)
    assert "第 2 版" in shown and "收到日期" in shown, "the first one can still be read"
    async with client.centre.look() as look:
        found = await acts.listed(look.connection)
    assert [one["act"] for one in found].count("reply_template_kept") == 2


async def test_put_away_it_is_offered_to_nobody_and_comes_back(client: Client) -> None:
    await signed_in(client, "leader")
    place, number = await kept(client), await in_hand(client)
    for step, offered in (("away", False), ("away", False), ("back", True)):
        await signed_in(client, "leader")
        status, _, _ = await sends(client, f"{place}/{step}")
        assert status == 303
        await signed_in(client, "clerk")
        assert ("路灯修复" in await page(client, f"/office/cases/{number}")) is offered


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{% for a in range(99999) %}x{% endfor %}", "For"),
        ("{{ number.__class__ }}", "Getattr"),
        ("{{ 'x' * 999999 }}", "Mul"),
        ("{{ phone }}", "phone"),
        ("{{ 编号", "双花括号"),
        ("{{ 编号|upper }}", "Filter"),
        ("电话 13900001111", "办公电话"),
        ("", "模板正文"),
    ],
)
async def test_what_computes_or_names_something_else_is_not_kept(
    client: Client, body: str, said: str
) -> None:
    await signed_in(client, "leader")
    told = {"department": "cgj", "name": "试", "topic": "", "body": body}
    status, _, shown = await sends(client, BASE, **told)
    assert status in (409, 422) and said in shown


async def test_a_leader_keeps_the_own_units_and_everybody_reads_the_citys(client: Client) -> None:
    await signed_in(client, "leader")
    told = {"name": "试", "topic": "", "body": "试"}
    for department in ("zjj", "*", ""):
        status, _, shown = await sends(client, BASE, department=department, **told)
        assert status == 409 and "只能为本单位" in shown
    await signed_in(client, "sysadmin")
    place, others = await kept(client, department="*"), await kept(client, department="zjj")
    await signed_in(client, "clerk")
    assert "路灯修复" in await page(client, place)
    assert (await client.get(others)).status == 404
    assert others not in await page(client, BASE)
    await signed_in(client, "leader")
    status, _, _ = await sends(client, place + "/away")
    assert status == 409, "it is the system administrator's"
