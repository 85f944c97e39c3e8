"""The JSON interface of the tray: letters that somebody must look at."""

from datetime import datetime
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import ValidationError

from channels.forms import BadForm, FieldProblem, Form, line, one_of, problems
from hotline.flow import judging
from hotline.flow.judging import NoSuchLetter
from hotline.flow.tray import Why
from hotline.store.traylist import BY_ITSELF, Lying
from hotline.web import answers_letters
from hotline.web.bodies import chosen, json_object, whole
from hotline.web.keys import ACTOR, CENTRE, READERS
from hotline.web.routes_desk import PAGE
from hotline.web.routing import Param, Route
from hotline.web.shown import answer, moment

KINDS = frozenset({*(why.value for why in Why), *BY_ITSELF})
CHARSETS = frozenset(judging.CHARSETS)
NAMES = {"act": "处理方式", "charset": "字符集", "number": "诉求编号", "reason": "理由"}
TITLES = {"automatic": ("自动邮件", "automatic mail"), "bounce": ("退信", "bounce")}


class Judgement(Form):
    """What is to become of it: read again, joined to a case, a new case, or nothing."""

    act: Literal["replay", "link", "file", "dismiss"]
    charset: Annotated[line(20), one_of("", *sorted(CHARSETS))] = ""  # type: ignore[valid-type]
    number: line(20) = ""  # type: ignore[valid-type]
    reason: line(500) = ""  # type: ignore[valid-type]


def title(kind: str, language: str = "zh") -> str:
    zh, en = TITLES.get(kind) or (Why(kind).zh, Why(kind).en)
    return en if language == "en" else zh


def told(one: Lying, now: datetime) -> dict[str, Any]:
    kind = one.tray or one.outcome
    waiting = int((now - one.tray_at).total_seconds()) if one.tray and one.tray_at else None
    plain = ("id", "mailbox", "size", "outcome", "problem", "number", "subject", "sender")
    return {
        **{name: getattr(one, name) for name in plain},
        "kind": kind,
        "kind_text": title(kind),
        "received_at": moment(one.received_at),
        "waiting_seconds": max(0, waiting) if waiting is not None else None,
        "marks": [{"check": name, "reason": reason} for name, reason in one.marks],
    }


async def get_letters(request: web.Request) -> web.Response:
    centre, limit = request.app[CENTRE], whole(request, "limit", 50, 200, 1)
    kind, below = chosen(request, "kind", KINDS), whole(request, "below", 0, 999_999_999) or None
    found = await judging.listed(centre, request[ACTOR], kind, below, limit)
    older = found[-1].id if len(found) == limit else None
    return answer({"items": [told(one, centre.now()) for one in found], "older": older})


def letter_of(request: web.Request) -> int:
    text = request.match_info["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NoSuchLetter
    return int(text)


async def get_letter(request: web.Request) -> web.Response:
    centre, charset = request.app[CENTRE], chosen(request, "charset", CHARSETS) or None
    shown = await judging.show(
        centre, request.app[READERS], request[ACTOR], letter_of(request), charset
    )
    return answer(
        {
            **told(shown.lying, centre.now()),
            "subject": shown.subject or shown.lying.subject,
            "sender": shown.sender or shown.lying.sender,
            "text": shown.text,
            "attachments": [{"name": name, "size": size} for name, size in shown.attachments],
            "unreadable": shown.unreadable,
        }
    )


async def post_judgement(request: web.Request) -> web.Response:
    try:
        wanted = Judgement.model_validate(await json_object(request))
    except ValidationError as error:
        raise BadForm(problems(error, NAMES)) from None
    outcome = await judge(request, letter_of(request), wanted)
    return answer({"id": letter_of(request), "outcome": outcome})


async def judge(request: web.Request, letter_id: int, wanted: Judgement) -> str:
    """The one judgement that was asked for; returns the letter's outcome."""
    centre, readers, actor = request.app[CENTRE], request.app[READERS], request[ACTOR]
    if wanted.charset and wanted.charset not in CHARSETS:
        raise BadForm([FieldProblem("charset", "enum", "没有这个字符集。", "No such charset.")])
    if wanted.act == "replay":
        return await judging.replay(centre, readers, actor, letter_id, wanted.charset or None)
    if wanted.act == "link":
        if not wanted.number:
            wrong = FieldProblem("number", "missing", "请填写诉求编号。", "Give the case's number.")
            raise BadForm([wrong])
        return await judging.link(centre, readers, actor, letter_id, wanted.number)
    if wanted.act == "file":
        return await judging.open_case(centre, readers, actor, letter_id)
    return await judging.dismiss(centre, actor, letter_id, wanted.reason)


def routes() -> list[Route]:
    every, who = "/api/v1/quarantine", frozenset(judging.DESKS)
    one = every + "/{id}"
    of_kind = Param("kind", "query", "原因", schema={"type": "string", "enum": sorted(KINDS)})
    read_as = Param(
        "charset", "query", "字符集", schema={"type": "string", "enum": sorted(CHARSETS)}
    )

    def of(summary: str, kind: Any, **more: Any) -> dict[str, Any]:
        return {"summary": summary, "answers": {200: summary}, "told": kind, **more}

    listed = of("来信隔离区", answers_letters.LettersLying, params=(of_kind, *PAGE))
    shown = of("查看隔离的来信", answers_letters.LetterShown, params=(read_as,))
    judged = of("处理隔离的来信", answers_letters.LetterJudged, body=Judgement)
    return [
        Route("GET", every, get_letters, who, **listed),
        Route("GET", one, get_letter, who, **shown),
        Route("POST", one + "/judgement", post_judgement, who, **judged),
    ]
