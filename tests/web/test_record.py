"""The record: what cannot be recorded is not done; who saw what of whom; who looks too much."""

import logging
import re
from datetime import timedelta

import pytest
import structlog
from aiohttp.test_utils import TestClient
from sqlalchemy import text

from hotline.config import Privacy
from hotline.domain.people import OPERATOR
from hotline.domain.words import Role
from hotline.flow import erasure, seen
from hotline.store import accounts, acts, alarms, anchors
from hotline.web import ticks
from hotline.wiring import MovingClock
from tests.flow.orders_support import unbroken
from tests.web.api_support import (
    OWN_PAGE,
    PASSWORD,
    Client,
    acted,
    filed,
    form_token,
    signed_in,
    token,
)
from tests.web.test_privacy import closed

DAYS = 190


async def unwritable(client: Client, table: str) -> None:
    """The audit store breaks: nothing can be added to it any more."""
    trigger = f"CREATE TRIGGER broken_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END"
    async with client.centre.work() as work:
        await work.connection.execute(text(trigger))


async def everything(client: Client) -> list[object]:
    """All that the refused acts could have changed."""
    found = []
    tables = {"officer": "id", "session": "hash", "cases": "id", "reveal": "id", "outbox": "id"}
    async with client.centre.look() as look:
        for table, order in tables.items():
            rows = await look.connection.execute(text(f"SELECT * FROM {table} ORDER BY {order}"))
            found.append([tuple(row) for row in rows])
    return found


async def unrecorded(client: Client) -> list[str]:
    """Breaks the record, then tries what must be on it; returns what was done all the same."""
    # Six outages in a row: their tracebacks take longer to draw than the test.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    number = (await filed(client))["number"]
    dispatcher = await token(client, "dispatcher")
    version = await (await client.get(f"/api/v1/cases/{number}", headers=dispatcher)).json()
    await signed_in(client, "secadmin")
    key = form_token(await (await client.get("/office/admin")).text())
    for table in ("act", "reveal", "entry"):
        await unwritable(client, table)
    before = await everything(client)
    disable = {"token": key, "do": "disable", "username": "agent"}
    add = {"token": key, "do": "add", "username": "li", "role": "agent", "name": "李"}
    change = {"token": key, "old": PASSWORD, "new": "Other-horse-2345", "again": "Other-horse-2345"}
    asked = [
        ("/api/v1/sessions", {"json": {"username": "agent", "password": PASSWORD}}),
        ("/office/admin/accounts", {"data": disable, "headers": OWN_PAGE}),
        ("/office/admin/accounts", {"data": add, "headers": OWN_PAGE}),
        ("/office/account", {"data": change, "headers": OWN_PAGE}),
    ]
    case = f"/api/v1/cases/{number}"
    look = {"fields": ["phone"], "purpose": "核实"}
    note = {"action": "note", "text": "已核实", "version": version["version"]}
    asked.append((f"{case}/reveal", {"json": look, "headers": dispatcher}))
    asked.append((f"{case}/actions", {"json": note, "headers": dispatcher}))
    done = []
    for path, how in asked:
        # An outage is no answer that the document knows: asked past the check of every answer.
        answer = await TestClient._request(client, "POST", path, allow_redirects=False, **how)
        if answer.status < 500 or "13800001234" in await answer.text():
            done.append(path)
    return done if await everything(client) == before else [*done, "changed"]


@pytest.mark.slow
async def test_an_act_whose_record_cannot_be_written_is_refused(client: Client) -> None:
    """Row 21; sign-in, accounts, rights, passwords, a look at identity, a step of a case."""
    assert await unrecorded(client) == []


@pytest.mark.slow
async def test_the_twin_that_keeps_no_record_is_caught(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*told: object) -> None:
        """The record is off."""

    monkeypatch.setattr(acts, "record", nothing)
    done = await unrecorded(client)
    assert {"/api/v1/sessions", "/office/admin/accounts", "changed"} <= set(done)
    # And by the count beside every test, which must not hold it against this one.
    assert "POST /api/v1/sessions answered 201 and left 0 records" in client.counting.wrong()
    client.counting.done.clear()


async def reveals(client: Client, number: str, headers: dict[str, str]) -> int:
    told = {"fields": ["phone"], "purpose": "核实地点"}
    answer = await client.post(f"/api/v1/cases/{number}/reveal", json=told, headers=headers)
    return int(answer.status)


async def page(client: Client, **form: str) -> str:
    """What the auditor finds; what was searched for is in no address."""
    path = "/office/admin/reveals"
    first = await client.get(path)
    if not form:
        return await first.text()
    told = {"token": form_token(await first.text()), **form}
    answer = await client.post(path, data=told, headers=OWN_PAGE)
    assert answer.status == 200
    return await answer.text()


@pytest.mark.slow
async def test_the_auditor_finds_who_saw_what_of_whom(client: Client) -> None:
    """Row 12: by officer, by case, by citizen; every look is there."""
    first = (await filed(client))["number"]
    second = (await filed(client, contact={"phone": "13900005678"}, title="井盖缺失"))["number"]
    for role, number in (("dispatcher", first), ("inspector", first), ("director", second)):
        assert await reveals(client, number, await token(client, role)) == 200
    await signed_in(client, "auditor")
    shown = await page(client)
    assert shown.count("核实地点") == 3 and "138****" not in shown
    assert (await page(client, number=second)).count("核实地点") == 1
    assert (await page(client, actor="inspector")).count("核实地点") == 1
    of_one = await page(client, phone="138 0000 1234")
    assert of_one.count("核实地点") == 2 and second not in of_one
    assert (await page(client, since="2030-01-01")).count("核实地点") == 0
    ranked = re.sub(r"<[^>]+>", " ", await page(client, day="2026-11-23"))
    assert re.search(r"1\s+director（热线办主任）\s+1\s+1\s+1\s+查看明细", ranked), ranked
    assert "没有人查看过" in await page(client, day="2026-11-22")
    assert "查询查看记录" in await (await client.get("/office/admin")).text()
    for role in ("sysadmin", "secadmin", "director", "dispatcher"):
        await signed_in(client, role)
        assert (await client.get("/office/admin/reveals")).status == 403


@pytest.mark.slow
async def test_the_record_of_half_a_year_is_kept_sealed_daily_and_can_be_read(
    client: Client, clock: MovingClock
) -> None:
    """Row 21: a moved clock; names and words go when their time is over, the record does not."""
    number, policy = (await filed(client))["number"], Privacy(days=180)
    assert await reveals(client, number, await token(client, "dispatcher")) == 200
    await closed(client.centre, number)
    erased = 0
    for day in range(DAYS):
        async with client.centre.work() as work:
            await acts.record(work.connection, work.at, OPERATOR, "told", {"day": day})
        await ticks._anchor(client.centre)
        erased += await erasure.keep_time(client.centre, policy)
        clock.move_to(clock.at + timedelta(days=1))
    assert erased == 1, "the retention ran, and had its case"
    assert len(anchors.days(client.centre.files)) == DAYS
    assert await unbroken(client.centre) == []
    async with client.centre.look() as look:
        told = await look.connection.execute(text("SELECT about FROM act WHERE act = 'told'"))
        assert len(told.all()) == DAYS
    await signed_in(client, "auditor")
    assert (await page(client, number=number)).count("核实地点") == 1
    headers = await token(client, "director")
    path = f"/api/v1/cases/{number}/timeline"
    steps = await (await client.get(path, headers=headers)).json()
    assert len(steps["items"]) > 5 and all(len(one["hash"]) == 64 for one in steps["items"])
    async with client.centre.work() as work:
        await work.connection.execute(text("DELETE FROM reveal"))
    assert any(number in one for one in await unbroken(client.centre)), "half a year later as well"


async def test_a_look_by_whatever_way_is_one_record_and_all_are_counted_together(
    client: Client,
) -> None:
    """Row 12: by page, interface, and the citizen's own; the thirty-first in an hour is told at once."""
    told = await filed(client)
    number, dispatcher = told["number"], await token(client, "dispatcher")
    await acted(client, number, dispatcher, "note", text="已核实")
    await signed_in(client, "dispatcher")
    path = f"/office/cases/{number}"
    key = form_token(await (await client.get(path)).text())
    form = {"token": key, "fields": "phone", "purpose": "由页面查看"}
    for n in range(seen.MOST // 2):
        answer = await client.post(f"{path}/reveal", data=form, headers=OWN_PAGE)
        assert answer.status == 200 and "13800001234" in await answer.text()
        assert await reveals(client, number, dispatcher) == 200
        assert await looks(client) == 2 * (n + 1)
    for wrong in ({"purpose": ""}, {"fields": "nothing"}):
        answer = await client.post(f"{path}/reveal", data={**form, **wrong}, headers=OWN_PAGE)
        assert answer.status == 422 and "13800001234" not in await answer.text()
    assert await looks(client) == seen.MOST
    async with client.centre.look() as look:
        assert "reveal" not in await alarms.standing(look.connection)
    assert (await client.post(f"{path}/reveal", data=form, headers=OWN_PAGE)).status == 200
    async with client.centre.look() as look:
        assert (await alarms.standing(look.connection))["reveal"] == 1, "in the same commit"
    own = f"/api/v1/complaints/{number}"
    code = {"Query-Code": told["query_code"]}
    asked = await client.post(f"{own}/privacy", json={"kind": "access"}, headers=code)
    decided = f"/api/v1/privacy-requests/{(await asked.json())['id']}/decision"
    body = {"outcome": "granted", "answer": "已办理。"}
    lead = await token(client, "shift_lead")
    assert (await client.post(decided, json=body, headers=lead)).status == 200
    assert (await client.get(f"{own}/personal-data", headers=code)).status == 200
    assert await looks(client) == seen.MOST + 2


async def looks(client: Client) -> int:
    """Records of who saw whose identity, each with a reason."""
    async with client.centre.look() as look:
        found = await look.connection.execute(text("SELECT purpose FROM reveal"))
        purposes = [str(row.purpose) for row in found]
    assert all(purposes)
    return len(purposes)


@pytest.mark.slow
async def test_more_looks_than_an_hours_work_asks_for_raise_an_alarm(
    client: Client, clock: MovingClock
) -> None:
    number = (await filed(client))["number"]
    headers = await token(client, "dispatcher")
    await acted(client, number, headers, "note", text="已核实")
    for _ in range(seen.MOST):
        assert await reveals(client, number, headers) == 200
    async with client.centre.look() as look:
        assert "reveal" not in await alarms.standing(look.connection)
    assert await reveals(client, number, headers) == 200
    async with client.centre.look() as look:
        assert (await alarms.standing(look.connection))["reveal"] == 1
    headers = await token(client, "director")
    notices = await (await client.get("/api/v1/notices", headers=headers)).json()
    assert "dispatcher 一小时内查看诉求人信息 31 次" in str(notices)
    await signed_in(client, "auditor")
    shown = await page(client)
    form = {"token": form_token(shown), "key": "dispatcher", "finding": "应急处置，属实"}
    path = "/office/admin/reveals/checked"
    assert (await client.post(path, data=form, headers=OWN_PAGE)).status == 200
    async with client.centre.look() as look:
        assert "reveal" not in await alarms.standing(look.connection)


async def test_looks_at_cases_that_are_not_ones_own_raise_it_at_the_fifth(client: Client) -> None:
    headers = await token(client, "inspector")
    for n in range(seen.STRANGE):
        async with client.centre.look() as look:
            assert "reveal" not in await alarms.standing(look.connection)
        number = (await filed(client, title=f"第{n}盏路灯不亮"))["number"]
        assert await reveals(client, number, headers) == 200
    async with client.centre.look() as look:
        assert (await alarms.standing(look.connection))["reveal"] == 1
        assert await accounts.by_name(look.connection, Role.INSPECTOR.value)


@pytest.mark.slow
async def test_a_slow_reader_raises_no_alarm(client: Client, clock: MovingClock) -> None:
    number = (await filed(client))["number"]
    headers = await token(client, "dispatcher")
    await acted(client, number, headers, "note", text="已核实")
    for _ in range(40):
        clock.move_to(clock.at + timedelta(minutes=3))
        assert await reveals(client, number, headers) == 200
    async with client.centre.look() as look:
        assert "reveal" not in await alarms.standing(look.connection)
