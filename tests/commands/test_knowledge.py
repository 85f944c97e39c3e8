"""`hotline knowledge`: files in as drafts for review with what was rejected, files out, a round trip."""

import csv
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import Workbook, load_workbook

from hotline.commands import knowledge
from hotline.commands.knowledge import Asked
from hotline.commands.opening import centre_of
from hotline.config import Settings
from hotline.flow import knowledge as flow
from tests.commands.support import a_table, settings_in
from tests.flow.test_answers import FUND, LAMP, first_stock

ROWS: list[dict[str, Any]] = [
    {
        "标题": "共享单车占道找谁",
        "正文": "由运维企业清理。",
        "负责单位": "城管局",
        "关键词": "单车、占道",
    },
    {"标题": "", "正文": "没有标题"},
    {"标题": "单位不存在", "正文": "x", "负责单位": "月球局"},
    {"标题": "词太长", "正文": "x", "关键词": "长" * 21},
    {"标题": "共享单车占道找谁", "正文": "又一篇同名的"},
    {"标题": "内部口径", "正文": "只给座席看。", "公众可见": "否", "失效日期": "2027/01/31"},
]


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    return settings_in(tmp_path, sqlite_url)


async def articles_of(settings: Settings) -> dict[str, Any]:
    async with centre_of(settings) as centre:
        rows = await flow.listed(centre, {}, None, 100)
        return {row.title: (await flow.shown(centre, row.id)).newest for row in rows}


def a_book(path: Path) -> Path:
    book = Workbook()
    names = list(dict.fromkeys(name for row in ROWS for name in row))
    book.active.append(names)
    for row in ROWS:
        book.active.append([row.get(name) for name in names])
    book.save(path)
    return path


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_each_row_is_handed_in_or_told_why_not(
    settings: Settings, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"articles.{kind}"
    _ = a_book(path) if kind == "xlsx" else a_table(path, ROWS)
    rejects = tmp_path / "rejects.csv"
    assert await knowledge.run(settings, Asked("import", path, rejects)) == 1
    found = await articles_of(settings)
    assert set(found) == {"共享单车占道找谁", "内部口径"}
    one, inner = found["共享单车占道找谁"], found["内部口径"]
    assert (one.stage, one.author, one.department) == ("submitted", "operator", "cgj")
    assert one.keywords == ["单车", "占道"] and one.public
    assert not inner.public and str(inner.expires_on) == "2027-01-31"
    with rejects.open(encoding="utf-8-sig", newline="") as lines:
        told = [(row["line"], row["problem"]) for row in csv.DictReader(lines)]
    assert [line for line, _ in told] == ["3", "4", "5", "6"]
    assert "标题" in told[0][1] and "单位" in told[1][1] and "同名" in told[3][1]
    assert "已导入并提交审核 2 篇，退回 4 篇" in capsys.readouterr().out


async def test_a_paper_holds_an_article_a_heading(settings: Settings, tmp_path: Path) -> None:
    paper = Document()
    paper.add_paragraph("前言不属于任何标题")
    paper.add_heading("路灯报修", 1)
    for line in ("负责单位：城管局", "依据：市规定", "先说路名。", "说明：这已是正文。"):
        paper.add_paragraph(line)
    paper.add_heading("没有正文", 1)
    path = tmp_path / "a.docx"
    paper.save(str(path))
    assert await knowledge.run(settings, Asked("import", path)) == 1
    (one,) = (await articles_of(settings)).values()
    assert (one.title, one.department, one.basis) == ("路灯报修", "cgj", "市规定")
    assert one.body == "先说路名。\n说明：这已是正文。"


@pytest.mark.parametrize("name", ["none.docx", "bad.docx", "none.xlsx", "bad.xlsx"])
async def test_a_file_that_is_none_fails_in_one_line(
    settings: Settings, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    if name.startswith("bad"):
        path.write_bytes(b"PK\x03\x04 not a file of that kind")
    with pytest.raises(knowledge.Failed):
        await knowledge.run(settings, Asked("import", path))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_what_was_exported_can_be_imported_again(
    settings: Settings, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"out.{kind}"
    async with centre_of(settings) as centre:
        stock = [one for one in first_stock() if one.title in (LAMP, FUND)]
        await flow.known_articles(centre, stock)
    assert await knowledge.run(settings, Asked("export", path)) == 0
    if kind == "xlsx":
        assert load_workbook(path).active.max_row == 3
    before = await articles_of(settings)
    async with centre_of(settings) as centre:
        from tests.flow.test_knowledge import DIRECTOR

        for row in await flow.listed(centre, {}, None, 10):
            await flow.withdraw(centre, DIRECTOR, row.id, "换新")
    assert await knowledge.run(settings, Asked("import", path)) == 0
    after = await articles_of(settings)
    named = ("title", "body", "topic", "department", "basis", "keywords", "questions", "public")
    for title, one in before.items():
        assert [getattr(after[title], n) for n in named] == [getattr(one, n) for n in named]
    assert await knowledge.run(settings, Asked("list")) == 0
    assert "待审核\t城管局\t" + LAMP in capsys.readouterr().out
