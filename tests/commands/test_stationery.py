"""The doctor looks at the papers: Chinese type, and every template an office wrote for itself."""

from datetime import date
from pathlib import Path

import pytest

from hotline.commands import stationery
from hotline.commands.finding import Finding, Mark
from hotline.reports import typeset
from hotline.reports.papers import MOST_SIGNS


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "papers").mkdir()
    return tmp_path / "papers"


def said(folder: Path, mark: Mark) -> list[str]:
    found: list[Finding] = list(stationery.findings(folder, date(2026, 11, 23)))
    return [one.text for one in found if one.mark is mark]


def test_the_shipped_templates_are_well(tmp_path: Path) -> None:
    assert said(tmp_path, Mark.WRONG) == []
    assert any("as shipped" in text for text in said(tmp_path, Mark.WELL))


def test_own_templates_are_named_and_slips_in_names_are_noted(own: Path) -> None:
    (own / "order.md").write_text("# 督办单\n\n{{ to }}：{{ answer_by }}\n", "utf-8-sig")
    (own / "oder.md").write_text("# 督办单\n", "utf-8")
    (own / ".order.md.swp").write_text("", "utf-8")
    assert said(own.parent, Mark.WRONG) == []
    assert any("order.md" in text for text in said(own.parent, Mark.WELL))
    notes = said(own.parent, Mark.NOTE)
    assert sum("papers/oder.md" in text for text in notes) == 1
    assert not any("swp" in text for text in notes)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (
            "{{ telephone }} {{ sms }}",
            "没有 {{ sms }}、{{ telephone }} 这一项；可用：number（文号）",
        ),
        ("{% if false %}{{ telephone }}{% endif %}", "没有 {{ telephone }} 这一项"),
        ("{% for %}", "第 3 行"),
        ("{{ to.name }}", "不能填写"),
        ("{{ 1 / 0 }}", "不能填写"),
        ("{% include 'x' %}", "不能填写"),
        ("{{ ''.__class__.mro() }}", "用了模板不允许的写法"),
        ("字" * (MOST_SIGNS + 1), "超过"),
        ("{{ '字' * 70000 }}", "超过"),
    ],
)
def test_a_template_that_cannot_be_used_is_named_with_what_is_wrong(
    own: Path, words: str, why: str
) -> None:
    (own / "letter.md").write_text(f"# 督办函\n\n{words}\n", "utf-8")
    (told,) = said(own.parent, Mark.WRONG)
    assert "督办函模板 papers/letter.md 有误" in told and why in told


@pytest.mark.parametrize(
    ("body", "why"), [("督办函".encode("gbk"), "UTF-8"), (b"", "没有内容"), (b"\n\n", "没有内容")]
)
def test_a_file_that_holds_no_words_is_named(own: Path, body: bytes, why: str) -> None:
    (own / "letter.md").write_bytes(body)
    (told,) = said(own.parent, Mark.WRONG)
    assert "papers/letter.md" in told and why in told


def test_a_reminder_has_no_place_for_what_only_orders_have(own: Path) -> None:
    (own / "reminder.md").write_text("# 催办通知书\n\n{{ answer_by }}\n", "utf-8")
    (told,) = said(own.parent, Mark.WRONG)
    assert "papers/reminder.md" in told and "{{ answer_by }}" in told


def test_a_machine_without_chinese_type_is_said_not_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typeset, "faces", lambda: ())
    assert any("Noto Serif CJK SC" in text for text in said(tmp_path, Mark.NOTE))
    assert said(tmp_path, Mark.WRONG) == []


def test_the_notice_in_force_and_the_next_one_are_said(tmp_path: Path) -> None:
    (tmp_path / "privacy").mkdir()
    for day in ("2026-02-01", "2027-01-01"):
        (tmp_path / "privacy" / f"{day}.zh.md").write_text("本市说明。", "utf-8")
    (found,) = [text for text in said(tmp_path, Mark.WELL) if "隐私说明" in text]
    assert "2026-02-01" in found and "2027-01-01 起换新版" in found


def test_criteria_of_inspection_that_cannot_be_scored_by_are_said(tmp_path: Path) -> None:
    assert any("质检评分标准" in text for text in said(tmp_path, Mark.WELL))
    (tmp_path / "inspection.toml").write_text("[[case.criteria]\n", "utf-8")
    (told,) = said(tmp_path, Mark.WRONG)
    assert "inspection.toml" in told and "不能抽取" in told
