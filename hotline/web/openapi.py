"""The interface as an OpenAPI 3.1 document, made from the same routes and types that validate."""

from collections.abc import Sequence
from types import UnionType
from typing import Any

from aiohttp import web
from pydantic import BaseModel, TypeAdapter

from hotline.domain.acts import ACTS
from hotline.web.routing import ANYONE, Param, Route
from hotline.web.schemas import action_schema
from hotline.web.shown import answer

DOCUMENT = web.AppKey("openapi", dict)
HERE = "#/components/schemas/"
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
MEANING = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "No such thing, or none that the caller may know of",
    409: "Not possible now, or stale",
    413: "Too large",
    415: "Wrong content type",
    422: "A field is wrong",
    429: "Too often; Retry-After says when",
    503: "Not available; try again",
}


def document(routes: Sequence[Route], version: str) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Problem": PROBLEM}
    for route in routes:
        if route.api:
            path = paths.setdefault(route.path, {})
            path[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "12345 热线接口",
            "version": version,
            "description": "诉求登记、查询、办理与监督的接口。错误一律为 RFC 9457 的问题说明。",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "hotline_session"},
            },
        },
    }


def _operation(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {
        str(status): {"description": meaning, **_content(route, schemas)}
        for status, meaning in route.answers.items()
    }
    possible = [400, 429, 503] + ([401, 403] if route.who != ANYONE else [])
    possible += [401] if route.limit == "sign_in" else []
    possible += route.refusals
    possible += [404] if "{" in route.path else []
    possible += [409, 413, 415, 422] if route.body is not None else [422] if route.params else []
    for status in possible:
        answers.setdefault(str(status), {"description": MEANING[status], **_problem()})
    operation: dict[str, Any] = {
        "operationId": _name(route),
        "summary": route.summary,
        "parameters": _params(route),
        "responses": dict(sorted(answers.items())),
    }
    if route.who != ANYONE:
        operation["security"] = [{"bearer": []}, {"cookie": []}]
        operation["x-roles"] = sorted(role.value for role in route.who)
    if route.body is not None:
        operation["requestBody"] = _body(route, schemas)
    return operation


def _name(route: Route) -> str:
    words = [part.strip("{}").replace(".", "_") for part in route.path.split("/") if part]
    return "_".join([route.method.lower(), *words])


def _content(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    """What a good answer holds: a model, bytes or a stream, or nothing."""
    if route.told is None:
        return {}
    if isinstance(route.told, str | tuple):
        types = (route.told,) if isinstance(route.told, str) else route.told
        return {"content": {media: {} for media in types}}
    return {"content": {"application/json": {"schema": _model(route.told, schemas)}}}


def _problem() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"content": {"application/problem+json": {"schema": schema}}}


def _params(route: Route) -> list[dict[str, Any]]:
    inside = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    found = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in inside
    ]
    for one in route.params:
        found.append(
            {
                "name": one.name,
                "in": one.place,
                "required": one.required,
                "description": one.zh,
                "schema": _asked(one),
            }
        )
    return found


def _asked(one: Param) -> dict[str, Any]:
    """A box of a search form that is left empty is sent empty, and asks for nothing."""
    anything = one.schema.get("type") == "string" and set(one.schema) <= {"type", "maxLength"}
    if one.place != "query" or one.required or anything:
        return one.schema
    return {"anyOf": [one.schema, {"type": "string", "maxLength": 0}]}


def _body(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    if route.body == "multipart":
        schema: dict[str, Any] = {
            "type": "object",
            "required": ["file"],
            "propertyNames": {"pattern": r"^[^\x00-\x1f\x7f-\x9f]+$"},
            "properties": {
                "file": {"type": "string", "contentMediaType": "application/octet-stream"}
            },
        }
        return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    if route.body == "action":
        for action in ACTS:
            schemas[f"Action_{action.value}"] = _with_parts(action_schema(action), schemas)
        refs = [{"$ref": f"#/components/schemas/Action_{action.value}"} for action in ACTS]
        return {"required": True, "content": {"application/json": {"schema": {"oneOf": refs}}}}
    if isinstance(route.body, dict | UnionType):
        schema = _with_parts(_ready(route.body), schemas)
        return {"required": True, "content": {"application/json": {"schema": schema}}}
    return {
        "required": True,
        "content": {"application/json": {"schema": _model(route.body, schemas)}},
    }


def _ready(body: Any) -> dict[str, Any]:
    """A schema of its own; or of a body that may be one of several models."""
    if isinstance(body, dict):
        return dict(body)
    return TypeAdapter(body).json_schema(ref_template="#/components/schemas/{model}")


def _model(model: type[BaseModel], schemas: dict[str, Any]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas[model.__name__] = _with_parts(schema, schemas)
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _with_parts(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """Moves what a schema refers to beside it, where the references point.

    Closed sets stand where they are used: two of them may share a name, and mean different things.
    """
    parts = schema.pop("$defs", {})
    words = {f"{HERE}{name}": part for name, part in parts.items() if "enum" in part}
    schemas |= {n: _inline(part, words) for n, part in parts.items() if "enum" not in part}
    found: dict[str, Any] = _inline(schema, words)
    return found


def _inline(node: Any, words: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inline(one, words) for one in node]
    if not isinstance(node, dict):
        return node
    plain = {name: _inline(value, words) for name, value in node.items()}
    if "patternProperties" in plain:  # no other name is taken; unsaid, any would be
        plain.setdefault("additionalProperties", False)
    return words[plain.pop("$ref")] | plain if plain.get("$ref") in words else plain


async def get_document(request: web.Request) -> web.Response:
    return answer(request.app[DOCUMENT])


async def get_docs(request: web.Request) -> web.Response:
    """The operations on a plain page, without scripts."""
    rows = []
    for path, operations in request.app[DOCUMENT]["paths"].items():
        for method, one in operations.items():
            who = "、".join(one.get("x-roles", ["所有人"]))
            rows.append(
                f"<tr><td><code>{method.upper()} {path}</code></td>"
                f"<td>{one['summary']}</td><td>{who}</td></tr>"
            )
    page = (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>接口说明</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/static/hotline.css"></head><body><main class="page">'
        '<h1>接口说明</h1><p><a href="/api/v1/openapi.json">OpenAPI 3.1 文档</a></p>'
        '<div class="scroll" tabindex="0" role="region" aria-label="接口列表"><table>'
        "<thead><tr><th>操作</th><th>说明</th><th>可用角色</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div></main></body></html>"
    )
    return web.Response(text=page, content_type="text/html", charset="utf-8")
