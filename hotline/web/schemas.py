"""Forms and bodies made from the acts of the domain: one place says what an action must be told."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, ValidationError, create_model

from channels.forms import BadForm, FieldProblem, Form, optional, problems, words
from hotline.domain.acts import ACTS
from hotline.domain.acts.asking import Act, Ask
from hotline.domain.state import Action
from hotline.domain.words import Named

MOST_ITEMS = 20


@cache
def asked(action: Action) -> dict[str, tuple[Any, Ask, bool]]:
    """Each field of an act: its plain type, how it is asked for, whether it must be told."""
    hints = get_type_hints(ACTS[action], include_extras=True)
    found = {}
    for one in fields(ACTS[action]):
        kind, ask = _taken_apart(hints[one.name])
        found[one.name] = (kind, ask, one.default is MISSING)
    return found


def _taken_apart(hint: Any) -> tuple[Any, Ask]:
    if get_origin(hint) is Annotated:
        kind, *rest = get_args(hint)
        return kind, next((mark for mark in rest if isinstance(mark, Ask)), Ask("", ""))
    return hint, Ask("", "")


def bare(kind: Any) -> Any:
    """A type without its `| None`."""
    if get_origin(kind) in (Union, types.UnionType):
        return next(one for one in get_args(kind) if one is not type(None))
    return kind


@cache
def model(action: Action) -> type[BaseModel]:
    """The pydantic model of an act's facts."""
    told: dict[str, Any] = {}
    for name, (kind, ask, required) in asked(action).items():
        default = ... if required else ACTS[action].__dataclass_fields__[name].default
        told[name] = (
            _checked(kind, ask, required),
            Field(default, title=ask.zh, description=ask.en),
        )
    made: type[BaseModel] = create_model(f"{ACTS[action].__name__}Facts", __base__=Form, **told)
    return made


def _checked(kind: Any, ask: Ask, required: bool) -> Any:
    plain, may_be_none = bare(kind), kind is not bare(kind)
    checked: Any = plain
    if plain is str:
        checked = words(ask.longest, needed=required)
    elif plain is int:
        checked = Annotated[int, Field(ge=0, le=1_000_000)]
    elif plain is float:
        checked = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    elif plain is datetime:
        checked = AwareDatetime
    elif plain is date:
        checked = date
    elif get_origin(plain) is tuple:
        item = words(ask.longest, needed=True)
        bounds = Field(min_length=1 if required else None, max_length=MOST_ITEMS)
        checked = Annotated[tuple.__class_getitem__((item, ...)), bounds]
    elif isinstance(plain, type) and issubclass(plain, Named):
        checked = Annotated[plain, BeforeValidator(lambda v: str(v) if type(v) is int else v)]
    return optional(checked) if may_be_none else checked


def read_act(action: Action, values: Mapping[str, Any]) -> Act:
    """An act from what was told; raises BadForm with every problem there is."""
    names = {name: ask.zh for name, (_, ask, _) in asked(action).items()}
    try:
        told = model(action).model_validate(dict(values))
    except ValidationError as error:
        raise BadForm(problems(error, names)) from None
    return ACTS[action](**{name: getattr(told, name) for name in asked(action)})


def read_typed(action: Action, typed: Mapping[str, list[str]]) -> Act:
    """An act from a page's form, where everything is text and a box left empty says nothing."""
    values: dict[str, Any] = {}
    for name, (kind, ask, required) in asked(action).items():
        given = [one for one in typed.get(name, []) if one.strip()]
        if get_origin(bare(kind)) is tuple:
            values[name] = _items(given, ask)
        elif bare(kind) is bool:
            if given:
                values[name] = given[-1] in ("on", "true", "yes")
            elif kind is bool and not required:
                values[name] = False  # a box left empty says no; a question left open says nothing
        elif given:
            values[name] = _with_zone(given[-1]) if bare(kind) is datetime else given[-1]
    return read_act(action, values)


def _items(given: list[str], ask: Ask) -> list[str]:
    if ask.widget != "lines":
        return given
    return [line.strip() for text in given for line in text.splitlines() if line.strip()]


def _with_zone(text: str) -> str:
    """A browser's moment has no zone; the city's clock is meant."""
    return text if text.endswith("Z") or "+" in text else text + "+08:00"


def action_named(name: Any) -> Action:
    try:
        action = Action(name)
        ACTS[action]
    except (ValueError, KeyError):
        wrong = FieldProblem("action", "unknown", "没有这个动作。", "There is no such action.")
        raise BadForm([wrong]) from None
    return action


def read_action(body: Any) -> tuple[Act, int]:
    """The body of POST …/actions: the act, and the version of the case it was decided on."""
    if not isinstance(body, dict):
        raise BadForm(
            [FieldProblem("body", "model", "请求体应为对象。", "The body must be an object.")]
        )
    values = dict(body)
    action = action_named(values.pop("action", None))
    version = values.pop("version", None)
    if isinstance(version, float) and version.is_integer():
        version = int(version)  # in JSON Schema 3.0 is a whole number as well
    if type(version) is not int or not 0 < version < 2**31:
        wrong = "请带上您看到的版本号（正整数）。", "Send the version you saw, a whole number."
        raise BadForm([FieldProblem("version", "required", *wrong)])
    return read_act(action, values), version


def action_schema(action: Action) -> dict[str, Any]:
    """The JSON schema of one action's body."""
    schema = model(action).model_json_schema(ref_template="#/components/schemas/{model}")
    schema["title"] = f"{action.value} {action.zh}"
    schema["properties"] = {
        "action": {"const": action.value, "type": "string"},
        "version": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
        **schema.get("properties", {}),
    }
    schema["required"] = ["action", "version", *schema.get("required", [])]
    return schema
