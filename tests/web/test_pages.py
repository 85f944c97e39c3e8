"""The pages as a browser without scripts gets them: nothing typed is lost, nothing shown is dead."""

import re
from collections import deque
from pathlib import Path

import pytest
from aiohttp import FormData
from yarl import URL

from hotline.domain.words import ACCOUNTS, Role
from hotline.store import alarms
from hotline.store.accounts import ADMINISTRATORS
from hotline.store.alarms import Alarm
from hotline.web import pages
from hotline.web.keys import CENTRE
from tests.web.api_support import (
    OWN_PAGE,
    PASSWORD,
    PNG,
    Client,
    acted,
    case_of,
    filed,
    form_token,
    signed_in,
    token,
)

TOPIC = "城市管理/市政设施/路灯故障"


async def found(client: Client, path: str, status: int = 200) -> str:
    answer = await client.get(path)
    assert answer.status == status, (path, answer.status)
    return await answer.text()


def links(page: str) -> set[str]:
    return {one.replace("&amp;", "&") for one in re.findall(r'href="(/[^"#]*)', page)}


@pytest.mark.parametrize("role", ACCOUNTS)
async def test_every_link_on_every_page_of_a_role_leads_somewhere(
    client: Client, role: Role
) -> None:
    number = (await filed(client))["number"]
    await signed_in(client, role.value)
    starts = ["/office/account"]
    starts.append("/office/admin" if role in ADMINISTRATORS else "/office/")
    seen: set[str] = set()
    ahead = deque(starts)
    while ahead and len(seen) < 60:
        path = ahead.popleft()
        if path in seen:
            continue
        seen.add(path)
        answer = await client.get(path)
        assert answer.status == 200, (path, answer.status)
        if answer.content_type == "text/html":
            found = {one for one in links(await answer.text()) if one.startswith("/office")}
            found -= {one for one in found if "theme=" in one or "view=" in one}  # the same page
            for kind in ("/office/roster/", "/office/rules/of/"):  # hundreds of one kind: one each
                found -= set(sorted(one for one in found if one.startswith(kind))[1:])
            ahead += sorted(found - seen)
    if role in (Role.DISPATCHER, Role.SUPERVISOR, Role.DIRECTOR):
        assert f"/office/cases/{number}" in seen


async def test_the_language_link_never_leads_to_another_host(client: Client) -> None:
    address = URL(f"{client.make_url('/')}/elsewhere.example/complaints", encoded=True)
    page = await (await client.session.get(address)).text()
    assert "elsewhere" in page and 'href="//elsewhere' not in page


async def test_a_page_that_takes_no_such_method_says_which_it_takes(client: Client) -> None:
    answer = await client.delete("/complaints/new")
    assert answer.status == 405 and "POST" in answer.headers["Allow"]


async def looked_up(client: Client, told: dict[str, str]) -> str:
    form = {"number": told["number"], "code": told["query_code"]}
    answer = await client.post("/complaints/find", data=form, headers=OWN_PAGE)
    assert answer.status == 200 and str(answer.url).endswith("/complaints/mine")
    return await answer.text()


async def test_a_supplement_with_a_photo_reaches_the_case_and_a_wrong_file_keeps_the_words(
    client: Client,
) -> None:
    told = await filed(client)
    assert 'enctype="multipart/form-data"' in await looked_up(client, told)
    wrong = FormData(quote_fields=False, fields={"content": "补充两句"})
    wrong.add_field("files", b"<script>", filename="a.html")
    answer = await client.post("/complaints/mine/supplement", data=wrong, headers=OWN_PAGE)
    page = await answer.text()
    assert answer.status == 422 and "补充两句" in page and "不支持这种文件" in page
    good = FormData(quote_fields=False, fields={"content": "补充两句"})
    good.add_field("files", PNG, filename="灯.png")
    answer = await client.post("/complaints/mine/supplement", data=good, headers=OWN_PAGE)
    assert answer.status == 200 and "补充内容已收到" in await answer.text()
    case = await case_of(client, told["number"], await token(client, "dispatcher"))
    assert [one["name"] for one in case["attachments"]] == ["灯.png"]


async def test_who_leaves_a_shared_computer_leaves_nothing_behind(client: Client) -> None:
    await looked_up(client, await filed(client))
    answer = await client.post("/complaints/leave", headers=OWN_PAGE)
    assert str(answer.url).endswith("/complaints/find")
    again = await client.get("/complaints/mine")
    assert str(again.url).endswith("/complaints/find")


async def test_an_unknown_word_in_the_address_is_no_error(client: Client) -> None:
    await looked_up(client, await filed(client))
    await found(client, "/complaints/mine?done=nothing")


async def in_hand(client: Client) -> str:
    """A case that the signed-in clerk has before them."""
    dispatcher = await token(client, "dispatcher")
    number = str((await filed(client))["number"])
    await acted(client, number, dispatcher, "accept", topic=TOPIC)
    await acted(client, number, dispatcher, "transfer", department="cgj", reason="职责清单")
    return number


async def test_a_clerks_reply_goes_in_with_its_file(client: Client) -> None:
    number = await in_hand(client)
    await signed_in(client, "clerk")
    page = await found(client, f"/office/cases/{number}")
    form = FormData(
        quote_fields=False, fields={"token": form_token(page), "action": "note", "text": "已到现场"}
    )
    form.add_field("version", re.findall(r'name="version" value="(\d+)"', page)[0])
    form.add_field("files", PNG, filename="现场.png")
    sign = {"token": form_token(page), "action": "sign", "handler": "王工", "phone": "0000-1"}
    sign["version"] = re.findall(r'name="version" value="(\d+)"', page)[0]
    done = await client.post(f"/office/cases/{number}/actions", data=sign, headers=OWN_PAGE)
    assert done.status == 200 and "已完成" in await done.text()
    page = await found(client, f"/office/cases/{number}")
    assert 'type="file"' in page
    form = FormData(
        quote_fields=False, fields={"token": form_token(page), "action": "note", "text": "已到现场"}
    )
    form.add_field("version", re.findall(r'name="version" value="(\d+)"', page)[0])
    form.add_field("files", PNG, filename="现场.png")
    done = await client.post(f"/office/cases/{number}/actions", data=form, headers=OWN_PAGE)
    assert done.status == 200 and "现场.png" in await done.text()


async def test_what_was_typed_is_shown_when_the_case_has_moved_on(client: Client) -> None:
    number = await in_hand(client)
    await signed_in(client, "clerk")
    page = await found(client, f"/office/cases/{number}")
    form = {"token": form_token(page), "action": "sign", "handler": "王工", "phone": "0000-1"}
    form["version"] = re.findall(r'name="version" value="(\d+)"', page)[0]
    await acted(client, number, await token(client, "clerk"), "sign", handler="李工", phone="1")
    late = await client.post(f"/office/cases/{number}/actions", data=form, headers=OWN_PAGE)
    assert late.status == 409 and "王工" in await late.text()


async def test_a_reveal_without_purpose_keeps_the_ticks(client: Client) -> None:
    number = await in_hand(client)
    await signed_in(client, "dispatcher")
    page = await found(client, f"/office/cases/{number}")
    form = {"token": form_token(page), "fields": "phone", "purpose": " "}
    answer = await client.post(f"/office/cases/{number}/reveal", data=form, headers=OWN_PAGE)
    page = await answer.text()
    assert answer.status == 422 and 'value="phone" checked' in page
    form["purpose"] = "核实地址"
    answer = await client.post(f"/office/cases/{number}/reveal", data=form, headers=OWN_PAGE)
    assert answer.status == 200 and "13800001234" in await answer.text()


async def test_a_form_from_another_page_is_not_taken(client: Client) -> None:
    number = await in_hand(client)
    await signed_in(client, "clerk")
    form = {"token": "0" * 32, "action": "sign", "handler": "王工", "phone": "1", "version": "3"}
    answer = await client.post(f"/office/cases/{number}/actions", data=form, headers=OWN_PAGE)
    assert answer.status == 403


async def test_the_administrator_reads_on_the_own_page_what_is_broken_and_what_to_do(
    client: Client,
) -> None:
    told = Alarm("service", "backup", "已有 7 天以上没有备份。请运行 hotline backup。")
    async with client.app[CENTRE].work() as work:
        await alarms.sound(work.connection, told, work.at)
    await signed_in(client, "sysadmin")
    page = await found(client, "/office/admin")
    assert told.text in page and "系统自检：1" in page


async def test_an_account_is_disabled_enabled_again_and_never_the_own_one(client: Client) -> None:
    await signed_in(client, "secadmin")
    form = {"token": form_token(await found(client, "/office/admin")), "do": "disable"}
    own = await client.post(
        "/office/admin/accounts", data={**form, "username": "secadmin"}, headers=OWN_PAGE
    )
    assert own.status == 409
    await client.post(
        "/office/admin/accounts", data={**form, "username": "agent"}, headers=OWN_PAGE
    )
    assert "启用" in await found(client, "/office/admin")
    form["do"] = "enable"
    await client.post(
        "/office/admin/accounts", data={**form, "username": "agent"}, headers=OWN_PAGE
    )
    wrong = {"username": "agent", "password": PASSWORD}
    assert (await client.post("/api/v1/sessions", json=wrong)).status == 401
    assert "待复核" in await found(client, "/office/admin")


async def test_the_queue_filters_by_topic_and_pages(client: Client) -> None:
    for n in range(3):
        await filed(client, title=f"第{n}盏路灯不亮")
    await signed_in(client, "dispatcher")
    page = await found(client, "/office/")
    assert all(f"第{n}盏" in page for n in range(3))
    none = await found(client, "/office/?topic=不存在的事项")
    assert "第0盏" not in none


def test_both_ways_into_the_dark_set_the_same_colours() -> None:
    """By the system's wish and by the reader's choice; whoever changes one changes the other."""
    css = (Path(pages.__file__).parent / "static" / "hotline.css").read_text("utf-8")
    wished, chosen = (
        re.search(re.escape(start) + r" \{(.*?)\} \}", css, re.DOTALL)
        for start in (":root:not([data-theme=light])", ":root[data-theme=dark]")
    )
    assert wished and chosen
    assert wished[1].split() == chosen[1].split()
    assert "--paper:" in chosen[1]
