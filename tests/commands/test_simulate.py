"""`hotline simulate`: one record under two profiles, told as a table, a report and a page."""

import json
import re
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from hotline.commands import chart, comparison, simulate
from hotline.commands.failing import Failed
from hotline.commands.simulate import Asked
from hotline.config import WrongSetting
from hotline.domain.order import recipients, told_to
from tests.commands.support import a_table, settings_in
from tests.commands.test_replay import ROWS

RECORD = [{**ROWS[1], "id": str(n)} for n in range(2)] + [ROWS[2]]


def a_stricter_profile(path: Path) -> str:
    """The shipped one with every complaint due within one working day."""
    text = (resources.files("hotline.seed") / "profiles" / "default.toml").read_text("utf-8")
    strict = text.replace('reply = { limit = "10 working_day"', 'reply = { limit = "1 working_day"')
    assert strict != text
    path.write_text(strict.replace('name = "default"', 'name = "strict"'), "utf-8")
    return str(path)


def a_row(**told: Any) -> dict[str, Any]:
    facts = {
        "id": "1", "type": "complaint", "department": "住建局", "due_at": "2019-03-19T00:00:00+08:00",
        "overdue": False, "level": None, "steps": [], "orders": [],
    }  # fmt: skip
    return {**facts, **told}


def a_report(*rows: dict[str, Any]) -> dict[str, Any]:
    totals = {"profile": "p 1", "rows": len(rows), "until": "2019-06-01T00:00:00+08:00"}
    totals["units"] = {"zjj": "住建局"}
    return {"rows": list(rows), "totals": {**totals, "assumed": []}}


def test_papers_are_counted_by_leader_and_day() -> None:
    def red(at: str, to: Iterable[str] = ()) -> dict[str, Any]:
        return {"at": at, "level": 2, "kind": "red", "promise": "reply", "to": list(to)}

    def order(at: str, level: int) -> dict[str, Any]:
        return {"at": at, "level": level, "to": list(recipients(level, "zjj"))}

    rows = [
        a_row(
            overdue=True,
            level=4,
            steps=[
                red("2019-03-19T00:00:00+08:00", told_to("reply", 2, "zjj")),
                red("2019-03-19T00:00:00+08:00"),  # overtaken: nobody was told
                red("2019-03-19T00:00:00+08:00", told_to("dispatch", 2, "zjj")),  # the centre's
            ],
            orders=[order("2019-03-20T00:00:00+08:00", 3)],
        ),
        a_row(id="2", overdue=True, level=4, orders=[order("2019-03-20T09:00:00+08:00", 4)]),
    ]
    made = comparison.compare(("p", "q"), [a_report(*rows), a_report(a_row(), a_row(id="2"))])
    strict, mild = made["sides"]
    assert (strict["overdue"], mild["overdue"]) == (2, 0)
    assert strict["orders_by_level"] == {"3": 1, "4": 1}
    unit, *above = strict["papers"]["leaders"]
    assert unit["leader"] == "住建局领导"
    assert [one["leader"] for one in above] == ["市政府督查室", "热线办主任"]
    assert (unit["papers"], unit["days"], unit["a_day"], unit["most"]) == (3, 2, 1.5, 2)
    assert unit["most_on"] == "2019-03-20"
    assert strict["papers"]["by_month"] == {"2019-03": 5}
    assert [one["id"] for one in made["changed"]] == ["1", "2"]
    assert made["departments"][0]["sides"][0]["overdue"] == 2


async def test_both_profiles_are_played_and_the_report_and_page_tell_the_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = a_table(tmp_path / "record.csv", RECORD)
    strict = a_stricter_profile(tmp_path / "strict.toml")
    out, page = tmp_path / "out.json", tmp_path / "out.html"
    asked = Asked(record, "default", strict, out, page)
    assert await simulate.run(settings_in(tmp_path / "city"), asked) == 0
    made = json.loads(out.read_text("utf-8"))
    assert made["rows"] == 3 and len(made["versions"]) == 2
    mild, hard = made["sides"]
    assert mild["overdue"] == hard["overdue"] == 2  # both are late under either
    assert mild["papers"]["total"] > 0
    text = page.read_text("utf-8")
    assert made["departments"][0]["department"] in text
    assert not re.search(r"(src|href)=[\"']?https?:", text)
    assert "超期" in capsys.readouterr().out
    assert not (tmp_path / "city").exists()  # the configured place was not touched


async def test_what_cannot_be_compared_is_refused_before_the_work_begins(tmp_path: Path) -> None:
    record = a_table(tmp_path / "record.csv", RECORD)
    settings = settings_in(tmp_path)
    with pytest.raises(Failed, match="相同"):
        await simulate.run(settings, Asked(record, "default", "default"))
    with pytest.raises(WrongSetting):
        await simulate.run(settings, Asked(record, "default", "no-such-profile"))
    nowhere = tmp_path / "nowhere" / "out.json"
    strict = a_stricter_profile(tmp_path / "strict.toml")
    with pytest.raises(Failed, match="目录"):
        await simulate.run(settings, Asked(record, "default", strict, nowhere))


def test_without_the_library_the_page_has_its_tables_and_no_script(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chart, "library", lambda: None)
    made = comparison.compare(("甲", "乙"), [a_report(a_row()), a_report(a_row(overdue=True))])
    text = chart.page(made)
    assert "<script" not in text and text.count("<table") == 5


def test_a_department_named_like_markup_stays_text() -> None:
    row = a_row(department="</script><b>局", overdue=True)
    text = chart.page(comparison.compare(("甲", "乙"), [a_report(row), a_report(a_row())]))
    assert "</script><b>" not in text
