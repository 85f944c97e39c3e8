"""The citizen's own page: which case it is, what was told, added and rated, and nothing of others."""

from typing import Any

from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen as told
from hotline.domain.acts.asking import Act
from hotline.domain.words import Satisfaction
from hotline.flow import citizen, work
from tests.flow.orders_support import DISPATCHER, replied, unit
from tests.makers import a_sign
from tests.web.api_support import OWN_PAGE, Client, filed, uploaded


async def page_of(client: Client, door: dict[str, Any], query: str = "") -> str:
    form = {"number": door["number"], "code": door["query_code"]}
    answer = await client.post("/complaints/find", data=form, headers=OWN_PAGE)
    assert answer.status == 200, await answer.text()
    return await (await client.get(f"/complaints/mine{query}")).text()


async def acts_upon(client: Client, door: dict[str, Any], facts: Act) -> None:
    await citizen.citizen_act(client.centre, door["number"], door["query_code"], facts)


async def test_it_shows_what_was_told_added_and_rated_and_nothing_of_others(client: Client) -> None:
    client.centre.automatic = False
    contact = {"name": "赵小明", "phone": "13800001234"}
    photo = await uploaded(client, "黑灯.png")
    words = "我是赵小明，电话13800001234，路灯坏了。"
    own = await filed(client, title="楼下路灯", content=words, contact=contact, attachments=[photo])
    other = await filed(client, title="也是路灯", content="那边也黑")
    number = own["number"]
    for facts, actor in (
        (acts.Accept(), DISPATCHER),
        (acts.Transfer(department="cgj"), DISPATCHER),
        (a_sign(), unit(client.centre)),
    ):
        await work.act(client.centre, number, facts, actor)
    await work.act(client.centre, other["number"], acts.Merge(parent=number), DISPATCHER)
    await acts_upon(client, own, told.Supplement(content="门口也黑，打13800001234"))
    await acts_upon(client, other, told.Supplement(content="别人的话"))
    page = await page_of(client, own)
    for wanted in ("楼下路灯", "路灯坏了", "黑灯.png", "门口也黑"):
        assert wanted in page, wanted
    for hidden in ("13800001234", "赵小明", "别人的话", "也是路灯"):
        assert hidden not in page, hidden
    theirs = await page_of(client, other)
    assert "别人的话" in theirs and "也是路灯" in theirs and "楼下路灯" not in theirs
    await replied(client.centre, number)
    page = await page_of(client, own)
    assert "您也可以在这里评价" in page
    assert page.index('id="rate"') < page.index('class="timeline"')
    poor = Satisfaction.POOR
    await acts_upon(client, own, told.Rate(solved=False, satisfaction=poor, comment="还是不亮"))
    page = await page_of(client, own)
    assert "没有解决，不满意" in page and "还是不亮" in page
    assert 'id="rate"' not in page and "您也可以在这里评价" not in page
    api = await client.get(
        f"/api/v1/complaints/{number}", headers={"Query-Code": own["query_code"]}
    )
    assert set((await api.json())["timeline"][0]) == {"at", "action", "text"}
