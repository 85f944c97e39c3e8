"""Calls, seats, call-back tasks, bulletins and restrictions as JSON: the one place that serialises them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline.flow.missed import Listed, Missing
from hotline.flow.phone import Pop, outcome_text
from hotline.flow.restrict import Rule
from hotline.flow.seating import AFTER_CALL, Board, Standing
from hotline.store.bulletins import Bulletin
from hotline.store.calls import Call
from hotline.store.restrict import Restriction
from hotline.store.seats import Seat
from hotline.web.shown import moment

PLAIN = (
    "call_id direction queue agent agents phase outcome wait_s talk_s hold_s legs transfers"
    " conferenced cause digit flags"
).split()
MOMENTS = ("offered_at", "queued_at", "answered_at", "ended_at")


def call(one: Call, language: str) -> dict[str, Any]:
    zh, en = outcome_text(one.outcome)
    return {
        **{name: getattr(one, name) for name in PLAIN},
        **{name: moment(getattr(one, name)) for name in MOMENTS},
        "number": one.masked,
        "outcome_text": en if language == "en" else zh,
    }


def whole(found: Pop, language: str) -> dict[str, Any]:
    recordings = [
        {"n": n, "sha256": one["sha256"], "seconds": one["seconds"]}
        for n, one in enumerate(found.recordings, 1)
    ]
    ties = [
        {**{name: tie[name] for name in ("number", "kind", "by")}, "at": moment(tie["at"])}
        for tie in found.tied
    ]
    acts = [
        {**{name: act[name] for name in ("by", "kind", "facts")}, "at": moment(act["at"])}
        for act in found.acts
    ]
    beside = {"recordings": recordings, "cases": ties, "acts": acts}
    return {**call(found.call, language), **beside}


def missed(one: Listed, now: datetime, language: str) -> dict[str, Any]:
    task = one.task
    end = task.ended_at or now
    return {
        **{name: getattr(task, name) for name in ("id", "queue", "reason", "state", "ended_by")},
        **{
            name: moment(getattr(task, name))
            for name in ("first_at", "last_at", "due_at", "ended_at")
        },
        "number": task.masked,
        "reason_text": Missing(task.reason).name_in(language),
        "calls": one.calls,
        "overdue": task.due_at < end,
        "tries": [{**tried.__dict__, "at": moment(tried.at)} for tried in one.tries],
    }


def seat(one: Seat | None, extension: str, language: str, username: str = "") -> dict[str, Any]:
    state = Standing(one.state) if one else Standing.OFFLINE
    writing = one is not None and state is Standing.AFTER_CALL
    return {
        "agent": one.agent if one else username,
        "username": (one.username if one else "") or username,
        "extension": extension,
        "state": state.value,
        "state_text": state.name_in(language),
        "since": moment(one.since) if one else None,
        "ready_at": moment(one.since + AFTER_CALL) if one and writing else None,
    }


def board(found: Board, measured: Mapping[str, dict[str, Any]], language: str) -> dict[str, Any]:
    return {
        "at": moment(found.at),
        "queues": list(found.queues),
        "seats": [seat(one, one.extension, language, one.username) for one in found.seats],
        "waiting": sum(one["waiting"] for one in found.queues),
        "recent": measured["recent"],
        "today": measured["today"],
        "missed_open": found.missed_open,
        "missed_late": found.missed_late,
    }


def bulletin(one: Bulletin) -> dict[str, Any]:
    moments = ("starts_at", "ends_at", "at", "withdrawn_at")
    return {**one.__dict__, **{name: moment(getattr(one, name)) for name in moments}}


def restriction(one: Restriction, language: str) -> dict[str, Any]:
    plain = ("id", "rule", "reason", "days", "call_id", "state", "asked_by", "ruled_by", "ruling")
    moments = ("asked_at", "ruled_at", "until")
    return {
        **{name: getattr(one, name) for name in plain},
        **{name: moment(getattr(one, name)) for name in moments},
        "number": one.masked,
        "rule_text": Rule(one.rule).name_in(language),
    }
