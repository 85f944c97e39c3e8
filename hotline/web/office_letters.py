"""Staff pages of the tray (来信隔离区): the list, one letter, and what is done with it."""

from typing import Any

from aiohttp import web
from pydantic import ValidationError

from channels.forms import BadForm, problems
from channels.mailbox.worker import Readers
from hotline.domain.errors import NotPossible, Refused
from hotline.flow import judging, lettershown, mailhealth
from hotline.flow.tray import ALARM_AFTER
from hotline.web import api_letters, forms
from hotline.web.bodies import chosen, number_of, whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE, READERS
from hotline.web.pages import render, see_other
from hotline.web.routing import Route

PAGE = 50


def lend_readers(app: web.Application) -> None:
    """A process that reads letters for who looks at them; started when somebody does."""
    app[READERS] = Readers(1)

    async def end(app: web.Application) -> None:
        await app[READERS].close()

    app.on_cleanup.append(end)


async def letters(request: web.Request) -> web.Response:
    centre, actor = request.app[CENTRE], request[ACTOR]
    kind = chosen(request, "kind", api_letters.KINDS)
    below = whole(request, "below", 0, 999_999_999) or None
    found = await judging.listed(centre, actor, kind, below, PAGE)
    now, language = centre.now(), request[LANGUAGE]
    async with centre.look() as look:
        post = await mailhealth.standing(look)
    facts = {
        "letters": [
            {**api_letters.told(one, now), "at": one.received_at, "since": one.tray_at}
            for one in found
        ],
        "kind": kind,
        "kinds": [(one, api_letters.title(one, language)) for one in judging.choices(actor)],
        "older": found[-1].id if len(found) == PAGE else None,
        "done": request.query.get("done", ""),
        "late": ALARM_AFTER.total_seconds(),
        "broken": post.broken,
    }
    return render(request, "office/letters.html", facts)


async def letter(request: web.Request) -> web.Response:
    return await _letter(request, [], {})


async def _letter(
    request: web.Request, wrong: list[str], typed: dict[str, str], status: int = 200
) -> web.Response:
    centre, letter_id = request.app[CENTRE], api_letters.letter_of(request)
    charset = chosen(request, "charset", api_letters.CHARSETS)
    shown = await judging.show(
        centre, request.app[READERS], request[ACTOR], letter_id, charset or None
    )
    facts = {
        "shown": shown,
        "one": api_letters.told(shown.lying, centre.now()),
        "at": shown.lying.received_at,
        "wrong": wrong,
        "typed": typed,
        "charset": charset,
        "charsets": judging.CHARSETS,
    }
    return render(request, "office/letter.html", facts, status)


async def judge(request: web.Request) -> web.Response:
    """What was typed stays on the page when something is wrong with it."""
    posted = {name: values[-1] for name, values in (await forms.posted(request)).items()}
    english = request[LANGUAGE] == "en"
    typed = {name: posted.get(name, "") for name in ("act", "charset", "number", "reason")}
    try:
        wanted = api_letters.Judgement.model_validate(typed)
        outcome = await api_letters.judge(request, api_letters.letter_of(request), wanted)
    except ValidationError as error:
        wrong = problems(error, api_letters.NAMES)
        return await _letter(request, [one.en if english else one.zh for one in wrong], typed, 422)
    except BadForm as error:
        told = [one.en if english else one.zh for one in error.problems]
        return await _letter(request, told, typed, 422)
    except judging.NoSuchLetter:
        raise
    except (NotPossible, Refused) as error:
        return await _letter(request, [error.en if english else error.zh], typed, 409)
    return see_other(f"/office/quarantine?done={outcome}")


async def of_case(request: web.Request) -> web.Response:
    """What a citizen wrote about a case, as it was laid out."""
    number = number_of(request)
    found = await lettershown.of_case(
        request.app[CENTRE], request.app[READERS], request[ACTOR], number
    )
    told = {"number": number, "letters": found, "most": lettershown.MOST}
    return render(request, "office/case_letters.html", told)


def routes() -> list[Route]:
    desks = frozenset(judging.DESKS)

    def page(method: str, path: str, handler: Any, summary: str, who: Any = desks) -> Route:
        return Route(method, path, handler, who, summary, api=False)

    return [
        page("GET", "/office/quarantine", letters, "来信隔离区"),
        page("GET", "/office/quarantine/{id}", letter, "隔离的来信"),
        page("POST", "/office/quarantine/{id}", judge, "处理隔离的来信"),
        page("GET", "/office/cases/{number}/letters", of_case, "诉求的来信", lettershown.READERS),
    ]
