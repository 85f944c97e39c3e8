"""Do the rules in force work? What fails is an alarm, never silence; a new version is followed."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from hotline.domain.people import Tree
from hotline.domain.words import Role
from hotline.flow import alarms, rulecheck
from hotline.flow.centre import Centre
from hotline.flow.route import Route
from hotline.flow.rulecheck import Finding
from hotline.store import alarms as kept
from hotline.store import catalogue, rulebooks
from hotline.store.alarms import Alarm
from hotline.store.work import Work

RULE, CASE = "rule", "case:"
LAPSES = timedelta(days=1)
TOLD = (Role.DISPATCHER, Role.SHIFT_LEAD, Role.SYSADMIN)


async def failed(work: Work, chosen: Route) -> None:
    """A rule failed on a case: told with the decision, in its transaction."""
    key = f"{chosen.version}:{CASE}{chosen.failed}"
    await _sound(work, key, (chosen.version, chosen.failed, chosen.problem))


async def follow(centre: Centre) -> bool:
    """Takes up a version that another node put in force."""
    async with centre.look() as look:
        newest = await rulebooks.newest(look.connection)
    if newest == centre.city.book.version:
        return False
    await centre.reload_rules()
    return True


async def watch(centre: Centre) -> int:
    """Checks the rules in force against the city as it is now; returns how many errors there are."""
    await follow(centre)
    found = [one for one in await findings(centre) if one.error]
    version = centre.city.book.version
    keys = {f"{version}:{one.rule}": one for one in reversed(found)}  # a rule's first error
    async with centre.look() as look:
        standing = await kept.standing(look.connection)
    if not found and not standing.get(RULE):
        return 0
    async with centre.work() as work:
        for key, one in keys.items():
            await _sound(work, key, (version, one.rule, one.zh))
        still = await _on_cases(work, version)
        await kept.end(work.connection, RULE, work.at, but=still | set(keys))
    return len(found)


async def findings(centre: Centre) -> list[Finding]:
    """All that the check says of the rules in force, by the departments and topics of this moment."""
    async with centre.look() as look:
        units = await catalogue.departments(look.connection)
        topics = await catalogue.topics(look.connection)
    levels = [(one["level1"], one["level2"], one["level3"]) for one in topics]
    city = rulecheck.City(levels, Tree.of(units))
    book = replace(centre.city.book, unfit={})
    return await asyncio.to_thread(rulecheck.check, book, city)


async def _on_cases(work: Work, version: int) -> set[str]:
    """What failed on cases under this version in the last day: no check can say that it is over."""
    listed = await kept.listed(work.connection, limit=1000)
    own, since = f"{version}:{CASE}", work.at - LAPSES
    return {one["key"] for one in listed if one["key"].startswith(own) and one["last_at"] > since}


async def _sound(work: Work, key: str, what: tuple[int, str, str]) -> None:
    version, rule, problem = what
    text = f"规则“{rule}”（第 {version} 版）：{problem}。相关诉求已转派单员人工处理，请修正规则。"
    await alarms.sound(work, Alarm(RULE, key[:120], text), f"派单规则失灵：{rule}", TOLD)
