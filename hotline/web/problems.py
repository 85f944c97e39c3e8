"""Refusals -> responses, in one table: RFC 9457 problems for machines, words for people."""

import json
import secrets
from dataclasses import dataclass, replace
from typing import Any

import structlog
from aiohttp import web

from channels.forms import BadForm, FieldProblem
from hotline.domain import errors
from hotline.domain.article import NoSuchArticle, Rewritten
from hotline.domain.errors import Refused
from hotline.flow.citizen import DoorShut
from hotline.flow.papers import NoReminder, NotMade
from hotline.flow.ringing import NoSuchTask
from hotline.flow.rising import NoSuchAlert
from hotline.store.cursors import BadCursor
from hotline.web import challenge, factor, scanning
from hotline.web.keys import LANGUAGE
from hotline.web.outage import unavailable
from hotline.web.signatures import NotSigned, WrongToken

log = structlog.get_logger(__name__)


class SignInNeeded(Refused):
    code = "sign_in_needed"

    def __init__(self) -> None:
        super().__init__("请先登录。", "Sign in first.")


class SignInWrong(Refused):
    """The same words whatever was wrong: name, password, or a locked account."""

    code = "sign_in_wrong"

    def __init__(self) -> None:
        super().__init__(
            "用户名或密码不正确；连续输错会暂时锁定，请稍后再试或联系安全管理员。",
            "User name or password is wrong; repeated mistakes lock the account for a while.",
        )


class TooOften(Refused):
    code = "too_often"

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "提交过于频繁，请稍后再试；紧急情况请拨打 110、119、120。",
            "Too many requests; try again later.",
        )
        self.retry_after = retry_after


class CrossSite(Refused):
    code = "cross_site"

    def __init__(self) -> None:
        super().__init__(
            "请求来自其他网站，已拒绝；请从本站页面操作。", "Cross-site request refused."
        )


class BadBody(Refused):
    """A body that cannot be read at all; its code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(*UNREADABLE[code])
        self.code = code


UNREADABLE = {
    "not_utf8": ("请求体不是 UTF-8 编码，请转码后再提交。", "The body is not UTF-8."),
    "not_json": ("请求体不是有效的 JSON，请检查引号、逗号和括号。", "The body is not valid JSON."),
    "twice": ("请求体中同一项出现了两次，请只保留一项。", "A field stands twice in the body."),
    "too_deep": ("请求体的层次太深。", "The body is nested too deeply."),
    "broken": (
        "请求体没有完整到达或编码有误，请重新提交。",
        "The body arrived broken; send it again.",
    ),
}


class TooLarge(Refused):
    code = "too_large"

    def __init__(self, most: int) -> None:
        size = f"{most // 2**20} MB"
        super().__init__(
            f"内容过大，上限为 {size}，请减少文字或附件。", f"Too large: at most {size}."
        )


class WrongType(Refused):
    code = "wrong_content_type"

    def __init__(self, wanted: str) -> None:
        super().__init__(f"请使用 Content-Type: {wanted}。", f"Use Content-Type: {wanted}.")


class TooSlow(Refused):
    code = "too_slow"

    def __init__(self) -> None:
        super().__init__(
            "内容传送太慢，已中断，请检查网络后重新提交。",
            "The body came too slowly; send it again.",
        )


STATUS: dict[type[Refused], int] = {
    BadBody: 400,
    TooSlow: 408,
    TooLarge: 413,
    WrongType: 415,
    errors.NotPossible: 409,
    errors.Stale: 409,
    errors.NotAllowed: 403,
    errors.NoSuchCase: 404,
    errors.NotFound: 404,
    NotSigned: 401,
    WrongToken: 401,
    NoSuchTask: 404,
    NoReminder: 404,
    NotMade: 503,
    NoSuchAlert: 404,
    NoSuchArticle: 404,
    Rewritten: 409,
    DoorShut: 429,
    TooOften: 429,
    challenge.ChallengeNeeded: 429,
    errors.KeyInFlight: 409,
    errors.KeyExpired: 409,
    errors.KeyMismatch: 422,
    BadCursor: 422,
    SignInNeeded: 401,
    SignInWrong: 401,
    CrossSite: 403,
    scanning.Infected: 422,
    scanning.NotScanned: 503,
    factor.PasswordNeeded: 403,
    factor.FactorNeeded: 403,
}
PLAIN = {
    400: ("请求有误，无法识别。", "The request cannot be read."),
    404: ("没有这个地址。", "There is no such address."),
    405: ("这个地址不接受该方法。", "Method not allowed here."),
    413: ("内容过大，请减少文字或附件。", "Too large."),
    415: ("不支持这种内容类型。", "This content type is not taken."),
    500: ("服务内部出错，已记录，请稍后再试。", "Something went wrong and was recorded."),
    503: (
        "服务暂时不可用，请稍后再试；已收到的诉求不会丢失。",
        "Not available right now; try again.",
    ),
}


@dataclass(frozen=True)
class Problem:
    """A problem as RFC 9457 has it, and what pages show of it."""

    status: int
    code: str
    detail: str
    errors: tuple[dict[str, str], ...] = ()
    extra: dict[str, Any] | None = None
    retry_after: int | None = None
    allow: str = ""  # the methods that an address does take

    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "type": f"urn:hotline:problem:{self.code}",
            "title": self.code,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            found["errors"] = list(self.errors)
        return found | (self.extra or {})

    def response(self) -> web.Response:
        text = json.dumps(self.body(), ensure_ascii=False)
        answer = web.Response(
            status=self.status, text=text, content_type="application/problem+json", charset="utf-8"
        )
        if self.retry_after is not None:
            answer.headers["Retry-After"] = str(self.retry_after)
        if self.allow:
            answer.headers["Allow"] = self.allow
        return answer


def of_refusal(refusal: Refused, language: str) -> Problem:
    status = next((s for kind, s in STATUS.items() if isinstance(refusal, kind)), 409)
    detail = refusal.en if language == "en" else refusal.zh
    stale = {"version": refusal.version} if isinstance(refusal, errors.Stale) else None
    extra = getattr(refusal, "extra", stale)
    told: tuple[dict[str, str], ...] = ()
    if refusal.field:
        told = ({"field": refusal.field, "code": refusal.code, "message": detail},)
    return Problem(status, refusal.code, detail, told, extra, getattr(refusal, "retry_after", None))


def of_form(problems: list[FieldProblem], language: str) -> Problem:
    told = tuple(
        {"field": one.field, "code": one.code, "message": one.en if language == "en" else one.zh}
        for one in problems
    )
    detail = "; ".join(one["message"] for one in told[:3])
    return Problem(422, "bad_form", detail, told)


def plain(status: int, language: str, code: str = "") -> Problem:
    zh, en = PLAIN.get(status, PLAIN[400])
    return Problem(status, code or f"http_{status}", en if language == "en" else zh)


def _methods(request: web.Request) -> str:
    """What this very address takes; a pattern that would take it for a name does not count."""
    fitting = [one for one in request.app.router.resources() if _fits(one, request)]
    found = [one for one in fitting if one.canonical == request.path] or fitting
    return ",".join(sorted({route.method for one in found for route in one}))


def _fits(resource: web.AbstractResource, request: web.Request) -> bool:
    pattern = resource.get_info().get("pattern")
    return resource.canonical == request.path or bool(pattern and pattern.fullmatch(request.path))


def of_error(error: BaseException, request: web.Request) -> Problem:
    """Any exception of a handler as a problem; what nobody foresaw is logged under an id."""
    language = request.get(LANGUAGE, "zh")
    if isinstance(error, Refused):
        return of_refusal(error, language)
    if isinstance(error, BadForm):
        return of_form(error.problems, language)
    if isinstance(error, web.HTTPException):
        allow = _methods(request) if error.status == 405 else ""
        return replace(plain(error.status, language), allow=allow)
    if unavailable(error):
        # The driver's own sentence tells the cause; the wrapper's would quote what was bound.
        cause = str(getattr(error, "orig", ""))[:200]
        log.error("database.away", error=type(error).__name__, cause=cause)
        return Problem(503, "unavailable", plain(503, language).detail, retry_after=5)
    incident = secrets.token_hex(6)
    log.error("request.failed", incident=incident, error=type(error).__name__, exc_info=error)
    return Problem(500, "internal", plain(500, language).detail, extra={"incident": incident})
