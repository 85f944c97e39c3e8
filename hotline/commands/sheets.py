"""Rows of a CSV, XLSX or JSON lines file, gzipped or not, in whatever encoding; memory flat."""

import codecs
import csv
import gzip
import io
import json
import tempfile
import zipfile
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from hotline.commands import columns
from hotline.commands.failing import Failed

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
CHUNK = 1 << 20
LONGEST_FIELD = 10 * CHUNK  # characters; a field above it is a broken quote, not a complaint
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class BadFile(Failed):
    """A file that cannot be read as a list of complaints, said in one line."""


@dataclass(frozen=True)
class SheetRow:
    """A row as it stands in the file; `problem` says why it could not be read at all."""

    line: int
    values: dict[str, str]
    problem: str = ""


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked; can be read twice."""
    try:
        with path.open("rb") as probe:
            packed = probe.read(2) == GZIP
        with gzip.open(path, "rb") if packed else path.open("rb") as body:
            yield body  # type: ignore[misc]  # a GzipFile reads like any other file
    except FileNotFoundError:
        raise BadFile(f"没有这个文件 / no such file: {path}") from None
    except (gzip.BadGzipFile, EOFError, zipfile.BadZipFile) as error:
        raise BadFile(f"文件已损坏 / the file is damaged: {path} ({error})") from None
    except OSError as error:
        raise BadFile(f"无法读取文件 / cannot read the file: {path} ({error.strerror})") from None


def rows(path: Path, needed: Container[str] = ()) -> Iterator[SheetRow]:
    """Every row of the file, in order; BadFile when no column means any of what is needed."""
    found = _rows(path)
    first = next(found, None)
    if first is None:
        return
    names = columns.known(first.values)
    if needed and not first.problem and not any(name in needed for name in names):
        seen = "、".join(list(first.values)[:10])
        raise BadFile(f"表头中没有内容一列（{seen}） / no column holds the complaint")
    yield first
    yield from found


def _rows(path: Path) -> Iterator[SheetRow]:
    """The line of a row is the one that an editor would show."""
    with opened(path) as body:
        start = body.read(4096)
        body.seek(0)
        if start.startswith(ZIP):
            yield from _sheet(body)
            return
        encoding = encoding_of(body)
        body.seek(0)
        text = io.TextIOWrapper(body, encoding=encoding, errors="surrogateescape", newline="")
        with suppress_close(text):
            first = start.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
            yield from _lines(text) if first.startswith("{") else _table(text)


@contextmanager
def suppress_close(text: io.TextIOWrapper) -> Iterator[None]:
    """The wrapper must not close the file that it was lent."""
    try:
        yield
    finally:
        with suppress(ValueError):
            text.detach()


def encoding_of(body: IO[bytes]) -> str:
    """By its mark, else UTF-8 when all of it is, else GB18030 when all of that is."""
    start = body.read(4)
    for mark, name in BOMS:
        if start.startswith(mark):
            return name
    for name in ("utf-8", "gb18030"):
        body.seek(0)
        if _decodes(body, name):
            return name
    return "utf-8"  # rows with broken letters are refused one by one


def _decodes(body: IO[bytes], name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        while chunk := body.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _table(text: IO[str]) -> Iterator[SheetRow]:
    csv.field_size_limit(LONGEST_FIELD)
    first = text.readline()
    separator = max(",\t;", key=first.count)
    names = next(csv.reader([first], delimiter=separator), [])
    # A header cell that holds a line break is legal and read wrongly here: nobody names columns so.
    reader = csv.reader(text, delimiter=separator)
    while True:
        before = reader.line_num + 2  # the header is line 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield SheetRow(before, {}, f"行格式有误 / not a row: {error}")
            continue
        if any(cell.strip() for cell in cells):
            yield _checked(before, dict(zip(names, cells, strict=False)), len(cells) > len(names))


def _checked(line: int, values: dict[str, str], too_many: bool) -> SheetRow:
    if too_many:
        return SheetRow(line, values, "列数多于表头 / more cells than the header names")
    if any(_broken(value) for value in values.values()):
        clean = {name: value.encode("utf-8", "replace").decode() for name, value in values.items()}
        return SheetRow(line, clean, "文字编码无法识别 / the encoding cannot be read")
    return SheetRow(line, values)


def _broken(value: str) -> bool:
    return any(0xD800 <= ord(letter) <= 0xDFFF for letter in value)


def _lines(text: IO[str]) -> Iterator[SheetRow]:
    for number, line in enumerate(text, start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line.lstrip("\ufeff"))
        except (ValueError, RecursionError):
            yield SheetRow(number, {}, "不是有效的 JSON / not JSON")
            continue
        if not isinstance(found, dict):
            yield SheetRow(number, {}, "每行应为一个 JSON 对象 / every line must be an object")
            continue
        yield _checked(number, {str(name): _word(value) for name, value in found.items()}, False)


def _word(value: Any) -> str:
    """A cell of any kind as text; dates as ISO, whole numbers without a fraction."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, datetime | date):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _sheet(body: IO[bytes]) -> Iterator[SheetRow]:
    """The first sheet of a workbook; it needs a file that can be read from anywhere."""
    with tempfile.SpooledTemporaryFile(max_size=16 * CHUNK) as copy:
        while chunk := body.read(CHUNK):
            copy.write(chunk)
        copy.seek(0)
        try:
            book = load_workbook(copy, read_only=True, data_only=True)
        except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
            raise BadFile(f"不是有效的 XLSX 表格 / not a workbook ({error})") from None
        try:
            yield from _cells(book)
        finally:
            book.close()


def _cells(book: Any) -> Iterator[SheetRow]:
    listed = book.worksheets[0].iter_rows(values_only=True)
    names = [_word(cell).strip() for cell in next(listed, ())]
    for line, cells in enumerate(listed, start=2):
        words = [_word(cell) for cell in cells]
        if any(word.strip() for word in words):
            beyond = any(word.strip() for word in words[len(names) :])
            yield _checked(line, dict(zip(names, words, strict=False)), beyond)
