"""Exports: marked, logged, formula-safe, by role, and made in the background."""

import csv
import io
import json
import secrets
import shutil
import subprocess
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from channels.message import Place
from escalation.calendar import ZONE
from hotline.commands import generate
from hotline.domain import cells
from hotline.flow import facts
from hotline.reports import exporting
from hotline.store import exports
from hotline.web import office_exports
from hotline.wiring import MovingClock
from tests.conftest import shared
from tests.flow.orders_support import in_hand
from tests.flow.test_planted_texts import NUMBERS, SHARES
from tests.support import planted
from tests.support.scale import Scale
from tests.web.api_support import OWN_PAGE, Client, form_token, signed_in

ASKED = generate.Asked(cases=200, seed=3, days=60, whole=60, until=date(2026, 11, 20))
BASE = "/office/exports"
FORM = {"from": "2026-09-01", "to": "2026-11-20", "purpose": "月度分析"}


@pytest.fixture
async def stocked(client: Client) -> AsyncIterator[Client]:
    await generate.generated(client.centre, ASKED)
    async with client.centre.work() as work:
        wicked = text("UPDATE fact_case SET topic = '=HYPERLINK(\"http://x\")' WHERE case_id = 1")
        await work.connection.execute(wicked)
    yield client


def in_words(form: str, body: bytes) -> str:
    """All that a file says."""
    if form == "csv":
        return body.decode("utf-8-sig")
    if form == "xlsx":
        sheet = load_workbook(io.BytesIO(body)).active
        assert sheet is not None
        cells = (cell for row in sheet.iter_rows(values_only=True) for cell in row)
        return "\n".join([*map(str, cells), str(sheet.oddFooter.center.text)])
    parquet = pytest.importorskip("pyarrow.parquet")
    return str(parquet.read_table(io.BytesIO(body)).to_pylist())


async def asked(client: Client, **changes: str) -> Any:
    told = {**FORM, "token": form_token(await (await client.get(BASE)).text()), **changes}
    return await client.post(BASE, data=told, headers=OWN_PAGE, allow_redirects=False)


async def taken(client: Client) -> tuple[str, bytes]:
    """The newest export's address and what lies there."""
    async with client.centre.look() as look:
        newest = (await exports.listed(look.connection, None))[0]
    where = f"{BASE}/{newest['token']}"
    answer = await client.get(where)
    return where, await answer.read() if answer.status == 200 else b""


async def test_a_table_is_made_in_the_background_marked_and_harmless(stocked: Client) -> None:
    await signed_in(stocked, "director")
    assert (await asked(stocked, form="csv")).status == 303
    assert "等待" in await (await stocked.get(BASE)).text()
    assert await office_exports.work_off(stocked.centre) == 1
    _, body = await taken(stocked)
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert len(rows) == 200 and all(row[exporting.MARK].startswith("director ") for row in rows)
    assert rows[0]["事项"].startswith("'=HYPERLINK")
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())
    assert (await asked(stocked, form="xlsx")).status == 303
    await office_exports.work_off(stocked.centre)
    sheet = load_workbook(io.BytesIO((await taken(stocked))[1])).active
    assert sheet is not None and sheet.max_row == 201
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    async with stocked.centre.look() as look:
        found = await look.connection.execute(text("SELECT act, about FROM act ORDER BY seq"))
        told = [row.act for row in found if row.act.startswith("export")]
    assert told == ["export_asked", "export_handed_out"] * 2


async def test_parquet_keeps_kinds_and_the_mark(stocked: Client) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    await signed_in(stocked, "director")
    assert (await asked(stocked, form="parquet")).status == 303
    await office_exports.work_off(stocked.centre)
    table = parquet.read_table(io.BytesIO((await taken(stocked))[1]))
    assert table.num_rows == 200 and str(table.schema.field("solved").type) == "bool"
    assert table.schema.metadata[b"mark"].startswith(b"director ")


async def test_a_leader_takes_the_own_units_cases_and_nobody_anothers_file(
    stocked: Client,
) -> None:
    await signed_in(stocked, "leader")
    assert (await asked(stocked, form="csv")).status == 303
    await office_exports.work_off(stocked.centre)
    where, body = await taken(stocked)
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    own = stocked.centre.rules.tree.subtree("cgj")
    assert {row["承办单位代码"] for row in rows} <= own and len(rows) < 200
    await signed_in(stocked, "director")
    assert (await stocked.get(where)).status == 404
    await signed_in(stocked, "auditor")
    assert "leader" in await (await stocked.get(BASE)).text()
    assert (await stocked.get(where)).status == 403


async def test_what_is_wrong_is_said_and_what_is_old_is_removed(
    stocked: Client, clock: MovingClock, tmp_path: Path
) -> None:
    await signed_in(stocked, "director")
    wrong = await asked(stocked, form="csv", purpose=" ")
    assert wrong.status == 422 and "用途" in await wrong.text()
    assert (await asked(stocked, form="exe")).status == 422
    assert (await asked(stocked, form="csv", to="2026-01-01")).status == 422
    assert (await asked(stocked, form="csv")).status == 303
    await office_exports.work_off(stocked.centre)
    assert len(list((tmp_path / "exports").iterdir())) == 1
    clock.move_to(clock() + timedelta(days=8))
    await office_exports.work_off(stocked.centre)
    assert list((tmp_path / "exports").iterdir()) == []


async def test_an_export_left_undone_by_a_node_that_died_is_begun_anew(stocked: Client) -> None:
    await signed_in(stocked, "director")
    await asked(stocked, form="csv")
    async with stocked.centre.work() as work:
        first = await exports.take(work.connection, "a", work.at)
        assert first is not None
        assert await exports.take(work.connection, "b", work.at) is None
        later = work.at + exports.LEASE + timedelta(minutes=1)
        again = await exports.take(work.connection, "b", later)
    assert again is not None and again["node"] == "b"


async def test_the_mark_of_each_of_100_exports_leads_to_who_took_it(
    stocked: Client, tmp_path: Path
) -> None:
    """Row 11: from one line of a leaked file, the officer, the moment and the request on record."""
    told: dict[str, Any] = {"first": date(2026, 9, 1), "last": date(2026, 11, 20)}
    await facts.catch_up(stocked.centre)
    async with stocked.centre.look() as look:
        (_, row), *_ = await exports.page(
            look.connection, {**told, "units": "*", "officer": ""}, 0, 1
        )
    decoded = 0
    for n in range(100):
        form, officer = (
            exporting.forms()[n % len(exporting.forms())],
            ("-x", "director", "李_4")[n % 3],
        )
        async with stocked.centre.work() as work:
            wish = exports.Wish(
                secrets.token_urlsafe(24), f"{officer}{n}", "director", None, form,
                told["first"], told["last"], "分析",
            )  # fmt: skip
            await exports.ask(work.connection, wish, work.at)
            kept = await exports.by_token(work.connection, wish.token)
        assert kept is not None
        path = tmp_path / f"{n}.{form}"
        mark = exporting.mark(wish.officer, wish.token, kept["asked_at"])
        made = exporting.writer(form, path, mark)
        made.rows([row] * 3)
        made.close()
        text_ = in_words(form, path.read_bytes())
        part = text_.splitlines()[-1] if form == "csv" else text_
        at = f"{kept['asked_at'].astimezone(ZONE):%Y-%m-%d %H:%M}"
        decoded += exporting.marks_in(part) == {(wish.officer, at, wish.token[:8])}
        stocked.clock.move_to(stocked.clock.at + timedelta(minutes=1))
    assert decoded == 100
    await signed_in(stocked, "auditor")
    page = await (await stocked.get(BASE)).text()
    assert f"{wish.officer} <code>{wish.token[:8]}</code>" in page


OPENINGS = [
    before + sign + after
    for before in ("", " ", "\t", "\r", "\n", "\u3000")
    for sign in ("=", "+", "-", "@", "＝", "＋", "－", "＠")
    for after in ("1+1", 'HYPERLINK("http://x")', "cmd|' /C calc'!A0")
]


# What reads 1,234 as a number reads these so, too; they are no formulas and come back as they were.
HONEST = ("-1", "-0.5", "-1,234.50", "+8613800001234", "-1e3")


def naughty() -> list[str]:
    """Strings that trip programs, where the list lies beside the project."""
    try:
        path = shared("corpora/blns/blns.json")
    except pytest.skip.Exception:
        return []
    found: list[str] = json.loads(path.read_text("utf-8"))
    return [one for one in found if one]


def made(form: str, path: Path, texts: list[str]) -> Path:
    plain: dict[str, Any] = dict.fromkeys(exports.COLUMNS, None)
    writer = exporting.writer(form, path, "mark")
    writer.rows([{**plain, "number": one, "topic": one, "hours": -1.5} for one in texts])
    writer.close()
    return path


def test_what_trips_programs_and_honest_negatives_come_back_as_they_were(tmp_path: Path) -> None:
    """Read by openpyxl and as CSV: a text is a text, the same but for the sign before it."""
    texts = [*naughty(), *HONEST, "\0=1", "\x01\x7f\ufffe\ud800", "a\r\nb"]
    sheet = load_workbook(made("xlsx", tmp_path / "x.xlsx", texts)).active
    assert sheet is not None
    found = [list(row) for row in sheet.iter_rows(min_row=2)]
    with made("csv", tmp_path / "x.csv", texts).open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))[1:]
    assert len(found) == len(lines) == len(texts)
    for told, row, line in zip(texts, found, lines, strict=True):
        wanted = exporting.safe(told)
        assert row[0].value == wanted == line[0] and not wanted.lstrip().startswith(cells.LEADS)
        if not cells.ILLEGAL.search(told) and "\r" not in told:
            assert wanted.removeprefix("'") == told.removeprefix("'")
        assert not [cell for cell in row if cell.data_type == "f"]
        assert "-1.5" in line and any(cell.value == -1.5 for cell in row)


def test_what_was_made_harmless_is_read_back_as_it_was_meant() -> None:
    for one in (*OPENINGS, *naughty(), *HONEST, "'quoted'", ""):
        if not cells.ILLEGAL.search(one) and "\r" not in one:
            assert cells.told(cells.harmless(one)) == one


SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_libreoffice_finds_no_formula_in_a_file(tmp_path: Path, form: str, scale: Scale) -> None:
    """Opened and saved anew by it, as its own kind, in which a formula is named as one."""
    if scale.examples == 1:
        pytest.skip("starts an office; with --soak")
    texts = [*OPENINGS, *naughty(), *HONEST]
    path = made(form, tmp_path / f"x.{form}", texts)
    assert opened_by_office(path).count("of:=") == 0
    twin = tmp_path / "twin.csv"
    twin.write_text("=1+1\n", "utf-8")
    assert "formula=" in opened_by_office(twin), "it would have told"


def opened_by_office(path: Path) -> str:
    """The flat document that LibreOffice makes of a file, its formulas as `of:=…`."""
    home, out = path.parent / "home", path.parent / "out"
    program = [str(SOFFICE), "--headless", f"-env:UserInstallation={home.as_uri()}"]
    reads = ["--infilter=CSV:44,34,76,1,,0,false,true,false"] if path.suffix == ".csv" else []
    how = [*reads, "--convert-to", "fods", "--outdir", str(out), str(path)]
    subprocess.run([*program, *how], check=True, capture_output=True, timeout=180)
    return (out / path.with_suffix(".fods").name).read_text("utf-8")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_cell_of_a_file_is_a_formula_and_numbers_stay_numbers(tmp_path: Path, form: str) -> None:
    """Row 34: a hundred and more openings in every column of words, read back by other programs."""
    plain: dict[str, Any] = dict.fromkeys(exports.COLUMNS, None)
    rows = [{**plain, "number": one, "topic": one, "hours": -1.5} for one in OPENINGS]
    path = tmp_path / f"x.{form}"
    made = exporting.writer(form, path, "mark")
    made.rows(rows)
    made.close()
    assert len(rows) >= 140
    if form == "xlsx":
        sheet = load_workbook(path).active
        assert sheet is not None
        found = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value]
        assert not [cell.value for cell in found if cell.data_type == "f"]
        assert sum(cell.value == -1.5 for cell in found) == len(rows)
        texts = [str(cell.value) for cell in found if cell.data_type != "n"]
    else:
        told = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))[1:]
        assert sum("-1.5" in row for row in told) == len(rows)
        texts = [cell for row in told for cell in row if cell and cell != "-1.5"]
    assert not [one for one in texts if one.lstrip().startswith(cells.LEADS)]


def test_a_text_is_never_a_formula() -> None:
    for wicked in ("=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1"):
        assert exporting.safe(wicked).startswith("'")
    assert exporting.safe(-1) == -1 and exporting.safe(True) == "是"


async def test_nothing_of_500_planted_identities_is_in_a_file_of_any_form(client: Client) -> None:
    texts = planted.texts(7, SHARES)
    for n in range(0, len(texts), 25):
        said = texts[n : n + 25]
        district = said[0].planted[0][1][:40]  # the one field whose words an export holds
        words = "".join(one.words for one in said)[:4900]
        await in_hand(client.centre, f"planted-{n}", content=words, place=Place("", district))
    await facts.catch_up(client.centre)
    await signed_in(client, "director")
    secrets = [pair for one in texts for pair in one.planted]
    for form in exporting.forms():
        assert (await asked(client, form=form, to="2026-11-30")).status == 303
        await office_exports.work_off(client.centre)
        told = in_words(form, (await taken(client))[1])
        assert not [secret for kind, secret in secrets if kind in NUMBERS and secret in told]
        assert not [secret for kind, secret in secrets if kind == "name" and secret in told]
        assert "其他" in told, "what was typed as a district and is none"
