"""Several cases at once: previewed, done each for itself, left alone where they moved, taken back."""

import html
import re
from typing import Any

from hotline.domain.words import Role
from hotline.flow import bulk
from hotline.flow.bulk import Kind, Plan
from tests.flow.orders_support import ask, in_hand, received, unbroken
from tests.makers import an_officer
from tests.web.api_support import (
    OWN_PAGE,
    Client,
    acted,
    case_of,
    filed,
    form_token,
    signed_in,
    token,
)

DISPATCHER = an_officer(Role.DISPATCHER)


async def sends(client: Client, path: str, **form: Any) -> tuple[int, str]:
    told = {"token": form_token(await (await client.get("/office/account")).text()), **form}
    answer = await client.post(path, data=told, headers=OWN_PAGE, allow_redirects=False)
    return answer.status, await answer.text()


def confirming(page: str, button: str) -> dict[str, Any]:
    """The fields of the form with that button."""
    found = next(one for one in re.findall(r"<form.*?</form>", page, re.S) if button in one)
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', found):
        fields.setdefault(name, []).append(html.unescape(value))
    return {name: values for name, values in fields.items() if name != "token"}


async def states(client: Client, numbers: list[str]) -> list[str]:
    headers = await token(client, "dispatcher")
    return [(await case_of(client, one, headers))["state"] for one in numbers]


async def three(client: Client) -> list[str]:
    client.centre.automatic = False
    return [str((await filed(client, title=f"第 {n} 处路灯"))["number"]) for n in range(3)]


async def test_selected_cases_are_transferred_each_and_taken_back(client: Client) -> None:
    numbers = await three(client)
    await signed_in(client, "dispatcher")
    queue = await (await client.get("/office/")).text()
    assert all(f'value="{one}" form="bulk"' in queue for one in numbers)
    form = {"kind": "transfer", "to_transfer": "cgj", "case": numbers}
    status, page = await sends(client, "/office/bulk", **form)
    assert status == 200 and "可办 3 件，不能办 0 件" in page
    assert await states(client, numbers) == ["registered"] * 3, "a preview does nothing"
    told = confirming(page, "确认办理 3 件")
    status, page = await sends(client, "/office/bulk/run", **told)
    assert status == 200 and "已办 3 件，未办 0 件" in page
    assert await states(client, numbers) == ["dispatched"] * 3
    _, again = await sends(client, "/office/bulk/run", **told)
    assert "已办 0 件，未办 3 件" in again, "sent twice, nothing is done twice"
    status, page = await sends(client, "/office/bulk/run", **confirming(page, "撤销这次办理"))
    assert "已办 3 件" in page
    assert await states(client, numbers) == ["pending_dispatch"] * 3
    assert await unbroken(client.centre) == []


async def test_what_moved_since_the_preview_is_left_alone_and_the_others_are_done(
    client: Client,
) -> None:
    numbers = await three(client)
    await signed_in(client, "dispatcher")
    form = {"kind": "transfer", "to_transfer": "cgj", "case": numbers}
    _, page = await sends(client, "/office/bulk", **form)
    lead = await token(client, "shift_lead")
    await acted(client, numbers[1], lead, "correct", reason="有人受伤", urgency="urgent")
    _, page = await sends(client, "/office/bulk/run", **confirming(page, "确认办理"))
    assert "已办 2 件，未办 1 件" in page and "有变化，未改动" in page
    assert await states(client, numbers) == ["dispatched", "registered", "dispatched"]


async def test_the_preview_says_of_each_why_it_cannot(client: Client) -> None:
    numbers = await three(client)
    dispatcher = await token(client, "dispatcher")
    await acted(client, numbers[0], dispatcher, "accept")
    await acted(client, numbers[0], dispatcher, "transfer", department="zjj")
    await signed_in(client, "dispatcher")
    form = {"kind": "transfer", "to_transfer": "cgj", "case": [*numbers, "20200101-000001"]}
    _, page = await sends(client, "/office/bulk", **form)
    assert "可办 2 件，不能办 2 件" in page and "不能执行“转办”" in page
    for wrong in ({"case": []}, {"to_transfer": ""}, {"kind": "x"}, {"kind": "reassign"}):
        status, page = await sends(client, "/office/bulk", **{**form, **wrong})
        assert status == 422 and 'role="alert"' in page, wrong


async def test_selected_are_merged_into_the_first_and_part_again(client: Client) -> None:
    numbers = await three(client)
    await signed_in(client, "dispatcher")
    _, page = await sends(client, "/office/bulk", kind="merge", case=numbers)
    assert "这是主单" in page and "可办 2 件" in page
    _, page = await sends(client, "/office/bulk/run", **confirming(page, "确认办理"))
    assert await states(client, numbers) == ["registered", "merged", "merged"]
    await sends(client, "/office/bulk/run", **confirming(page, "撤销这次办理"))
    assert await states(client, numbers) == ["registered"] * 3


async def test_suggestions_are_accepted_where_there_are_any(client: Client) -> None:
    numbers = await three(client)
    rows = await bulk.preview(client.centre, DISPATCHER, Plan(Kind.OFFER), numbers)
    able = [one for one in rows if one.refused is None]
    seen = [(one.number, one.version) for one in able]
    done = await bulk.run(client.centre, DISPATCHER, Plan(Kind.OFFER), seen)
    assert able and [one.status for one in done] == [200] * len(able)
    told = await case_of(client, able[0].number, await token(client, "dispatcher"))
    assert client.centre.rules.tree.top(told["department"]) == able[0].to


async def test_a_leader_sees_who_has_how_much_and_gives_cases_to_another(client: Client) -> None:
    number = await in_hand(client.centre, "a")
    waiting = await in_hand(client.centre, "b", signed=False)
    await signed_in(client, "leader")
    page = await (await client.get("/office/team?of=赵联络")).text()
    assert number in page and waiting not in page and "待签收" in page
    clerk = Role.CLERK.zh  # the account's name
    form = {"kind": "reassign", "to_reassign": clerk, "case": [number, waiting]}
    _, page = await sends(client, "/office/bulk", **form)
    assert "可办 1 件，不能办 1 件" in page
    _, page = await sends(client, "/office/bulk/run", **confirming(page, "确认办理"))
    assert "已办 1 件" in page
    page = await (await client.get(f"/office/team?of={clerk}")).text()
    assert number in page
    found = await ask(client.centre, "SELECT action FROM entry WHERE action = 'reassign'")
    assert len(found) == 1
    others = {"kind": "reassign", "to_reassign": "乙", "case": [await received(client.centre, "c")]}
    _, page = await sends(client, "/office/bulk", **others)
    assert "可办 0 件" in page, "another's case is as if it were not there"
