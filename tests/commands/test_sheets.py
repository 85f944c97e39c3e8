"""Rows of a file: CSV, XLSX, JSON lines, gzipped or not, in the encodings that offices send."""

import gzip
import json
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from hotline.commands import columns, sheets

HEADER = "id,标题,正文,时间,电话"
ROWS = ["1,路灯不亮,望江大道路灯坏了三天,2026-11-20 08:30:00,13800001111"]


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def read(path: Path) -> list[dict[str, str]]:
    return [columns.understood(row.values) for row in sheets.rows(path)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_table_is_read_in_the_encodings_offices_use(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "in.csv", "\r\n".join([HEADER, *ROWS]), encoding)
    assert read(path) == [
        {
            "id": "1",
            "title": "路灯不亮",
            "content": "望江大道路灯坏了三天",
            "sent_at": "2026-11-20 08:30:00",
            "phone": "13800001111",
        }
    ]


def test_a_gzipped_table_needs_no_name_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "download"
    path.write_bytes(gzip.compress("\n".join([HEADER, *ROWS]).encode()))
    assert read(path)[0]["title"] == "路灯不亮"


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_the_separator_is_found_in_the_header(tmp_path: Path, separator: str) -> None:
    path = write(tmp_path / "in.csv", f"title{separator}body\n甲{separator}乙\n")
    assert read(path) == [{"title": "甲", "content": "乙"}]


def test_a_row_over_several_lines_keeps_the_line_it_begins_on(tmp_path: Path) -> None:
    path = write(tmp_path / "in.csv", 'title,body\n甲,"一\n二\n三"\n乙,四\n')
    assert [(row.line, row.values["title"]) for row in sheets.rows(path)] == [(2, "甲"), (5, "乙")]


def test_empty_rows_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "in.csv", "title,body\n\n,\n  ,  \n甲,乙\n")
    assert [row.line for row in sheets.rows(path)] == [5]


def test_json_lines_are_rows_and_what_is_none_is_said(tmp_path: Path) -> None:
    good = json.dumps({"title": "甲", "body": "乙", "id": 7, "anonymous": True, "name": None})
    path = write(tmp_path / "in.jsonl", f"{good}\n\nnot json\n[1]\n" + "[" * 100_000 + "\n")
    found = list(sheets.rows(path))
    assert columns.understood(found[0].values) == {
        "title": "甲",
        "content": "乙",
        "id": "7",
        "anonymous": "true",
    }
    assert [row.line for row in found] == [1, 3, 4, 5]
    assert all(row.problem for row in found[1:])


def test_a_workbook_gives_dates_and_numbers_as_people_read_them(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["编号", "标题", "内容", "时间", "电话"])
    book.active.append(
        [12, "路灯", "不亮", datetime.fromisoformat("2026-11-20T08:30:00"), 13800001111]
    )
    book.active.append([None, None, None, None, None])
    book.active.append([13.5, "水", "停了", None, None])
    book.save(tmp_path / "in.xlsx")
    packed = tmp_path / "in.xlsx.gz"
    packed.write_bytes(gzip.compress((tmp_path / "in.xlsx").read_bytes()))
    for path in (tmp_path / "in.xlsx", packed):
        found = read(path)
        assert found[0] == {
            "id": "12",
            "title": "路灯",
            "content": "不亮",
            "sent_at": "2026-11-20 08:30:00",
            "phone": "13800001111",
        }
        assert [row.line for row in sheets.rows(path)] == [2, 4]


def test_a_row_with_broken_letters_is_refused_alone(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes("title,body\n甲,乙\n丙,".encode() + b"\xff\xfe\x81\n" + "丁,戊\n".encode())
    found = list(sheets.rows(path))
    assert [bool(row.problem) for row in found] == [False, True, False]
    found[1].values["body"].encode()  # what is written to the rejects can be written


def test_a_row_with_more_cells_than_the_header_is_refused(tmp_path: Path) -> None:
    found = list(sheets.rows(write(tmp_path / "in.csv", "title,body\n甲,乙,丙\n")))
    assert found[0].problem


def test_a_field_without_end_is_refused_and_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "LONGEST_FIELD", 1000)
    path = write(tmp_path / "in.csv", "title,body\n甲," + "长" * 2000 + "\n乙,丙\n")
    found = list(sheets.rows(path))
    assert found[0].problem and not found[-1].problem


@pytest.mark.parametrize(
    "content",
    [b"\x1f\x8bnot really packed", b"PK\x03\x04not a workbook"],
    ids=["gzip", "workbook"],
)
def test_a_damaged_file_is_said_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "in"
    path.write_bytes(content)
    with pytest.raises(sheets.BadFile) as told:
        list(sheets.rows(path))
    assert "\n" not in str(told.value)


def test_a_gzip_file_cut_short_is_said_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "in.csv.gz"
    path.write_bytes(gzip.compress(("title,body\n" + "甲,乙\n" * 5000).encode())[:-20])
    with pytest.raises(sheets.BadFile):
        list(sheets.rows(path))


def test_a_table_without_a_column_for_the_complaint_is_refused_as_a_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "in.csv", "when,what\n1,2\n")
    with pytest.raises(sheets.BadFile, match="when、what"):
        list(sheets.rows(path, columns.TEXT))
    assert len(list(sheets.rows(path))) == 1


def test_a_missing_file_and_a_folder_are_said(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(sheets.BadFile):
            list(sheets.rows(path))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20 08:30:00",
        "2026-11-20T08:30:00+08:00",
        "2026-11-20T00:30:00Z",
        "2026/11/20 8:30",
        "2026.11.20 8:30:00",
        "2026年11月20日 8时30分",
        "2026年11月20日8:30:00",
    ],
)
def test_a_moment_is_read_as_people_write_it(text: str) -> None:
    assert columns.moment(text).isoformat().startswith("2026-11-20T0")
    assert columns.moment(text).timestamp() == 1795134600


@pytest.mark.parametrize("text", ["", "昨天", "2026-13-01", "2026-02-30 10:00", "20:15", "1e9"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(columns.BadMoment):
        columns.moment(text)


def test_the_key_of_a_row_is_its_id_else_its_line_and_what_it_says() -> None:
    one = {"id": "7", "title": "甲", "content": "乙"}
    assert columns.row_key(one, 2) == columns.row_key(dict(reversed(one.items())), 9)
    assert columns.row_key(one, 2) != columns.row_key({**one, "content": "丙"}, 2)
    nameless = {"title": "甲", "content": "乙"}
    assert columns.row_key(nameless, 2) != columns.row_key(nameless, 3)
    assert len(columns.row_key({"id": "长" * 500}, 1)) <= 200
