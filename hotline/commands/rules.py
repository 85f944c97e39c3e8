"""The dispatcher's rules at the terminal: list, check, try on past cases, export, import."""

import json
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from hotline.commands.failing import Failed
from hotline.commands.opening import centre_of, say
from hotline.config import Settings
from hotline.domain.errors import Refused
from hotline.domain.people import OPERATOR, Tree
from hotline.flow import rules as flow
from hotline.flow import trial
from hotline.flow.centre import Centre
from hotline.flow.rulebook import Rule
from hotline.flow.rulecheck import Finding
from hotline.flow.rules import Unsound
from hotline.flow.trial import Trial
from hotline.store.rulebooks import Edition
from hotline.web import api_rules

ALL = 10_000_000
SHOWN = 40


@dataclass(frozen=True)
class Asked:
    """What is to be done with the rules; without a file, with those in force."""

    doing: str
    file: Path | None = None
    tests: Path | None = None
    days: int = 30
    note: str = ""
    as_json: bool = False


def asked(told: Namespace) -> Asked:
    named = ("file", "tests", "days", "note")
    given = {name: getattr(told, name) for name in named if getattr(told, name, None) is not None}
    return Asked(told.doing, as_json=getattr(told, "json", False), **given)


async def run(settings: Settings, wanted: Asked) -> int:
    """0: done, nothing wrong; 1: the check found an error, or nothing was put in force."""
    async with centre_of(settings, make=False) as centre:
        try:
            return await _run(centre, wanted)
        except Unsound as error:
            _tell(error.findings)
            raise Failed(f"{error.zh} / {error.en}") from None
        except Refused as error:
            raise Failed(f"{error.zh} / {error.en}") from None


async def _run(centre: Centre, wanted: Asked) -> int:
    made = await flow.edition(centre)
    if wanted.doing == "list":
        return _list(made, centre.rules.tree)
    if wanted.doing == "export":
        return _export(made, wanted)
    if wanted.file is not None:
        tests = _body(wanted.tests) if wanted.tests else b""
        made = flow.brought(made, _body(wanted.file), tests, wanted.note)
    if wanted.doing == "import":
        version = await flow.publish(centre, OPERATOR, made)
        say(f"第 {version} 版已生效，规则 {len(made.rules)} 条 / version {version} is in force")
        return 0
    if wanted.doing == "check":
        return _check(await flow.check(centre, made), as_json=wanted.as_json)
    found = await trial.dry_run(centre, flow.book_of(made), wanted.days, ALL)
    if wanted.as_json:
        say(json.dumps(api_rules.trial_told(found, centre.rules.tree), ensure_ascii=False))
    else:
        _show(found, centre.rules.tree)
    return 0


def _body(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Failed(f"读不了 {path}：{error.strerror} / cannot be read") from None


def _list(made: Edition, tree: Tree) -> int:
    say(f"第 {made.version} 版 / version {made.version}: {made.by} {made.note}".rstrip())
    for n, rule in enumerate(map(Rule.of, made.rules), 1):
        words = f"\t{rule.words}" if rule.words else ""
        say(f"{n}\t{rule.id}\t{'/'.join(rule.levels)}\t{tree.top(rule.department)}{words}")
    return 0


def _export(made: Edition, wanted: Asked) -> int:
    if wanted.file is None:
        raise Failed("请写明文件 / name a file")
    for path, text in ((wanted.file, flow.rules_csv(made)), (wanted.tests, flow.tests_csv(made))):
        if path is not None:
            try:
                path.write_text(text, "utf-8", newline="")
            except OSError as error:
                raise Failed(f"写不了 {path}：{error.strerror} / cannot be written") from None
            say(f"已导出 / exported: {path}")
    return 0


def _check(found: Sequence[Finding], *, as_json: bool) -> int:
    errors = sum(one.error for one in found)
    if as_json:
        say(json.dumps(api_rules.findings(found, "zh"), ensure_ascii=False))
    else:
        _tell(found)
        warnings = len(found) - errors
        say(f"错误 {errors}，提醒 {warnings} / errors {errors}, warnings {warnings}")
    return int(bool(errors))


def _tell(found: Sequence[Finding]) -> None:
    for one in found:
        mark = "✗" if one.error else "!"
        say(f"{mark} {one.rule or '—'}：{one.zh} / {one.en}")


def _show(found: Trial, tree: Tree) -> None:
    console = Console(width=None if Console().is_terminal else 120)
    title = f"最近 {found.days} 天 {found.cases} 件，改派 {found.moved_in_all} 件 / would move"
    ways = Table("原派往 / before", "改派往 / after", "件 / cases", title=title)
    for (before, after), n in found.ways.most_common(SHOWN):
        ways.add_row(tree.top(before) or "人工", tree.top(after) or "人工", str(n))
    console.print(ways)
    cases = Table("诉求 / case", "事项 / topic", "原规则 / rule", "新规则 / rule", "主办 / lead")
    for one in found.moved[:SHOWN]:
        lead = tree.top(one.lead) if one.lead else "—"
        after = one.problem or one.rule_after or "—"
        cases.add_row(one.number, one.topic, one.rule_before or "—", after, lead)
    if found.moved:
        console.print(cases)
    say("什么都没有改变 / nothing was changed")
