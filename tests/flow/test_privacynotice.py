"""A city's own privacy notice: a file a version, kept by every receipt, held to once it was in force."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from hotline import seed
from hotline.commands.opening import centre_of
from hotline.config import WrongSetting
from hotline.flow import privacynotice
from hotline.flow.privacynotice import BadNotice
from hotline.store import acts
from hotline.wiring import MovingClock
from tests.commands.support import settings_in
from tests.web.api_support import case_of, filed, served, token


def written(folder: Path, **versions: str) -> None:
    (folder / "privacy").mkdir(exist_ok=True)
    for name, words in versions.items():
        file = name.removeprefix("v").replace("_", "-", 2).replace("_", ".") + ".md"
        (folder / "privacy" / file).write_text(words, "utf-8")


async def test_the_citys_own_is_shown_and_stands_on_every_receipt(
    empty_sqlite: Path, tmp_path: Path, clock: MovingClock
) -> None:
    """Though a shipped one is of a later day: an update of the product does not put it in force."""
    written(tmp_path, v2026_01_01_zh="本市的旧说明。", v2026_02_01_zh="本市说明。\n第二段。")
    written(tmp_path, v2026_02_01_en="Our notice.")
    async with served(empty_sqlite, tmp_path, clock) as client:
        number = (await filed(client))["number"]
        case = await case_of(client, number, await token(client, "dispatcher"))
        assert case["notes"]["notice"] == "2026-02-01"
        form = await (await client.get("/complaints/new")).text()
        assert "本市说明。" in form and "/privacy/2026-02-01" in form
        for path, words in (
            ("/privacy", "<p>第二段。</p>"),
            ("/privacy?lang=en", "Our notice."),
            ("/privacy/2026-01-01?lang=en", "本市的旧说明。"),
            (f"/privacy/{seed.notices()[0]}?lang=zh", "旧版"),
        ):
            page = await (await client.get(path)).text()
            assert words in page, path
        async with client.centre.look() as look:
            told = await acts.listed(look.connection, limit=99)
    assert [one["about"] for one in told if one["act"] == "notice"] == [
        {"version": "2026-02-01"},
        {"version": "2026-01-01"},
    ]


async def test_words_that_were_in_force_stay_as_they_were(
    empty_sqlite: Path, tmp_path: Path, clock: MovingClock
) -> None:
    settings = settings_in(tmp_path)
    (tmp_path / "hotline.db").write_bytes(empty_sqlite.read_bytes())
    written(tmp_path, v2026_02_01_zh="本市说明。")
    for _ in range(2):
        async with centre_of(settings) as centre, centre.look() as look:
            asked = text("select count(*) from act where act = 'notice'")
            assert (await look.connection.execute(asked)).scalar_one() == 1, "once on record"
    written(tmp_path, v2026_02_01_zh="改过的说明。")
    with pytest.raises(WrongSetting, match="放回原文"):
        async with centre_of(settings):
            pass
    (tmp_path / "privacy" / "2026-02-01.zh.md").unlink()
    with pytest.raises(WrongSetting, match="放回原文"):
        async with centre_of(settings):
            pass
    written(tmp_path, v2026_02_01_zh="本市说明。", v2026_03_01_zh="改过的说明。")
    async with centre_of(settings) as centre:
        assert centre.notice == "2026-03-01"


async def test_a_version_of_a_later_day_waits_for_its_day(
    empty_sqlite: Path, tmp_path: Path, clock: MovingClock
) -> None:
    written(tmp_path, v2026_02_01_zh="本市说明。", v2027_01_01_zh="新年起的说明。")
    async with served(empty_sqlite, tmp_path, clock) as client:
        assert "本市说明。" in await (await client.get("/privacy")).text()
        assert (await client.get("/privacy/2027-01-01")).status == 404
        clock.move_to(datetime(2026, 12, 31, 16, 0, tzinfo=UTC))  # midnight in the city
        assert "新年起的说明。" in await (await client.get("/privacy")).text()
        number = (await filed(client))["number"]
        case = await case_of(client, number, await token(client, "dispatcher"))
        assert case["notes"]["notice"] == "2027-01-01"


@pytest.mark.parametrize(
    ("name", "words", "told"),
    [
        ("notice.md", "x", "文件名应如"),
        ("2026-02-30.zh.md", "x", "文件名应如"),
        (f"{seed.notices()[0]}.zh.md", "x", "请换一个"),
        ("2026-02-01.en.md", "x", "缺少中文版"),
        ("2026-02-01.zh.md", " \n", "应有内容"),
    ],
)
def test_a_file_that_is_no_notice_is_told(tmp_path: Path, name: str, words: str, told: str) -> None:
    (tmp_path / "privacy").mkdir()
    (tmp_path / "privacy" / name).write_text(words, "utf-8")
    with pytest.raises(BadNotice, match=told) as error:
        privacynotice.read(tmp_path)
    assert name.rpartition(".")[0][:10] in str(error.value)
