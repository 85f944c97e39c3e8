"""The dispatcher's rules as JSON: the list by version, its check, its dry run; decisions of a case."""

from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from channels.forms import BadForm, FieldProblem
from hotline.domain.errors import NotPossible
from hotline.domain.people import Tree
from hotline.flow import rules as flow
from hotline.flow import trial, work
from hotline.flow.classify import Why
from hotline.flow.rulebook import Example, Rule
from hotline.flow.rulecheck import Finding
from hotline.flow.rules import Traced, Unsound
from hotline.flow.trial import Trial
from hotline.store import rulebooks
from hotline.store.rulebooks import Edition
from hotline.web import ruleforms
from hotline.web.bodies import json_object, number_of, whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.shown import answer, moment

PAGE = 50
MOST_VERSION = 999_999_999


async def get_rules(request: web.Request) -> web.Response:
    version = whole(request, "version", 0, MOST_VERSION) or None
    try:
        return answer(edition(await flow.edition(request.app[CENTRE], version)))
    except NotPossible as error:
        raise BadForm([FieldProblem("version", "unknown", error.zh, error.en)]) from None


async def get_versions(request: web.Request) -> web.Response:
    below = whole(request, "below", 0, MOST_VERSION) or None
    limit = whole(request, "limit", PAGE, 200, 1)
    async with request.app[CENTRE].look() as look:
        found = await rulebooks.listed(look.connection, below, limit)
    items = [{**one, "at": moment(one["at"])} for one in found]
    older = items[-1]["version"] if len(items) == limit else None
    return answer({"items": items, "older": older})


async def put_rules(request: web.Request) -> web.Response:
    centre, made = request.app[CENTRE], ruleforms.read_book(await json_object(request))
    try:
        version = await flow.publish(centre, request[ACTOR], made)
    except Unsound as error:
        raise ruleforms.unsound(error) from None
    return answer(edition(await flow.edition(centre, version)))


async def post_check(request: web.Request) -> web.Response:
    made = ruleforms.read_book(await json_object(request))
    return answer(findings(await flow.check(request.app[CENTRE], made), request[LANGUAGE]))


async def post_try(request: web.Request) -> web.Response:
    centre = request.app[CENTRE]
    days, made = ruleforms.read_trial(await json_object(request))
    book = flow.book_of(made) if made else centre.city.book
    return answer(trial_told(await trial.dry_run(centre, book, days), centre.rules.tree))


async def get_decisions(request: web.Request) -> web.Response:
    """What was suggested and decided of a case the caller may see, with every rule tried."""
    centre = request.app[CENTRE]
    view = await work.view(centre, number_of(request), request[ACTOR])
    made, traced = await flow.trace(centre, view.case)
    language = request[LANGUAGE]
    items = [decision(one, language) for one in made]
    return answer({"items": items, "trace": [tried(one, language) for one in traced]})


def edition(made: Edition) -> dict[str, Any]:
    return {
        "version": made.version,
        "at": moment(made.at),
        "by": made.by,
        "note": made.note,
        "rules": [Rule.of(one).facts() for one in made.rules],
        "examples": [dict(Example(**dict(one)).__dict__) for one in made.examples],
    }


def findings(found: Iterable[Finding], language: str) -> dict[str, Any]:
    items = [
        {
            **{name: getattr(one, name) for name in ("code", "rule", "other", "error")},
            "text": one.en if language == "en" else one.zh,
        }
        for one in found
    ]
    errors = sum(one["error"] for one in items)
    return {"errors": errors, "warnings": len(items) - errors, "items": items}


def trial_told(found: Trial, tree: Tree) -> dict[str, Any]:
    def name(code: str | None) -> str | None:
        return tree.top(code) if code else None

    items = [
        {
            **{key: getattr(one, key) for key in ("number", "topic", "before", "after", "lead")},
            **{key: getattr(one, key) for key in ("rule_before", "rule_after", "problem")},
            "before_name": name(one.before),
            "after_name": name(one.after),
        }
        for one in found.moved
    ]
    plain = ("days", "cases", "whole", "failed", "right_before", "right_after")
    ways = [
        {"before": before or None, "after": after or None, "cases": n}
        for (before, after), n in found.ways.most_common(200)
    ]
    told = {name: getattr(found, name) for name in plain}
    return {**told, "moved": found.moved_in_all, "ways": ways, "items": items}


def decision(one: Mapping[str, Any], language: str) -> dict[str, Any]:
    plain = "act role actor automatic why model rules duty confidence overrode facts".split()
    told = {name: one[name] for name in plain}
    why = Why(one["why"]).name_in(language) if one["why"] else ""
    facts = {key: value for key, value in one["facts"].items() if key != "tried"}
    return {**told, "at": moment(one["at"]), "why_text": why, "facts": facts}


def tried(one: Traced, language: str) -> dict[str, Any]:
    return {
        "rule": one.rule.id,
        "result": one.sign.name.lower(),
        "result_text": one.sign.name_in(language),
        "department": one.rule.department,
        "words": one.rule.words,
    }
