"""Rows of figures as CSV, XLSX or Parquet: each row marked with who took it away, none a formula.

What is exported holds no identity and no citizen's words: the facts of cases only. A district is
what a citizen typed, and a topic may be an officer's words: only the city's own districts are
named, and identity is taken out of the topic.
"""

import csv
import re
from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from openpyxl import Workbook

from escalation.calendar import ZONE
from hotline.domain import cells
from hotline.domain.redaction import redacted

NAMES = {
    "number": "编号",
    "received_at": "收到时间",
    "channel": "来源渠道",
    "type": "诉求类型",
    "topic": "事项",
    "urgency": "紧急程度",
    "district": "区县",
    "party": "诉求主体",
    "language": "语言或方言",
    "department": "承办单位代码",
    "state": "状态",
    "level": "督办级别",
    "due_at": "答复期限",
    "answered_at": "首次答复",
    "dispatched_at": "派单",
    "signed_in_time": "按时签收",
    "contacted_in_time": "按时联系",
    "finished_at": "单位办结",
    "finish_due_at": "办结期限",
    "closed_at": "办结",
    "hours": "用时（小时）",
    "reworked": "重办",
    "returned": "退单",
    "upheld": "退单成立",
    "reached": "回访到",
    "solved": "解决",
    "satisfaction": "满意度",
    "repeat": "重复诉求",
    "excluded": "评价除外",
    "extensions": "延期次数",
    "reopened": "再次来诉",
}
MARK = "导出标记"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


def forms() -> list[str]:
    """The kinds that can be made here: Parquet needs a library that not every place has."""
    return [form for form in TYPES if form != "parquet" or find_spec("pyarrow")]


def safe(value: Any) -> Any:
    """A cell: a text stays a text, a moment is the city's, yes and no are words."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
    return cells.harmless(value) if isinstance(value, str) else value


ELSEWHERE = "其他"


@lru_cache(maxsize=4096)
def _nameless(typed: str) -> str:
    return redacted(typed)


def cleared(row: Mapping[str, Any], districts: Container[str]) -> dict[str, Any]:
    """A row of facts as it may leave the house; `districts`: the city's own, by name."""
    district, topic = row["district"], row["topic"]
    known = not district or district in districts
    return {
        **row,
        "district": district if known else ELSEWHERE,
        "topic": _nameless(topic) if topic else topic,
    }


def mark(officer: str, token: str, at: datetime) -> str:
    """Who took it away, when, and under which number: in every row, so that a part tells it too."""
    return f"{officer} {at.astimezone(ZONE):%Y-%m-%d %H:%M} {token[:8]}"


MARKED = re.compile(
    r"([^\s,'\"]{1,80}) (\d{4}-\d\d-\d\d \d\d:\d\d) ([A-Za-z0-9_-]{8})(?![A-Za-z0-9_-])"
)


def marks_in(text: str) -> set[tuple[str, str, str]]:
    """(who, when by the city's clock, the export's number) of every mark in a file or a part of one."""
    return {(who, at, number) for who, at, number in MARKED.findall(text)}


class Writer(Protocol):
    """A file that grows by pages of rows."""

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> None: ...

    def close(self) -> None: ...


def writer(
    form: str, path: Path, marked: str, names: Mapping[str, str] = NAMES, title: str = "诉求"
) -> Writer:
    """Of the columns `names`, each with its heading; Parquet knows the columns of cases only."""
    if form == "csv":
        return Csv(path, marked, names)
    return Sheet(path, marked, names, title) if form == "xlsx" else Columns(path, marked)


class Csv:
    """With a byte-order mark, as spreadsheets in China expect it."""

    def __init__(self, path: Path, marked: str, names: Mapping[str, str]) -> None:
        self._file, self._names = path.open("w", encoding="utf-8-sig", newline=""), names
        self._writer, self._mark = csv.writer(self._file), safe(marked)
        self._writer.writerow([*names.values(), MARK])

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        for row in rows:
            self._writer.writerow([*(safe(row[name]) for name in self._names), self._mark])

    def close(self) -> None:
        self._file.close()


class Sheet:
    """Written row by row: a million of them must not lie in memory."""

    def __init__(self, path: Path, marked: str, names: Mapping[str, str], title: str) -> None:
        self._path, self._mark, self._names = path, safe(marked), names
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(title)
        self._sheet.oddFooter.center.text = marked.replace("&", "&&")
        self._sheet.append([*names.values(), MARK])

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        for row in rows:
            self._sheet.append([*(safe(row[name]) for name in self._names), self._mark])

    def close(self) -> None:
        self._book.save(self._path)


class Columns:
    """Parquet, a row group a page; the mark stands in a column and in the file's own words."""

    def __init__(self, path: Path, marked: str) -> None:
        import pyarrow
        from pyarrow import parquet

        moments, yes = pyarrow.timestamp("us", tz="Asia/Shanghai"), pyarrow.bool_()
        kinds = {
            **dict.fromkeys((name for name in NAMES if name.endswith("_at")), moments),
            **dict.fromkeys(FLAGS, yes),
            **dict.fromkeys(("level", "satisfaction", "extensions", "reopened"), pyarrow.int64()),
            "hours": pyarrow.float64(),
        }
        fields = [(name, kinds.get(name, pyarrow.string())) for name in NAMES]
        schema = pyarrow.schema([*fields, ("mark", pyarrow.string())])
        self._arrow, self._mark = pyarrow, marked
        self._schema = schema.with_metadata({"mark": marked})
        self._writer = parquet.ParquetWriter(path, self._schema)

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        told = [{**{name: row[name] for name in NAMES}, "mark": self._mark} for row in rows]
        self._writer.write_table(self._arrow.Table.from_pylist(told, schema=self._schema))

    def close(self) -> None:
        self._writer.close()


FLAGS = (
    *("signed_in_time", "contacted_in_time", "reworked", "returned", "upheld", "reached"),
    *("solved", "repeat", "excluded"),
)
