"""The page of policy and calendar: a change tried on a known case, wrong ones named, nothing kept."""

from datetime import timedelta
from typing import Any

import pytest
from aiohttp import FormData
from sqlalchemy import text

from escalation.promise import Promise
from hotline.domain.shanghai import city_day
from hotline.flow import foretelling
from hotline.web import dates, office_policy
from tests.web.api_support import OWN_PAGE, Client, filed, form_token, signed_in, token

BASE = "/office/policy"


async def tried(client: Client, profile_file: bytes = b"", **told: str) -> tuple[int, str]:
    data = FormData({**told, "token": form_token(await (await client.get(BASE)).text())})
    if profile_file:
        data.add_field("file", profile_file, filename="ours.toml", content_type="text/plain")
    answer = await client.post(BASE, data=data, headers=OWN_PAGE)
    return answer.status, await answer.text()


async def kept(client: Client) -> list[Any]:
    async with client.centre.look() as look:
        found = []
        for table in ("deadline", "entry", "rung", "outbox"):
            rows = await look.connection.execute(text(f"select * from {table}"))
            found.append([tuple(row) for row in rows])
        return found


async def test_a_day_made_free_moves_a_known_case_and_nothing_is_kept(client: Client) -> None:
    number = (await filed(client))["number"]
    await signed_in(client, "sysadmin")
    async with client.centre.look() as look:
        case = await look.cases.read(number)
    reply = case.latest(Promise.REPLY)
    assert reply is not None
    day, calendar = city_day(client.clock.at) + timedelta(days=1), client.centre.calendar
    while not calendar.is_workday(day):
        day += timedelta(days=1)
    before = await kept(client)
    status, page = await tried(client, day=f"{day}", works="no")
    assert status == 200 and number in page and f"{day} 放假" in page
    assert f"closed = [{day}]" in page and "hotline recount --adopt-terms" in page
    assert dates.day(reply.due_at) in page
    assert await kept(client) == before


async def test_what_is_wrong_with_a_profile_is_named_by_its_key(client: Client) -> None:
    await signed_in(client, "sysadmin")
    status, page = await tried(client, text='base = "default"\n[numbers]\nmax_returns = -1')
    assert status == 422 and "numbers.max_returns" in page and "数值太小" in page
    assert (await tried(client, text='base = "../../x"'))[0] == 422
    assert (await tried(client, text="["))[0] == (await tried(client))[0] == 422
    assert (await tried(client, day="gestern"))[0] == 422
    status, page = await tried(client, profile="beijing-draft")
    assert status == 200 and "HOTLINE_DISPATCH__PROFILE=beijing-draft" in page


SHORTER = 'base = "default"\n[limits.normal.complaint]\nreply = { limit = "2 working_day", source = "试" }\n'


async def test_a_case_that_one_is_kept_out_of_is_not_named(client: Client) -> None:
    told = [await filed(client, type="complaint") for _ in range(2)]
    secret, open_to_all = [str(one["number"]) for one in told]
    body = {"officers": ["director"], "reason": "亲属"}
    path = f"/api/v1/cases/{secret}/interests"
    who = await token(client, "dispatcher")
    assert (await client.post(path, json=body, headers=who)).status == 200
    await signed_in(client, "director")
    status, page = await tried(client, text=SHORTER)
    assert status == 200 and open_to_all in page and secret not in page
    assert "试算诉求</dt><dd>1</dd>" in page, "nor counted"


async def test_a_profile_is_tried_from_a_file_and_its_text_stays_for_the_next_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office_policy, "PAGE", 1)
    numbers = {str((await filed(client, type="complaint"))["number"]) for _ in range(2)}
    await signed_in(client, "shift_lead")
    status, page = await tried(client, profile_file=SHORTER.encode())
    first = {one for one in numbers if one in page}
    assert (
        status == 200 and len(first) == 1 and "1 / 2" in page and "limits.normal.complaint" in page
    )
    status, page = await tried(client, text=SHORTER, page="1")
    assert {one for one in numbers if one in page} == numbers - first and "2 / 2" in page
    status, page = await tried(client, text=SHORTER, page="9999")
    assert "2 / 2" in page, "beyond the last is the last"
    status, page = await tried(client, profile_file="期限".encode("gb18030"))
    assert status == 422 and "UTF-8" in page


async def test_trials_do_not_pile_up_and_what_was_typed_stays(client: Client) -> None:
    await signed_in(client, "sysadmin")
    with foretelling.one_at_a_time(client.centre):
        status, page = await tried(client, text=SHORTER)
    assert status == 429 and "已有一项试算正在进行" in page and "limits.normal.complaint" in page
    assert (await tried(client, text=SHORTER))[0] == 200
