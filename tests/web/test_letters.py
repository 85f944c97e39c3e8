"""The tray over HTTP: who may look, what is shown of a letter, and what becomes of it."""

import re

from sqlalchemy import select

from hotline.store.tables import CaseRow
from tests.support.letters import a_letter, arrives, settled
from tests.web.api_support import OWN_PAGE, Client, form_token, signed_in, token

TRAY = "/api/v1/quarantine"


async def one_held(client: Client) -> None:
    """Marked as spam upstream: nothing decides over it but a person."""
    await arrives(client.centre, a_letter("发票", "代开发票13800001234", X_Spam_Flag="YES"))
    await settled(client.centre)


async def test_the_tray_lists_shows_and_files_a_letter(client: Client) -> None:
    await one_held(client)
    who = await token(client, "dispatcher")
    (one,) = (await (await client.get(TRAY, headers=who)).json())["items"]
    assert (one["kind"], one["outcome"]) == ("held", "quarantined") and one["marks"]
    shown = await (await client.get(f"{TRAY}/{one['id']}", headers=who)).json()
    assert "代开发票" in shown["text"] and "13800001234" not in shown["text"]
    assert "wang@" not in shown["sender"] and shown["unreadable"] == ""
    judged = await client.post(f"{TRAY}/{one['id']}/judgement", headers=who, json={"act": "file"})
    assert judged.status == 200 and (await judged.json())["outcome"] == "case"
    again = await client.post(f"{TRAY}/{one['id']}/judgement", headers=who, json={"act": "file"})
    assert again.status == 404
    ready = await (await client.get("/readyz")).json()
    assert ready["mail"]["tray"] == 0


async def test_what_is_wrong_with_a_judgement_is_told_by_its_field(client: Client) -> None:
    await one_held(client)
    who = await token(client, "shift_lead")
    for body, status in (
        ({"act": "link"}, 422),
        ({"act": "link", "number": "20260101-999999"}, 404),
        ({"act": "dismiss"}, 409),
        ({"act": "replay", "charset": "klingon"}, 422),
        ({"act": "burn"}, 422),
    ):
        answer = await client.post(f"{TRAY}/1/judgement", headers=who, json=body)
        assert answer.status == status, (body, await answer.text())
    assert (await client.get(f"{TRAY}/77", headers=who)).status == 404


async def test_only_who_looks_after_letters_sees_them(client: Client) -> None:
    await one_held(client)
    for role, status in (("clerk", 403), ("auditor", 403), ("sysadmin", 200), ("callback", 200)):
        answer = await client.get(TRAY, headers=await token(client, role))
        assert answer.status == status
    answer = await client.get(f"{TRAY}/1", headers=await token(client, "callback"))
    assert answer.status == 404  # theirs are those about closed cases


async def test_the_pages_list_show_and_dismiss(client: Client) -> None:
    await one_held(client)
    await signed_in(client, "dispatcher")
    listed = await (await client.get("/office/quarantine")).text()
    assert "发票" in listed and "/office/quarantine/1" in listed
    page = await (await client.get("/office/quarantine/1?charset=gb18030")).text()
    assert "gb18030" in page and "不予处理" in page
    form = {"token": form_token(page), "act": "dismiss", "reason": ""}
    wrong = await client.post("/office/quarantine/1", data=form, headers=OWN_PAGE)
    assert wrong.status == 409 and "请写明理由" in await wrong.text()
    done = await client.post(
        "/office/quarantine/1", data={**form, "reason": "广告"}, headers=OWN_PAGE
    )
    assert done.status == 200 and "没有待处理的来信" in await done.text()


async def test_a_letter_is_shown_as_it_was_laid_out_with_numbers_masked(client: Client) -> None:
    page = "<table><tr><td>联系</td><td>13800001234</td></tr></table><img src=http://x/1.gif><script>x</script>"
    await arrives(client.centre, a_letter(page=page))
    await settled(client.centre)
    number = await only_case(client)
    await signed_in(client, "dispatcher")
    assert (
        f"/office/cases/{number}/letters"
        in await (await client.get(f"/office/cases/{number}")).text()
    )
    shown = await (await client.get(f"/office/cases/{number}/letters")).text()
    (frame,) = re.findall(r"<iframe[^>]*>", shown)
    assert " sandbox " in frame and "&lt;table&gt;" in frame and "138****1234" in frame
    assert "script" not in frame and "x/1.gif" not in frame
    assert "13800001234" not in shown


async def test_a_number_that_tags_cut_in_pieces_is_shown_in_masked_words_only(
    client: Client,
) -> None:
    await arrives(client.centre, a_letter(text="", page="<p>电话138<b>0000</b>1234</p>"))
    await settled(client.centre)
    await signed_in(client, "dispatcher")
    shown = await (await client.get(f"/office/cases/{await only_case(client)}/letters")).text()
    assert "<iframe" not in shown and "138****1234" in shown


async def test_a_whole_letter_with_its_signature_is_never_for_a_department(client: Client) -> None:
    await arrives(client.centre, a_letter())
    await settled(client.centre)
    number = await only_case(client)
    await signed_in(client, "clerk")
    assert (await client.get(f"/office/cases/{number}/letters")).status == 403


async def only_case(client: Client) -> str:
    async with client.centre.look() as look:
        (row,) = (await look.connection.execute(select(CaseRow.number))).all()
        return str(row.number)


async def test_the_figures_name_letters_that_wait(client: Client) -> None:
    await arrives(client.centre, a_letter())
    text = await (await client.get("/metrics")).text()
    assert 'hotline_receipts_today{channel="mailbox",outcome="pending"} 1.0' in text
    assert "hotline_mail_waiting 1.0" in text
