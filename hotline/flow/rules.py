"""The dispatcher's rules: who may see and change them, putting a list in force, CSV in and out."""

import asyncio
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hotline.domain import cells
from hotline.domain.case import Case
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.people import Actor, Tree
from hotline.domain.words import Role
from hotline.flow import rulecheck
from hotline.flow.centre import Centre
from hotline.flow.rulebook import Example, Rule, RuleBook, Sign
from hotline.flow.rulecheck import Finding
from hotline.store import acts, catalogue, decisions, rulebooks
from hotline.store.rulebooks import Edition

WRITERS = frozenset({Role.SHIFT_LEAD, Role.DIRECTOR})  # who answer for where cases go
TRIERS = WRITERS | {Role.DISPATCHER}  # a dry run shows cases
READERS = TRIERS | {Role.SYSADMIN}
RULE_COLUMNS = tuple(Rule.__dataclass_fields__)
TEST_COLUMNS = ("rule", "topic", "district", "text", "department")
MOST = 2000  # rules, and tests: six times what a city has
YES = frozenset({"yes", "是", "true", "1"})


class Unsound(NotPossible):
    """A list with errors is not put in force; they are all told."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = [one for one in findings if one.error]
        first = self.findings[0]
        super().__init__(
            f"有 {len(self.findings)} 处错误，未生效；规则“{first.rule}”：{first.zh}。",
            f"{len(self.findings)} errors, not put in force; {first.rule}: {first.en}.",
        )


def may_write(actor: Actor) -> bool:
    return actor.role in WRITERS or actor.role is Role.OPERATOR


async def edition(centre: Centre, version: int | None = None) -> Edition:
    async with centre.look() as look:
        found = await rulebooks.read(look.connection, version)
    if found is None:
        raise NotPossible("没有这一版职责清单。", "There is no such version of the rules.")
    return found


def book_of(made: Edition) -> RuleBook:
    """The book of an edition that people wrote; a field of the wrong kind is told, not raised."""
    try:
        return RuleBook.of(made.version, made.rules, made.examples)
    except (TypeError, ValueError):
        raise NotPossible(
            "规则的格式不对，请对照导出的文件修改。", "The rules are not in the exported form."
        ) from None


async def check(centre: Centre, made: Edition) -> list[Finding]:
    """What there is to say of a list that may not be in force yet."""
    async with centre.look() as look:
        units = await catalogue.departments(look.connection)
        topics = await catalogue.topics(look.connection)
    levels = [(one["level1"], one["level2"], one["level3"]) for one in topics]
    city = rulecheck.City(levels, Tree.of(units))
    # Not among the readers' own threads: complaints wait for those.
    return await asyncio.to_thread(rulecheck.check, book_of(made), city)


async def publish(centre: Centre, actor: Actor, made: Edition) -> int:
    """Puts a list in force that was made from `made.version`; Unsound when it has errors."""
    if not may_write(actor):
        raise NotAllowed("职责清单由值班长或热线办主任修改。", "The shift lead changes the rules.")
    found = await check(centre, made)
    if any(one.error for one in found):
        raise Unsound(found)
    plain = replace(made, rules=[Rule.of(one).facts() for one in made.rules])
    async with centre.work() as work:
        before = await rulebooks.read(work.connection)
        version = await rulebooks.publish(work.connection, plain, work.at, actor.name)
        told: dict[str, Any] = {"version": version, "rules": len(made.rules)}
        told |= {"tests": len(made.examples), "note": made.note}
        told |= {"changed": changed(before.rules if before else (), plain.rules)[:50]}
        await acts.record(work.connection, work.at, actor, "rules_published", told)
    await centre.reload_rules()
    return version


def changed(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> list[str]:
    """Ids of rules that came, went, or say something else; and whether the order changed."""
    old = {one["id"]: Rule.of(one) for one in before}
    new = {one["id"]: Rule.of(one) for one in after}
    ids = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    kept = [name for name in old if name in new]
    moved = kept != [name for name in new if name in old]
    return [*ids, *(["(顺序)"] if moved else [])]


def with_rule(made: Edition, rule: Rule, place: int, instead_of: str = "") -> Edition:
    """The list with a rule added, or changed, at a place (from 1); its tests follow a new id."""
    rest = [one for one in made.rules if one["id"] not in (instead_of,)]
    place = min(max(place, 1), len(rest) + 1) - 1
    examples = [
        {**one, "rule": rule.id} if one["rule"] == instead_of else one for one in made.examples
    ]
    return replace(made, rules=[*rest[:place], rule.facts(), *rest[place:]], examples=examples)


def without(made: Edition, rule_id: str) -> Edition:
    """The list without a rule and its tests."""
    rules = [one for one in made.rules if one["id"] != rule_id]
    examples = [one for one in made.examples if one["rule"] != rule_id]
    return replace(made, rules=rules, examples=examples)


def brought(now: Edition, rules: bytes, tests: bytes, note: str) -> Edition:
    """A list from files, to follow the one in force; without tests those of kept rules stay."""
    read = read_rules(rules)
    ids = {one["id"] for one in read}
    examples = (
        read_tests(tests)
        if tests.strip()
        else [dict(one) for one in now.examples if one["rule"] in ids]
    )
    return Edition(now.version, read, examples, note)


def rules_csv(made: Edition) -> str:
    rows = []
    for rule in map(Rule.of, made.rules):
        co = "|".join(rule.co_departments)
        yes = "yes" if rule.district_level else "no"
        rows.append({**rule.facts(), "co_departments": co, "district_level": yes})
    return _csv(RULE_COLUMNS, rows)


def tests_csv(made: Edition) -> str:
    return _csv(TEST_COLUMNS, [dict(one) for one in made.examples])


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    out = io.StringIO(newline="")
    sheet = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\r\n")
    sheet.writeheader()
    sheet.writerows({name: cells.harmless(str(one)) for name, one in row.items()} for row in rows)
    return "\ufeff" + out.getvalue()  # a spreadsheet program takes it for Chinese only so


def read_rules(body: bytes) -> list[dict[str, Any]]:
    """Rules from CSV as it is exported, in UTF-8 or as Chinese Windows saves it."""
    made = []
    for row in _rows(body, ("id", "department")):
        known = {name: (row.get(name) or "").strip() for name in RULE_COLUMNS}
        for level in ("level1", "level2", "level3"):
            known[level] = known[level] or "*"
        co = [code for code in known.pop("co_departments").split("|") if code]
        district = known.pop("district_level").lower() in YES
        told = {**known, "co_departments": co, "district_level": district}
        made.append(Rule.of({**told, "action": known["action"] or "dispatch"}).facts())
    return made


def read_tests(body: bytes) -> list[dict[str, str]]:
    found = _rows(body, ("rule", "topic", "text", "department"))
    return [{name: (row.get(name) or "").strip() for name in TEST_COLUMNS} for row in found]


def _rows(body: bytes, needed: Sequence[str]) -> list[dict[str, str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = body.decode(encoding).removeprefix("\ufeff")
            break
        except UnicodeDecodeError:
            continue
    else:
        raise NotPossible("文件须为 UTF-8 或 GB18030 编码的 CSV。", "CSV in UTF-8 or GB18030.")
    try:
        sheet = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        rows = [
            {name: cells.told(one) if isinstance(one, str) else one for name, one in row.items()}
            for row in sheet
        ]
    except csv.Error as error:
        raise NotPossible(f"CSV 有误：{error}。", f"The CSV is wrong: {error}.") from None
    missing = [name for name in needed if name not in (sheet.fieldnames or ())]
    if missing:
        names = "、".join(missing)
        raise NotPossible(f"CSV 缺少列：{names}。", f"Columns are missing: {missing}.")
    if len(rows) > MOST:
        raise NotPossible(f"最多 {MOST} 行。", f"At most {MOST} rows.")
    return rows


@dataclass(frozen=True)
class Traced:
    """A rule that was tried for a case, and what came of it."""

    rule: Rule
    sign: Sign


async def trace(centre: Centre, case: Case) -> tuple[Sequence[dict[str, Any]], list[Traced]]:
    """The case's decisions, and every rule tried in its order, by the version of that moment."""
    async with centre.look() as look:
        made = await decisions.of_case(look.connection, case.id or 0)
        first = next((one for one in made if one["facts"].get("tried") is not None), None)
        if first is None:
            return made, []
        rules: Sequence[Rule] = centre.city.book.rules
        if first["rules"] != centre.city.book.version:
            then = await rulebooks.read(look.connection, first["rules"])
            rules = [Rule.of(one) for one in then.rules] if then else []
    return made, [
        Traced(rule, Sign(sign)) for rule, sign in zip(rules, first["facts"]["tried"], strict=False)
    ]


def examples_of(made: Edition, rule_id: str) -> list[Example]:
    return [Example(**dict(one)) for one in made.examples if one["rule"] == rule_id]
