"""From the receipt to the case: on disk first, once each, private, and never an error page."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from hotline.domain.acts import citizen as told
from hotline.domain.errors import KeyInFlight, KeyMismatch, NoSuchCase
from hotline.domain.state import State
from hotline.domain.words import Role, Satisfaction
from hotline.flow import citizen, intake, work
from hotline.flow.centre import Centre
from hotline.store import counters
from hotline.store.find import Wanted
from tests.conftest import a_centre
from tests.flow.orders_support import ask
from tests.makers import a_complaint, an_officer

DISPATCHER = an_officer(Role.DISPATCHER)


async def settle(centre: Centre) -> None:
    while await intake.triage_pending(centre):
        pass


async def test_a_complaint_is_on_disk_before_it_is_a_case(any_centre: Centre) -> None:
    receipt = await intake.receive(any_centre, a_complaint(), scope="web")
    before = await citizen.progress(any_centre, receipt.number, receipt.query_code, "a")
    assert (before.state, before.timeline) == ("registered", [])
    await settle(any_centre)
    after = await citizen.progress(any_centre, receipt.number, receipt.query_code, "a")
    assert after.due_at is not None and after.timeline[0]["action"] == "receive"


async def test_who_adds_words_at_once_waits_for_the_case_and_is_not_sent_away(
    any_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(citizen, "MADE_WAIT", 300)  # a reader that starts cold takes its time
    receipt = await intake.receive(any_centre, a_complaint(), scope="web")
    door = (any_centre, receipt.number, receipt.query_code)
    adding = asyncio.create_task(citizen.citizen_act(*door, told.Supplement(content="又坏了一盏")))
    await asyncio.sleep(0.05)
    assert not adding.done()
    await settle(any_centre)
    assert (await adding).timeline[-1]["action"] == "supplement"
    other = await intake.receive(any_centre, a_complaint("other"), scope="web")
    monkeypatch.setattr(citizen, "MADE_WAIT", 1)
    with pytest.raises(citizen.NotYet, match="正在登记"):
        await citizen.citizen_act(
            any_centre, other.number, other.query_code, told.Supplement(content="又坏了一盏")
        )


@pytest.mark.slow
async def test_200_keys_posted_20_times_at_once_make_200_cases(any_centre: Centre) -> None:
    async def post(key: str) -> str:
        try:
            return (await intake.receive(any_centre, a_complaint(key), scope="web")).number
        except KeyInFlight:
            return "in flight"

    keys = [f"k{n}" for n in range(200)]
    answers = await asyncio.gather(*(post(key) for key in keys for _ in range(20)))
    numbers = set(answers) - {"in flight"}
    assert len(numbers) == 200
    await settle(any_centre)
    found = await work.listed(any_centre, DISPATCHER, Wanted(limit=200))
    assert {row["number"] for row in found.rows} == numbers


async def test_the_same_key_replays_the_answer_and_another_body_is_refused(
    any_centre: Centre,
) -> None:
    first = await intake.receive(any_centre, a_complaint("k"), scope="web")
    again = await intake.receive(any_centre, a_complaint("k"), scope="web")
    assert (again.number, again.query_code, again.fresh) == (first.number, first.query_code, False)
    with pytest.raises(KeyMismatch):
        await intake.receive(any_centre, a_complaint("k", content="另一件事"), scope="web")


class Broken:
    """A reader that cannot read."""

    def read(self, title: str, body: str) -> Any:
        raise RuntimeError("no dictionary")


async def test_what_cannot_be_classified_waits_for_a_dispatcher_with_the_reason(
    centre: Centre,
) -> None:
    done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    done.set_result(Broken())
    centre.reading = done
    receipt = await intake.receive(centre, a_complaint())
    await settle(centre)
    view = await work.view(centre, receipt.number, DISPATCHER)
    assert view.case.state is State.REGISTERED
    assert "RuntimeError" in view.case.notes["triage"] and "accept" in view.actions


async def test_identity_lies_in_no_file_in_clear_not_even_inside_the_text(
    centre: Centre, tmp_path: Path
) -> None:
    secret = {"name": "欧阳晓静", "phone": "13912345678", "id": "36010219850214123X"}
    text = f"我叫{secret['name']}，电话{secret['phone']}，身份证{secret['id']}，路灯坏了"
    incoming = a_complaint(content=text)
    receipt = await intake.receive(centre, incoming, scope="web")
    await settle(centre)
    view = await work.view(centre, receipt.number, DISPATCHER)
    assert secret["phone"] not in view.case.content and "139****5678" in view.case.content
    sqlite3.connect(tmp_path / "hotline.db").execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    for value in (
        secret["phone"],
        secret["id"],
        "13800001234",
        "张小明",
        "zhang@example.com",
        "望江大道12号",
    ):
        assert value.encode() not in kept, value
    told_to = await work.reveal(centre, receipt.number, ("phone", "words"), "核实", DISPATCHER)
    assert told_to["phone"] == "13800001234" and secret["phone"] in told_to["content"]


async def test_a_wrong_code_and_a_wrong_number_answer_alike_and_the_door_shuts(
    any_centre: Centre,
) -> None:
    receipt = await intake.receive(any_centre, a_complaint(), scope="web")
    for _ in range(4):
        with pytest.raises(NoSuchCase):
            await citizen.progress(any_centre, receipt.number, "AAAA-AAAA", "1.1.1.1")
    with pytest.raises(NoSuchCase):
        await citizen.progress(any_centre, "20261123-999999", "AAAA-AAAA", "1.1.1.1")
    with pytest.raises(NoSuchCase):
        await citizen.progress(any_centre, receipt.number, "not a code", "2.2.2.2")
    with pytest.raises(citizen.DoorShut):
        await citizen.progress(any_centre, receipt.number, receipt.query_code, "3.3.3.3")


async def test_received_is_the_sum_of_what_became_of_it(any_centre: Centre) -> None:
    receipts = [
        await intake.receive(any_centre, a_complaint(f"k{n}"), scope="web") for n in range(3)
    ]
    await settle(any_centre)
    await citizen.citizen_act(
        any_centre,
        receipts[0].number,
        receipts[0].query_code,
        told.Supplement(content="还没修"),
        key="s",
    )
    await citizen.citizen_act(
        any_centre,
        receipts[0].number,
        receipts[0].query_code,
        told.Supplement(content="还没修"),
        key="s",
    )
    async with any_centre.look() as look:
        counted = {(c, o): n for c, o, n in await counters.today(look.connection, look.at)}
    assert counted == {("web", "case"): 3, ("web", "followup"): 1}


async def test_a_report_goes_on_when_its_citizen_withdraws(any_centre: Centre) -> None:
    incoming = a_complaint(
        type="report", title="举报黑作坊", content="有人在望江大道开黑作坊", anonymous=True
    )
    receipt = await intake.receive(any_centre, incoming, scope="web")
    await settle(any_centre)
    after = await citizen.citizen_act(
        any_centre, receipt.number, receipt.query_code, told.Withdraw()
    )
    assert after.state not in ("terminated", "closed")


async def test_nobody_rates_a_case_that_is_not_answered(any_centre: Centre) -> None:
    receipt = await intake.receive(any_centre, a_complaint(), scope="web")
    await settle(any_centre)
    rating = told.Rate(solved=True, satisfaction=Satisfaction.GOOD)
    with pytest.raises(citizen.Refused):
        await citizen.citizen_act(any_centre, receipt.number, receipt.query_code, rating)


async def test_two_nodes_triage_the_same_receipt_once(url: str, tmp_path: Path, clock: Any) -> None:
    one, other = await a_centre(url, tmp_path, clock), await a_centre(url, tmp_path, clock)
    receipts = [await intake.receive(one, a_complaint(f"k{n}")) for n in range(10)]
    await asyncio.gather(intake.triage_pending(one), intake.triage_pending(other))
    found = await work.listed(one, DISPATCHER, Wanted())
    assert sorted(row["number"] for row in found.rows) == sorted(r.number for r in receipts)
    await one.close()
    await other.close()


async def test_a_receipt_that_cannot_be_opened_waits_and_holds_up_none_behind_it(
    any_centre: Centre,
) -> None:
    sealed = await intake.receive(any_centre, a_complaint("sealed"))
    raw = (await ask(any_centre, "SELECT raw FROM intake"))[0][0]
    await _write_raw(any_centre, sealed.number, bytes(raw)[:-1] + bytes([raw[-1] ^ 1]))
    others = [await intake.receive(any_centre, a_complaint(f"k{n}")) for n in range(3)]
    for _ in range(5):
        await intake.triage_pending(any_centre, 2)
    numbers = [row[0] for row in await ask(any_centre, "SELECT number FROM cases ORDER BY id")]
    assert numbers == [one.number for one in others], "by two at a time"
    tried = await ask(any_centre, "SELECT attempts, problem FROM intake WHERE outcome = 'pending'")
    assert [tuple(row) for row in tried] == [(3, "Unreadable")], "and no more is written of it"
    await _write_raw(any_centre, sealed.number, bytes(raw))
    await settle(any_centre)
    assert await ask(any_centre, "SELECT id FROM intake WHERE outcome = 'pending'") == []


async def _write_raw(centre: Centre, number: str, raw: bytes) -> None:
    async with centre.work() as work:
        told = {"raw": raw, "number": number}
        await work.connection.execute(
            text("UPDATE intake SET raw = :raw WHERE number = :number"), told
        )
