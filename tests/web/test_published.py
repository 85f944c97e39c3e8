"""The pages of typical cases, from the choice to a reader's support, without scripts."""

from typing import Any

from sqlalchemy import insert

from hotline.domain.words import Role
from hotline.flow import interests
from hotline.store.typicaltables import TypicalRow
from tests.makers import an_officer
from tests.web.api_support import OWN_PAGE, Client, acted, filed, form_token, signed_in, token

BASE = "/office/published"


async def posted(client: Client, path: str, **told: Any) -> Any:
    page = await (await client.get(BASE)).text()
    data = {**told, "token": form_token(page)}
    return await client.post(path, data=data, headers=OWN_PAGE, allow_redirects=False)


async def test_the_pages_lead_from_an_ended_case_to_support(client: Client) -> None:
    client.centre.automatic = False
    told = await filed(client, type="consult", title="路灯归谁管", content="想问路灯归谁管")
    agent = await token(client, "agent")
    text = "您好，路灯由路灯管理所维护，报修后两天内修复。"
    await signed_in(client, "callback")
    answer = await posted(client, BASE, number=told["number"])
    assert answer.status == 409 and "已办结" in await answer.text()
    await acted(client, told["number"], agent, "answer", text=text, solved=True)
    answer = await posted(client, BASE, number=told["number"])
    assert answer.status == 303, await answer.text()
    address = answer.headers["Location"].partition("?")[0]
    assert "两天内修复" in await (await client.get(address)).text()
    words = {"title": "路灯有人管", "problem": "问路灯归谁管", "handling": "打13812345678即可"}
    answer = await posted(client, address + "/steps/save", **words, revision=1)
    assert answer.headers["Location"].endswith("done=cut")
    assert "［电话］即可" in await (await client.get(address)).text()
    assert (await posted(client, address + "/steps/submit")).status == 303
    assert "路灯有人管" not in await (await client.get("/published")).text()
    assert (await client.get(address.replace("/office", ""))).status == 404
    await signed_in(client, "inspector")
    assert "逐句核对" in await (await client.get(address)).text()
    answer = await posted(client, address + "/steps/review", verdict="release", revision=3)
    assert answer.status == 303, await answer.text()
    assert "路灯有人管" in await (await client.get("/published?q=归谁")).text()
    public = address.replace("/office", "")
    for said in ("counted", "before"):
        answer = await client.post(public + "/support", headers=OWN_PAGE, allow_redirects=False)
        assert answer.headers["Location"].endswith(said)
    page = await (await client.get(public)).text()
    assert "1 人支持" in page and told["number"] not in page
    (one,) = (await (await client.get("/api/v1/published")).json())["items"]
    assert one["supports"] == 1 and told["number"] not in str(one)
    assert (await client.post(public + "/support")).status == 403
    assert (await posted(client, address + "/steps/withdraw", reason="")).status == 422
    assert (await posted(client, address + "/steps/withdraw", reason="当事人要求")).status == 303
    assert (await client.get(public)).status == 404
    wish = interests.Wish(officers=("callback",), reason="亲属")
    await interests.keep_out(client.centre, told["number"], wish, an_officer(Role.DIRECTOR))
    await signed_in(client, "callback")
    assert (await client.get(address)).status == 404
    assert "路灯有人管" not in await (await client.get(BASE)).text()


async def test_who_writes_is_shown_what_was_released_of_the_same_matter(client: Client) -> None:
    light, other = "城市管理/市政设施/路灯故障", "教育文体/教学与管理/教师行为"
    stages = ["released"] * 4 + ["draft", "submitted", "returned", "withdrawn"]
    async with client.centre.work() as work:
        for n, (stage, topic) in enumerate(
            [*((one, light) for one in stages), ("released", other)]
        ):
            words = {
                "title": f"路灯<b>{n}</b>修好了",
                "problem": "菜场门口路灯<i>坏了三天，晚上很黑",
            }
            row: dict[str, Any] = {
                **words,
                "number": f"n{n}",
                "topic": topic,
                "department": "",
                "handling": "已更换",
            }
            row |= {"stage": stage, "revision": 1, "writers": [], "note": "", "supports": 0}
            row |= {"written_at": work.at, "released_at": work.at}
            await work.connection.execute(insert(TypicalRow).values(id=n + 1, **row))
    told = {"title": "望江大道路灯不亮", "content": "菜场门口的路灯坏了三天，晚上很黑。"}
    for address in ("hints", "answers"):
        answer = await client.post(f"/complaints/new/{address}", data=told, headers=OWN_PAGE)
        page = await answer.text()
        links = [n for n in range(1, 10) if f'href="/published/{n}"' in page]
        assert links == [2, 3, 4] and "类似的诉求" in page
        assert "<i>" not in page and "&lt;i&gt;" in page and "n1" not in page
    for n in (2, 3, 4):
        assert (await client.get(f"/published/{n}")).status == 200
    far = {"title": "老师用戒尺打手心", "content": "孩子的手被打到发紫，学校不管。"}
    answer = await client.post("/complaints/new/hints", data=far, headers=OWN_PAGE)
    assert "类似的诉求" not in await answer.text()
