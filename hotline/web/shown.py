"""Cases and lists as JSON: the one place that serialises them, always masked."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from escalation.calendar import ZONE
from hotline.domain.case import Case, Entry
from hotline.domain.people import Actor, Tree
from hotline.domain.promises import Rules
from hotline.domain.state import State
from hotline.flow.citizen import Progress
from hotline.flow.repeats import Repeat
from hotline.flow.work import CaseView
from hotline.web import deadlines
from hotline.web.entrywords import CONFIDED


def answer(
    told: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """JSON as people can read it."""
    text = json.dumps(told, ensure_ascii=False)
    return web.Response(
        text=text, status=status, headers=headers, content_type="application/json", charset="utf-8"
    )


def moment(at: datetime | None) -> str | None:
    """RFC 3339 in the city's time."""
    return at.astimezone(ZONE).isoformat(timespec="seconds") if at else None


def progress(found: Progress) -> dict[str, Any]:
    """What the citizen may see."""
    told: dict[str, Any] = {
        "number": found.number,
        "state": found.state,
        "state_text": found.state_text,
        "received_at": moment(found.received_at),
        "type": found.type,
        "topic": found.topic,
        "department": found.department,
        "due_at": moment(found.due_at),
        "due_provisional": found.due_provisional,
        "due_explanation": found.due_explanation,
        "timeline": [
            {"at": moment(line["at"]), "action": line["action"], "text": line["text"]}
            for line in found.timeline
        ],
        "allowed_actions": [action.value for action in found.actions],
    }
    told |= {"notice": found.notice} if found.notice else {}
    return told | ({"reply": found.reply} if found.reply else {})


def case(view: CaseView, rules: Rules, language: str, actor: Actor) -> dict[str, Any]:
    one, tree = view.case, rules.tree
    return {
        "number": one.number,
        "version": one.version,
        "state": one.state.value,
        "state_text": one.state.zh,
        "type": one.type.value,
        "topic": one.topic,
        "urgency": one.urgency.value,
        "channel": one.channel.value,
        "received_at": moment(one.received_at),
        "due_at": moment(one.due_at),
        "closed_at": moment(one.closed_at),
        "department": one.lead,
        "department_name": tree.top(one.lead) if one.lead else None,
        "co_departments": [part.department for part in one.held_parts if part.kind == "cohandle"],
        "deadlines": deadlines.told(one, rules, language),
        "level": one.level,
        "suggestions": one.suggestions | {"repeats": [repeat(found) for found in view.repeats]},
        "title": one.title,
        "content": one.content,
        "district": one.district,
        "party": one.party.value,
        "language": one.language,
        "anonymous": one.anonymous,
        "confidential": one.confidential,
        "citizen": view.citizen,
        **_work(one, actor),
        "attachments": [
            {"token": kept.token, "name": kept.name, "size": kept.size, "type": kept.type}
            for kept in view.attachments
        ],
        "allowed_actions": view.actions,
    }


def repeat(found: Repeat) -> dict[str, Any]:
    """A likely repeat and why; of who wrote it only whether it was the same caller."""
    return {
        "number": found.number,
        "title": found.title,
        "state": found.state,
        "state_text": State(found.state).zh,
        "received_at": moment(found.received_at),
        "score": found.score,
        "matter": found.matter,
        "open": found.open,
        "same_caller": found.why.same_caller,
        "same_area": found.why.same_area,
        "identical": found.why.identical,
        "days": found.why.days,
        "shared": list(found.why.shared),
    }


def _work(one: Case, actor: Actor) -> dict[str, Any]:
    """What has been done with it so far."""
    return {
        "handler": one.handler,
        "round": one.round,
        "returns": one.returns,
        "parent": one.parent,
        "previous": one.previous,
        "reply": one.reply,
        "follow_up": _said(one.outcome, actor),
        "rating": _said(one.rating, actor),
        "notes": one.notes,
        "parts": [dict(part.__dict__) for part in one.parts],
        "requests": [_plain(request.__dict__) for request in one.requests],
        "orders": [_plain(order.__dict__) for order in one.orders],
    }


def _said(told: dict[str, Any] | None, actor: Actor) -> dict[str, Any] | None:
    """A rating as others count it: satisfaction is a number from 1 to 5."""
    if told is None:
        return None
    told = _not_confided(told, actor)
    if told.get("satisfaction") is None:
        return told
    return {**told, "satisfaction": int(told["satisfaction"])}


def _not_confided(told: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """A unit is not told by whom it is said to have pressed for a good rating."""
    return {key: told[key] for key in told if key not in CONFIDED or not actor.of_department}


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: moment(value)
        if isinstance(value, datetime)
        else value.isoformat()
        if hasattr(value, "isoformat")
        else value
        for name, value in facts.items()
    }


def row(found: Mapping[str, Any], tree: Tree) -> dict[str, Any]:
    """A case in a list."""
    return {
        **{name: found[name] for name in ("number", "version", "state", "type", "topic")},
        **{name: found[name] for name in ("urgency", "channel", "title", "district", "level")},
        **{name: found[name] for name in ("party", "language")},
        "state_text": State(found["state"]).zh,
        "department": found["lead"],
        "department_name": tree.top(found["lead"]) if found["lead"] else None,
        "received_at": moment(found["received_at"]),
        "due_at": moment(found["due_at"]),
        "closed_at": moment(found["closed_at"]),
    }


def entry(line: Entry, actor: Actor) -> dict[str, Any]:
    """A line of the timeline; without what the citizen said of a unit in confidence, for units."""
    return {
        "seq": line.seq,
        "at": moment(line.at),
        "action": line.action.value,
        "action_text": line.action.zh,
        "role": line.role,
        "actor": line.actor,
        "department": line.department,
        "origin": line.origin,
        "before": dict(line.before),
        "after": _not_confided(line.after, actor),
        "text": line.text,
        "public": line.public,
        "previous": line.previous,
        "hash": line.hash,
    }
