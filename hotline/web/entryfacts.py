"""What an act said, as staff read it under its line of the timeline: every fact with its name.

A field of the act is named as its form asks for it, so what was typed comes back under the same
words; `entrywords` has the rest. One place for the case's page, the order's and the call-back's.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from aiohttp import web

from hotline.domain.acts import ACTS
from hotline.domain.acts.asking import Ask
from hotline.domain.case import Case, Entry
from hotline.domain.order import AppealState
from hotline.domain.people import Actor, Tree
from hotline.domain.requests import GRANTORS
from hotline.domain.state import Action, State
from hotline.domain.words import (
    Cause,
    Channel,
    Kind,
    Named,
    Party,
    Ruling,
    Tongue,
    Urgency,
)
from hotline.web import dates
from hotline.web.entrywords import (
    CONFIDED,
    PART,
    PROMISES,
    STANDING,
    UNTOLD,
    UNTOLD_OF,
    WORDED,
)
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.schemas import asked, bare

CODES: Mapping[str, type[Named] | type[State] | type[Action]] = {
    "channel": Channel,
    "action": Action,
    "appeal": AppealState,
    "ruling": Ruling,
    "state": State,
    "type": Kind,
    "urgency": Urgency,
    "party": Party,
    "tongue": Tongue,
}


@dataclass(frozen=True)
class Desk:
    """Who reads it and in which language, and what a code of the case stands for."""

    case: Case
    tree: Tree
    actor: Actor
    language: str
    files: Mapping[str, str] = field(default_factory=dict)  # names by token

    def t(self, zh: str, en: str) -> str:
        return en if self.language == "en" else zh


def reader(
    request: web.Request, case: Case, files: Mapping[str, str] | None = None
) -> Callable[[Entry], list[tuple[str, str]]]:
    """For the page that is being made: what its macro asks for each entry."""
    tree, actor = request.app[CENTRE].rules.tree, request[ACTOR]
    desk = Desk(case, tree, actor, request[LANGUAGE], files or {})
    return lambda entry: told(entry, desk)


def waiting(case: Case, entries: Iterable[Entry]) -> list[Entry]:
    """The entries by which what now waits for 准/驳 was asked for."""
    asking = {one.id: one.kind for one in case.requests if one.state == "asked"}
    return [
        one
        for one in entries
        if one.after.get("request") in asking and asking[one.after["request"]] is one.action
    ]


def told(entry: Entry, desk: Desk) -> list[tuple[str, str]]:
    """What changed of the case, then what the act said; what was left empty is left out."""
    moved = [_changed(entry, key, desk) for key in STANDING if _moves(entry, key)]
    found = [(name, f"{was} → {now}") for name, was, now in moved if was != now]
    for key, value in _said(entry, desk.case).items():
        if not _hidden(entry.action, key, desk) and value not in (None, "", [], ()):
            found.append(_fact(entry, key, value, desk))
    return found


def _moves(entry: Entry, key: str) -> bool:
    """A first entry changes nothing: all of it is new."""
    return key in entry.after and key in entry.before


def _changed(entry: Entry, key: str, desk: Desk) -> tuple[str, str, str]:
    zh, en, how = STANDING[key]
    usual = Party.CITIZEN.value if key == "party" else None
    states = (one.get(key) or usual for one in (entry.before, entry.after))
    was, now = (_read(how, value, entry, desk) for value in states)
    return desk.t(zh, en), was, now


def _said(entry: Entry, case: Case) -> dict[str, Any]:
    """The act's own facts; a reply's lie one level deeper, and the one that stands is shown whole."""
    own = {key: value for key, value in entry.after.items() if key not in STANDING}
    reply = own.pop("reply", None) or {}
    if reply and reply.get("public_reply") == (case.reply or {}).get("public_reply"):
        reply = {key: value for key, value in reply.items() if key != "public_reply"}
    return {**reply, **own}


def _hidden(action: Action, key: str, desk: Desk) -> bool:
    if key in CONFIDED and desk.actor.of_department:
        return True
    return key in UNTOLD or key in UNTOLD_OF.get(action.value, ())


def _fact(entry: Entry, key: str, value: Any, desk: Desk) -> tuple[str, str]:
    asks = _asks(entry.action, key)
    if asks is None:
        zh, en, how = WORDED.get(key, (key, key, "plain"))
        return desk.t(zh, en), _read(how, value, entry, desk)
    kind, ask, _ = asks
    name = desk.t(ask.zh, ask.en.removesuffix("?"))
    if key == "handler" and entry.after.get("from"):
        return name, f"{entry.after['from']} → {value}"
    if ask.widget in ("department", "departments"):
        return name, _read("unit", value, entry, desk)
    if ask.widget in ("order", "attachments", "part"):
        return name, _read(WIDGETS[ask.widget], value, entry, desk)
    plain = bare(kind)
    if isinstance(plain, type) and issubclass(plain, Named):
        return name, _word(plain, value, desk)
    return name, _read("moment" if plain is datetime else "plain", value, entry, desk)


def _asks(action: Action, key: str) -> tuple[Any, Ask, bool] | None:
    """How a form asks for it: the act's own, else that of any act that has such a field."""
    own = asked(action).get(key) if action in ACTS else None
    if own is not None or key in WORDED:
        return own
    others = (asked(other).get(key) for other in ACTS)
    return next((one for one in others if one is not None and one[1].zh), None)


WIDGETS = {"order": "order", "attachments": "file", "part": "part"}


def _read(how: str, value: Any, entry: Entry, desk: Desk) -> str:
    if isinstance(value, list | tuple):
        return "；".join(_read(how, one, entry, desk) for one in value)
    if value is None or value == "":
        return "—"
    if how in CODES:
        return _word(CODES[how], value, desk)
    return READERS[how](value, entry, desk)


def _word(kind: Any, code: Any, desk: Desk) -> str:
    """A code in the field's own words; one from another version as it is."""
    try:
        return str(kind(code).name_in(desk.language))
    except ValueError:
        return str(code)


def _plain(value: Any, entry: Entry, desk: Desk) -> str:
    if isinstance(value, bool):
        return desk.t("是", "yes") if value else desk.t("否", "no")
    return value.isoformat() if isinstance(value, date) else str(value)


def _moment(value: Any, entry: Entry, desk: Desk) -> str:
    return dates.day(datetime.fromisoformat(str(value)), desk.language)


def _unit(value: Any, entry: Entry, desk: Desk) -> str:
    return desk.tree.named(str(value), entry.at)


def _order(value: Any, entry: Entry, desk: Desk) -> str:
    return next((o.number or str(o.id) for o in desk.case.orders if o.id == value), str(value))


def _request(value: Any, entry: Entry, desk: Desk) -> str:
    kinds = {one.id: one.kind for one in desk.case.requests}
    return kinds[value].name_in(desk.language) if value in kinds else str(value)


def _part(value: Any, entry: Entry, desk: Desk) -> str:
    part = desk.case.open_part(value) if isinstance(value, int) else None
    return _unit(part.department, entry, desk) if part else str(value)


def _file(value: Any, entry: Entry, desk: Desk) -> str:
    return desk.files.get(str(value)) or desk.t("文件", "a file")


def _grantor(value: Any, entry: Entry, desk: Desk) -> str:
    return desk.t(*GRANTORS.get(str(value), (str(value), str(value))))


def _promise(value: Any, entry: Entry, desk: Desk) -> str:
    """What a light is about: a promise, or a cause that is not one of time."""
    if value == "finish" and entry.after.get("part"):
        return desk.t(*PART)
    return desk.t(*PROMISES[value]) if value in PROMISES else _word(Cause, value, desk)


def _moved(value: Any, entry: Entry, desk: Desk) -> str:
    name = desk.t(*PART) if value["part"] else _promise(value["promise"], entry, desk)
    was, now = (_read("moment", value[key], entry, desk) for key in ("from", "to"))
    return f"{name} {was} → {now}"


def _topic(value: Any, entry: Entry, desk: Desk) -> str:
    return str(value).replace("/", " › ")


READERS: Mapping[str, Callable[[Any, Entry, Desk], str]] = {
    "plain": _plain,
    "moment": _moment,
    "unit": _unit,
    "order": _order,
    "part": _part,
    "request": _request,
    "file": _file,
    "grantor": _grantor,
    "promise": _promise,
    "moved": _moved,
    "topic": _topic,
}
