"""Hints on a reply, where it is written, where it is approved, and as JSON; they stop nobody."""

import re
from datetime import timedelta

from hotline.domain.acts import department
from hotline.flow import facts, work
from tests.flow.orders_support import in_hand, unit
from tests.makers import a_reply
from tests.web.api_support import OWN_PAGE, Client, form_token, signed_in, token

PASSED_ON = "您好！您反映的问题已转交有关部门处理，请关注后续回复。"


async def test_a_reply_that_only_passes_on_is_noticed_and_may_still_be_sent(
    client: Client,
) -> None:
    number = await in_hand(client.centre)
    path = f"/api/v1/cases/{number}/reply-hints"
    clerk = await token(client, "clerk")
    answer = await client.post(path, json={"public_reply": PASSED_ON}, headers=clerk)
    assert answer.status == 200, await answer.text()
    told = [one["code"] for one in (await answer.json())["items"]]
    assert told == ["forwarded", "date", "contact"]
    long = await client.post(path, json={"public_reply": "长" * 5001}, headers=clerk)
    assert long.status == 422

    clerk_here = unit(client.centre)
    await work.act(client.centre, number, department.Contact(text="已联系"), clerk_here)
    await signed_in(client, "clerk")
    page = await (await client.get(f"/office/cases/{number}")).text()
    assert "data-reply-hints" in page and "只说转交" not in page
    typed = {"token": form_token(page), "action": "reply", "public_reply": PASSED_ON}
    checked = await client.post(f"/office/cases/{number}/reply-hints", data=typed, headers=OWN_PAGE)
    page = await checked.text()
    assert checked.status == 200 and "只说转交" in page and PASSED_ON in page

    await work.act(client.centre, number, a_reply(public_reply=PASSED_ON), clerk_here)
    await signed_in(client, "inspector")
    page = await (await client.get(f"/office/cases/{number}")).text()
    assert "答复提示" in page and "只说转交" in page, "the inspector sees the same"


async def test_words_sent_to_another_citizen_this_month_are_noticed(client: Client) -> None:
    said = "经现场核查，望江大道路灯因电缆受潮断电，已于11月20日更换电缆，路灯恢复照明。电话：0512-65220000。"
    first = await in_hand(client.centre, "a", title="望江大道路灯不亮")
    clerk = unit(client.centre)
    await work.act(client.centre, first, department.Contact(text="已联系"), clerk)
    await work.act(client.centre, first, a_reply(public_reply=said), clerk)
    await facts.catch_up(client.centre)
    second = await in_hand(client.centre, "b", title="望江大道路灯又不亮")
    answer = await client.post(
        f"/api/v1/cases/{second}/reply-hints",
        json={"public_reply": said},
        headers=await token(client, "clerk"),
    )
    assert "boilerplate" in [one["code"] for one in (await answer.json())["items"]]
    away = await client.post(
        f"/api/v1/cases/{second}/reply-hints",
        json={"public_reply": said},
        headers=await token(client, "callback"),
    )
    assert away.status == 403


async def test_hints_are_kept_with_the_reply_and_stay_what_they_were(client: Client) -> None:
    """Neither a later reply nor the time that goes by changes what was noticed when it was sent."""
    said = "经现场核查，望江大道路灯因电缆受潮断电，已于11月20日更换电缆，路灯恢复照明。电话：0512-65220000。"
    clerk, numbers = unit(client.centre), []
    for key in "ab":
        number = await in_hand(client.centre, key, title=f"望江大道路灯不亮{key}")
        await work.act(client.centre, number, department.Contact(text="已联系"), clerk)
        await work.act(client.centre, number, a_reply(public_reply=said), clerk)
        await facts.catch_up(client.centre)
        numbers.append(number)
    async with client.centre.look() as look:
        kept = [(await look.cases.read(number)).reply or {} for number in numbers]
        (*_, entry) = await look.cases.timeline((await look.cases.read(numbers[1])).id or 0)
    assert [[one["code"] for one in reply["hints"]] for reply in kept] == [[], ["boilerplate"]]
    assert entry.after["reply"]["hints"] == kept[1]["hints"], "the record has them too"

    client.clock.move_to(client.clock() + timedelta(days=40))
    await signed_in(client, "inspector")
    first, second = [await (await client.get(f"/office/cases/{one}")).text() for one in numbers]
    assert "几乎相同" in second and "几乎相同" not in first


async def test_nearly_the_same_words_to_three_citizens_are_a_sign(client: Client) -> None:
    clerk = unit(client.centre)
    for key, street in zip("abc", ("望江大道", "青山路", "翠湖路东段"), strict=True):
        said = (
            f"经现场核查，{street}路灯因电缆受潮断电，我单位已更换电缆，路灯恢复照明，市民可以放心"
            "通行。电话：0512-65220000。感谢您对我们工作的监督和支持！"
        )
        number = await in_hand(client.centre, key, title=f"{street}路灯不亮")
        await work.act(client.centre, number, department.Contact(text="已联系"), clerk)
        await work.act(client.centre, number, a_reply(public_reply=said), clerk)
    await facts.catch_up(client.centre)
    await signed_in(client, "inspector")
    page = await (await client.get("/office/figures/signs")).text()
    assert "答复文字几乎相同" in page and re.search(r"name=similar[^>]*>3（100%）", page), page
    listed = await (await client.get("/office/figures/cases?name=similar")).text()
    assert len(set(re.findall(r'/office/cases/(\d{8}-\d+)"', listed))) == 3
    listed = await (await client.get("/office/figures/cases?name=identical")).text()
    assert not re.findall(r'/office/cases/\d{8}-\d+"', listed)
