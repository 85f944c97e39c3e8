"""Articles in files: a row each of XLSX or CSV, a heading each of DOCX; written as XLSX or CSV."""

import csv
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from openpyxl import Workbook

from hotline.commands import sheets
from hotline.commands.failing import Failed
from hotline.domain.cells import harmless
from hotline.domain.cells import told as meant

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "title": ("标题", "问题", "知识标题"),
    "body": ("正文", "内容", "答案", "知识内容", "content"),
    "topic": ("事项", "类目", "分类"),
    "department": ("负责单位", "发文单位", "单位", "部门"),
    "place": ("适用区县", "区县"),
    "basis": ("依据", "法律依据", "政策依据"),
    "keywords": ("关键词", "关键字"),
    "questions": ("常见问法", "问法", "相似问"),
    "public": ("公众可见", "公开"),
    "effective_on": ("生效日期",),
    "expires_on": ("失效日期", "有效期至"),
}
MEANING = {name: key for key, names in COLUMNS.items() for name in (key, *names)}
LABELLED = re.compile(r"^([一-鿿]{2,6})[：:]\s*(.*)$")
PARTING = re.compile(r"[|\n；;]+")
WORDS = re.compile(r"[|\n；;、，,]+")
LARGEST = 50 * 2**20  # unpacked: a file that says little may unpack to a lot


@dataclass(frozen=True)
class Written:
    """An article as it stands in a file, under the names we know."""

    line: int
    values: dict[str, str]
    problem: str = ""


def parted(text: str) -> list[str]:
    """A cell that holds several; commas part them only where no question is among them."""
    sign = PARTING if PARTING.search(text) or "？" in text or len(text) > 100 else WORDS
    return [one.strip() for one in sign.split(text) if one.strip()]


def read(path: Path) -> Iterator[Written]:
    if path.suffix.lower() == ".docx":
        yield from _paper(path)
        return
    for row in sheets.rows(path):
        values: dict[str, str] = {}
        for column, told in row.values.items():
            name = MEANING.get(column.strip().strip("\ufeff").lower())
            if name and told.strip():
                values.setdefault(name, meant(told.strip()))
        for name in ("effective_on", "expires_on"):
            if name in values:
                values[name] = values[name].split(" ")[0].replace("/", "-")
        problem = row.problem
        if not problem and not values:
            problem = "没有认得的列：表头应有“标题”和“正文”。"
        yield Written(row.line, values, problem)


def _paper(path: Path) -> Iterator[Written]:
    """A first-level heading begins an article; lines such as “依据：…” before the text name facts."""
    values: dict[str, str] = {}
    start = 0
    for n, (style, text) in enumerate(_paragraphs(path), 1):
        if style in ("Heading 1", "Title"):
            if values:
                yield Written(start, values)
            values, start = {"title": text}, n
        elif text and values:
            said = LABELLED.match(text)
            name = MEANING.get(said[1]) if said and "body" not in values else None
            if said and name:
                values[name] = said[2].strip()
            else:
                values["body"] = f"{values['body']}\n{text}" if "body" in values else text
        elif text:
            yield Written(n, {"title": text}, "这一段不属于任何标题（请用“标题 1”样式写标题）。")
            values = {}
    if values:
        yield Written(start, values)


def _paragraphs(path: Path) -> list[tuple[str, str]]:
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(one.file_size for one in packed.infolist()) > LARGEST:
                raise Failed(f"文件过大 / the file is too large: {path}")
        paper = Document(str(path))
    except FileNotFoundError:
        raise Failed(f"没有这个文件 / no such file: {path}") from None
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise Failed(f"不是有效的 DOCX / not a DOCX: {path} ({type(error).__name__})") from None
    return [(str(p.style.name if p.style else ""), p.text.strip()) for p in paper.paragraphs]


def write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """XLSX by its name, otherwise CSV; what a sheet would run is only text."""
    names = [COLUMNS[name][0] for name in COLUMNS]
    lines = [[harmless(row.get(name, "")) for name in COLUMNS] for row in rows]
    if path.suffix.lower() == ".xlsx":
        book = Workbook(write_only=True)
        sheet = book.create_sheet("知识库")
        for line in (names, *lines):
            sheet.append(line)
        book.save(path)
        return
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([names, *lines])
