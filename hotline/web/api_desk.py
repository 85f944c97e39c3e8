"""The JSON interface of the desks: notices, duty rosters, call tasks."""

from typing import Annotated, Any, TypeVar

from aiohttp import web
from pydantic import Field, ValidationError

from channels.forms import BadForm, Form, line, problems, words
from hotline.domain.people import Tree
from hotline.domain.roster import Person, Roster, on_duty
from hotline.domain.shanghai import city_day
from hotline.flow import duty, notify, ringing, unread
from hotline.flow.ringing import Outcome, Ringing
from hotline.web import rosterforms
from hotline.web.bodies import chosen, json_object, whole
from hotline.web.keys import ACTOR, CENTRE
from hotline.web.shown import answer, moment

NAMES = {
    "up_to": "通知编号",
    "person": "接听人",
    "outcome": "拨打结果",
    "text": "说明",
    "acknowledged": "是否接听确认",
    "seen": "已知的拨打次数",
}
MOST_ID = 2**31 - 1
F = TypeVar("F", bound=Form)


class ReadUpTo(Form):
    up_to: Annotated[int, Field(ge=0, le=MOST_ID)]


class TryForm(Form):
    """A try at the telephone: who was rung, what came of it, what was said."""

    person: line(60, needed=True)  # type: ignore[valid-type]
    outcome: Outcome
    text: words(500) = ""  # type: ignore[valid-type]
    acknowledged: bool = True
    seen: Annotated[int, Field(ge=0, le=9999)] | None = None


async def get_notices(request: web.Request) -> web.Response:
    centre, actor = request.app[CENTRE], request[ACTOR]
    limit = whole(request, "limit", 50, 200, 1)
    below = whole(request, "below", 0, 999_999_999) or None
    mark = await unread.mark(centre, actor)
    found = await notify.desk_messages(centre, actor, below, limit)
    badge = await unread.badge(centre, actor)
    items = [
        {
            **{name: one[name] for name in ("id", "about", "subject", "text", "level")},
            "at": moment(one["created_at"]),  # type: ignore[arg-type]
            "unread": int(str(one["id"])) > mark,
        }
        for one in found
    ]
    older = items[-1]["id"] if len(items) == limit else None
    told = {"items": items, "older": older, "unread": badge.unread, "calls": badge.calls}
    return answer(told)


async def post_read(request: web.Request) -> web.Response:
    told = _form(ReadUpTo, await json_object(request))
    await unread.read_up_to(request.app[CENTRE], request[ACTOR], told.up_to)
    badge = await unread.badge(request.app[CENTRE], request[ACTOR])
    return answer({"unread": badge.unread, "calls": badge.calls})


def _form(kind: type[F], body: Any) -> F:
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        raise BadForm(problems(error, NAMES)) from None


def code_of(request: web.Request) -> str:
    """A department that there is; 404 for any other."""
    code = request.match_info["code"][:40]
    if code not in request.app[CENTRE].rules.tree.departments:
        raise web.HTTPNotFound
    return code


async def get_departments(request: web.Request) -> web.Response:
    """The units by code, those merged or closed with who has their work now."""
    units = request.app[CENTRE].rules.tree.departments
    names = ("code", "name", "parent", "level", "district", "heir")
    items = [
        {name: getattr(unit, name) for name in names}
        | {"dispatchable": unit.dispatchable and not unit.heir}
        for _, unit in sorted(units.items())
    ]
    return answer({"items": items})


async def get_roster(request: web.Request) -> web.Response:
    found = await duty.read(request.app[CENTRE], request[ACTOR], code_of(request))
    return _roster(request, found)


async def put_roster(request: web.Request) -> web.Response:
    version, people = rosterforms.read(await json_object(request))
    code = code_of(request)
    found = await duty.write(request.app[CENTRE], request[ACTOR], code, version, people)
    return _roster(request, found)


def _roster(request: web.Request, found: Roster) -> web.Response:
    centre = request.app[CENTRE]
    today = city_day(centre.now())
    people = [{**person(one), "absent": one.absent(today)} for one in found.people]
    standing = [
        {
            "duty": one.duty.value,
            "duty_text": one.duty.zh,
            "name": one.person.name,
            "phone": one.person.phone,
            "instead_of": one.instead_of or None,
        }
        for one in on_duty(found.people, today)
    ]
    return answer(
        {
            "department": found.department,
            "department_name": centre.rules.tree.top(found.department),
            "version": found.version,
            "people": people,
            "on_duty": standing,
        }
    )


def person(one: Person) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in ("name", "phone", "email")},
        "duty": one.duty.value,
        "duty_text": one.duty.zh,
        "deputies": list(one.deputies),
        "absences": [
            {"from": away.first.isoformat(), "to": away.last.isoformat()} for away in one.absences
        ],
    }


STATES = frozenset({"open", "acknowledged", "closed"})


async def get_tasks(request: web.Request) -> web.Response:
    limit = whole(request, "limit", 50, 200, 1)
    found = await ringing.listed(
        request.app[CENTRE],
        request[ACTOR],
        state=chosen(request, "state", STATES),
        below=whole(request, "below", 0, 999_999_999) or None,
        limit=limit,
    )
    tree = request.app[CENTRE].rules.tree
    older = found[-1].task.id if len(found) == limit else None
    return answer({"items": [_task(one, tree) for one in found], "older": older})


def task_of(request: web.Request) -> int:
    told = request.match_info["id"]
    if not (told.isascii() and told.isdigit() and len(told) < 10):
        raise ringing.NoSuchTask
    return int(told)


async def post_try(request: web.Request) -> web.Response:
    told = _form(TryForm, await json_object(request))
    made = ringing.Tried(**told.model_dump())
    found = await ringing.tried(request.app[CENTRE], request[ACTOR], task_of(request), made)
    return answer(_task(found, request.app[CENTRE].rules.tree))


def _task(one: Ringing, tree: Tree) -> dict[str, Any]:
    task = one.task
    return {
        **{name: getattr(task, name) for name in ("id", "number", "title", "department", "state")},
        "department_name": tree.top(task.department),
        "opened_at": moment(task.opened_at),
        "ended_at": moment(task.ended_at),
        "reminders": task.reminders,
        "answered_by": task.answered_by,
        "reason": task.reason,
        "tries": [{**tried.__dict__, "at": moment(tried.at)} for tried in task.tried],
        "ring": [
            {"name": who.name, "duty": who.duty.value, "duty_text": who.duty.zh, "phone": who.phone}
            for who in one.people
        ],
        "switchboard": one.switchboard,
    }
