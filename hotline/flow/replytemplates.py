"""Reply templates (答复模板): a unit's wordings by topic, kept by its leader, filled for one case.

Every change is a version and an act on record. What a clerk takes over is plain text in the reply's
form, to be edited like anything typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from channels.mailbox.notices import BadTemplate, Facts, fill
from hotline.domain.case import Case
from hotline.domain.errors import NotAllowed, NotFound, NotPossible
from hotline.domain.numbers import mask_private
from hotline.domain.people import Actor, Tree
from hotline.domain.shanghai import city_day
from hotline.domain.words import Role
from hotline.flow.centre import Centre
from hotline.store import acts, replytemplates
from hotline.store.work import Work

KEEPERS = frozenset({Role.LEADER, Role.SYSADMIN})
READERS = KEEPERS | {Role.CLERK}
LONGEST_NAME, LONGEST = 60, 4000  # signs
# What a template may name, in either language: Chinese word, English word.
VARIABLES = (
    ("编号", "number"),
    ("标题", "title"),
    ("事项", "topic"),
    ("区县", "district"),
    ("收到日期", "received"),
    ("答复期限", "due"),
    ("承办单位", "department"),
    ("经办人", "handler"),
    ("今天", "today"),
    ("热线", "hotline"),
)


@dataclass(frozen=True)
class Wanted:
    """A template as its keeper typed it."""

    name: str
    topic: str
    body: str


def around(tree: Tree, code: str | None) -> frozenset[str]:
    """A unit with all above it, and the empty name of those that are every unit's."""
    return frozenset({above for above, below in tree.below.items() if code in below} | {""})


def may_keep(actor: Actor, department: str) -> bool:
    own = actor.role is Role.LEADER and department in actor.units
    return own or actor.role is Role.SYSADMIN


def _seen_by(centre: Centre, actor: Actor) -> frozenset[str] | None:
    if actor.role is Role.SYSADMIN:
        return None
    return actor.units | around(centre.rules.tree, actor.department)


async def listed(
    centre: Centre, actor: Actor, below: int | None = None, limit: int = 30
) -> list[Any]:
    """Those of the own unit, of those below and above it, and everybody's; newest first."""
    async with centre.look() as look:
        return await replytemplates.listed(look.connection, _seen_by(centre, actor), below, limit)


async def shown(centre: Centre, actor: Actor, template_id: int) -> tuple[Any, list[Any]]:
    """The template and its versions, newest first; raises NotFound."""
    async with centre.look() as look:
        row = await _one(centre, look, actor, template_id)
        return row, list(await replytemplates.versions(look.connection, template_id))


async def _one(centre: Centre, work: Work, actor: Actor, template_id: int) -> Any:
    row = await replytemplates.one(work.connection, template_id)
    seen = _seen_by(centre, actor)
    if row is None or (seen is not None and row.department not in seen):
        raise NotFound("没有这个答复模板。", "There is no such template.")
    return row


async def keep(centre: Centre, actor: Actor, department: str, wanted: Wanted) -> int:
    """A new one; `department` empty: every unit's, by the system administrator only."""
    if not may_keep(actor, department) or department not in {"", *centre.rules.tree.departments}:
        raise NotAllowed(
            "只能为本单位及下级单位保存模板，请重新选择单位。",
            "Templates are kept for the own unit and those below it.",
            field="department",
        )
    _check(centre, wanted)
    async with centre.work() as work:
        await _check_room(work, department)
        told = _told(wanted) | {"author": actor.name, "at": work.at}
        made = await replytemplates.add(work.connection, department, told)
        await _record(work, actor, "kept", made, version=1, department=department)
        return made


async def _check_room(work: Work, department: str) -> None:
    if await replytemplates.in_use(work.connection, department) >= replytemplates.MOST:
        raise NotPossible(
            f"每个单位最多 {replytemplates.MOST} 个模板，请先停用不再使用的。",
            f"{replytemplates.MOST} at most a unit: put away one that is not used.",
        )


async def change(centre: Centre, actor: Actor, template_id: int, seen: int, wanted: Wanted) -> None:
    """The next version of what stood at version `seen`; the older ones stay to be read."""
    async with centre.work() as work:
        row = await _to_keep(centre, work, actor, template_id)
        _check(centre, wanted)
        if (row.name, row.topic, row.body) == (wanted.name, wanted.topic, wanted.body):
            return
        told = _told(wanted) | {"author": actor.name, "at": work.at}
        if not await replytemplates.change(work.connection, template_id, seen, told):
            raise NotPossible(
                f"这个模板刚被他人修改或停用（现为第 {row.version} 版），您填写的内容仍在下面，请对照后再保存。",
                f"It was changed or put away meanwhile (now version {row.version}); "
                "compare, then save again.",
            )
        await _record(work, actor, "kept", template_id, version=seen + 1)


async def turn(centre: Centre, actor: Actor, template_id: int, *, away: bool) -> None:
    """Put away 停用, or in use again; twice is once."""
    async with centre.work() as work:
        row = await _to_keep(centre, work, actor, template_id)
        if not away:
            await _check_room(work, row.department)
        at = work.at if away else None
        if await replytemplates.turn(work.connection, template_id, at):
            await _record(work, actor, "away" if away else "back", template_id)


async def _to_keep(centre: Centre, work: Work, actor: Actor, template_id: int) -> Any:
    row = await _one(centre, work, actor, template_id)
    if not may_keep(actor, row.department):
        raise NotAllowed(
            "这个模板由上级单位或系统管理员维护，请与其联系。",
            "It is kept by the unit above or the system administrator.",
        )
    return row


def _told(wanted: Wanted) -> dict[str, Any]:
    return {"name": wanted.name, "topic": wanted.topic, "body": wanted.body}


async def _record(work: Work, actor: Actor, what: str, template_id: int, **more: Any) -> None:
    about = {"template": template_id, **more}
    await acts.record(work.connection, work.at, actor, f"reply_template_{what}", about)


def _check(centre: Centre, wanted: Wanted) -> None:
    """What is kept can be filled in for any case."""
    known = {"/".join(path[:n]) for path in _paths(centre) for n in (1, 2, 3)}
    if wanted.topic and wanted.topic not in known:
        raise NotPossible(
            "没有这个事项分类，请从目录中选择，或留空表示适用所有事项。",
            "No such topic; choose from the catalogue, or leave it empty for all.",
            field="topic",
        )
    if any(mask_private(one) != one for one in (wanted.name, wanted.body)):
        raise NotPossible(
            "模板里不能写手机号码或证件号码，请改写单位的办公电话。",
            "No mobile or ID numbers in a template: name an office's telephone.",
            field="body",
        )
    filled(wanted.body, {name: "" for pair in VARIABLES for name in pair})


def _paths(centre: Centre) -> list[tuple[str, str, str]]:
    return [(one["level1"], one["level2"], one["level3"]) for one in centre.city.topics]


def filled(body: str, facts: Mapping[str, str]) -> str:
    """Raises NotPossible with what to write instead."""
    try:
        return fill(body, facts)
    except BadTemplate as error:
        names = "、".join(zh for zh, _ in VARIABLES)
        raise NotPossible(
            f"模板里“{error}”这一处用不了：双花括号内只能写 {names} 中的一个，如 {{{{ 编号 }}}}。",
            f"'{error}' cannot stand there: only {', '.join(en for _, en in VARIABLES)} "
            "between two pairs of braces, as in {{ number }}.",
            field="body",
        ) from None


def facts_of(centre: Centre, case: Case) -> dict[str, str]:
    """What a template's names stand for in a case; no identity among it, dates as an office writes."""
    due = case.due_at
    told = {
        "number": case.number,
        "title": " ".join(case.title.split()),
        "topic": case.topic.rpartition("/")[2],
        "district": case.district,
        "received": _day(city_day(case.received_at)),
        # A promised moment at midnight means the whole day before it.
        "due": _day(city_day(due - timedelta(seconds=1))) if due else "",
        "department": centre.rules.tree.top(case.lead or ""),
        "handler": case.handler or "",
        "today": _day(city_day(centre.now())),
        "hotline": Facts(case.number).hotline,
    }
    return told | {zh: told[en] for zh, en in VARIABLES}


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


async def fitting(centre: Centre, case: Case) -> list[Any]:
    """The templates that fit a case, the nearest first: the own unit's and topic's before others'."""
    units = around(centre.rules.tree, case.lead)
    parts = case.topic.split("/")
    topics = {"/".join(parts[:n]) for n in range(1, len(parts) + 1)} | {""}
    async with centre.look() as look:
        found = await replytemplates.fitting(look.connection, units, topics)
    size = {code: len(centre.rules.tree.subtree(code)) for code in units if code}
    all_units = len(centre.rules.tree.departments) + 1

    def near(row: Any) -> tuple[int, int, int]:
        return size.get(row.department, all_units), -len(row.topic), row.id

    return sorted(found, key=near)


async def taken(centre: Centre, case: Case, template_id: int) -> str:
    """The text of a template for this case; raises NotPossible when it does not fit any more."""
    row = next((one for one in await fitting(centre, case) if one.id == template_id), None)
    if row is None:
        raise NotPossible(
            "请先选择一个模板；如已停用，请换一个。",
            "Choose a template first; take another one if it was put away.",
            field="template",
        )
    return filled(row.body, facts_of(centre, case))
