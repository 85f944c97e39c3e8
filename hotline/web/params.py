"""What stands outside of a body, held to the very schema that the document shows of it.

A handler may still find a value without meaning; it never has to find one without form.
"""

import re
from typing import Any

from aiohttp import web

from channels.forms import BadForm, FieldProblem
from hotline.web.routing import Param, Route

WHOLE = re.compile(r"-?[0-9]{1,15}")


def check(request: web.Request, route: Route) -> None:
    """Raises BadForm with every parameter that is not as the document says; an empty one is none.

    One that is told twice is refused: whoever stands between us may believe the other.
    """
    wrong = [
        FieldProblem(name, "repeated", f"{name} 只能写一次。", f"{name}: only once, please.")
        for name in (param.name for param in route.params if param.place == "query")
        if len(request.query.getall(name, [])) > 1
    ]
    wrong += [
        problem
        for param in route.params
        if (value := _value(request, param)) and (problem := _problem(param, value))
    ]
    if wrong:
        raise BadForm(wrong)


def _value(request: web.Request, param: Param) -> str | None:
    given = request.query if param.place == "query" else request.headers
    return given.get(param.name) if param.place in ("query", "header") else None


def _problem(param: Param, value: str) -> FieldProblem | None:
    schema, name = param.schema, param.name
    if schema.get("type") == "integer":
        return _number(name, value, schema)
    if value not in schema.get("enum", (value,)):
        return FieldProblem(name, "enum", f"{name} 不在可选范围内。", f"{name}: not a choice.")
    most = schema.get("maxLength", len(value))
    if len(value) > most:
        told = f"{name} 不能超过 {most} 字。", f"{name}: at most {most} characters."
        return FieldProblem(name, "too_long", *told)
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return FieldProblem(name, "format", f"{param.zh}：格式不对。", f"{name}: wrong format.")
    return None


def _number(name: str, value: str, schema: dict[str, Any]) -> FieldProblem | None:
    least, most = schema.get("minimum", 0), schema.get("maximum", 10**15)
    if WHOLE.fullmatch(value) and least <= int(value) <= most:
        return None
    zh, en = f"{name} 应为 {least} 至 {most} 的整数。", f"{name}: {least} to {most}."
    return FieldProblem(name, "range", zh, en)
