"""Every deadline is explained where it is shown: to staff, to machines and to the citizen."""

from tests.web.api_support import Client, case_of, filed, signed_in, token
from tests.web.test_pages import looked_up


async def test_the_interface_tells_the_count_as_data_and_as_a_sentence(client: Client) -> None:
    number = (await filed(client))["number"]
    headers = await token(client, "dispatcher")
    case = await case_of(client, number, headers)
    reply = next(one for one in case["deadlines"] if one["promise"] == "reply")
    assert reply["counting"]["agrees"] and reply["counting"]["days"] == reply["limit"]["n"]
    assert reply["counting"]["minutes"] == 1440 * reply["limit"]["n"]
    assert {row["why"] for row in reply["counting"]["skipped"]} == {"weekend"}
    assert reply["explanation"].startswith("自2026年11月23日（周一）次日起算")
    assert reply["limit"]["source"] in reply["explanation"]
    english = await client.get(
        f"/api/v1/cases/{number}", headers={**headers, "Accept-Language": "en"}
    )
    found = (await english.json())["deadlines"]
    assert any(
        "working days counted from the day after Mon 23 Nov 2026" in one["explanation"]
        for one in found
    )


async def test_the_citizen_is_told_why_it_is_that_day(client: Client) -> None:
    told = await filed(client)
    headers = {"Query-Code": told["query_code"]}
    found = await (await client.get(f"/api/v1/complaints/{told['number']}", headers=headers)).json()
    assert "次日起算" in found["due_explanation"]
    page = await looked_up(client, told)
    assert "为什么是这一天" in page and found["due_explanation"] in page


async def test_the_page_of_a_case_explains_each_promise(client: Client) -> None:
    number = (await filed(client))["number"]
    await signed_in(client, "dispatcher")
    page = await (await client.get(f"/office/cases/{number}")).text()
    assert page.count("如何计算") >= 2 and "次日起算" in page and "chinesecalendar" in page


async def test_readiness_says_when_the_holiday_list_ends(client: Client) -> None:
    ready = await (await client.get("/readyz")).json()
    assert ready["calendar"]["last_year"] == client.centre.calendar.last_year
    assert ready["calendar"]["ends_soon"] is True  # the clock of the tests stands in November 2026
    assert ready["calendar"]["provisional_deadlines"] == 0
    assert "hotline_calendar_last_year 2026.0" in await (await client.get("/metrics")).text()
