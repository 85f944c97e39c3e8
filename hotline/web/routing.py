"""One table of routes: method, path, who may call it, what is told and what is answered.

The application, the access check and the OpenAPI document are all made from it; a route without
a policy cannot be written.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from hotline.domain.words import Role

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ANYONE: frozenset[Role] = frozenset()
STAFF = frozenset(role for role in Role if role not in (Role.CITIZEN, Role.SYSTEM, Role.OPERATOR))
FILERS = frozenset({Role.AGENT, Role.SHIFT_LEAD, Role.DISPATCHER})
WORKERS = STAFF - {Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR}


@dataclass(frozen=True)
class Param:
    """A parameter outside the body."""

    name: str
    place: str  # path, query, header
    zh: str
    required: bool = False
    schema: dict[str, Any] = field(default_factory=lambda: {"type": "string"})


KEY = Param(
    "Idempotency-Key",
    "header",
    "提交标识：相同标识的重复提交只登记一次",
    schema={"type": "string", "pattern": "^[!-~]{1,200}$"},
)
CURSOR = Param(
    "cursor", "query", "翻页标记", schema={"type": "string", "pattern": "^[A-Za-z0-9_=-]{0,200}$"}
)


@dataclass(frozen=True)
class Route:
    """One operation of the interface; `who` empty means anyone."""

    method: str
    path: str
    handler: Handler
    who: frozenset[Role]
    summary: str
    body: Any = None  # a pydantic model, several of them (A | B) or a ready schema
    answers: dict[int, str] = field(default_factory=dict)  # status -> what it means
    told: Any = None  # what a good answer holds: a model of `answers`, or media types
    params: tuple[Param, ...] = ()
    api: bool = True
    refusals: tuple[int, ...] = ()  # problems beside the usual ones
    limit: str = ""  # the public rate limit it falls under
    early: bool = False  # open to who must still change the password or set up the factor
