"""The knowledge base as people meet it: interface and pages, with and without scripts."""

import re
from typing import Any

import pytest
from aiohttp import FormData

from hotline.flow import knowledge
from tests.flow.test_answers import FUND, LAMP, first_stock
from tests.web.api_support import (
    OWN_PAGE,
    PNG,
    Client,
    acted,
    complaint,
    filed,
    form_token,
    signed_in,
    token,
    uploaded,
)

ARTICLE = {
    "title": "共享单车占道找谁",
    "body": "由运维企业一小时内清理，逾期由城管部门代为清运。",
    "department": "cgj",
    "keywords": ["共享单车"],
    "questions": ["门口全是单车"],
    "basis": "市管理办法",
}


@pytest.fixture
async def stocked(client: Client) -> Client:
    await knowledge.known_articles(
        client.centre, [one for one in first_stock() if one.title in (LAMP, FUND)]
    )
    return client


async def test_anyone_asks_reads_and_says_whether_it_was_of_use(stocked: Client) -> None:
    answer = await stocked.get("/api/v1/knowledge", params={"q": "路灯坏了"})
    (found,) = (await answer.json())["items"]
    assert found["title"] == LAMP and any(part["marked"] for part in found["passage"])
    one = await (await stocked.get(f"/api/v1/knowledge/{found['id']}")).json()
    assert "路灯管理所" in one["body"]
    path = f"/api/v1/knowledge/{found['id']}/usefulness"
    assert (await stocked.post(path, json={"helpful": True})).status == 200
    assert (await stocked.post(path, json={"helpful": "perhaps"})).status == 422
    inspector = await token(stocked, "inspector")
    totals = (await (await stocked.get("/api/v1/reports/knowledge", headers=inspector)).json())[
        "totals"
    ]
    assert (totals["articles"], totals["asked"], totals["found"]) == (2, 1, 1)
    assert (totals["opened"], totals["helpful"], totals["helpful_rate"]) == (1, 1, 1.0)


async def test_without_a_question_the_newest_are_listed_page_by_page(stocked: Client) -> None:
    first = await (await stocked.get("/api/v1/knowledge", params={"limit": "1"})).json()
    cursor = {"limit": "1", "cursor": first["next_cursor"]}
    second = await (await stocked.get("/api/v1/knowledge", params=cursor)).json()
    titles = [one["title"] for one in first["items"] + second["items"]]
    assert sorted(titles) == sorted([LAMP, FUND])


@pytest.mark.parametrize("wrong", ["0", "x", "99999999999", "999", "%00"])
async def test_an_article_that_is_not_there_is_not_found(stocked: Client, wrong: str) -> None:
    assert (await stocked.get(f"/api/v1/knowledge/{wrong}")).status == 404
    assert (await stocked.get(f"/knowledge/{wrong}")).status == 404


async def test_an_article_goes_through_two_hands_by_the_interface(client: Client) -> None:
    clerk, inspector = await token(client, "clerk"), await token(client, "inspector")
    answer = await client.post("/api/v1/articles", json=ARTICLE, headers=clerk)
    assert answer.status == 201, await answer.text()
    one = await answer.json()
    path = f"/api/v1/articles/{one['id']}"
    body = {**ARTICLE, "revision": one["versions"][0]["revision"], "basis": "新办法"}
    assert (await client.put(path + "/draft", json=body, headers=clerk)).status == 200
    assert (await client.put(path + "/draft", json=body, headers=clerk)).status == 409
    assert (await client.post(path + "/submission", json={}, headers=clerk)).status == 200
    assert (await client.get(f"/api/v1/knowledge/{one['id']}")).status == 404
    said = {"verdict": "release"}
    assert (await client.post(path + "/review", json=said, headers=clerk)).status == 403
    assert (await client.post(path + "/review", json=said, headers=inspector)).status == 200
    read = await (await client.get(f"/api/v1/knowledge/{one['id']}")).json()
    assert read["basis"] == "新办法"
    for kind in ("used", "helpful"):
        assert (await client.post(path + "/uses", json={"kind": kind}, headers=clerk)).status == 200
    assert (await client.post(path + "/confirmation", json={}, headers=clerk)).status == 200
    listed = await client.get("/api/v1/articles?stage=released&department=cgj", headers=clerk)
    (row,) = (await listed.json())["items"]
    assert (row["used"], row["helpful"], row["stage_text"]) == (1, 1, "已发布")
    gone = await client.post(path + "/withdrawal", json={"reason": "废止"}, headers=inspector)
    assert (await gone.json())["stage"] == "withdrawn"
    assert (await client.get(f"/api/v1/knowledge/{one['id']}")).status == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "x" * 129},
        {"keywords": ["x" * 21]},
        {"effective_on": "someday"},
        {"unknown": 1},
        {"questions": "one"},
    ],
)
async def test_a_wrong_field_is_named(client: Client, wrong: dict[str, Any]) -> None:
    clerk = await token(client, "clerk")
    answer = await client.post("/api/v1/articles", json={**ARTICLE, **wrong}, headers=clerk)
    assert answer.status == 422
    assert (await answer.json())["errors"][0]["field"].startswith(next(iter(wrong)))


async def test_forms_are_offered_the_best_and_nothing_typed_is_kept(stocked: Client) -> None:
    typed = {"title": "路灯坏了", "content": "小区外面的路灯不亮了，晚上很黑"}
    answer = await stocked.post("/api/v1/knowledge/suggestions", json=typed)
    assert (await answer.json())["items"][0]["title"] == LAMP
    agent = await token(stocked, "agent")
    answer = await stocked.post("/api/v1/articles/suggestions", json=typed, headers=agent)
    assert (await answer.json())["items"][0]["title"] == LAMP
    assert (await stocked.post("/api/v1/articles/suggestions", json=typed)).status == 401
    gaps = await stocked.get("/api/v1/articles/lacking/questions", headers=agent)
    assert (await gaps.json())["items"] == []


async def test_a_closed_consultation_becomes_a_draft_without_identity(client: Client) -> None:
    client.centre.automatic = False
    told = await filed(
        client, type="consult", title="王小明先生问敬老卡怎么办", content="想办敬老卡"
    )
    agent = await token(client, "agent")
    text = "王小明先生您好，请带身份证到服务点办理敬老卡，有事打13812345678，当场可取。"
    await acted(client, told["number"], agent, "answer", text=text, solved=True)
    offers = await client.get("/api/v1/articles/lacking/consultations", headers=agent)
    (offer,) = (await offers.json())["items"]
    assert "王小明" not in offer["title"] + offer["body"] and "138" not in offer["body"]
    path = f"/api/v1/articles/lacking/consultations/{offer['number']}"
    answer = await client.post(path, headers=agent)
    assert answer.status == 201, await answer.text()
    draft = (await answer.json())["versions"][0]
    assert draft["stage"] == "draft" and "［电话］" in draft["body"]
    assert (await client.post(path, headers=agent)).status == 409


async def test_a_file_of_an_article_is_read_by_whoever_reads_the_article(client: Client) -> None:
    clerk, inspector = await token(client, "clerk"), await token(client, "inspector")
    file = await uploaded(client)
    body = {**ARTICLE, "attachments": [file]}
    one = await (await client.post("/api/v1/articles", json=body, headers=clerk)).json()
    path = f"/api/v1/articles/{one['id']}"
    assert (await client.get(f"/knowledge/{one['id']}/files/1")).status == 404
    await client.post(path + "/submission", json={}, headers=clerk)
    await client.post(path + "/review", json={"verdict": "release"}, headers=inspector)
    read = await (await client.get(f"/api/v1/knowledge/{one['id']}")).json()
    answer = await client.get(read["files"][0]["url"])
    assert answer.status == 200 and await answer.read() == PNG
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert (await client.get(f"/knowledge/{one['id']}/files/2")).status == 404
    wrong = {**ARTICLE, "title": "另一篇", "attachments": ["nobodys"]}
    assert (await client.post("/api/v1/articles", json=wrong, headers=clerk)).status in (409, 422)


async def test_the_pages_lead_from_a_draft_to_a_release_without_scripts(client: Client) -> None:
    await signed_in(client, "clerk")
    page = await (await client.get("/office/knowledge/new")).text()
    data = FormData(quote_fields=False)
    typed = {**ARTICLE, "keywords": "共享单车、单车", "questions": "门口全是单车", "public": "on"}
    for name, value in {**typed, "token": form_token(page)}.items():
        data.add_field(name, value)
    data.add_field("files", PNG, filename="图.png")
    answer = await client.post(
        "/office/knowledge/new", data=data, headers=OWN_PAGE, allow_redirects=False
    )
    assert answer.status == 303, await answer.text()
    address = answer.headers["Location"].partition("?")[0]
    page = await (await client.get(address)).text()
    assert "草稿" in page and "图.png" in page
    await stepped(client, address, "submit")
    page = await (await client.get(address)).text()
    assert "待审核" in page and "通过并发布" not in page
    await signed_in(client, "inspector")
    answer = await stepped(client, address, "review", verdict="return")
    assert answer.status == 409 and "请写明退回的原因" in await answer.text()
    assert (await stepped(client, address, "review", verdict="release")).status == 303
    page = await (await client.get("/knowledge", params={"q": "单车"})).text()
    assert "<mark>" in page and ARTICLE["title"][:2] in page
    public = address.replace("/office", "")
    page = await (await client.get(public)).text()
    assert "有用" in page and "图.png" in page
    answer = await client.post(
        public + "/usefulness", data={"helpful": "yes"}, headers=OWN_PAGE, allow_redirects=False
    )
    assert answer.status == 303
    edit = await (await client.get(address + "/edit")).text()
    assert 'value="共享单车占道找谁"' in edit and "图.png" in edit


async def stepped(client: Client, address: str, step: str, **told: str) -> Any:
    page = await (await client.get("/office/knowledge")).text()
    data = {**told, "token": form_token(page)}
    path = f"{address}/steps/{step}"
    return await client.post(path, data=data, headers=OWN_PAGE, allow_redirects=False)


async def test_a_step_from_another_site_is_refused(stocked: Client) -> None:
    await signed_in(stocked, "inspector")
    wrong = {"reason": "x", "token": "0" * 64}
    answer = await stocked.post("/office/knowledge/1/steps/withdraw", data=wrong, headers=OWN_PAGE)
    assert answer.status == 403


async def test_both_filing_forms_offer_answers_without_a_script_and_keep_what_was_typed(
    stocked: Client,
) -> None:
    typed = {"title": "路灯坏了", "content": "路灯不亮", "place.district": "望江区"}
    answer = await stocked.post("/complaints/new/answers", data=typed, headers=OWN_PAGE)
    page = await answer.text()
    assert answer.status == 200 and LAMP[:2] in page and "<mark>" in page
    assert 'value="路灯坏了"' in page
    await signed_in(stocked, "agent")
    form = await (await stocked.get("/office/new")).text()
    answer = await stocked.post(
        "/office/new/repeats", data={**typed, "token": form_token(form)}, headers=OWN_PAGE
    )
    page = await answer.text()
    assert "/office/knowledge/" in page[page.index('id="answers"') :] and "<mark>" in page


async def test_what_is_lacking_is_shown_and_seen_to(client: Client) -> None:
    await client.get("/knowledge", params={"q": "飞船降落要什么许可"})
    await signed_in(client, "agent")
    page = await (await client.get("/office/knowledge/lacking")).text()
    assert "飞船降落要什么许可" in page
    key = re.findall(r'name="key" value="([0-9a-f]+)"', page)[0]
    data = {"key": key, "token": form_token(page)}
    for status in (303, 409):
        answer = await client.post(
            "/office/knowledge/lacking", data=data, headers=OWN_PAGE, allow_redirects=False
        )
        assert answer.status == status


async def test_the_complaint_form_files_as_before(client: Client) -> None:
    assert (await client.post("/api/v1/complaints", json=complaint())).status == 201
