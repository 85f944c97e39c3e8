"""The score sheet (质检单): its criteria as data, what an inspector says, the total; pure.

The total is the points had out of those that apply, in a hundred; one serious fault (否决项) makes it
nothing. It is always counted here, never taken from a form.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hotline.domain.errors import NotPossible
from hotline.domain.inspection import Subject

FALSE_CLOSURE = "false_closure"
LONGEST = 1000  # signs of a note
MOST = 20


class BadRubric(ValueError):
    """Criteria that cannot be scored by; says what to mend, in Chinese."""


@dataclass(frozen=True)
class Criterion:
    """One thing that is looked at, and how much it weighs; optional: it may not apply."""

    code: str
    zh: str
    en: str
    hint: str
    hint_en: str
    points: int = 0
    optional: bool = False


@dataclass(frozen=True)
class Rubric:
    """What sheets of a subject are scored by, under the version that it had when they were drawn."""

    version: str
    criteria: tuple[Criterion, ...]
    faults: tuple[Criterion, ...]


@dataclass(frozen=True)
class Mark:
    """What was said of a criterion; `points` None: not said yet, or it does not apply."""

    points: int | None = None
    applies: bool = True
    note: str = ""


@dataclass(frozen=True)
class Said:
    """All that an inspector says on a sheet; `faults` are those found, each with its facts."""

    marks: Mapping[str, Mark] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    evidence: str = ""  # how a false closure was proven
    note: str = ""


@dataclass(frozen=True)
class Score:
    """Points had of those that apply, and the total in a hundred."""

    had: int
    of: int
    total: int
    failed: bool


@dataclass(frozen=True)
class Lack:
    """What is wrong with one field of a sheet."""

    field: str
    zh: str
    en: str


class Incomplete(NotPossible):
    """A sheet that cannot be kept or handed in as it stands; `lacks` say all of it."""

    code = "incomplete_sheet"

    def __init__(self, lacks: Sequence[Lack]) -> None:
        super().__init__(
            "".join(one.zh for one in lacks),
            " ".join(one.en for one in lacks),
            field=lacks[0].field,
        )
        self.lacks = tuple(lacks)


def rubric(told: Mapping[str, Any], subject: Subject) -> Rubric:
    """From data as TOML or the store has it. Raises BadRubric."""
    mine = told.get(subject.value)
    if not isinstance(mine, Mapping):
        raise BadRubric(f"缺少 {subject.value}（{subject.zh}）的评分项。")
    criteria = tuple(_criteria(mine.get("criteria", ()), weighs=True))
    faults = tuple(_criteria(mine.get("faults", ()), weighs=False))
    codes = [one.code for one in (*criteria, *faults)]
    if not 1 <= len(criteria) <= MOST or len(faults) > MOST or len(codes) != len(set(codes)):
        raise BadRubric(f"{subject.zh}：评分项应有 1 至 {MOST} 项，代码不能重复。")
    if sum(one.points for one in criteria) != 100:
        raise BadRubric(f"{subject.zh}：各项分值之和应为 100。")
    return Rubric(str(told.get("version", ""))[:20], criteria, faults)


def _criteria(told: Any, *, weighs: bool) -> Iterator[Criterion]:
    for one in told:
        try:
            code, zh = str(one["code"]), str(one["zh"])
            points = int(one["points"]) if weighs else 0
        except (KeyError, TypeError, ValueError) as error:
            raise BadRubric("每个评分项须有 code、zh，计分的还须有 points。") from error
        if not (code.isascii() and code.isidentifier() and len(code) <= 20) or points < 0:
            raise BadRubric(f"“{code}”：代码须为不超过 20 个的英文字母和下划线，分值不能为负。")
        hint, en = str(one.get("hint", "")), str(one.get("en", zh))
        hints = hint, str(one.get("hint_en", hint))
        yield Criterion(code, zh, en, *hints, points, bool(one.get("optional", False)))


def kept(rules: Rubric, subject: Subject) -> dict[str, Any]:
    """As data again, for the drawing that is scored by it."""
    parts = {"criteria": rules.criteria, "faults": rules.faults}
    told = {name: [dict(one.__dict__) for one in several] for name, several in parts.items()}
    return {"version": rules.version, subject.value: told}


def score(rules: Rubric, said: Said) -> Score:
    """Rounded half up; what has no points yet counts as nothing had."""
    marks = [(one, said.marks.get(one.code, Mark())) for one in rules.criteria]
    counted = [(one, mark) for one, mark in marks if mark.applies]
    had = sum(mark.points or 0 for _, mark in counted)
    of = sum(one.points for one, _ in counted)
    failed = bool(said.faults)
    total = 0 if failed or not of else (200 * had + of) // (2 * of)
    return Score(had, of, total, failed)


def check(rules: Rubric, said: Said, *, whole: bool) -> None:
    """Raises Incomplete with every lack; a draft need not be `whole`."""
    found = [*_wrong(rules, said), *(_lacking(rules, said) if whole else ())]
    if found:
        raise Incomplete(found)


def _wrong(rules: Rubric, said: Said) -> Iterator[Lack]:
    known = {one.code: one for one in (*rules.criteria, *rules.faults)}
    for code in {*said.marks, *said.faults} - set(known):
        yield Lack(code[:20], f"没有“{code[:20]}”这一项。", f"There is no '{code[:20]}'.")
    for one in rules.criteria:
        mark = said.marks.get(one.code, Mark())
        if mark.points is not None and not 0 <= mark.points <= one.points:
            zh, en = f"“{one.zh}”应为 0 至 {one.points} 的整数。", f"{one.en}: 0 to {one.points}."
            yield Lack(one.code, zh, en)
        if not mark.applies and not one.optional:
            yield Lack(one.code, f"“{one.zh}”必须评分。", f"{one.en} always applies.")
    notes = {code: mark.note for code, mark in said.marks.items()} | dict(said.faults)
    for name, text in {**notes, "evidence": said.evidence, "note": said.note}.items():
        if len(text) > LONGEST:
            yield Lack(name, f"说明不能超过 {LONGEST} 字。", f"At most {LONGEST} characters.")


def _lacking(rules: Rubric, said: Said) -> Iterator[Lack]:
    for one in rules.criteria:
        mark = said.marks.get(one.code, Mark())
        if mark.applies and mark.points is None:
            also = "，不适用的请勾选“不适用”" if one.optional else ""
            yield Lack(one.code, f"请给“{one.zh}”评分{also}。", f"{one.en} is not scored.")
        elif mark.applies and (mark.points or 0) < one.points and not mark.note:
            zh = f"“{one.zh}”扣了分，请写明依据。"
            yield Lack(f"{one.code}_note", zh, f"{one.en}: say what the points were lost for.")
    for one in rules.faults:
        if one.code in said.faults and not said.faults[one.code]:
            yield Lack(f"{one.code}_note", f"请写明“{one.zh}”的事实。", f"{one.en}: the facts.")
    if FALSE_CLOSURE in said.faults and not said.evidence:
        zh = "请写明虚假办结的核查方式和证据。"
        yield Lack("evidence", zh, "Say how the false closure was proven.")


def data(said: Said) -> dict[str, Any]:
    """As the store keeps it."""
    marks = {code: dict(mark.__dict__) for code, mark in said.marks.items()}
    return {
        "marks": marks,
        "faults": dict(said.faults),
        "evidence": said.evidence,
        "note": said.note,
    }


def of_data(told: Mapping[str, Any]) -> Said:
    marks = {code: Mark(**one) for code, one in told["marks"].items()}
    return Said(marks, dict(told["faults"]), told["evidence"], told["note"])


def deducted(rules: Rubric, said: Said) -> dict[str, int]:
    """Points lost, by criterion; what does not apply loses none."""
    marks = ((one, said.marks.get(one.code, Mark())) for one in rules.criteria)
    return {one.code: one.points - (mark.points or 0) for one, mark in marks if mark.applies}
