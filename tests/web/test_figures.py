"""Figures and reports: who sees what, one report whoever builds it, the same bytes each time."""

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import text

from channels.memory import MemorySender
from hotline.commands import generate
from hotline.domain.words import Role
from hotline.flow import facts
from hotline.flow.centre import Centre
from hotline.reports import binding, typeset
from hotline.reports.periods import PUBLIC, Kind, Wanted, as_of, ended
from hotline.store import reportrows
from hotline.store.ledger import verify
from hotline.web import reportroom
from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.makers import an_officer
from tests.web.api_support import OWN_PAGE, Client, form_token, signed_in, token

UNTIL = date(2026, 11, 20)
MONTH = Wanted(Kind.MONTHLY, date(2026, 10, 1), date(2026, 10, 31))
ASKED = generate.Asked(cases=300, seed=3, days=60, whole=60, until=UNTIL)
DIRECTOR = an_officer(Role.DIRECTOR)


@pytest.fixture
async def city(any_centre: Centre) -> Centre:
    await generate.generated(any_centre, ASKED)
    return any_centre


async def body_of(centre: Centre, report_id: int | None) -> dict[str, Any]:
    async with centre.look() as look:
        report = await reportrows.one(look.connection, report_id or 0)
    assert report is not None
    return report


async def test_the_same_seed_makes_the_same_city_and_everything_holds_in_it(
    city: Centre, tmp_path: Path
) -> None:
    async with city.look() as look:
        told = await look.connection.execute(
            text("SELECT count(*), sum(seq), max(number) FROM fact_case")
        )
        row = told.one()
        steps = await look.connection.execute(text("SELECT count(*) FROM fact_step"))
        entries = await look.connection.execute(text("SELECT count(*) FROM entry"))
        assert row[0] == 300 and row[1] == steps.scalar_one() == entries.scalar_one()
    night = await facts.rebuild(city, UNTIL - timedelta(days=1))
    assert night.differing == 0, "what was written in bulk is what the timelines say"
    verdict = await verify(city.store, city.cipher, tmp_path, city.now())
    assert verdict.cases == 300 and verdict.ok, verdict.broken[:5]


@pytest.mark.slow
async def test_two_nodes_at_once_build_one_report_and_send_it_once(
    city: Centre, url: str, tmp_path: Path, clock: MovingClock
) -> None:
    senders = {"citizen": MemorySender(), "mail": MemorySender()}
    nodes = [await a_centre(url, tmp_path, clock, senders=senders) for _ in range(2)]
    async with city.work() as work:
        reader = reportrows.Reader("monthly", "", "市政府督查室", "dcs@example.gov.cn")
        await reportrows.subscribe(work.connection, city.cipher, reader, DIRECTOR, work.at)
    made = await asyncio.gather(*(reportroom.scheduled(node, MONTH) for node in nodes))
    assert sum(one is not None for one in made) == 1
    assert await reportroom.scheduled(nodes[0], MONTH) is None
    async with city.look() as look:
        kept = await look.connection.execute(text("SELECT count(*) FROM report"))
        assert kept.scalar_one() == 1
        letters = (await look.connection.execute(text("SELECT subject, text FROM outbox"))).all()
        listed = await look.connection.execute(text("SELECT address FROM report_list"))
        assert b"example" not in bytes(listed.scalar_one())
    assert len(letters) == 1 and "月报" in letters[0].subject and "满意率" in letters[0].text
    for node in nodes:
        await node.close()


async def test_a_report_built_again_has_the_same_bytes(city: Centre) -> None:
    first = await body_of(city, await reportroom.scheduled(city, MONTH))
    again = await reportroom.build(city, MONTH, as_of(MONTH.last), DIRECTOR)
    second = await body_of(city, again)
    told = json.loads(second["body"])
    assert told.pop("changed") == [] and second["edition"] == 2
    assert told == json.loads(first["body"])
    await reportroom.build(city, MONTH, as_of(MONTH.last), DIRECTOR)
    assert (await body_of(city, (again or 0) + 1))["digest"] == second["digest"]


async def test_a_later_edition_says_what_changed_since(city: Centre) -> None:
    await reportroom.scheduled(city, MONTH)
    later = await reportroom.build(city, MONTH, datetime(2026, 11, 21, tzinfo=UTC), DIRECTOR)
    told = json.loads((await body_of(city, later))["body"])
    changed = {one["name"]: (one["before"], one["now"]) for one in told["changed"]}
    assert changed["closed"][1] > changed["closed"][0] and changed["open"][1] < changed["open"][0]


@pytest.mark.slow
async def test_files_are_readable_and_the_same_whenever_they_are_made(city: Centre) -> None:
    report = await body_of(city, await reportroom.scheduled(city, MONTH))
    made = reportroom.shown(city, report)
    files = {}
    forms = [form for form in binding.TYPES if form != "pdf" or typeset.faces()]
    for form in forms:
        files[form] = binding.file(made, form)
    await asyncio.sleep(2.1)  # an archive's clock counts in twos of seconds
    assert all(binding.file(made, form) == files[form] for form in forms)
    book = load_workbook(io.BytesIO(files["xlsx"]))
    assert book.sheetnames[:3] == ["说明", "总体情况", "各项指标"]
    word = Document(io.BytesIO(files["docx"]))
    assert "月报" in word.paragraphs[0].text and len(word.inline_shapes) == 2
    if "pdf" in files:
        read = "".join(page.extract_text() for page in PdfReader(io.BytesIO(files["pdf"])).pages)
        assert "按时办结率" in read and "公式版本" in read


def test_reports_are_due_when_the_night_after_their_days_is_over() -> None:
    early = datetime(2026, 11, 30, 16, 10, tzinfo=UTC)  # ten past midnight of 1 December
    found = {kind: (first, last) for kind, first, last in ended(early)}
    assert found[Kind.MONTHLY][1] == date(2026, 10, 31) and found[Kind.DAILY][1].day == 29
    found = {kind: (first, last) for kind, first, last in ended(early + timedelta(hours=1))}
    assert found[Kind.DAILY] == (date(2026, 11, 30),) * 2
    assert found[Kind.WEEKLY] == (date(2026, 11, 23), date(2026, 11, 29))
    assert found[Kind.MONTHLY] == (date(2026, 11, 1), date(2026, 11, 30))


@pytest.mark.slow
async def test_what_is_due_is_built_once_for_city_public_and_units(
    city: Centre, clock: MovingClock
) -> None:
    built = await reportroom.build_due(city)
    assert built > 4 and await reportroom.build_due(city) == 0
    async with city.look() as look:
        found = await reportrows.listed(look.connection, None, None, 200)
    assert len(found) == built
    kinds = {(one["kind"], one["unit"]) for one in found}
    assert {("daily", ""), ("weekly", ""), ("monthly", ""), ("monthly", PUBLIC)} <= kinds


@pytest.fixture
async def stocked(client: Client) -> AsyncIterator[Client]:
    await generate.generated(client.centre, ASKED)
    yield client


async def page(client: Client, path: str, who: str = "director") -> tuple[int, str]:
    answer = await client.get(path, headers=await token(client, who))
    return answer.status, await answer.text()


async def test_the_measures_are_asked_for_over_http(stocked: Client) -> None:
    path = "/api/v1/reports/measures?from=2026-10-01&to=2026-10-31&by=department"
    answer = await stocked.get(path, headers=await token(stocked, "director"))
    told = await answer.json()
    assert told["totals"]["cases"] > 50 and told["rows"]
    assert told["totals"]["satisfying"]["raw"]["low"] is not None
    assert sum(row["cases"] for row in told["rows"]) == told["totals"]["cases"]
    own = await stocked.get(path, headers=await token(stocked, "leader"))
    units = {row["key"] for row in (await own.json())["rows"]}
    assert units <= stocked.centre.rules.tree.subtree("cgj")
    wrong = await stocked.get(path + "x", headers=await token(stocked, "director"))
    assert wrong.status == 422
    live = await stocked.get("/api/v1/reports/cockpit", headers=await token(stocked, "director"))
    assert (await live.json())["totals"]["open"] > 0


async def test_every_report_is_told_by_what_it_is_asked_by(stocked: Client) -> None:
    async def told(query: str) -> dict[str, Any]:
        path = f"/api/v1/reports/{query}&from=2026-09-22&to=2026-11-20"
        answer = await stocked.get(path, headers=await token(stocked, "director"))
        assert answer.status == 200
        found: dict[str, Any] = await answer.json()
        return found

    units = await told("promises?by=department")
    assert len({row["key"] for row in units["rows"]}) > 3
    assert {row["promise"] for row in units["rows"]} >= {"sign", "reply"}
    assert sum(row["made"] for row in units["rows"]) == units["totals"]["made"]
    plain = await told("promises?")
    assert plain["totals"] == units["totals"] and len(plain["rows"]) < len(units["rows"])
    voices = await told("satisfaction?by=type")
    assert sum(row["rated"] for row in voices["rows"]) == voices["totals"]["rated"] > 0
    orders = await told("supervision?by=department")
    assert sum(row["issued"] for row in orders["rows"]) == orders["totals"]["issued"]


async def test_a_report_that_there_is_not_names_those_there_are(client: Client) -> None:
    answer = await client.get("/api/v1/reports/none", headers=await token(client, "director"))
    problem = await answer.json()
    assert answer.status == 404 and "satisfaction" in problem["detail"]
    path = "/api/v1/reports/knowledge?by=department"
    wrong = await client.get(path, headers=await token(client, "director"))
    assert wrong.status == 422


async def test_figures_lead_down_to_their_cases(stocked: Client) -> None:
    status, told = await page(stocked, "/office/figures?from=2026-10-01&to=2026-10-31")
    assert status == 200 and "满意率" in told and "剔除后" in told
    status, told = await page(
        stocked, "/office/figures/cases?name=returning&from=2026-09-22&to=2026-11-20"
    )
    assert status == 200 and "/office/cases/2026" in told
    status, told = await page(stocked, "/office/figures/signs?from=2026-09-22&to=2026-11-20")
    assert status == 200 and "答复文字完全相同" in told
    status, told = await page(stocked, "/office/figures/sample?from=2026-09-22&to=2026-11-20")
    assert status == 200 and "/office/cases/2026" in told
    assert (await page(stocked, "/office/figures/cases?name=pressed", "leader"))[0] == 404
    assert (await page(stocked, "/office/figures/cases?name=no"))[0] == 404


async def test_a_figure_without_a_case_is_told_as_such_and_links_nowhere(client: Client) -> None:
    few = generate.Asked(cases=60, seed=4, days=60, whole=5, until=UNTIL)
    await generate.generated(client.centre, few)
    path = "/office/figures/cases?name=duration&from=2026-09-22&to=2026-11-20"
    status, told = await page(client, path)
    assert status == 200 and "只有统计记录" in told
    for number in re.findall(r'href="/office/cases/(2026\d{4}-\d+)"', told):
        assert (await page(client, f"/office/cases/{number}"))[0] == 200


@pytest.mark.slow
async def test_the_public_reads_months_and_nothing_of_units(stocked: Client) -> None:
    nothing = await stocked.get("/figures")
    assert nothing.status == 200 and "还没有发布" in await nothing.text()
    await reportroom.build_due(stocked.centre)
    told = await (await stocked.get("/figures")).text()
    assert "2026-10-01" in told and "承诺" in told and "满意率" not in told


@pytest.mark.slow
async def test_a_leader_reads_the_own_units_reports_only(stocked: Client) -> None:
    await reportroom.build_due(stocked.centre)
    async with stocked.centre.look() as look:
        every = await reportrows.listed(look.connection, None, None, 200)
    units = stocked.centre.rules.tree.subtree("cgj")
    leader = await token(stocked, "leader")
    for one in every[:40]:
        answer = await stocked.get(f"/office/figures/reports/{one['id']}", headers=leader)
        assert (answer.status == 200) == (one["unit"] in {*units, PUBLIC}), one["unit"]


async def test_a_special_report_is_built_by_hand_and_taken_away(stocked: Client) -> None:
    await signed_in(stocked, "director")
    every = "/office/figures/reports"

    async def posted(path: str, **form: str) -> Any:
        told = {**form, "token": form_token(await (await stocked.get(every)).text())}
        return await stocked.post(path, data=told, headers=OWN_PAGE, allow_redirects=False)

    form = {"kind": "special", "from": "2026-10-01", "to": "2026-11-10", "topic": "城市管理"}
    made = await posted(every, **form)
    assert made.status == 303
    where = made.headers["Location"]
    assert "专报" in await (await stocked.get(where)).text()
    sheet = await stocked.get(f"{where}/file?format=xlsx")
    assert sheet.status == 200 and (await sheet.read())[:2] == b"PK"
    wrong = await posted(every, **{**form, "from": "2020-01-01"})
    assert wrong.status == 422 and "起止日期" in await wrong.text()
    reader = {"name": "王秘书", "address": "w@example.gov.cn", "kind": "daily", "unit": ""}
    assert (await posted("/office/figures/readers", **reader)).status == 303
    assert "王秘书" in await (await stocked.get(every)).text()
    assert (await posted("/office/figures/readers/1/off")).status == 303
    assert "王秘书" not in await (await stocked.get(every)).text()
