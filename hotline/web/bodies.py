"""What a request says: JSON bodies, keys, cursors; anything odd is a clear problem, never a crash."""

import json
import re
import secrets
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestPayloadError

from channels.forms import BadForm, FieldProblem
from hotline.web.keys import ORIGIN
from hotline.web.problems import BadBody, TooLarge, WrongType

MOST_BYTES = 2**20  # of JSON: fifty times the longest complaint; files go another way
DEEPEST = 20
KEY = re.compile(r"[\x21-\x7e]{1,200}")


async def json_body(request: web.Request) -> Any:
    """The JSON of a body; 415 for another type, 400 for what is not JSON."""
    if request.content_type not in ("application/json", "text/json"):
        raise WrongType("application/json")
    return json_of(await read_bytes(request))


def json_of(raw: bytes) -> Any:
    """What the bytes of a body say; 400 for what is not JSON."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadBody("not_utf8") from None
    try:
        found = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise BadBody("not_json") from None
    if _deep(found, DEEPEST):
        raise BadBody("too_deep")
    return found


async def read_bytes(request: web.Request) -> bytes:
    body = bytearray()
    try:
        while chunk := await request.content.readany():
            body += chunk
            if len(body) > MOST_BYTES:
                raise TooLarge(MOST_BYTES)
    except RequestPayloadError:
        raise BadBody("broken") from None
    return bytes(body)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers may take different ones of two fields with one name: neither is right."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadBody("twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _deep(found: Any, left: int) -> bool:
    if left == 0:
        return True
    inside = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    return any(_deep(one, left - 1) for one in inside)


async def json_object(request: web.Request) -> dict[str, Any]:
    found = await json_body(request)
    if not isinstance(found, dict):
        wrong = FieldProblem(
            "body", "model", "请求体应为 JSON 对象。", "The body must be an object."
        )
        raise BadForm([wrong])
    return found


def key_of(request: web.Request) -> str | None:
    """The Idempotency-Key, if one was sent."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not KEY.fullmatch(key):
        raise BadForm(
            [
                FieldProblem(
                    "Idempotency-Key",
                    "format",
                    "提交标识须为 1 至 200 个可见 ASCII 字符。",
                    "Idempotency-Key: 1 to 200 visible ASCII characters.",
                )
            ]
        )
    return key


def key_typed(typed: str) -> str:
    """The key that a page's form carried; one that we did not give out is not used."""
    return typed if re.fullmatch(r"[0-9a-f]{32}", typed) else new_key()


def new_key() -> str:
    return secrets.token_hex(16)


def code_of(request: web.Request) -> str:
    """What is not ASCII cannot be a code of ours; it answers like a wrong one."""
    code = request.headers.get("Query-Code", "")
    return code[:40] if code.isascii() else ""


def origin_of(request: web.Request) -> str:
    return request[ORIGIN]


def number_of(request: web.Request) -> str:
    number = request.match_info["number"][:40]
    return number if number.isascii() else ""


def whole(request: web.Request, name: str, default: int, most: int, least: int = 0) -> int:
    """A whole number of the query string."""
    raw = request.query.get(name)
    if raw is None or raw == "":
        return default
    if not re.fullmatch(r"[0-9]{1,9}", raw) or not least <= int(raw) <= most:
        zh, en = f"{name} 应为 {least} 至 {most} 的整数。", f"{name}: {least} to {most}."
        raise BadForm([FieldProblem(name, "range", zh, en)])
    return int(raw)


def chosen(request: web.Request, name: str, allowed: frozenset[str]) -> str:
    """A word of the query string out of a closed set; empty when it is not there."""
    raw = request.query.get(name, "")
    if raw and raw not in allowed:
        zh, en = f"{name} 不在可选范围内。", f"{name} is not one of the choices."
        raise BadForm([FieldProblem(name, "enum", zh, en)])
    return raw
