"""Addresses that letters came back from: seen, and written to again for a reason that is kept."""

from datetime import timedelta
from pathlib import Path

import pytest

from hotline.commands import quarantine
from hotline.config import Settings
from hotline.store import acts, posted
from tests.makers import MONDAY
from tests.web.api_support import OWN_PAGE, Client, form_token, signed_in, token

LIST = "/api/v1/marked-addresses"


async def marked(client: Client, count: int = 1) -> list[str]:
    hashes = [f"{n:064x}" for n in range(count)]
    async with client.centre.work() as work:
        for n, one in enumerate(hashes):
            at = MONDAY + timedelta(minutes=n)
            await posted.mark(work.connection, one, None, "去信被退回（5.1.1）", at)
    return hashes


async def test_they_are_listed_newest_first_and_by_pages(client: Client) -> None:
    hashes = await marked(client, 3)
    who = await token(client, "dispatcher")
    first = await (await client.get(LIST, params={"limit": "2"}, headers=who)).json()
    assert [one["id"] for one in first["items"]] == hashes[:0:-1] and first["next"] == 2
    rest = await (await client.get(LIST, params={"limit": "2", "page": "2"}, headers=who)).json()
    assert [one["id"] for one in rest["items"]] == hashes[:1] and rest["next"] is None


async def test_one_is_written_to_again_only_for_a_reason_which_is_on_record(client: Client) -> None:
    (one,) = await marked(client)
    who, path = await token(client, "shift_lead"), f"{LIST}/{one}/clearing"
    for body, status in (({}, 422), ({"reason": " "}, 409)):
        assert (await client.post(path, headers=who, json=body)).status == status
    told = {"reason": "诉求人来电更正了邮箱设置"}
    assert (await client.post(path, headers=who, json=told)).status == 200
    assert (await client.post(path, headers=who, json=told)).status == 404
    assert (await client.post(f"{LIST}/x/clearing", headers=who, json=told)).status == 404
    async with client.centre.look() as look:
        assert await posted.marked(look.connection, one) is None
        kept = await acts.listed(look.connection)
    assert [act["about"]["reason"] for act in kept if act["act"] == "address.clear"] == [
        told["reason"]
    ]


async def test_the_page_lists_them_and_keeps_saying_what_is_missing(client: Client) -> None:
    (one,) = await marked(client)
    await signed_in(client, "dispatcher")
    page = await (await client.get("/office/marked-addresses")).text()
    form = {"token": form_token(page), "reason": ""}
    wrong = await client.post(f"/office/marked-addresses/{one}", data=form, headers=OWN_PAGE)
    assert wrong.status == 409 and "请写明" in await wrong.text()
    done = await client.post(
        f"/office/marked-addresses/{one}", data={**form, "reason": "已核实"}, headers=OWN_PAGE
    )
    assert done.status == 200 and "没有退信地址" in await done.text()


async def test_the_command_line_lists_and_clears(
    client: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (one,) = await marked(client)
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'hotline.db'}", data=tmp_path)
    assert await quarantine.run(settings, "addresses") == 0
    assert one in capsys.readouterr().out
    assert await quarantine.run(settings, "clear", address=one, reason="已核实") == 0
    assert await quarantine.run(settings, "addresses") == 0
    assert one not in capsys.readouterr().out
