"""What an inspector says on a score sheet (质检单), as a page posts it and as the interface is told it."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from channels.forms import BadForm, FieldProblem, Form, line, words
from hotline.domain.inspection import MOST, Plan, Subject
from hotline.domain.scoresheet import LONGEST, Incomplete, Mark, Rubric, Said

NOT_A_NUMBER = -1  # out of every criterion's range: refused in the words of that
NAMES = {"subject": "质检对象", "first": "起始日期", "last": "结束日期", "size": "件数"}
NAMES |= {"share": "比例", "reason": "理由", "version": "版本", "marks": "评分", "faults": "否决项"}
NAMES |= {"points": "得分", "applies": "是否适用", "note": "说明", "evidence": "核查方式和证据"}
NAMES |= {"sure": "确认", "grounds": "申诉理由", "upheld": "裁定", "inspection": "批次"}
Code = Annotated[str, Field(pattern=r"^[A-Za-z_][0-9A-Za-z_]{0,19}$")]


class DrawForm(Form):
    """A drawing: `size` sheets, or `share` in a hundred; one of the two."""

    subject: Subject
    first: date
    last: date
    size: Annotated[int, Field(ge=0, le=MOST)] = 0
    share: Annotated[int, Field(ge=0, le=100)] = 0
    reason: line(500) = ""  # type: ignore[valid-type]

    def plan(self) -> Plan:
        return Plan(self.subject, self.first, self.last, self.size, self.share, self.reason)


class TakeForm(Form):
    """The next sheet, of one drawing or of any."""

    inspection: Annotated[int, Field(ge=1, le=999_999_999)] | None = None


class MarkForm(Form):
    points: Annotated[int, Field(ge=0, le=100)] | None = None
    applies: bool = True
    note: words(LONGEST) = ""  # type: ignore[valid-type]


class SheetForm(Form):
    """The whole sheet as it is to stand; `version` is the one that was read."""

    version: Annotated[int, Field(ge=1, le=999_999_999)]
    marks: dict[Code, MarkForm] = {}
    faults: dict[Code, words(LONGEST)] = {}  # type: ignore[valid-type]
    evidence: words(LONGEST) = ""  # type: ignore[valid-type]
    note: words(LONGEST) = ""  # type: ignore[valid-type]

    def said(self) -> Said:
        marks = {code: Mark(one.points, one.applies, one.note) for code, one in self.marks.items()}
        return Said(marks, dict(self.faults), self.evidence, self.note)


class HandInForm(SheetForm):
    """`sure`: that the case behind a false closure is to be taken up again."""

    sure: bool = False


class BackForm(Form):
    reason: words(500, needed=True)  # type: ignore[valid-type]


class AppealForm(Form):
    grounds: words(2000, needed=True)  # type: ignore[valid-type]


class SheetRulingForm(SheetForm):
    """Upheld with what the sheet says from then on, or refused."""

    upheld: bool
    reason: words(2000, needed=True)  # type: ignore[valid-type]


def said_of(rules: Rubric, posted: Mapping[str, str]) -> Said:
    """The fields of the page: `c-CODE`, `c-CODE_na`, `c-CODE_note`; a fault is a tick."""

    def text(name: str) -> str:
        return posted.get(name, "").replace("\r\n", "\n").strip()

    marks = {}
    for one in rules.criteria:
        typed, away = text(f"c-{one.code}"), posted.get(f"c-{one.code}_na") == "on"
        points = int(typed) if re.fullmatch(r"[0-9]{1,3}", typed) else NOT_A_NUMBER
        said = None if away or not typed else points
        marks[one.code] = Mark(said, not away, text(f"c-{one.code}_note"))
    faults = {
        one.code: text(f"c-{one.code}_note")
        for one in rules.faults
        if posted.get(f"c-{one.code}") == "on"
    }
    return Said(marks, faults, text("evidence"), text("note"))


def typed_of(said: Said) -> dict[str, str]:
    """The other way: what the page's fields show of a sheet."""
    told = {"evidence": said.evidence, "note": said.note}
    for code, mark in said.marks.items():
        told[f"c-{code}"] = "" if mark.points is None else str(mark.points)
        told[f"c-{code}_note"] = mark.note
        if not mark.applies:
            told[f"c-{code}_na"] = "on"
    for code, facts in said.faults.items():
        told |= {f"c-{code}": "on", f"c-{code}_note": facts}
    return told


OWN = frozenset({"evidence", "note", "sure", "seen", "reason"})


def wrong_of(error: Incomplete, english: bool) -> dict[str, str]:
    """By the field of the page, what it lacks."""
    return {
        one.field if one.field in OWN else f"c-{one.field}": one.en if english else one.zh
        for one in error.lacks
    }


def bad(error: Incomplete) -> BadForm:
    """The same for the interface."""
    return BadForm([FieldProblem(one.field, "incomplete", one.zh, one.en) for one in error.lacks])
