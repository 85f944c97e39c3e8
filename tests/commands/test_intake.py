"""`hotline intake`: each row through the same intake; twice adds nothing; rejects with reasons."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from escalation.watch import Watch
from hotline.commands import intake, verify
from hotline.commands.failing import Failed
from hotline.commands.intake import Tally, take_in
from hotline.domain.words import Channel, Role
from hotline.flow.centre import Centre
from hotline.flow.supervise import CaseAgenda
from hotline.store import acts
from hotline.store.find import Wanted, find
from hotline.store.ledger import Verdict
from hotline.store.ledger import verify as check
from hotline.wiring import MovingClock
from tests.commands.support import a_table, every, settings_in, told
from tests.conftest import shared
from tests.makers import an_officer
from tests.support.scale import Scale

LAMP = {
    "id": "7",
    "title": "路灯不亮",
    "body": "望江大道的路灯坏了三天，没有人修。",
    "sent_at": "2026-11-20 08:30:00",
    "name": "张三丰",
    "phone": "13800001111",
}
WATER = {"id": "8", "title": "停水", "body": "金桥小区从昨晚开始停水。", "sender": "U0001196"}


async def take(centre: Centre, path: Path, *, backdate: bool = False) -> Tally:
    rejects = centre.files / "rejects.csv"
    return await take_in(centre, path, Channel.LETTER, rejects, backdate=backdate)


async def cases(centre: Centre) -> list[dict[str, object]]:
    async with centre.look() as look:
        found = await find(
            look.connection, an_officer(Role.DISPATCHER), Wanted(sort="received_at"), look.at
        )
    return found.rows


async def verdict(centre: Centre) -> Verdict:
    return await check(centre.store, centre.cipher, centre.files, centre.now())


async def test_rows_become_cases_and_twice_adds_nothing(any_centre: Centre, tmp_path: Path) -> None:
    path = a_table(tmp_path / "in.csv", [LAMP, WATER])
    first = await take(any_centre, path)
    assert (first.rows, first.fresh, first.known, first.rejects, first.triaged) == (2, 2, 0, 0, 2)
    again = await take(any_centre, path)
    assert (again.rows, again.fresh, again.known, again.triaged) == (2, 0, 2, 0)
    found = await verdict(any_centre)
    assert found.ok, found.broken
    assert found.channels["letter"]["received"] == found.channels["letter"]["cases"] == 2


async def test_a_full_disk_ends_it_in_words_and_another_run_goes_on(
    any_centre: Centre, tmp_path: Path
) -> None:
    path = a_table(tmp_path / "in.csv", [LAMP, WATER])
    any_centre.reserve.full = True
    with pytest.raises(Failed, match="磁盘已满"):
        await take(any_centre, path)
    any_centre.reserve.full = False
    assert (await take(any_centre, path)).fresh == 2


async def test_the_same_row_twice_in_a_file_is_one_complaint(
    centre: Centre, tmp_path: Path
) -> None:
    tally = await take(centre, a_table(tmp_path / "in.csv", [LAMP, LAMP, {**LAMP, "id": "9"}]))
    assert (tally.fresh, tally.known) == (2, 1)


async def test_the_citizens_own_date_is_kept_and_clocks_start_now(
    centre: Centre, tmp_path: Path
) -> None:
    await take(centre, a_table(tmp_path / "in.csv", [LAMP]))
    [row] = await cases(centre)
    async with centre.look() as look:
        case = await look.cases.read(str(row["number"]))
    assert case.received_at == centre.now()
    assert case.notes["sent_at"].startswith("2026-11-20T08:30:00")


async def test_backdated_clocks_count_from_the_citizens_date_and_nobody_is_told(
    centre: Centre, tmp_path: Path
) -> None:
    await take(centre, a_table(tmp_path / "in.csv", [LAMP]), backdate=True)
    [row] = await cases(centre)
    assert str(row["received_at"]).startswith("2026-11-20 00:30:00")
    async with centre.look() as look:
        case = await look.cases.read(str(row["number"]))
        assert case.due_at is not None
        assert case.deadlines[1].started_at.isoformat() == "2026-11-20T00:30:00+00:00"
    assert await notices(centre) == 0


async def notices(centre: Centre) -> int:
    async with centre.look() as look:
        found = await look.connection.exec_driver_sql("SELECT count(*) FROM outbox")
        return int(found.scalar_one())


async def test_a_backdated_case_is_reminded_of_what_is_still_to_come_only(
    centre: Centre, clock: MovingClock, tmp_path: Path
) -> None:
    long_ago = {**LAMP, "sent_at": "2026-09-01 08:30:00"}
    await take(centre, a_table(tmp_path / "in.csv", [long_ago, LAMP]), backdate=True)
    watch = Watch(CaseAgenda(centre))
    await watch.tick(clock())
    assert await notices(centre) == 0
    assert {row["level"] for row in await cases(centre)} == {None}
    clock.move_to(clock() + timedelta(days=9))
    await watch.tick(clock())
    old, new = await cases(centre)
    assert old["level"] is None and new["level"] is not None
    assert await notices(centre) > 0
    assert (await verdict(centre)).ok


async def test_a_senders_id_is_kept_as_the_name_and_none_at_all_is_anonymous(
    centre: Centre, tmp_path: Path
) -> None:
    nameless = {"id": "9", "title": "噪音", "body": "夜里施工，睡不着。"}
    await take(centre, a_table(tmp_path / "in.csv", [WATER, nameless]))
    async with centre.look() as look:
        found = [await look.cases.read(str(row["number"])) for row in await cases(centre)]
        masked = await look.vault.masked([case.id or 0 for case in found])
    assert [case.anonymous for case in found] == [False, True]
    assert [masked[case.id or 0].get("name", "") for case in found] == ["U*******", ""]


async def test_rejects_are_written_with_their_line_and_reason_and_counted_once(
    centre: Centre, tmp_path: Path
) -> None:
    rows = [
        LAMP,
        {"id": "20", "title": "空"},
        {**WATER, "id": "21", "sent_at": "昨天"},
        {**WATER, "id": "22", "sent_at": "2031-01-01 00:00:00"},
        {**WATER, "id": "23", "phone": "abc"},
        {**WATER, "id": "24", "body": "长" * 20_001},
        {**WATER, "id": "25", "type": "骂人"},
    ]
    path = a_table(tmp_path / "in.csv", rows)
    tally = await take(centre, path)
    assert (tally.fresh, tally.rejects) == (1, 6)
    with (centre.files / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        rejects = list(csv.DictReader(file))
    assert [row["line"] for row in rejects] == ["3", "4", "5", "6", "7", "8"]
    assert all(row["reason"] for row in rejects)
    assert "诉求内容" in rejects[0]["reason"] and "sent_at" in rejects[1]["reason"]
    assert rejects[3]["phone"] == "abc"
    assert (centre.files / "rejects.csv").stat().st_mode & 0o077 == 0
    await take(centre, path)
    found = await verdict(centre)
    assert found.ok
    assert found.channels["letter"]["refused"] == 6


async def test_the_reading_of_a_file_is_the_operators_act_on_record(
    centre: Centre, tmp_path: Path
) -> None:
    path = a_table(tmp_path / "in.csv", [LAMP])
    await take(centre, path)
    await take(centre, path)
    async with centre.look() as look:
        listed = await acts.listed(look.connection)
    reads = [act for act in listed if act["act"] == "intake"]
    assert len(reads) == 1 and reads[0]["about"]["new"] == 1


async def test_type_is_understood_in_chinese_and_as_a_code(centre: Centre, tmp_path: Path) -> None:
    rows = [{**LAMP, "id": "1", "type": "举报"}, {**LAMP, "id": "2", "type": "consult"}]
    await take(centre, a_table(tmp_path / "in.csv", rows))
    assert {row["type"] for row in await cases(centre)} == {"report", "consult"}


async def test_the_command_seeds_an_empty_place_and_says_what_it_did(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_in(tmp_path)
    path = a_table(tmp_path / "in.csv", [LAMP, {"id": "x"}])
    assert await intake.run(settings, path, Channel.WEB) == 0
    out = capsys.readouterr().out
    assert "1 new, 0 already there, 1 rejected" in out
    assert str(tmp_path / "in.csv.rejects.csv") in out
    assert await intake.run(settings, path, Channel.WEB) == 0
    assert "0 new, 1 already there, 1 rejected" in capsys.readouterr().out
    assert await verify.run(settings, as_json=True) == 0
    counted = told(capsys.readouterr().out)
    assert counted["ok"] and counted["channels"]["web"]["received"] == 2


@pytest.mark.slow
@pytest.mark.soak
async def test_real_messages_come_in_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], scale: Scale
) -> None:
    path, n = every(scale.each_nth_taken_in, shared("data/messages.csv.gz"), tmp_path / "some.csv")
    settings = settings_in(tmp_path)
    await intake.run(settings, path, Channel.WEB)
    assert f"{n} rows: {n} new, 0 already there, 0 rejected" in capsys.readouterr().out
    await intake.run(settings, path, Channel.WEB)
    assert f"{n} rows: 0 new, {n} already there" in capsys.readouterr().out
    assert await verify.run(settings) == 0
