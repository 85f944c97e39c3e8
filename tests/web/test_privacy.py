"""What is kept of a citizen: seen, copied, corrected and erased on request, in time, within the law."""

import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from hotline.commands import backup, restore
from hotline.config import Privacy
from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.domain.words import Reached, Role, Satisfaction
from hotline.flow import casewords, erasure, privacy, work
from hotline.flow.centre import Centre
from hotline.store import erasureledger, notices
from hotline.wiring import MovingClock
from tests.commands.support import settings_in
from tests.conftest import a_centre
from tests.flow.orders_support import CALLBACK, INSPECTOR, received, unbroken, unit
from tests.makers import a_complaint, a_reply, a_sign, an_officer
from tests.web.api_support import Client, a_file, filed, token

NAME, PHONE, MAIL, ROAD = "欧阳若谷", "13987654321", "ouyang.ruogu@example.com", "紫藤里77号"
PLANTED = (NAME, PHONE, MAIL, ROAD)
WORDS = f"我叫{NAME}，住{ROAD}，请打 {PHONE}。"


def planted(**changes: Any) -> dict[str, Any]:
    return {
        "title": f"{NAME}家门口路灯不亮",
        "content": WORDS,
        "contact": {"name": NAME, "phone": PHONE, "email": MAIL},
        "place": {"address": ROAD},
        **changes,
    }


async def closed(centre: Centre, number: str) -> None:
    """Handled, answered and closed, with the name in every word of it."""
    dispatcher = an_officer(Role.DISPATCHER)
    case = (await work.view(centre, number, dispatcher)).case
    if case.state.value == "registered":
        await work.act(centre, number, acts.Accept(), dispatcher)
    if case.lead is None:
        transfer = acts.Transfer(department="cgj", reason=f"{NAME}反映")
        await work.act(centre, number, transfer, dispatcher)
    clerk = unit(centre)
    reply = a_reply(public_reply=f"{NAME}，路灯已修复。", internal_account=f"已联系{NAME}。")
    contact = CALLBACK if case.type == "report" else clerk
    await work.act(centre, number, a_sign(), clerk)
    await work.act(centre, number, department.Contact(text=f"已联系{NAME}"), contact)
    await work.act(centre, number, reply, clerk)
    await work.act(centre, number, acts.Approve(), INSPECTOR)
    good = acts.FollowUp(outcome=Reached.REACHED, solved=True, satisfaction=Satisfaction.GOOD)
    await work.act(centre, number, good, CALLBACK)
    if (await work.view(centre, number, dispatcher)).case.open:
        await work.act(centre, number, acts.Close(), CALLBACK)


def lying_about(folder: Path) -> set[str]:
    """Planted words that lie in any file below a folder, whatever it is."""
    return {
        word
        for path in folder.rglob("*")
        if path.is_file()
        for word in PLANTED
        if word.encode() in path.read_bytes()
    }


async def opened(centre: Centre) -> str:
    """Every locked value of the database in clear, and every other value of it."""
    from hotline.store.rotation import SEALED

    found = []
    async with centre.look() as look:
        for sealed in SEALED:
            columns = sealed.table.__table__.c
            for row in await look.connection.execute(sealed.table.__table__.select()):
                locked = getattr(row, columns[sealed.column].key)
                if locked is not None:
                    found.append(
                        centre.cipher.unseal(locked, sealed.place(row)).decode("utf-8", "replace")
                    )
        tables = await look.connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'table'")
        )
        for name in tables.scalars().all():
            rows = await look.connection.execute(text(f'SELECT * FROM "{name}"'))
            found += [repr(tuple(row)) for row in rows]
    return "\n".join(found)


async def ask(client: Client, told: dict[str, Any], **wish: Any) -> Any:
    path = f"/api/v1/complaints/{told['number']}/privacy"
    return await client.post(path, json=wish, headers={"Query-Code": told["query_code"]})


async def decided(client: Client, role: str, row: int, outcome: str) -> Any:
    path = f"/api/v1/privacy-requests/{row}/decision"
    body = {"outcome": outcome, "answer": "已办理。"}
    return await client.post(path, json=body, headers=await token(client, role))


async def test_what_is_kept_is_told_once_it_was_granted_and_the_look_is_on_record(
    client: Client, clock: MovingClock
) -> None:
    told = await filed(client, **planted())
    own = {"Query-Code": told["query_code"]}
    path = f"/api/v1/complaints/{told['number']}/personal-data"
    assert (await client.get(path, headers=own)).status == 409
    asked = await (await ask(client, told, kind="access")).json()
    assert (await ask(client, told, kind="access")).status == 409, "one at a time"
    assert (await decided(client, "shift_lead", asked["id"], "granted")).status == 200
    data = await (await client.get(path, headers=own)).json()
    assert data["fields"]["name"] == NAME and data["fields"]["content"] == WORDS
    again = await (await client.get(path, headers=own)).json()
    assert any(look["role"] == "citizen" for look in again["looks"])
    assert (await client.get(path, headers={"Query-Code": "AAAA-BBBB"})).status == 404
    clock.move_to(clock() + timedelta(days=8))
    assert (await client.get(path, headers=own)).status == 409


async def test_a_wrong_number_is_corrected_and_found_by_the_new_one(client: Client) -> None:
    told = await filed(client, **planted())
    assert (await ask(client, told, kind="correct")).status == 422
    wrong = await ask(client, told, kind="correct", corrections={"phone": "12"})
    assert wrong.status == 422
    asked = await (
        await ask(client, told, kind="correct", corrections={"phone": "13700001111"})
    ).json()
    assert asked["words"] == {"phone": "137****1111"}
    await decided(client, "shift_lead", asked["id"], "granted")
    async with client.centre.look() as look:
        assert len(await look.vault.cases_of_phone("13700001111")) == 1
        assert await look.vault.cases_of_phone(PHONE) == []
    assert not await unbroken(client.centre)


async def test_erasure_waits_for_the_end_is_the_directors_and_leaves_nothing(
    client: Client, tmp_path: Path
) -> None:
    """Row 46: rows, files, index, model's lessons, messages; the numbers and the chains stay."""
    files = await (await client.post("/api/v1/attachments", data=a_file(f"{NAME}.png"))).json()
    told = await filed(client, **planted(attachments=[files["token"]]))
    assert await casewords.index(client.centre)
    assert NAME in await opened(client.centre), "the test looks where it was"
    asked = await (await ask(client, told, kind="erase", reason=NAME)).json()
    assert (await decided(client, "shift_lead", asked["id"], "granted")).status == 403
    early = await decided(client, "director", asked["id"], "granted")
    assert early.status == 409 and "办理" in (await early.json())["detail"]
    await closed(client.centre, told["number"])
    assert (await decided(client, "director", asked["id"], "granted")).status == 200
    shown = await opened(client.centre)
    assert [word for word in PLANTED if word in shown] == []
    assert not await unbroken(client.centre)
    async with client.centre.store.write() as connection:
        await connection.execute(text("SELECT 1"))
    with sqlite3.connect(tmp_path / "hotline.db") as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert lying_about(tmp_path) == set()
    own = {"Query-Code": told["query_code"]}
    seen = await client.get(f"/api/v1/complaints/{told['number']}", headers=own)
    assert seen.status == 200 and (await seen.json())["state"] == "closed"


async def test_what_was_not_erased_by_right_is_found(client: Client) -> None:
    """The sabotaged twin: words taken away without the act that says so."""
    told = await filed(client, **planted())
    await closed(client.centre, told["number"])
    async with client.centre.store.write() as connection:
        await connection.execute(
            text(
                "INSERT INTO erasure (case_id, number, at, why, through) "
                "SELECT id, number, received_at, 'asked', last_seq FROM cases"
            )
        )
        await connection.execute(text("UPDATE entry SET text = ''"))
    assert any("no act says" in one for one in await unbroken(client.centre))


async def test_a_request_climbs_its_ladder_until_it_is_answered(
    client: Client, clock: MovingClock
) -> None:
    told, started = await filed(client), clock()
    asked = await (await ask(client, told, kind="copy")).json()
    seen = []
    for day in range(40):
        clock.move_to(started + timedelta(days=day))
        await privacy.remind(client.centre)
        async with client.centre.look() as look:
            rows = await look.connection.execute(
                text("SELECT count(*) FROM outbox WHERE message_id LIKE 'privacy.%'")
            )
            seen.append(int(rows.scalar_one()))
    assert [day for day in range(1, 40) if seen[day] > seen[day - 1]] == [20, 30, 33]
    assert seen[-1] == 1 + 1 + 2 + 2
    await decided(client, "shift_lead", asked["id"], "refused")
    assert not await unbroken(client.centre)


async def test_time_erases_by_policy_and_a_hold_keeps(centre: Centre, clock: MovingClock) -> None:
    """A moved clock: three years after the end, five where it was supervised, never while it is held."""
    plain, held, guarded = [await received(centre, key) for key in "abc"]
    for number in (plain, held):
        await closed(centre, number)
    director = an_officer(Role.DIRECTOR)
    await work.act(
        centre, guarded, acts.Correct(type="report", reason="举报"), an_officer(Role.SHIFT_LEAD)
    )  # type: ignore[arg-type]
    await closed(centre, guarded)
    await privacy.hold(centre, director, held, "行政诉讼")
    await privacy.release(centre, director, held)
    await privacy.hold(centre, director, held, "行政诉讼")  # begun and ended within a moment
    started, policy = clock(), Privacy()

    async def gone(days: int) -> set[str]:
        clock.move_to(started + timedelta(days=days))
        await erasure.keep_time(centre, policy)
        async with centre.look() as look:
            return set(
                (await look.connection.execute(text("SELECT number FROM erasure"))).scalars()
            )

    assert await gone(1090) == set()
    assert await gone(1100) == {plain}
    assert await gone(1830) == {plain, guarded}
    await privacy.release(centre, director, held)
    assert await gone(1831) == {plain, held, guarded}
    assert not await unbroken(centre)


@pytest.mark.slow
async def test_a_hundred_people_erased_do_not_come_back_with_an_old_backup(
    sqlite_url: str, tmp_path: Path, clock: MovingClock
) -> None:
    """Row 46 by the commands: backed up, erased, lost, restored from the backup of before."""
    centre = await a_centre(sqlite_url, tmp_path, clock)
    from hotline.flow import intake

    numbers = []
    for n in range(100):
        told = a_complaint(f"p{n}", title=f"{NAME}{n}", content=WORDS, received_at=clock())
        numbers.append((await intake.receive(centre, told)).number)
    while await intake.triage_pending(centre):
        pass
    settings = settings_in(tmp_path, sqlite_url)
    assert await backup.run(settings, tmp_path / "old.tar") == 0
    async with centre.work() as unit_:
        done = [await erasure.erase(unit_, n, "asked", an_officer(Role.DIRECTOR)) for n in numbers]
    await erasure.finish(centre, done)
    await centre.close()
    shutil.copy(erasureledger.path(tmp_path), tmp_path / "kept-elsewhere.jsonl")
    place = tmp_path / "other"
    empty = settings_in(place)
    assert await restore.run(empty, tmp_path / "old.tar", tmp_path / "kept-elsewhere.jsonl") == 0
    again = await a_centre(f"sqlite:///{place}/hotline.db", place, clock)
    shown = await opened(again)
    assert [word for word in PLANTED if word in shown] == []
    await again.close()


async def test_a_database_put_back_by_other_means_is_made_to_forget_at_the_next_start(
    client: Client, tmp_path: Path
) -> None:
    told = await filed(client, **planted())
    await closed(client.centre, told["number"])
    async with client.centre.work() as unit_:
        done = await erasure.erase(unit_, told["number"], "asked", an_officer(Role.DIRECTOR))
    await erasure.finish(client.centre, [done])
    other = await filed(client, **planted())
    listed = erasureledger.path(tmp_path)
    line = ("x", client.clock(), "asked")
    erasureledger.add(tmp_path, client.centre.cipher, [(other["number"], *line[1:])])
    assert any("here again" in one for one in await unbroken(client.centre))
    assert await erasure.Agreement(client.centre).look() == 1
    assert not await unbroken(client.centre)
    assert NAME not in await opened(client.centre)
    listed.write_text(listed.read_text("utf-8").replace(other["number"], told["number"]), "utf-8")
    with pytest.raises(erasureledger.Forged):
        await erasure.Agreement(client.centre).look()


assert notices  # its tables are among those that are searched
