"""What is told while a citizen writes: emergencies in any case, guesses only in calm, and nothing kept."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from hotline.domain.state import State
from hotline.flow import hints, knowledge
from hotline.flow.centre import Centre
from hotline.store.tables import Row
from hotline.web import standing
from tests.flow.test_answers import first_stock

LAMP = "望江大道路灯不亮", "望江大道菜场门口的路灯坏了三天，晚上很黑。"


@pytest.mark.parametrize(
    ("words", "calls"),
    [
        ("楼下现在着火了，火很大，正在烧", "119"),
        ("路边有人昏迷不醒，现在没有呼吸了", "120"),
        ("他现在站在楼顶要跳楼", "110"),
    ],
)
async def test_danger_is_answered_with_whom_to_call(centre: Centre, words: str, calls: str) -> None:
    found = await hints.hints(centre, words, words)
    assert found.emergency is not None and found.emergency.grave
    assert calls in found.emergency.calls and found.emergency.words


async def test_an_emergency_is_told_when_there_is_no_time_for_guesses(centre: Centre) -> None:
    found = await hints.hints(centre, "楼下现在着火了", "火很大，正在烧", alone=False)
    assert found.emergency is not None and not found.topics


async def test_an_ordinary_matter_is_guessed_and_calls_nobody(centre: Centre) -> None:
    found = await hints.hints(centre, *LAMP)
    assert found.emergency is None and found.district == "望江区"
    assert found.topics and all(centre.city.topic_known(one) for one in found.topics)
    assert await hints.hints(centre, "路灯", "坏") == hints.Hints()


async def rows(centre: Centre) -> dict[str, int]:
    async with centre.look() as look:
        return {
            table.name: int(
                (
                    await look.connection.execute(select(func.count()).select_from(table))
                ).scalar_one()
            )
            for table in Row.metadata.sorted_tables
        }


async def test_nothing_typed_is_kept_or_logged(centre: Centre, capsys: Any) -> None:
    await knowledge.known_articles(centre, first_stock()[:12])
    before = await rows(centre)
    found = await hints.hints(centre, *LAMP)
    assert found.answers
    assert await rows(centre) == before
    told = capsys.readouterr()
    assert "望江大道" not in told.out + told.err


async def test_a_text_that_stalls_the_reading_is_left_and_blocks_nobody(
    centre: Centre, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(hints, "PATIENCE", 0.05)
    reader = await centre.reader()
    held = asyncio.Event()
    loop = asyncio.get_running_loop()

    class Slow:
        def read(self, title: str, body: str) -> Any:
            asyncio.run_coroutine_threadsafe(held.wait(), loop).result()
            return reader.read(title, body)

    centre.reading = loop.create_future()
    centre.reading.set_result(Slow())
    found = await hints.hints(centre, *LAMP)
    assert found.topics == ()
    held.set()
    assert "望江大道" not in capsys.readouterr().out


def test_every_state_tells_its_citizen_where_the_case_lies() -> None:
    assert set(standing.HERE) == set(State)
    assert all(zh and en for zh, en in standing.HERE.values())
