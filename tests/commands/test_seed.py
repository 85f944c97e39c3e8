"""`hotline seed`: the city once, its accounts with their first passwords, 300 lived complaints."""

from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from escalation.watch import Outcome
from hotline import seed as shipped
from hotline.commands import demo, demoinspect, seed, staff, verify
from hotline.commands.failing import Failed
from hotline.commands.opening import centre_of, ready_store
from hotline.config import Settings
from hotline.domain.masking import mask_words
from hotline.domain.words import Role
from hotline.flow import borders, inspecting
from hotline.flow.centre import Centre
from hotline.store import accounts, agenda, catalogue, rulebooks, typicals
from hotline.store.find import Wanted, find
from hotline.store.sheets import Wanted as SheetsWanted
from hotline.web import auth
from hotline.wiring import MovingClock, Parts, system_clock
from tests.commands.support import settings_in
from tests.makers import MONDAY, an_officer

ENDS = {
    "overdue_yellow": "processing",
    "overdue_red": "processing",
    "overdue_order": "processing",
    "overdue_l4": "processing",
    "cohandled": "processing",
    "extended": "processing",
    "reopened": "processing",
    "rework": "processing",
}  # the others are named by the state they end in


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


async def test_the_city_is_sown_once_and_what_was_changed_since_stays(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await seed.run(settings) == 0
    async with ready_store(settings) as (store, _):
        async with store.write() as connection:
            found = await rulebooks.read(connection)
            assert found is not None and found.version == 1
            fewer = replace(found, rules=found.rules[:5], examples=())
            await rulebooks.publish(connection, fewer, MONDAY, "somebody")
        assert await seed.run(settings) == 0
        async with store.read() as connection:
            assert len(await rulebooks.rules(connection)) == 5
            assert len(await catalogue.topics(connection)) == 309
            units = await catalogue.departments(connection)
    assert sum(unit.level == "bureau" for unit in units) == 53
    assert {unit.level for unit in units} == {"bureau", "district", "street"}
    assert "already seeded" in capsys.readouterr().out


def _shown(row: dict[str, Any]) -> str:
    """What a demo case is told by: its words as they stand on the desk, its citizen's name masked."""
    title, content = (mask_words(row[name], row["name"]) for name in ("title", "content"))
    return title + content[:20]


async def lives(centre: Centre) -> dict[str, list[tuple[str, int | None]]]:
    """State and level of the demo cases, by their story."""
    stories = {_shown(row): row["story"] for row in shipped.complaints()}
    found: dict[str, list[tuple[str, int | None]]] = defaultdict(list)
    cursor = ""
    async with centre.look() as look:
        while True:
            wanted = Wanted(limit=200, cursor=cursor)
            page = await find(look.connection, an_officer(Role.DISPATCHER), wanted, look.at)
            for row in page.rows:
                case = await look.cases.read(str(row["number"]))
                story = stories[case.title + case.content[:20]]
                found[story].append((case.state.value, case.level))
            if page.next_cursor is None:
                return found
            cursor = page.next_cursor


async def play(settings: Settings, now: Any) -> dict[str, list[tuple[str, int | None]]]:
    clock = MovingClock(now - demo.LONG_AGO)
    async with centre_of(settings, Parts(clock=clock)) as centre:
        await demo.play(centre, clock, now)
        return await lives(centre)


def one_of_each() -> list[dict[str, Any]]:
    return list({row["story"]: row for row in reversed(shipped.complaints())}.values())


@pytest.mark.slow
async def test_every_story_ends_where_it_says(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = one_of_each()
    monkeypatch.setattr(shipped, "complaints", lambda: rows)
    await seed.run(settings)
    found = await play(settings, system_clock())
    assert {story: end for story, [(end, _)] in found.items() if story != "merged"} == {
        row["story"]: ENDS.get(row["story"], row["story"])
        for row in rows
        if row["story"] != "merged"
    }
    levels = {story: level for story, [(_, level)] in found.items()}
    assert levels["overdue_yellow"] == 1
    assert levels["overdue_red"] == 2
    assert levels["overdue_order"] == 3
    assert (levels["overdue_l4"] or 0) >= 4
    async with centre_of(settings) as centre, centre.look() as look:
        public = await typicals.released(look.connection, "", None, 20)
    assert public and all(one.reviewer not in one.writers for one in public)
    assert await verify.run(settings) == 0


async def test_a_hotline_at_work_is_not_sown_into(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = one_of_each()[:1]
    monkeypatch.setattr(shipped, "complaints", lambda: rows)
    await seed.run(settings)
    now = system_clock()
    async with ready_store(settings) as (store, _), store.write() as connection:
        await agenda.log_tick(connection, "node", now, Outcome())
    with pytest.raises(Failed, match="running"):
        await play(settings, now)


@pytest.mark.slow
async def test_accounts_have_first_passwords_until_they_are_changed(
    centre: Centre, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings()
    assert await staff.employ(centre) == len(shipped.accounts())
    assert await staff.employ(centre) == 0
    await staff.introduce(centre, settings)
    told = capsys.readouterr().out
    async with centre.look() as look:
        first = await accounts.first_passwords(look.connection, centre.cipher)
    assert set(first) == {one["username"] for one in shipped.accounts()}
    assert all(password in told for password in first.values())
    assert {one["role"] for one in shipped.accounts()} == {
        role.value for role in Role if role.value not in ("citizen", "system", "operator")
    }
    officer, _, _ = await auth.sign_in(centre, "clerk", first["clerk"], "127.0.0.1")
    async with centre.work() as work:
        hashed = await auth.hashed("another-Password-1")
        await accounts.set_password(work.connection, centre.cipher, officer, hashed)
    await staff.introduce(centre, settings)
    told = capsys.readouterr().out
    assert first["clerk"] not in told and "changed" in told and first["leader"] in told


@pytest.mark.slow
async def test_three_hundred_lives_are_led_and_a_second_run_adds_nothing(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await seed.run(settings, with_demo=True) == 0
    assert "complaints added: 300" in capsys.readouterr().out
    async with centre_of(settings) as centre:
        found = await lives(centre)
        inspector = an_officer(Role.INSPECTOR)
        sheets = await inspecting.mine(centre, inspector, SheetsWanted(inspection=1, limit=99))
    stood = Counter(one.state for one in sheets)
    assert stood["submitted"] == demoinspect.SCORED - 1 and stood["taken"] == 1 < stood["waiting"]
    assert [one.appeal for one in sheets if one.appeal] == ["asked"]
    counted = Counter(state for cases in found.values() for state, _ in cases)
    assert sum(counted.values()) == 300
    assert len(counted) == 17  # every state there is
    assert sum((level or 0) >= 3 for cases in found.values() for _, level in cases) >= 10
    assert await seed.run(settings, with_demo=True) == 0
    told = capsys.readouterr().out
    assert "complaints added: 0" in told and "/office/" in told
    assert await verify.run(settings) == 0


def test_the_demo_brings_its_borders_and_leaves_a_citys_own(tmp_path: Path) -> None:
    plain = settings_in(tmp_path)
    seed.lay_borders(plain)
    assert borders.load(plain).keys() == {one["name"] for one in shipped.districts()}
    (tmp_path / borders.NAME).write_text("own", "utf-8")
    seed.lay_borders(plain)
    assert (tmp_path / borders.NAME).read_text("utf-8") == "own"
    chosen = plain.model_copy(update={"boundaries": tmp_path / "elsewhere.geojson"})
    (tmp_path / borders.NAME).unlink()
    seed.lay_borders(chosen)
    assert not list(tmp_path.glob("*.geojson")), "where a setting names one, none is laid"
