"""What people type -> clean values, and what is wrong with it in words; pydantic does the checking.

Shared by every form there is: the citizen's, the staff's and the API's.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

# Control characters but tab and newline: nobody types them, and logs and sheets trip over them.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# What counts as nothing typed; in words that a schema's patterns know as well.
EMPTY = re.compile(r"[ \t\r\n\u3000]*")
UNSEEN = ("Zs", "Zl", "Zp", "Cc", "Cf")
# The same for a schema: at least one sign that can be seen.
SEEN = (
    r"[^\s\u0000-\u001f\u007f-\u00a0\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e"
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field, for the person who filled it in."""

    field: str
    code: str
    zh: str
    en: str


class BadForm(Exception):
    """A form with problems; it is counted as refused and not kept."""

    def __init__(self, problems: list[FieldProblem]) -> None:
        super().__init__(", ".join(problem.field for problem in problems))
        self.problems = problems


class Form(BaseModel):
    """A form: nothing but its own fields, and nothing of what was typed in its errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @field_validator("*", mode="before")
    @classmethod
    def _yes_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:
        """Yes and no are neither numbers nor words, whichever way round."""
        asked = cls.model_fields[info.field_name or ""].annotation
        either = asked is bool or asked == bool | None
        if isinstance(value, bool) and not either:
            raise PydanticCustomError("model_type", "yes or no")
        if either and not isinstance(value, bool | None):
            raise PydanticCustomError("bool_type", "neither yes nor no")
        days = {asked, *get_args(asked)} & {date, datetime}
        if days and isinstance(value, int | float):  # no seconds since 1970
            raise PydanticCustomError("date_type", "a number is no day")
        return value


def clean(text: str) -> str:
    """The documented normalisation: NFC, one kind of line end, no control characters, no edges."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return CONTROL.sub("", text).strip()


def _clean(text: str) -> str:
    if any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
        raise PydanticCustomError("encoding", "broken characters")
    return clean(text)


def _at_most(longest: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        if len(text) > longest:
            raise PydanticCustomError(
                "too_long", "too long", {"longest": longest, "found": len(text)}
            )
        return text

    return check


def _typed_at_most(longest: int) -> Callable[[str], str]:
    """As the schema counts, before anything is taken off; a browser sends a line's end as two."""
    check = _at_most(longest)

    def typed(text: str) -> str:
        check(text.replace("\r\n", "\n"))
        return text

    return typed


def _needed(text: str) -> str:
    """Something that can be seen: spaces and marks without width say nothing."""
    if all(unicodedata.category(letter) in UNSEEN for letter in text):
        raise PydanticCustomError("required", "required")
    return text


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _empty_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and EMPTY.fullmatch(value) else value


class _OrEmpty:
    """Says in the schema that an empty text is taken, where the field's own kind would not."""

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        schema: dict[str, Any] = handler(core)
        if not any(_takes_it(one) for one in schema["anyOf"]):
            schema["anyOf"] += [{"type": "string", "pattern": f"^{EMPTY.pattern}$"}]
        return schema


def _takes_it(one: Mapping[str, Any]) -> bool:
    """Any text does; yes or no must be said as such, and no empty box is either."""
    return one.get("type") == "boolean" or (one.get("type") == "string" and "format" not in one)


def words(longest: int, *, needed: bool = False) -> Any:
    """The type of a text field of at most `longest` characters."""
    checks = [_typed_at_most(longest), _clean, _at_most(longest), *([_needed] if needed else [])]
    return Annotated[(str, *map(AfterValidator, checks), _as_schema(longest, needed))]


def _as_schema(longest: int, needed: bool) -> Any:
    """What a schema can say of a text field."""
    seen: dict[str, Any] = {"minLength": 1, "pattern": SEEN} if needed else {}
    return Field(json_schema_extra={"maxLength": longest, **seen})


def one_of(*choices: str) -> Any:
    """For a schema only: the words that a check elsewhere lets through."""
    return Field(json_schema_extra={"enum": list(choices)})


def line(longest: int, *, needed: bool = False) -> Any:
    """The type of a text that stands in one line: a title becomes the subject of a message."""
    checks: list[Any] = [_typed_at_most(longest), _clean, _one_line, _at_most(longest)]
    checks += [_needed] if needed else []
    return Annotated[(str, *map(AfterValidator, checks), _as_schema(longest, needed))]


def optional(kind: Any) -> Any:
    """The type of a field that may be left empty: an empty text counts as not told."""
    return Annotated[kind | None, BeforeValidator(_empty_is_none), _OrEmpty()]


SAID: Mapping[str, tuple[str, str]] = {
    "missing": ("请填写{name}。", "{name} is required."),
    "required": ("请填写{name}。", "{name} is required."),
    "too_long": (
        "{name}不能超过 {longest} 字，现为 {found} 字。",
        "{name}: at most {longest} characters, now {found}.",
    ),
    "encoding": (
        "{name}含有无法识别的字符，请重新输入。",
        "{name} has broken characters; type it again.",
    ),
    "extra_forbidden": ("没有“{name}”这一项，请去掉。", "There is no field '{name}'."),
    "enum": ("{name}不在可选范围内，请重新选择。", "{name} is not one of the choices."),
    "literal_error": ("{name}不在可选范围内，请重新选择。", "{name} is not one of the choices."),
    "phone": (
        "{name}格式不对，请填写手机号或带区号的座机号码。",
        "{name} is not a telephone number.",
    ),
    "email": ("{name}格式不对，请填写完整的邮箱地址。", "{name} is not an e-mail address."),
    "contact": (
        "请留下电话或邮箱以便答复；如不愿留下，请选择匿名。",
        "Leave a telephone number or an e-mail address, or choose to be anonymous.",
    ),
    "too_many": ("{name}太多，最多 {longest} 项。", "{name}: at most {longest}."),
}
FAMILIES = {
    "string": ("{name}应为文字。", "{name} must be text."),
    "bool": ("{name}应为“是”或“否”。", "{name} must be true or false."),
    "int": ("{name}应为整数。", "{name} must be a whole number."),
    "float": ("{name}应为数字。", "{name} must be a number."),
    "finite": ("{name}应为数字。", "{name} must be a number."),
    "greater": ("{name}超出范围。", "{name} is out of range."),
    "less": ("{name}超出范围。", "{name} is out of range."),
    "date": ("{name}应为日期，如 2026-11-24。", "{name} must be a date such as 2026-11-24."),
    "timezone": ("{name}应带时区，如 +08:00。", "{name} needs a time zone such as +08:00."),
    "model": ("{name}的格式不对。", "{name} has the wrong shape."),
    "tuple": ("{name}应为列表。", "{name} must be a list."),
    "list": ("{name}应为列表。", "{name} must be a list."),
}
OTHERWISE = ("{name}填写有误，请检查。", "{name} is not valid.")


def _told(code: str, facts: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """A list that is too long is counted in entries, in the checker's own words; an empty one says nothing."""
    if code == "too_short" and "min_length" in facts:
        return "required", {}
    if code == "too_long" and "max_length" in facts:
        return "too_many", {"longest": facts["max_length"]}
    return code, facts


def problems(error: ValidationError, names: Mapping[str, str]) -> list[FieldProblem]:
    """A validation error in words; `names` are the Chinese names of the fields."""
    found = []
    for one in error.errors(include_url=False, include_input=False):
        path = ".".join(str(part) for part in one["loc"] if not isinstance(part, int))
        code, facts = _told(one["type"], one.get("ctx") or {})
        family = code.split("_")[0]
        zh, en = SAID.get(code) or FAMILIES.get(family) or OTHERWISE
        field = path or "body"
        told = {**facts, "name": names.get(field, field)}
        # An unknown field's name is the sender's own word: it is cut, and never a template.
        told["name"] = str(told["name"])[:60]
        short = code if code in SAID else family
        found.append(
            FieldProblem(
                field[:80], short, zh.format(**told), en.format(**{**told, "name": field[:60]})
            )
        )
    return found
