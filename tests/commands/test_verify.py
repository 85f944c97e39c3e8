"""`hotline verify` holds on what the flow writes, and finds whatever was done behind its back."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from escalation.watch import Watch
from hotline.commands import verify
from hotline.commands.intake import take_in
from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.domain.people import OPERATOR
from hotline.domain.words import Channel, Role
from hotline.flow import calls, work
from hotline.flow.centre import Centre
from hotline.flow.missedladder import MissedAgenda
from hotline.flow.supervise import CaseAgenda
from hotline.store import acts as chained
from hotline.store import files, outbox
from hotline.store.ledger import Verdict
from hotline.store.ledger import verify as check
from hotline.store.outbox import Message
from hotline.wiring import MovingClock
from tests.commands.support import a_table, settings_in, told
from tests.conftest import a_centre
from tests.flow.test_calls import abandoned
from tests.makers import MONDAY, an_officer

ROWS = [
    {"id": str(n), "title": "路灯不亮", "body": "望江大道的路灯坏了。", "phone": "13800001111"}
    for n in range(3)
]


async def verdict(centre: Centre) -> Verdict:
    return await check(centre.store, centre.cipher, centre.files, centre.now())


async def lived_in(centre: Centre, clock: MovingClock, folder: Path) -> list[str]:
    """Three cases, one signed for, one overdue by two weeks; a reveal, a file and an act."""
    await take_in(centre, a_table(folder / "in.csv", ROWS), Channel.WEB, folder / "no.csv")
    async with centre.look() as look:
        found = await look.connection.execute(text("SELECT number FROM cases ORDER BY id"))
        numbers = list(found.scalars())
    dispatcher, clerk = an_officer(Role.DISPATCHER), an_officer(Role.CLERK, "zjj")
    for facts in (acts.Accept(), acts.Transfer(department="zjj")):
        await work.act(centre, numbers[0], facts, dispatcher)
    await work.act(centre, numbers[0], department.Sign(handler="钱", phone="12345"), clerk)
    await work.reveal(centre, numbers[0], ("phone",), "核实地点", dispatcher)
    watch = Watch(CaseAgenda(centre))
    for _ in range(60):
        clock.move_to(clock() + timedelta(hours=6))
        await watch.tick(clock())
    digest = files.write(centre.files, b"%PDF-1.4 a file")
    async with centre.work() as unit:
        kept = await files.describe(
            unit.connection, centre.cipher, digest, ("单.pdf", 15, "application/pdf"), unit.at
        )
        await files.bind(unit.connection, [kept.token], 1)
        await chained.record(unit.connection, unit.at, OPERATOR, "first", {})
        await chained.record(unit.connection, unit.at, OPERATOR, "second", {"n": 1})
    return numbers


@pytest.fixture(scope="module")
def a_life(
    empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, MovingClock]:
    """A place in which `lived_in` happened: its folder and its clock, led once and copied."""
    folder, clock = tmp_path_factory.mktemp("lived"), MovingClock(MONDAY)

    async def lead() -> None:
        shutil.copy(empty_sqlite, folder / "hotline.db")
        made = await a_centre(f"sqlite:///{folder / 'hotline.db'}", folder, clock)
        await lived_in(made, clock, folder)
        await made.close()

    asyncio.run(lead())
    return folder, clock


@pytest.fixture
async def lived(
    a_life: tuple[Path, MovingClock], tmp_path: Path, clock: MovingClock
) -> AsyncIterator[Centre]:
    folder, then = a_life
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    clock.move_to(then())
    made = await a_centre(f"sqlite:///{tmp_path / 'hotline.db'}", tmp_path, clock)
    yield made
    await made.close()


async def test_it_holds_after_a_life(
    any_centre: Centre, clock: MovingClock, tmp_path: Path
) -> None:
    await lived_in(any_centre, clock, tmp_path)
    found = await verdict(any_centre)
    assert found.ok, found.broken
    assert found.cases == 3 and found.entries > 20
    assert found.channels["web"]["received"] == found.channels["web"]["cases"] == 3


@pytest.mark.parametrize(
    ("invariant", "tampering"),
    [
        ("I6", "UPDATE entry SET text = 'nothing happened' WHERE case_id = 1 AND seq = 2"),
        ("I6", "UPDATE entry SET actor = 'somebody else' WHERE case_id = 1 AND seq = 3"),
        ("I6", "UPDATE entry SET at = datetime(at, '+1 day') WHERE case_id = 1 AND seq = 2"),
        ("I6", "DELETE FROM entry WHERE case_id = 1 AND seq = 2"),
        ("I6", "DELETE FROM entry WHERE case_id = 2 AND seq = (SELECT last_seq FROM cases c WHERE c.id = 2)"),
        ("I6", "UPDATE reveal SET purpose = '好奇'"),
        ("I6", "UPDATE reveal SET seq = 2"),
        ("I6", "UPDATE act SET about = '{}' WHERE act = 'second'"),
        ("I6", "DELETE FROM act WHERE act = 'first'"),
        ("I7", "UPDATE cases SET state = 'closed' WHERE id = 2"),
        ("I7", "UPDATE cases SET lead = 'cgj' WHERE id = 1"),
        ("I7", "UPDATE cases SET type = 'praise' WHERE id = 3"),
        ("I7", "UPDATE cases SET type = 'no such type' WHERE id = 3"),
        ("I7", "UPDATE deadline SET due_at = datetime(due_at, '+9 day') WHERE promise = 'reply'"),
        ("I7", "UPDATE outbox SET message_id = about || '.999.role:dispatcher' WHERE id = 1"),
        ("I4", "UPDATE cases SET state = 'closed' WHERE id = 2"),
        ("I4", "UPDATE deadline SET state = 'running' WHERE case_id = 1 AND promise = 'dispatch'"),
        ("I4", "UPDATE deadline SET state = 'dropped' WHERE case_id = 2 AND promise = 'reply'"),
        ("I4", "UPDATE deadline SET next_at = NULL WHERE next_at IS NOT NULL"),
        ("I5", "DELETE FROM rung WHERE case_id = 2 AND rung = 0"),
        ("I5", "UPDATE deadline SET climbed = climbed - 1 WHERE climbed > 0 AND case_id = 2"),
        ("I5", "UPDATE rung SET rung_at = datetime(climbed_at, '+1 hour') WHERE case_id = 2"),
        ("I5", "UPDATE rung SET rung_at = datetime(rung_at, '-3 day') WHERE case_id = 2 AND level = 1"),
        ("I5", "UPDATE rung SET entry_seq = 900 WHERE case_id = 3"),
        ("I2", "UPDATE intake SET case_id = 2 WHERE id = 1"),
        ("I2", "UPDATE intake SET case_id = 4711 WHERE id = 1"),
        ("I2", "UPDATE cases SET number = '20200101-000001' WHERE id = 3"),
        ("I3", "UPDATE intake SET raw = x'6b313a00' WHERE id = 2"),
        ("I3", "UPDATE intake SET content_hash = 'none' WHERE id = 2"),
        ("I3", "UPDATE intake SET outcome = 'lost' WHERE id = 2"),
        ("I3", "UPDATE counter SET n = n + 1 WHERE outcome = 'case'"),
        ("I3", "DELETE FROM intake WHERE id = 1"),
        ("I9", "UPDATE attachment SET size = 16"),
        ("I9", "UPDATE attachment SET sha256 = 'ffff'"),
    ],
)  # fmt: skip
async def test_what_was_done_behind_its_back_is_found(
    lived: Centre, invariant: str, tampering: str
) -> None:
    async with lived.store.write() as connection:
        await connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        changed = await connection.execute(text(tampering))
        assert changed.rowcount > 0
    found = await verdict(lived)
    assert not found.ok
    assert invariant in {problem.invariant for problem in found.broken}


async def test_a_file_that_was_changed_or_left_over_is_found(
    lived: Centre, clock: MovingClock
) -> None:
    [kept] = (lived.files / "files").glob("??/*")
    kept.write_bytes(b"%PDF-1.4 b file")
    orphan = files.path(lived.files, files.write(lived.files, b"nobody's"))
    just_now = clock().timestamp()
    os.utime(orphan, (just_now, just_now))
    found = await verdict(lived)
    assert [(one.invariant, one.what) for one in found.broken] == [
        ("I9", "its content was changed")
    ]
    two_days_ago = (clock() - timedelta(days=2)).timestamp()
    os.utime(orphan, (two_days_ago, two_days_ago))
    assert len((await verdict(lived)).broken) == 2


async def test_a_rung_that_the_watch_left_is_found(
    centre: Centre, clock: MovingClock, tmp_path: Path
) -> None:
    class Blind(CaseAgenda):
        """Looks and logs that it looked, and takes nothing."""

        async def due(self, now: object, limit: int) -> list[object]:  # type: ignore[override]
            return []

    path = a_table(tmp_path / "in.csv", ROWS)
    await take_in(centre, path, Channel.WEB, tmp_path / "no.csv")
    watch = Watch(Blind(centre))
    for _ in range(3):
        clock.move_to(clock() + timedelta(days=2))
        await watch.tick(clock())
    found = await verdict(centre)
    assert {one.invariant for one in found.broken} == {"I5"}
    # The same wait without a watch is an outage: whoever wakes first takes them, late and rightly.
    async with centre.store.write() as connection:
        await connection.execute(text("DELETE FROM tick"))
    await Watch(CaseAgenda(centre)).tick(clock())
    assert (await verdict(centre)).ok


async def test_the_first_places_are_named_and_the_exit_code_tells(
    lived: Centre, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_in(tmp_path)
    assert await verify.run(settings) == 0
    async with lived.store.write() as connection:
        await connection.execute(text("UPDATE entry SET text = 'x'"))
    capsys.readouterr()
    assert await verify.run(settings) == 1
    assert "I6" in capsys.readouterr().out
    assert await verify.run(settings, as_json=True) == 1
    found = told(capsys.readouterr().out)
    assert found["ok"] is False
    assert len(found["broken"]) == verify.SHOWN < found["broken_in_all"]
    assert set(found["broken"][0]) == {"invariant", "place", "what"}
    assert set(found["channels"]["mailbox"]) == {
        "received", "cases", "followups", "duplicates", "automatic", "bounces", "quarantined",
        "refused", "pending",
    }  # fmt: skip


async def test_notices_of_what_is_no_case_stand_beside_what_they_tell_of(
    any_centre: Centre, clock: MovingClock
) -> None:
    """Of a call to return, an article to be looked over, a report that was mailed, an alarm."""
    await calls.heard(any_centre, abandoned("c1", 1), "webhook")
    await calls.fold_pending(any_centre)
    for _ in range(8):
        clock.move_to(clock() + timedelta(minutes=10))
        await Watch(MissedAgenda(any_centre)).tick(clock())
    async with any_centre.work() as work:
        sent = await work.connection.execute(text("SELECT message_id FROM outbox"))
        assert {one[:9] for one in sent.scalars()} == {"missed.1."}
    assert (await verdict(any_centre)).ok
    names = [f"{kind}.999.x" for kind in ("alarm", "article", "missed", "report")]
    names.append("alert-999.x")
    async with any_centre.work() as work:
        none = [Message(one, "role:agent", "", "s", "t") for one in names]
        await outbox.post(work.connection, none, work.at, leaves=False)
    broken = (await verdict(any_centre)).broken
    assert {one.place for one in broken} == set(names) and {one.invariant for one in broken} == {
        "I7"
    }
