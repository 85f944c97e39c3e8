"""A kept report as blocks of a paper, as a workbook, and as files with the same bytes each time."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from escalation.calendar import ZONE
from hotline.domain import cells
from hotline.reports import charts, terms, typeset
from hotline.reports.papers import Block
from hotline.reports.periods import PUBLIC, Kind

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"xlsx": SHEET, "docx": typeset.WORD, "pdf": typeset.PDF}
NEVER = (1980, 1, 1, 0, 0, 0)  # a file's time inside an archive: it would differ each time
Table = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Bound:
    """A kept report with what stands around its figures."""

    kind: Kind
    city: str
    unit: str  # its name; empty: the city
    public: bool
    edition: int
    told: Mapping[str, Any]
    changed: Sequence[Mapping[str, Any]] = ()
    tables: list[tuple[str, Table]] = field(default_factory=list)

    @property
    def title(self) -> str:
        about = self.told["topic"].replace("/", "·")
        whose = self.unit or f"{self.city}12345热线"
        return f"{whose}{about}{'公开' if self.public else ''}{self.kind.zh}"

    @property
    def days(self) -> str:
        first, last = (date.fromisoformat(self.told[name]) for name in ("from", "to"))
        if first == last:
            return _day(first)
        return f"{_day(first)}—{_day(last)}"


def bound(report: Mapping[str, Any], told: Mapping[str, Any], city: str, unit: str) -> Bound:
    made = Bound(
        kind=Kind(report["kind"]),
        city=city,
        unit=unit,
        public=report["unit"] == PUBLIC,
        edition=report["edition"],
        told=told,
        changed=told.get("changed", ()),
    )
    made.tables.extend(_tables(made))
    return made


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _tables(made: Bound) -> list[tuple[str, Table]]:
    told = made.told
    names = terms.VOLUMES
    volumes = [(names[k][0], str(told["volumes"][k])) for k in names if k in told["volumes"]]
    found: list[tuple[str, Table]] = [("总体情况", tuple(volumes))]
    if "measures" in told:
        found.append(("各项指标", _measures(told)))
        found += [(f"承办单位（{name}）", rows) for name, rows in _units(told)]
    found.append(("事项与首次答复用时", _topics(told)))
    if made.changed:
        head = (("项目", "上一版", "本版"),)
        found.append(("与上一版相比", head + tuple(_changed(one) for one in made.changed)))
    return found


def _measures(told: Mapping[str, Any]) -> Table:
    head = ("指标", "原始", "剔除后", "上期", "分子/分母")
    rows = [
        (
            terms.MEASURES[name][0],
            terms.sampled(name, one["raw"]),
            terms.percent(name, one["adjusted"]),
            terms.shown(name, told["before"][name]),
            f"{one['raw']['part']:g}/{one['raw']['whole']}",
        )
        for name, one in terms.in_order(told["measures"])
    ]
    return (head, *rows)


def _units(told: Mapping[str, Any]) -> list[tuple[str, Table]]:
    """A class a table: nobody is held against another kind of unit."""
    by_class: dict[str, list[tuple[str, ...]]] = {}
    names: list[str] = []
    for one in told["departments"]:
        names = list(one["measures"])
        shares = [terms.sampled(name, one["measures"][name]["raw"]) for name in names]
        by_class.setdefault(one["class"], []).append((one["name"], str(one["cases"]), *shares))
    head = ("单位", "收到", *(terms.MEASURES[name][0] for name in names))
    return [
        (terms.CLASSES.get(name, (name, name))[0], (head, *rows)) for name, rows in by_class.items()
    ]


def _topics(told: Mapping[str, Any]) -> Table:
    head = ("事项", "受理", "已答复", "中位数", "90% 以内", "承诺")
    rows = [
        (
            one["key"] or "（未分类）",
            str(one["received"]),
            str(one["answered"]),
            *(terms.lasted(one[name]) for name in ("median", "p90", "promised")),
        )
        for one in told["topics"]
    ]
    return (head, *rows)


def _changed(one: Mapping[str, Any]) -> tuple[str, ...]:
    name = one["name"]
    if name in terms.MEASURES:
        shown = (terms.shown(name, one["before"]), terms.shown(name, one["now"]))
        return (terms.MEASURES[name][0], *shown)
    return (terms.VOLUMES.get(name, (name, name))[0], str(one["before"]), str(one["now"]))


def summary(made: Bound) -> str:
    """The report in a sentence, for its first paragraph and for a letter."""
    told = made.told
    volumes, wait = told["volumes"], told["waits"]
    said = (
        f"{made.days}共收到诉求 {volumes['cases']} 件，受理 {volumes['accepted']} 件，"
        f"直接答复 {volumes['answered']} 件，派单 {volumes['dispatched']} 件。" + _waited(wait)
    )
    if "measures" in told:
        shown = {
            name: terms.percent(name, told["measures"][name]["raw"])
            for name in ("response", "solving", "satisfying", "finishing")
        }
        said += "".join(f"{terms.MEASURES[name][0]} {value}，" for name, value in shown.items())
        said = said.rstrip("，") + "。"
    return said


def _waited(wait: Mapping[str, Any]) -> str:
    if not wait["answered"]:
        return "尚无首次答复。"
    median, most = terms.lasted(wait["median"]), terms.lasted(wait["p90"])
    return f"首次答复用时中位数 {median}，90% 在 {most}以内。"


def foot(made: Bound) -> str:
    at = datetime.fromisoformat(made.told["as_of"]).astimezone(ZONE)
    return (
        f"统计截至 {at:%Y-%m-%d %H:%M}；公式版本 {terms.formulas(made.told['formulas'])}；第 {made.edition} 版。"
        "未作评价的不计入满意率和解决率；剔除后的数字只剔除经审核准予评价除外的诉求。"
    )


def drawings(made: Bound, *, on_paper: bool = False) -> list[str]:
    told, found = made.told, []
    days = told.get("days", [])
    if len(days) > 1:
        labels = [one["day"][5:] for one in days]
        found.append(charts.bars("每日收件", labels, [one["cases"] for one in days]))
    top = told["topics"][:10]
    if top:
        names = [one["key"] or "（未分类）" for one in top]
        n = [one["received"] for one in top]
        found.append(charts.lying("各类事项受理件数", names, n, wide_open=on_paper))
    return found


def blocks(made: Bound) -> list[Block]:
    found = [Block("title", made.title), Block("number", made.days)]
    found.append(Block("paragraph", summary(made)))
    found += [Block("chart", svg) for svg in drawings(made, on_paper=True)]
    for name, rows in made.tables:
        found += [Block("strong", name), Block("table", rows=rows)]
    return [*found, Block("paragraph", foot(made))]


def file(made: Bound, form: str) -> bytes:
    """In a thread. Raises typeset.NoFont and NotSet where a PDF cannot be."""
    if form == "xlsx":
        return settled(_workbook(made))
    if form == "docx":
        return settled(typeset.word(made.title, blocks(made)))
    return typeset.pdf(made.title, blocks(made))


def _workbook(made: Bound) -> bytes:
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "说明"
    for line in (made.title, made.days, summary(made), foot(made)):
        first.append([cells.harmless(line)])
    first["A1"].font = Font(bold=True, size=14)
    first.column_dimensions["A"].width = 100
    for name, rows in made.tables:
        sheet = book.create_sheet(name[:31].replace("/", "、"))
        for row in rows:
            sheet.append([_number(cell) for cell in row])
        for n in range(1, len(rows[0]) + 1):
            sheet.column_dimensions[get_column_letter(n)].width = 24 if n == 1 else 14
        if name == "事项与首次答复用时" and len(rows) > 1:
            chart = BarChart()
            chart.title, chart.type, chart.legend = "受理件数", "bar", None
            chart.add_data(Reference(sheet, min_col=2, min_row=2, max_row=len(rows)))
            chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=len(rows)))
            sheet.add_chart(chart, "H2")
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def _number(cell: str) -> Any:
    """A count is a number in a sheet; a word that begins like a formula stays a word."""
    if re.fullmatch(r"-?\d+(\.\d+)?", cell):
        return float(cell) if "." in cell else int(cell)
    return cells.harmless(cell)


def settled(archive: bytes) -> bytes:
    """The same archive without the moment at which it was made."""
    body = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(body, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"(<dcterms:\w+[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", content
                )
            made = zipfile.ZipInfo(name, NEVER)
            made.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(made, content)
    return body.getvalue()
