"""`hotline replay`: recorded complaints and replies through the real engine on a jumping clock."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from escalation.watch import Outcome
from hotline.commands import replay, theatre, verify
from hotline.commands.failing import Failed
from hotline.commands.intake import take_in
from hotline.commands.opening import centre_of
from hotline.commands.replay import Asked
from hotline.config import Settings
from hotline.domain.words import Channel, Kind
from hotline.store import agenda
from hotline.store.database import Store
from tests.commands.support import a_table, every, settings_in
from tests.conftest import shared

ROWS = [
    {  # a complaint, ten working days: answered in time, after half of them
        "id": "1", "sender": "U1", "title": "投诉物业乱收费",
        "body": "我要投诉望江花园物业公司乱收停车费，态度恶劣，要求处理。",
        "sent_at": "2019-03-04 09:30:00", "reply": "已责令退还。", "replied_at": "2019-03-15 16:00:00",
    },
    {  # answered far too late
        "id": "2", "sender": "U2", "title": "投诉工地夜间施工噪音扰民",
        "body": "投诉云山路工地每天夜里施工，噪音太大，投诉多次无人处理。",
        "sent_at": "2019-03-05 20:00:00", "reply": "已处罚。", "replied_at": "2019-05-20 10:00:00",
    },
    {  # answered before any assumed moment
        "id": "3", "sender": "U3", "title": "咨询医保报销比例",
        "body": "请问城乡居民医保住院报销比例是多少？",
        "sent_at": "2019-03-06 10:00:00", "reply": "您好，比例如下。", "replied_at": "2019-03-06 10:07:00",
    },
    {  # never answered
        "id": "4", "sender": "", "title": "建议增设公交站",
        "body": "建议在书院路增设公交站点，方便老人出行。", "sent_at": "2019-03-07 08:00:00",
        "reply": "", "replied_at": "",
    },
]  # fmt: skip
WRONG = [
    {"id": "5", "title": "无日期", "body": "没有日期"},
    {**ROWS[0], "id": "6", "replied_at": "2019-01-01 00:00:00"},
]


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    return settings_in(tmp_path, sqlite_url)


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return a_table(tmp_path / "record.csv", [*ROWS, *WRONG])


async def played(settings: Settings, record: Path, **asked: Any) -> dict[str, Any]:
    out = record.with_suffix(".json")
    assert await replay.run(settings, Asked(record, report=out, **asked)) == 0
    told: dict[str, Any] = json.loads(out.read_text("utf-8"))
    return told


async def counted(settings: Settings) -> list[int]:
    store = Store(settings.database_url)
    tables = ("intake", "cases", "entry", "deadline", "rung", "outbox", "tick", "act", "label")
    async with store.read() as connection:
        found = [
            (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
            for table in tables
        ]
    await store.close()
    return found


async def test_every_record_has_its_row(settings: Settings, record: Path) -> None:
    made = await played(settings, record)
    rows, totals = made["rows"], made["totals"]
    assert [row["id"] for row in rows] == ["1", "2", "3", "4"]
    assert [row["sent_at"] for row in rows][0] == "2019-03-04T09:30:00+08:00"
    assert [bool(row["replied_at"]) for row in rows] == [True, True, True, False]
    assert all(row["due_at"] and row["limit"]["source"] and row["department"] for row in rows)
    assert all(row["limit"]["source"] in row["explanation"] for row in rows)
    assert not any("计算时所用日历" in row["explanation"] for row in rows)  # both counts agree
    assert {"n", "unit", "source"} == set(rows[0]["limit"])
    assert (totals["rows"], totals["answered"], totals["open"]) == (4, 3, 1)
    assert [one["line"] for one in totals["unfit"]] == [6, 7]
    assert totals["assumed"]
    assert await verify.run(settings) == 0


async def test_promises_count_from_the_recorded_receipt(settings: Settings, record: Path) -> None:
    made = await played(settings, record, type=Kind.COMPLAINT)
    # Ten working days from Monday 4 March 2019 end with Monday the 18th.
    assert made["rows"][0]["due_at"] == "2019-03-19T00:00:00+08:00"
    assert made["rows"][0]["limit"]["n"] == 10
    assert [row["type"] for row in made["rows"]] == ["complaint"] * 4
    assert [row["overdue"] for row in made["rows"]] == [False, True, False, True]


async def test_the_ladder_is_climbed_on_the_way_in_order(settings: Settings, record: Path) -> None:
    rows = (await played(settings, record, type=Kind.COMPLAINT))["rows"]
    in_time, late, at_once, unanswered = rows
    assert at_once["steps"] == [] and at_once["level"] is None
    assert {step["level"] for step in in_time["steps"]} == {0} and in_time["level"] is None
    for row in (late, unanswered):
        moments = [step["at"] for step in row["steps"]]
        assert moments == sorted(moments)
        assert row["level"] == max(step["level"] for step in row["steps"]) == 6
        of_reply = [step["level"] for step in row["steps"] if step["promise"] == "reply"]
        assert of_reply == [0, 1, 2, 3, 4]
        assert {step["kind"] for step in row["steps"]} == {"remind", "yellow", "red", "supervise"}
    red = next(step for step in late["steps"] if step["kind"] == "red")
    assert red["at"] == late["due_at"]


async def test_who_is_told_in_the_report_is_who_was_told(settings: Settings, record: Path) -> None:
    rows = (await played(settings, record, type=Kind.COMPLAINT))["rows"]
    by_report = {
        (row["number"], to)
        for row in rows
        for paper in (*row["orders"], *(step for step in row["steps"] if step["kind"] == "red"))
        for to in paper["to"]
        if not to.startswith("outside:")  # has no desk
    }
    store = Store(settings.database_url)
    query = (
        "SELECT DISTINCT c.number, o.audience FROM entry e JOIN cases c ON c.id = e.case_id"
        " JOIN outbox o ON o.message_id = c.number || '.' || e.seq || '.' || o.audience"
        " WHERE e.action = 'supervise' OR (e.action = 'remind' AND json_extract(e.after, '$.kind') = 'red')"
    )
    async with store.read() as connection:
        by_notices = {tuple(row) for row in await connection.execute(text(query))}
        stored = (await connection.execute(text("SELECT recipients FROM supervision_order"))).all()
    await store.close()
    assert by_report == by_notices and len(by_report) > 5
    issued = sorted(sorted(order["to"]) for row in rows for order in row["orders"])
    assert issued == sorted(sorted(json.loads(row.recipients)) for row in stored)
    assert any("outside:general_office" in to for to in issued)


async def test_what_is_done_exactly_in_time_is_in_time(settings: Settings, tmp_path: Path) -> None:
    at_the_due_moment = {**ROWS[0], "replied_at": "2019-03-19 00:00:00"}
    a_second_later = {**ROWS[0], "id": "9", "replied_at": "2019-03-19 00:00:01"}
    path = a_table(tmp_path / "edge.csv", [at_the_due_moment, a_second_later])
    rows = (await played(settings, path, type=Kind.COMPLAINT))["rows"]
    assert [row["overdue"] for row in rows] == [False, True]
    assert [row["level"] for row in rows] == [1, 2]


async def test_again_adds_nothing_and_reports_the_same(settings: Settings, record: Path) -> None:
    first = await played(settings, record)
    before = await counted(settings)
    assert await played(settings, record) == first
    assert await counted(settings) == before


async def test_a_longer_until_goes_on_where_the_shorter_ended(
    settings: Settings, record: Path, tmp_path: Path
) -> None:
    for until in ("2019-03-04T10:00:00+08:00", "2019-03-20T00:00:00+08:00"):
        moment = theatre.datetime.fromisoformat(until)
        made = await played(settings, record, until=moment)
        assert made["totals"]["answered"] < 3
    in_steps = await played(settings, record)
    other = tmp_path / "other"
    other.mkdir()
    assert await played(settings_in(other), record) == in_steps
    earlier = theatre.datetime.fromisoformat("2019-03-20T00:00:00+08:00")
    with pytest.raises(Failed):
        await played(settings, record, until=earlier)


async def test_a_replay_that_is_cut_off_goes_on_where_it_was(
    settings: Settings, record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes, whole = 0, theatre.Theatre._go_on

    async def until_the_cut(self: theatre.Theatre, *told: Any) -> bool:
        nonlocal scenes
        scenes += 1
        if scenes in (1, 4, 9):
            raise KeyboardInterrupt
        return await whole(self, *told)

    monkeypatch.setattr(theatre.Theatre, "_go_on", until_the_cut)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            await played(settings, record)
    pieced = await played(settings, record)
    monkeypatch.undo()
    other = tmp_path / "other"
    other.mkdir()
    assert await played(settings_in(other), record) == pieced
    assert await verify.run(settings) == 0


async def test_another_profile_type_or_file_is_refused(
    settings: Settings, record: Path, tmp_path: Path
) -> None:
    await played(settings, record)
    before = await counted(settings)
    profile = tmp_path / "city.toml"
    shipped = Path(replay.__file__).parent.parent / "seed" / "profiles" / "default.toml"
    profile.write_text(shipped.read_text("utf-8") + "\n# the city's own\n", "utf-8")
    other = a_table(tmp_path / "other.csv", ROWS[:1])
    for asked in (
        Asked(record, profile=str(profile)),
        Asked(record, type=Kind.HELP),
        Asked(other),
    ):
        with pytest.raises(Failed):
            await replay.run(settings, asked)
    assert await counted(settings) == before


async def test_a_database_with_other_cases_is_refused(
    settings: Settings, record: Path, tmp_path: Path
) -> None:
    async with centre_of(settings) as centre:
        path = a_table(tmp_path / "in.csv", [{"title": "路灯不亮", "body": "坏了三天。"}])
        await take_in(centre, path, Channel.WEB, tmp_path / "rejects.csv")
    before = await counted(settings)
    with pytest.raises(Failed, match="other cases"):
        await played(settings, record)
    assert await counted(settings) == before


async def test_a_database_that_a_hotline_is_running_on_is_refused(
    settings: Settings, record: Path
) -> None:
    async with centre_of(settings) as centre, centre.work() as unit:
        await agenda.log_tick(unit.connection, "node", unit.at, Outcome())
    with pytest.raises(Failed, match="running"):
        await played(settings, record)


async def test_a_report_that_cannot_be_written_is_said_before_anything_is_done(
    settings: Settings, record: Path, tmp_path: Path
) -> None:
    with pytest.raises(Failed, match="no such folder"):
        await replay.run(settings, Asked(record, report=tmp_path / "none" / "out.json"))
    assert (await counted(settings))[0] == 0


async def test_an_empty_place_is_made_ready_by_itself(record: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    made = await played(settings_in(other), record)
    assert made["totals"]["rows"] == 4


async def test_no_record_no_replay(settings: Settings, tmp_path: Path) -> None:
    path = a_table(tmp_path / "none.csv", WRONG)
    with pytest.raises(Failed):
        await replay.run(settings, Asked(path))


@pytest.mark.postgres
async def test_it_runs_on_the_other_database_with_the_same_result(
    settings: Settings, postgres_url: str, record: Path, tmp_path: Path
) -> None:
    here = await played(settings, record)
    there = tmp_path / "there"
    there.mkdir()
    assert await played(settings_in(there, postgres_url), record) == here
    assert await verify.run(settings_in(there, postgres_url)) == 0


@pytest.mark.slow
async def test_real_answers_are_replayed(tmp_path: Path) -> None:
    path, n = every(20, shared("data/replied_messages.csv.gz"), tmp_path / "some.csv")
    settings = settings_in(tmp_path)
    made = await played(settings, path)
    totals = made["totals"]
    assert totals["rows"] == totals["answered"] == n
    assert totals["open"] == 0 and totals["unfit"] == []
    assert 0 < totals["overdue"] < n
    assert await verify.run(settings) == 0
    before = await counted(settings)
    assert await played(settings, path) == made
    assert await counted(settings) == before
