"""Staff pages that change the rules: one rule, files in, an older version; each tried before it holds."""

from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from channels.forms import BadForm, FieldProblem, clean
from hotline.domain.errors import NotAllowed, NotPossible, Refused
from hotline.flow import rules as flow
from hotline.flow import trial
from hotline.flow.rulebook import Rule
from hotline.flow.rulecheck import Finding
from hotline.flow.rules import READERS, TRIERS, WRITERS, Unsound
from hotline.flow.trial import Trial
from hotline.store import rulebooks
from hotline.store.rulebooks import Edition
from hotline.web import forms, posting, ruleforms
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routing import Route

MOST_BYTES = 2**20
NEW = "new"
DAYS = 30


async def rule(request: web.Request) -> web.Response:
    """One rule to be read or changed; `new`: a rule to be added."""
    made = await flow.edition(request.app[CENTRE])
    wanted = request.match_info["id"]
    places = {one["id"]: n for n, one in enumerate(made.rules, 1)}
    if wanted not in places and wanted != NEW:
        raise web.HTTPNotFound
    place = places.get(wanted, 1)
    rule = Rule.of(made.rules[place - 1]) if wanted in places else Rule("")
    typed = {**rule.facts(), "place": place, "examples": ruleforms.written(made, rule.id)}
    return _rule(request, {**typed, "version": made.version, "note": ""})


@dataclass(frozen=True)
class Outcome:
    """What came of a form: what is wrong, what the check found, what a dry run showed."""

    problems: tuple[FieldProblem, ...] = ()
    findings: tuple[Finding, ...] = ()
    trial: Trial | None = None
    status: int = 200


def _rule(request: web.Request, typed: dict[str, Any], came: Outcome | None = None) -> web.Response:
    came = came or Outcome()
    facts = {
        "typed": typed,
        "rule_id": request.match_info["id"],
        "new": NEW,
        "came": came,
        "problems": _told(request, came),
        "units": forms.departments(request.app[CENTRE].rules.tree),
        "all_units": sorted(
            request.app[CENTRE].rules.tree.departments.values(), key=lambda u: (u.district, u.code)
        ),
        "topics": forms.topics(request.app[CENTRE].city),
        "may_write": flow.may_write(request[ACTOR]),
        "may_try": request[ACTOR].role in TRIERS,
    }
    return render(request, "office/rule.html", facts, came.status)


def _told(request: web.Request, came: Outcome) -> dict[str, str]:
    english = request[LANGUAGE] == "en"
    return {one.field: one.en if english else one.zh for one in came.problems}


async def change(request: web.Request) -> web.StreamResponse:
    """Save, try or remove one rule; a dry run changes nothing, and keeps what was typed."""
    posted = await forms.posted(request)
    wanted, do = request.match_info["id"], posted.get("do", ["try"])[-1]
    told = ruleforms.typed(posted)
    plain = {name: posted.get(name, [""])[-1] for name in ("version", "place", "note", "examples")}
    typed = {**told, **plain}
    try:
        made = await _changed(request, (wanted, do), told, plain)
        came = await _do(request, made, do)
    except BadForm as error:
        return _rule(request, typed, Outcome(tuple(error.problems), status=422))
    except Refused as error:
        return _rule(request, typed, _refused(error))
    if came is None:
        return see_other("/office/rules?saved=1")
    return _rule(request, typed, came)


async def _changed(
    request: web.Request, which: tuple[str, str], told: dict[str, Any], plain: dict[str, str]
) -> Edition:
    """The list with the change in it, made from the version that the page showed."""
    wanted, do = which
    made = await flow.edition(request.app[CENTRE])
    if plain["version"] != str(made.version):
        raise rulebooks.overtaken()
    note = clean(plain["note"])[:300]
    if do == "remove":
        return replace(flow.without(made, wanted), note=note)
    rule = ruleforms.read_rule(told)
    place = int(plain["place"]) if plain["place"].isascii() and plain["place"].isdigit() else 1
    old = "" if wanted == NEW else wanted
    made = flow.with_rule(made, rule, place, old)
    examples = [one for one in made.examples if one["rule"] != rule.id]
    examples += ruleforms.read_examples(plain["examples"], rule.id)
    return replace(made, examples=examples, note=note)


async def _do(request: web.Request, made: Edition, do: str) -> Outcome | None:
    """None: it is in force; otherwise what a dry run showed."""
    centre = request.app[CENTRE]
    if do in ("save", "remove"):
        if request[ACTOR].role not in WRITERS:
            raise NotAllowed("职责清单由值班长或热线办主任修改。", "Not for your role.")
        await flow.publish(centre, request[ACTOR], made)
        return None
    found = await flow.check(centre, made)
    came = await trial.dry_run(centre, flow.book_of(made), DAYS)
    return Outcome(findings=tuple(found), trial=came)


def _refused(error: Refused) -> Outcome:
    if isinstance(error, Unsound):
        return Outcome(findings=tuple(error.findings), status=409)
    wrong = FieldProblem(error.field or "rule", error.code, error.zh, error.en)
    return Outcome((wrong,), status=409)


async def files(request: web.Request) -> web.Response:
    return _files(request, {"rules": "", "tests": "", "note": "", "version": ""}, Outcome())


def _files(request: web.Request, typed: dict[str, str], came: Outcome) -> web.Response:
    facts = {"typed": typed, "came": came, "problems": _told(request, came)}
    facts["may_write"] = flow.may_write(request[ACTOR])
    facts["may_try"] = request[ACTOR].role in TRIERS
    return render(request, "office/rulefiles.html", facts, came.status)


async def bring(request: web.Request) -> web.StreamResponse:
    """A whole list from files, or an older version: tried first, then put in force."""
    texts = await forms.posted(request)
    posted = await posting.posted(request)
    do = texts.get("do", ["try"])[-1]
    typed = {name: texts.get(name, [""])[-1] for name in ("rules", "tests", "note", "version")}
    try:
        for name in ("rules", "tests"):
            typed[name] = _uploaded(posted.get(f"{name}_file")) or typed[name]
        made = await _brought(request, typed)
        came = await _do(request, made, "save" if do == "save" else "try")
    except BadForm as error:
        return _files(request, typed, Outcome(tuple(error.problems), status=422))
    except Refused as error:
        return _files(request, typed, _refused(error))
    return see_other("/office/rules?saved=1") if came is None else _files(request, typed, came)


def _uploaded(field: Any) -> str:
    if not isinstance(field, FileField):
        return ""
    body = field.file.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise NotPossible("文件不能超过 1 MB。", "At most 1 MB.")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotPossible("文件须为 UTF-8 或 GB18030 编码的 CSV。", "CSV in UTF-8 or GB18030.")


async def _brought(request: web.Request, typed: dict[str, str]) -> Edition:
    centre = request.app[CENTRE]
    now = await flow.edition(centre)
    note = clean(typed["note"])[:300]
    if typed["version"].isascii() and typed["version"].isdigit():
        then = await flow.edition(centre, int(typed["version"][:9]))
        return replace(then, version=now.version, note=note or f"恢复第 {then.version} 版")
    if not typed["rules"].strip():
        raise NotPossible("请选择职责清单文件。", "Choose the file.", field="rules_file")
    return flow.brought(now, typed["rules"].encode(), typed["tests"].encode(), note)


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str) -> Route:
        who = READERS if method == "GET" else TRIERS
        return Route(method, path, handler, who, summary, api=False)

    return [
        page("GET", "/office/rules/files", files, "导入职责清单"),
        page("POST", "/office/rules/files", bring, "导入职责清单"),
        page("GET", "/office/rules/of/{id}", rule, "规则"),
        page("POST", "/office/rules/of/{id}", change, "修改规则"),
    ]
