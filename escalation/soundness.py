"""What a profile must hold beyond its form: nothing missing, nothing in the wrong order.

Each finding names the key, and says what is wrong in Chinese and in English.
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from escalation.ladder import YELLOW_LEFT
from escalation.profile import TYPES, Block, Days, Longer, Profile, Step

LADDERS = {
    *("plain", "dispatch", "sign", "contact", "finish", "reply", "feedback", "on_site"),
    *("follow_up", "ruling", "order", "part", *(f"order_{n}" for n in range(2, 7))),
}
LEVELS = "23456"
ORDERS = 3  # rungs from this level on supervise


class Finding(NamedTuple):
    """A key of the profile and what is wrong with it."""

    key: str
    zh: str
    en: str


def findings(profile: Profile) -> Iterator[Finding]:
    yield from _types(profile)
    yield from _orders(profile)
    yield from _ladders(profile)
    yield from _extensions(profile)
    yield from _overrides(profile)
    yield from _days(profile)
    for ground, span in profile.suspension.grounds.items():
        if span.unit is profile.suspension.total.unit and span.n > profile.suspension.total.n:
            key = f"suspension.grounds.{ground}"
            yield Finding(key, "超过中止总时长", "longer than the total")


def _types(profile: Profile) -> Iterator[Finding]:
    for kind in TYPES:
        if kind not in profile.limits.normal:
            yield Finding(f"limits.normal.{kind}", "缺少这一诉求类型", "this type is missing")


def _orders(profile: Profile) -> Iterator[Finding]:
    for level in LEVELS:
        if level not in profile.orders:
            yield Finding(f"orders.{level}", "缺少这一级督办的时限", "this level is missing")


def _ladders(profile: Profile) -> Iterator[Finding]:
    if "plain" not in profile.ladders:
        yield Finding("ladders.plain", "缺少通用阶梯", "the plain ladder is missing")
    for name, steps in profile.ladders.items():
        if name not in LADDERS:
            yield Finding(f"ladders.{name}", "没有这样的承诺", "no promise of this name")
        yield from _steps(f"ladders.{name}", steps)
    parts = "part" if "part" in profile.ladders else "plain"
    if any(step.level >= ORDERS for step in profile.ladders.get(parts, ())):
        zh = "协办只提醒：督办在对诉求人的承诺上"
        yield Finding(f"ladders.{parts}", zh, "parts only remind: nobody is supervised twice")


def _steps(key: str, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """Each step has one moment; from step to step, neither time nor level goes back."""
    before = (-1.0, -1)
    for n, step in enumerate(steps):
        moments = (step.used is not None) + step.yellow + (step.over is not None)
        if moments != 1:
            zh, en = "须写 used、yellow、over 之一", "one of used, yellow, over"
            yield Finding(f"{key}.{n}", zh, en)
            continue
        place = (_place(step), step.level)
        if place[0] < before[0] or place[1] < before[1]:
            zh, en = "阶梯先后颠倒：时间和级别只能向后", "steps out of order"
            yield Finding(f"{key}.{n}", zh, en)
        before = place


def _place(step: Step) -> float:
    """Where a step lies: before the end by the share used, after it by days and their like."""
    if step.used is not None:
        return step.used
    return 1 - YELLOW_LEFT if step.over is None else 1.0 + step.over.n * step.over.unit.minutes


def _blocks(profile: Profile) -> Iterator[tuple[str, Block]]:
    yield "limits.critical", profile.limits.critical
    yield "limits.urgent", profile.limits.urgent
    for kind, block in profile.limits.normal.items():
        yield f"limits.normal.{kind}", block


def _extensions(profile: Profile) -> Iterator[Finding]:
    for key, block in _blocks(profile):
        if block.extension is not None:
            if block.reply is None:
                yield Finding(f"{key}.extension", "没有答复期限可以延", "there is no reply limit")
            elif block.extension.limit.unit is not block.reply.limit.unit:
                zh, en = "延期与答复期限的单位应相同", "its unit must be the reply's"
                yield Finding(f"{key}.extension.limit", zh, en)
            yield from _grantors(f"{key}.extension", block.extension)
    for kind, own in profile.limits.enterprise.items():
        longer = profile.limits.normal[kind].extension if kind in profile.limits.normal else None
        if longer and own.reply and own.reply.limit.unit is not longer.limit.unit:
            zh, en = "与该类型延期的单位应相同", "its unit must be that of the type's extension"
            yield Finding(f"limits.enterprise.{kind}.reply.limit", zh, en)
    yield from _grantors("limits.complex_extension", profile.limits.complex_extension)


def _grantors(key: str, extension: Longer) -> Iterator[Finding]:
    if not extension.by or len(extension.by) > max(extension.times, 1):
        zh, en = "批准人不能为空，也不能多于次数", "as many grantors as times at most"
        yield Finding(f"{key}.by", zh, en)


def _overrides(profile: Profile) -> Iterator[Finding]:
    seen = set()
    for n, row in enumerate(profile.overrides):
        if row.id in seen:
            yield Finding(f"overrides.{n}.id", f"编号 {row.id} 重复", f"{row.id} is there twice")
        seen.add(row.id)
        for kind in row.types:
            if kind not in TYPES:
                zh, en = f"没有诉求类型 {kind}", f"no such type: {kind}"
                yield Finding(f"overrides.{n}.types", zh, en)
        if not row.topics:
            yield Finding(f"overrides.{n}.topics", "没有写事项", "no topics")


def _days(profile: Profile) -> Iterator[Finding]:
    places: dict[str, Days] = {"counting": profile.counting}
    places |= {f"departments.{code}": days for code, days in profile.departments.items()}
    for key, days in places.items():
        for day in sorted(set(days.closed) & {*days.opened, *days.half_days}):
            yield Finding(f"{key}.closed", f"{day} 又休又上班", f"{day} is closed and worked")


def unknown_topics(profile: Profile, catalogue: Collection[str]) -> Iterator[Finding]:
    """Override rows that speak of a topic the city's catalogue (names of all levels) has not."""
    for n, row in enumerate(profile.overrides):
        for topic in row.topics:
            if topic not in catalogue:
                zh, en = f"事项目录没有“{topic}”", f"not in the catalogue: {topic}"
                yield Finding(f"overrides.{n}.topics（{row.id}）", zh, en)


def unknown_departments(profile: Profile, codes: Collection[str]) -> Iterator[Finding]:
    for code in profile.departments:
        if code not in codes:
            yield Finding(f"departments.{code}", "没有这个承办单位", "no such department")
