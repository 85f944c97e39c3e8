"""What was planned for departments is carried out when its day has come, on the clock.

Everything but the cases changes in one transaction, so that nobody sees a department half moved;
the cases follow some at a time. A stop in the middle goes on at the next look.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from hotline.domain import succession
from hotline.domain.case import Case
from hotline.domain.errors import NotPossible
from hotline.domain.interest import Interest
from hotline.domain.people import SYSTEM, Department, Tree
from hotline.domain.promises import Step
from hotline.domain.roster import Roster
from hotline.domain.shanghai import city_day, midnight
from hotline.domain.succession import Change, Plan, Stage
from hotline.domain.words import Role
from hotline.flow import mailing, notify
from hotline.flow.centre import Centre
from hotline.flow.succession import record
from hotline.store import catalogue, plans, rosters, rulebooks
from hotline.store.outbox import Message
from hotline.store.work import Work

log = structlog.get_logger(__name__)
BATCH = 20  # cases a transaction: the writer is not held for long
LATE = timedelta(days=1)  # how long what another node sent there meanwhile is still looked for
NAMED = 200  # numbers that a notice lists
TOLD = (Role.SHIFT_LEAD, Role.DISPATCHER)


async def due(centre: Centre) -> int:
    """Carries out what has come due; returns how many cases followed. Safe to repeat, and on two
    nodes at once: each step finds only what is not done yet."""
    async with centre.look() as look:
        today = city_day(look.at)
        found = await plans.due(look.connection, today, look.at - LATE)
    followed = 0
    for one in found:
        try:
            if one.state is Stage.PLANNED:
                await _begin(centre, one.id)
            await follow_tree(centre)
            if one.touches_rights:
                followed += await _move_cases(centre, one)
        except NotPossible as error:  # the rules were published this moment: the next look tries
            log.warning("succession.put_off", plan=one.id, problem=error.en)
    await follow_tree(centre)
    return followed


async def follow_tree(centre: Centre) -> None:
    """Takes up departments that another node changed; the classifiers stay as they are."""
    async with centre.look() as look:
        tree = Tree.of(await catalogue.departments(look.connection))
        newest = await rulebooks.newest(look.connection)
    if tree != centre.rules.tree:
        centre.rules = replace(centre.rules, tree=tree)
    if newest != centre.city.book.version:
        await centre.reload_rules()


async def _begin(centre: Centre, plan_id: int) -> None:
    """The department itself, its place in the tree, rules, roster and staff: at once, or not."""
    async with centre.work() as work:
        found = await plans.move(work.connection, plan_id, [Stage.PLANNED], Stage.RUNNING)
        if found is None:
            return
        units = {one.code: one for one in await catalogue.departments(work.connection)}
        unit = units[found.department]
        if found.kind is Change.RENAMED:
            await _rename(work, unit, found)
            return
        heir = found.heir or ""
        closed = replace(unit, heir=heir, dispatchable=False)
        await catalogue.put_departments(work.connection, [closed])
        await plans.move_below(work.connection, unit.code, heir)
        await plans.move_papers(work.connection, unit.code, heir)
        kept, at_heir = await _keep_out(work, found)
        moved: dict[str, Any] = {
            "staff": await plans.move_staff(work.connection, unit.code, heir),
            "rules": await _rules(work, found, unit.name),
            "roster": await _roster(work, unit.code, heir),
            "kept_out": kept,
            "left": at_heir,
        }
        running = [Stage.RUNNING]
        await plans.move(work.connection, plan_id, running, Stage.RUNNING, moved=moved)
        counts = {"staff": len(moved["staff"]), "rules": moved["rules"], "roster": moved["roster"]}
        await record(work, SYSTEM, "succeeded", found, **counts)


async def _rename(work: Work, unit: Department, found: Plan) -> None:
    """From the beginning of the day, whenever it is carried out."""
    since = midnight(work.at) - timedelta(days=(city_day(work.at) - found.on_day).days)
    await catalogue.put_departments(work.connection, [succession.renamed(unit, found.name, since)])
    await plans.rename_topics(work.connection, unit.name, found.name)
    done: dict[str, Any] = {"done_at": work.at, "moved": {"was": unit.name}}
    await plans.move(work.connection, found.id, [Stage.RUNNING], Stage.DONE, **done)
    await record(work, SYSTEM, "renamed", found, was=unit.name)


async def _keep_out(work: Work, found: Plan) -> tuple[int, list[str]]:
    """Who takes in the staff of a unit that is kept out is kept out too; how many cases, and the
    numbers of those that lie with the heir now: somebody has to send them elsewhere."""
    numbers, at_heir = await plans.kept_out(work.connection, found.department), []
    heir = found.heir or ""
    for number in numbers:
        case = await work.cases.change(number)
        if not any(one.kind == "unit" and one.of == heir for one in case.interests):
            n = max(one.id for one in case.interests) + 1
            why = f"机构调整，随“{found.department}”回避"
            case.interests.append(Interest(n, "unit", heir, why, SYSTEM.name, work.at))
        if succession.at_work(case, heir):
            at_heir.append(number)
            await _tell_left(work, case, found)
        await work.cases.save(case)
    return len(numbers), at_heir


async def _tell_left(work: Work, case: Case, found: Plan) -> None:
    """Beside the case's last entry, once a desk; again where the case went on and still lies there."""
    text = "承接单位在本件中应当回避，请撤回或改派其他单位。"
    messages = [
        Message(
            message_id=f"{case.number}.{case.last_seq}.succession-{found.id}.{role.value}",
            audience=f"role:{role.value}",
            about=case.number,
            subject=f"机构调整后须回避：{case.number}",
            text=text,
        )
        for role in TOLD
    ]
    await mailing.post(work, messages)


async def _rules(work: Work, found: Plan, name: str) -> int:
    """The duty list with the heir in the department's place, as a version of its own."""
    book = await rulebooks.read(work.connection)
    old, heir = found.department, found.heir or ""
    if book is None:
        return 0
    made, changed = [], 0
    for rule in book.rules:
        to = heir if rule["department"] == old else rule["department"]
        co = [heir if code == old else code for code in rule.get("co_departments") or ()]
        co = [code for code in dict.fromkeys(co) if code != to]
        new = {**rule, "department": to, "co_departments": co}
        changed += to != rule["department"] or co != list(rule.get("co_departments") or ())
        made.append(new)
    if not changed:
        return 0
    tests = [
        {**one, "department": heir if one["department"] == old else one["department"]}
        for one in book.examples
    ]
    note = f"机构调整：{name}（{old}）由 {heir} 承接"
    edition = replace(book, rules=made, examples=tests, note=note)
    await rulebooks.publish(work.connection, edition, work.at, SYSTEM.name)
    return changed


async def _roster(work: Work, old: str, heir: str) -> bool:
    """The heir keeps its own duty roster; where it has none, it takes over the department's."""
    if await plans.has_roster(work.connection, heir):
        return False
    found = await rosters.read(work.connection, work.cipher, old)
    if not found.people:
        return False
    taken = Roster(heir, found.people)
    return await rosters.put(work.connection, work.cipher, taken, work.at, SYSTEM.name)


async def _move_cases(centre: Centre, found: Plan) -> int:
    """All that the department still has, each once a look; then the plan is done."""
    after, moved, left = 0, 0, list[str]()
    while True:
        async with centre.look() as look:
            page = await plans.at_work(look.connection, found.department, after, BATCH)
        if not page:
            break
        after = page[-1][0]
        async with centre.work() as work:
            went = {number: await _follow(centre, work, number, found) for _, number in page}
            await _list(work, found, [number for number, done in went.items() if done])
        moved += sum(done is True for done in went.values())
        left += [number for number, done in went.items() if done is None]
    await _done(centre, found, moved, left)
    return moved


async def _list(work: Work, found: Plan, numbers: list[str]) -> None:
    """Kept with the cases: a stop forgets none; what came after the plan was done is told at once."""
    running = [Stage.RUNNING]
    held = await plans.move(work.connection, found.id, running, Stage.RUNNING)
    if held is None:
        return await _tell_heir(work, found, numbers)
    moved = {**held.moved, "numbers": [*held.moved.get("numbers", []), *numbers]}
    await plans.move(work.connection, found.id, running, Stage.RUNNING, moved=moved)


async def _tell_heir(work: Work, found: Plan, numbers: list[str]) -> None:
    """One notice with the list, not one a case."""
    if not numbers:
        return
    units = Tree.of(await catalogue.departments(work.connection))
    more = f"等 {len(numbers)} 件" if len(numbers) > NAMED else ""
    notice = Message(
        *(f"succession-{found.id}.{numbers[0]}", f"unit:{found.heir}", ""),
        subject=f"承接诉求 {len(numbers)} 件：“{units.top(found.department)}”的工作已移交",
        text=f"自{found.on_day:%Y-%m-%d}起由本单位承接，状态和期限不变，请在工作台查看："
        f"{'、'.join(numbers[:NAMED])}{more}。",
    )
    await mailing.post(work, [notice])


async def _done(centre: Centre, found: Plan, moved: int, left: list[str]) -> None:
    """Once: what another node finds afterwards is moved, and not counted here."""
    async with centre.work() as work:
        stages = [Stage.RUNNING]
        done = await plans.move(work.connection, found.id, stages, Stage.DONE, done_at=work.at)
        if done is None:
            return
        told = {**done.moved, "cases": moved, "left": sorted({*done.moved.get("left", []), *left})}
        await _tell_heir(work, found, told.pop("numbers", []))
        await plans.move(work.connection, found.id, [Stage.DONE], Stage.DONE, moved=told)
        await record(work, SYSTEM, "cases_moved", found, cases=moved, left=told["left"][:50])


async def _follow(centre: Centre, work: Work, number: str, found: Plan) -> bool | None:
    """None where it has to stay; False where another node was there before."""
    case = await work.cases.change(number)
    try:
        entry = succession.follow(case, found, Step(SYSTEM, work.at, centre.rules))
    except NotPossible:
        await _tell_left(work, case, found)
        await work.cases.let_go(case.id or 0)  # who has it open may still act on what they saw
        return None
    if entry is None:
        await work.cases.let_go(case.id or 0)
        return False
    await notify.tell(work, case, centre.rules)
    await work.cases.save(case)
    return True
