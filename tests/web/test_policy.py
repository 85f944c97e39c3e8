"""The page of policy and calendar: a change tried on a known case, wrong ones named, nothing kept."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from escalation.promise import Promise
from hotline.domain.shanghai import city_day
from tests.web.api_support import OWN_PAGE, Client, filed, form_token, signed_in

BASE = "/office/policy"


async def tried(client: Client, **told: str) -> tuple[int, str]:
    data = {**told, "token": form_token(await (await client.get(BASE)).text())}
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
    assert f"{reply.due_at.astimezone(calendar.zone):%Y-%m-%d %H:%M}" in page
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
