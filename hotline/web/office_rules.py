"""Staff pages of the dispatcher's rules: the list by version, what its check says, files out."""

from typing import Any

from aiohttp import web

from hotline.flow import rules as flow
from hotline.flow import rulewatch
from hotline.flow.rulebook import Rule
from hotline.flow.rules import READERS
from hotline.store import alarms, rulebooks
from hotline.web.bodies import whole
from hotline.web.keys import ACTOR, CENTRE
from hotline.web.pages import render
from hotline.web.routing import Route

PAGE = 50


async def listed(request: web.Request) -> web.Response:
    """The rules in force (or of an older version) page by page, what the check says, the versions."""
    centre = request.app[CENTRE]
    version = whole(request, "version", 0, 999_999_999) or None
    made = await flow.edition(centre, version)
    after = whole(request, "after", 0, 99_999)
    q = request.query.get("q", "").strip()[:100]
    numbered = [(n, Rule.of(one)) for n, one in enumerate(made.rules, 1)]
    fitting = [(n, rule) for n, rule in numbered if not q or q in _words(rule, request)]
    shown = [(n, rule) for n, rule in fitting if n > after][:PAGE]
    tests: dict[str, int] = {}
    for one in made.examples:
        tests[one["rule"]] = tests.get(one["rule"], 0) + 1
    async with centre.look() as look:
        versions = await rulebooks.listed(look.connection, limit=20)
        sounding = [a for a in await alarms.listed(look.connection) if a["kind"] == rulewatch.RULE]
    facts = {
        "made": made,
        "current": version in (None, centre.city.book.version),
        "shown": shown,
        "total": len(fitting),
        "next_after": shown[-1][0] if shown and shown[-1][0] < fitting[-1][0] else None,
        "q": q,
        "tests": tests,
        "versions": versions,
        "sounding": sounding,
        "findings": await rulewatch.findings(centre) if version is None and not after else [],
        "may_write": flow.may_write(request[ACTOR]),
        "saved": request.query.get("saved", ""),
    }
    return render(request, "office/rules.html", facts)


def _words(rule: Rule, request: web.Request) -> str:
    unit = request.app[CENTRE].rules.tree.top(rule.department)
    return " ".join([rule.id, *rule.levels, rule.words, unit, rule.department, rule.reason])


async def export_rules(request: web.Request) -> web.Response:
    return await _export(request, "rules")


async def export_tests(request: web.Request) -> web.Response:
    return await _export(request, "tests")


async def _export(request: web.Request, name: str) -> web.Response:
    made = await flow.edition(request.app[CENTRE])
    text = flow.rules_csv(made) if name == "rules" else flow.tests_csv(made)
    told = f'attachment; filename="{name}-{made.version}.csv"'
    headers = {"Content-Disposition": told, "Cache-Control": "no-store"}
    return web.Response(text=text, content_type="text/csv", charset="utf-8", headers=headers)


def routes() -> list[Route]:
    def page(path: str, handler: Any, summary: str) -> Route:
        return Route("GET", path, handler, READERS, summary, api=False)

    return [
        page("/office/rules", listed, "职责清单"),
        page("/office/rules/rules.csv", export_rules, "导出职责清单"),
        page("/office/rules/tests.csv", export_tests, "导出规则测试"),
    ]
