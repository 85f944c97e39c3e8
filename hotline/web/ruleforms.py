"""Rules as people type them and machines send them -> an edition, with what is wrong in words."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from channels.forms import BadForm, FieldProblem, Form, line, problems, words
from hotline.flow import rules as flow
from hotline.flow.rulebook import Rule
from hotline.flow.rules import MOST, Unsound
from hotline.store.rulebooks import Edition

NAMES = {
    "id": "规则编号",
    "level1": "一级分类",
    "level2": "二级分类",
    "level3": "三级分类",
    "words": "词语（正则表达式）",
    "department": "承办单位",
    "co_departments": "协办单位",
    "district_level": "属地办理",
    "action": "处理方式",
    "basis": "依据",
    "reason": "理由",
    "rule": "所属规则",
    "topic": "事项",
    "district": "区县",
    "text": "测试文字",
    "rules": "规则",
    "examples": "测试",
    "version": "版本",
    "note": "修改说明",
    "days": "天数",
}


class RuleForm(Form):
    """One rule; its pattern is taken as it is typed."""

    id: line(40, needed=True)  # type: ignore[valid-type]
    level1: line(40) = "*"  # type: ignore[valid-type]
    level2: line(40) = "*"  # type: ignore[valid-type]
    level3: line(40) = "*"  # type: ignore[valid-type]
    words: line(1000) = ""  # type: ignore[valid-type]
    department: line(40, needed=True)  # type: ignore[valid-type]
    co_departments: Annotated[tuple[line(40, needed=True), ...], Field(max_length=20)] = ()  # type: ignore[valid-type]
    district_level: bool = False
    action: Literal["dispatch", "inform"] = "dispatch"
    basis: line(300) = ""  # type: ignore[valid-type]
    reason: line(300) = ""  # type: ignore[valid-type]


class ExampleForm(Form):
    """A test attached to a rule."""

    rule: line(40, needed=True)  # type: ignore[valid-type]
    topic: line(120, needed=True)  # type: ignore[valid-type]
    text: words(2000, needed=True)  # type: ignore[valid-type]
    department: line(40, needed=True)  # type: ignore[valid-type]
    district: line(40) = ""  # type: ignore[valid-type]


class BookForm(Form):
    """The whole list in its order; `version` is the one that it was made from."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1)]
    rules: Annotated[tuple[RuleForm, ...], Field(min_length=1, max_length=MOST)]
    examples: Annotated[tuple[ExampleForm, ...], Field(max_length=MOST)] = ()
    note: line(300) = ""  # type: ignore[valid-type]


class TrialForm(Form):
    """A dry run over the last days, of this list; without one, of the list in force."""

    days: Annotated[int, Field(ge=1, le=366)] = 30
    book: BookForm | None = None


def edition(form: BookForm) -> Edition:
    rules = [one.model_dump() for one in form.rules]
    examples = [one.model_dump() for one in form.examples]
    return Edition(form.version, rules, examples, form.note)


def read_book(body: Any) -> Edition:
    try:
        return edition(BookForm.model_validate(body))
    except ValidationError as error:
        raise BadForm(_placed(error)) from None


def read_trial(body: Any) -> tuple[int, Edition | None]:
    try:
        told = TrialForm.model_validate(body)
    except ValidationError as error:
        raise BadForm(_placed(error)) from None
    return told.days, edition(told.book) if told.book else None


def _placed(error: ValidationError) -> list[FieldProblem]:
    """At most twenty: the first ones are what somebody mends first."""
    names = {f"{group}.{name}": zh for group in ("rules", "examples") for name, zh in NAMES.items()}
    return problems(error, NAMES | names | {f"book.{k}": v for k, v in (NAMES | names).items()})[
        :20
    ]


def unsound(error: Unsound) -> BadForm:
    """The errors of a list as the problems of a form."""
    told = [
        FieldProblem(
            f"rules.{one.rule}"[:80],
            one.code,
            f"规则“{one.rule}”：{one.zh}。",
            f"{one.rule}: {one.en}.",
        )
        for one in error.findings[:50]
    ]
    return BadForm(told)


def typed(values: Mapping[str, list[str]]) -> dict[str, Any]:
    """The page's fields of one rule as the interface's body."""
    plain = ("id", "level1", "level2", "level3", "words", "department", "basis", "reason")
    told: dict[str, Any] = {name: values.get(name, [""])[-1].strip() for name in plain}
    for name in ("level1", "level2", "level3"):
        told[name] = told[name] or "*"
    told["co_departments"] = [one for one in values.get("co_departments", []) if one]
    told["district_level"] = values.get("district_level", [""])[-1] == "on"
    told["action"] = values.get("action", ["dispatch"])[-1]
    return told


def read_rule(body: Mapping[str, Any]) -> Rule:
    try:
        return Rule.of(RuleForm.model_validate(dict(body)).model_dump())
    except ValidationError as error:
        raise BadForm(problems(error, NAMES)) from None


def read_examples(text: str, rule: str) -> list[dict[str, str]]:
    """One test a line: 事项 | 文字 | 单位代码, and the district where it matters."""
    made, wrong = [], []
    for n, written in enumerate(filter(None, map(str.strip, text.splitlines())), 1):
        parts = [part.strip() for part in written.replace("｜", "|").split("|")]
        if len(parts) not in (3, 4) or not all(parts[:3]):
            zh = f"第 {n} 个测试应为“事项 | 文字 | 单位代码”，可再加“| 区县”。"
            wrong.append(FieldProblem("examples", "format", zh, f"Test {n}: topic | text | code."))
            continue
        told = dict(zip(("topic", "text", "department", "district"), [*parts, ""], strict=False))
        made.append({"rule": rule, **told})
    if wrong:
        raise BadForm(wrong)
    return made


def written(made: Edition, rule: str) -> str:
    """A rule's tests as they are typed."""
    lines = [
        " | ".join(filter(None, (one.topic, one.text, one.department, one.district)))
        for one in flow.examples_of(made, rule)
    ]
    return "\n".join(lines)
