"""The forms of staff pages: an action's fields made from its act, choices from the case and city."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, get_origin

from aiohttp import web

from hotline.domain.acts import ACTS
from hotline.domain.case import Case, Request
from hotline.domain.order import open_to, verdicts
from hotline.domain.people import Department, Tree
from hotline.domain.promises import Rules
from hotline.domain.state import Action
from hotline.domain.words import Channel, Judgement, Named
from hotline.flow.centre import Centre, City
from hotline.web import auth, pages, posting
from hotline.web.keys import CENTRE, SECRET
from hotline.web.problems import CrossSite
from hotline.web.schemas import asked, bare

CHANNELS = (
    Channel.PHONE,
    Channel.VISIT,
    Channel.LETTER,
    Channel.LEADER,
    Channel.MEDIA,
    Channel.OTHER,
)
LONG = 400  # from this length on a text gets a box of several lines
# Actions that end or undo something stand apart and are asked for twice by their look.
GRAVE = frozenset({Action.DECLINE, Action.REFER, Action.MERGE, Action.WITHDRAW, Action.TERMINATE})


@dataclass(frozen=True)
class Choice:
    value: str
    zh: str
    en: str
    group: str = ""


@dataclass(frozen=True)
class FormField:
    """One field as a page asks for it."""

    name: str
    zh: str
    en: str
    widget: str
    required: bool
    longest: int
    choices: Sequence[Choice] = ()
    several: bool = False
    value: str = ""


@dataclass(frozen=True)
class ActionForm:
    """An action that is possible now, with its fields."""

    action: Action
    fields: Sequence[FormField]
    grave: bool


EITHER = (Choice("yes", "是", "yes"), Choice("no", "否", "no"))


def form_of(centre: Centre, case: Case, action: Action) -> ActionForm:
    fields = [_field(centre, case, (action, name), told) for name, told in asked(action).items()]
    return ActionForm(action, fields, action in GRAVE)


def _field(
    centre: Centre, case: Case, which: tuple[Action, str], told: tuple[Any, Any, bool]
) -> FormField:
    action, name = which
    kind, ask, required = told
    plain = bare(kind)
    # A box can only say yes: where no is an answer of its own, it is asked for.
    asked_either = plain is bool and (required or kind is not bool)
    several = get_origin(plain) is tuple and ask.widget != "lines"
    return FormField(
        name=name,
        zh=ask.zh or name,
        en=ask.en or name,
        widget="select" if asked_either else _widget(plain, ask.widget, ask.longest),
        required=required,
        longest=ask.longest,
        choices=EITHER if asked_either else _choices(centre, case, plain, (action, ask.widget)),
        several=several,
        value="on"
        if ACTS[action].__dataclass_fields__[name].default is True
        else _value(case, name),
    )


def _widget(plain: Any, asked_for: str, longest: int) -> str:
    if asked_for in ("department", "departments", "order", "part", "request"):
        return "select"
    if asked_for:
        return asked_for
    if isinstance(plain, type) and issubclass(plain, Named):
        return "select"
    if plain is bool:
        return "box"
    if plain is date or plain is datetime:
        return "date" if plain is date else "moment"
    return "text" if longest >= LONG else "line"


def _choices(
    centre: Centre, case: Case, plain: Any, asked_for: tuple[Action, str]
) -> Sequence[Choice]:
    action, widget = asked_for
    if isinstance(plain, type) and issubclass(plain, Named):
        offered = verdicts(case.orders, case_open=case.open) if plain is Judgement else plain
        return [Choice(one.value, one.zh, one.en) for one in offered]
    if widget in ("department", "departments"):
        return departments(centre.rules.tree)
    if widget == "order":
        return [
            Choice(str(o.id), f"{o.number} {o.level}级", f"{o.number}, level {o.level}")
            for o in case.orders
            if open_to(action, o)
        ]
    if widget == "part":
        tree = centre.rules.tree
        return [
            Choice(str(p.id), f"{tree.top(p.department)}：{p.text[:20]}", p.department)
            for p in case.held_parts
        ]
    if widget == "request":
        return [_request(case, r, centre.rules) for r in case.requests if r.state == "asked"]
    return ()


def _request(case: Case, one: Request, rules: Rules) -> Choice:
    """What is asked for and how much of it; the grounds stand beside the form."""
    zh, en = one.kind.zh, one.kind.en
    terms = rules.terms.extension(case.type.value, case.urgency.value)
    if one.days and terms:
        zh, en = (
            f"{zh} {one.days} {terms.span.unit.zh}",
            f"{en}, {one.days} {terms.span.unit.value}",
        )
    if one.resume_on:
        zh, en = f"{zh}至 {one.resume_on}", f"{en} until {one.resume_on}"
    return Choice(str(one.id), f"{zh}：{one.reason[:20]}", f"{en}: {one.reason[:20]}")


def topics(city: City) -> list[str]:
    return ["/".join((t["level1"], t["level2"], t["level3"])) for t in city.topics]


def _value(case: Case, name: str) -> str:
    """What the field starts with: the suggestion, so that a click is enough where it is right."""
    routed = case.suggestions.get("route") or {}
    known = {
        "department": routed.get("department") or "",
        "topic": case.topic,
        "type": case.type.value,
        "urgency": case.urgency.value,
        "reason": "",
        "public_reply": case.endorsed or "",
        "party": case.party.value,
        "language": case.language,
    }
    return str(known.get(name, ""))


def departments(tree: Tree) -> list[Choice]:
    """Those that cases are dispatched to, the city's first, then by district."""

    def order(unit: Department) -> tuple[str, str]:
        return unit.district, unit.code

    found = sorted((u for u in tree.departments.values() if u.dispatchable), key=order)
    return [Choice(u.code, u.name, u.name, u.district or "市级") for u in found]


async def posted(request: web.Request) -> dict[str, list[str]]:
    """A staff form: from our own page, with the token that page was given."""
    found = await posting.posted(request)
    values = pages.texts(found)
    token = values.pop("token", [""])[-1]
    right = auth.form_token(request.app[CENTRE], request[SECRET])
    if not hmac.compare_digest(token.encode(), right.encode()):
        raise CrossSite
    return values


def nested(values: dict[str, list[str]]) -> dict[str, Any]:
    """The flat fields of the filing page as the interface's nested body."""
    body: dict[str, Any] = {"contact": {}, "place": {}}
    for name in ("title", "content", "type", "party", "language"):
        body[name] = values.get(name, [""])[-1]
    for name in ("anonymous", "confidential"):
        body[name] = values.get(name, [""])[-1] == "on"
    for name, group in (
        ("contact", ("name", "phone", "email")),
        ("place", ("address", "district")),
    ):
        for field in group:
            body[name][field] = values.get(f"{name}.{field}", [""])[-1]
    return body
