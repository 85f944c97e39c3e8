"""Terms: one city's policy profile as data, read from TOML; every value names its rule.

Limits differ three- to fivefold between cities and no national rule fixes them, so they are
never constants. A profile is validated when it is loaded, and its version is its own word plus a
hash of what it says.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from escalation import soundness
from escalation.calendar import Span, Unit, WorkCalendar
from escalation.ladder import Ladder
from escalation.profile import Block, Days, Override, Profile, Term
from escalation.promise import Limit, Promise


@dataclass(frozen=True)
class Extension:
    """How much longer a department may ask for, and who grants it."""

    span: Span
    times: int
    source: str
    by: tuple[str, ...] = ("director",)
    cap: float = 1.0

    def grantor(self, granted: int) -> str:
        """Who decides when that many were granted before: leader, director or office."""
        return self.by[min(granted, len(self.by) - 1)]

    def most(self, limit_n: int) -> int:
        """All extensions together, in units of the limit."""
        return int(limit_n * self.cap)


class Terms:
    """A profile in use: what is promised, for a type, an urgency and a topic."""

    def __init__(self, profile: Profile, version: str) -> None:
        self._profile = profile
        self.name = profile.name
        self.version = version
        numbers = profile.numbers
        self.max_returns = numbers.max_returns
        self.max_rework = numbers.max_rework
        self.follow_up_attempts = numbers.follow_up_attempts
        self.follow_up_every = numbers.follow_up_every
        self.follow_up_sample = numbers.follow_up_sample
        self.archive_after = numbers.archive_after
        self.rating_window = numbers.rating_window
        self.urge_every = numbers.urge_every
        self.reminder_cooldown = numbers.reminder_cooldown
        self.supervision = profile.supervision
        self.suspension_total = profile.suspension.total
        self.suspension = profile.suspension.grounds
        self.suspension_source = profile.suspension.source
        self._overrides = tuple(row for row in profile.overrides if row.enabled)
        self._ladders = {
            name: Ladder(tuple(step.rung() for step in steps))
            for name, steps in profile.ladders.items()
        }

    def _block(self, type: str, urgency: str) -> Block:
        limits = self._profile.limits
        if urgency == "critical":
            return limits.critical
        return limits.urgent if urgency == "urgent" else limits.normal[type]  # type: ignore[index]

    def limit(
        self,
        promise: Promise,
        *,
        type: str,
        urgency: str,
        topic: tuple[str, str, str] = ("", "", ""),
        anonymous: bool = False,
        party: str = "citizen",
    ) -> Limit | None:
        """The limit of a promise, or None where the profile makes none.

        What the profile tells of an enterprise's matters stands at the usual urgency only: an
        emergency is as fast for everybody.
        """
        if promise is Promise.ON_SITE:
            return self._on_site(type, topic)
        if anonymous and promise in (Promise.CONTACT, Promise.FOLLOW_UP):
            return None
        block = self._block(type, urgency)
        name = "reply" if promise is Promise.FINISH else promise.value
        term: Term | None = getattr(block, name, None)
        if party == "enterprise" and urgency in ("normal", "complex"):
            own = self._profile.limits.enterprise.get(type)  # type: ignore[call-overload]
            term = getattr(own, name, None) or term
        if term is None:
            return None
        base = Limit(term.limit, term.source, self.ladder(promise.value))
        if name != "reply":
            return base
        if urgency == "complex":
            base = self._or_longer(base, self._profile.limits.complex, None)
        return self._overridden(base, type, topic) if urgency in ("normal", "complex") else base

    def _or_longer(self, base: Limit, term: Term, override: str | None) -> Limit:
        other = Limit(term.limit, term.source, base.ladder, override)
        return replace(other, or_longer=base)

    def _overridden(self, base: Limit, type: str, topic: tuple[str, str, str]) -> Limit:
        for row in self._overrides:
            if row.promise == "reply" and _speaks_of(row, type, topic):
                term = Term(limit=row.limit, source=row.source)
                limit = self._or_longer(base, term, row.id)
                base = limit if row.mode == "extend" else replace(limit, or_longer=None)
        return base

    def _on_site(self, type: str, topic: tuple[str, str, str]) -> Limit | None:
        for row in self._overrides:
            if row.promise == "on_site" and _speaks_of(row, type, topic):
                return Limit(row.limit, row.source, self.ladder("on_site"), row.id)
        return None

    def ladder(self, name: str) -> Ladder:
        return self._ladders.get(name) or self._ladders["plain"]

    def order(self, level: int) -> Limit:
        """When a supervision order of a level must be answered, and what follows if it is not."""
        term = self._profile.orders[str(level)]  # type: ignore[index]
        ladder = self._ladders.get(f"order_{level}") or self.ladder("order")
        return Limit(term.limit, term.source, ladder)

    def part(self, days: int) -> Limit:
        """The limit that the lead sets for a part of its work."""
        return Limit(Span(days, Unit.WORKING_DAY), "承办单位设定", self.ladder("part"))

    def co_handling(self, own: Span) -> Limit:
        """The limit of a co-handler named with the dispatch, where the lead has `own`."""
        told = self._profile.co_handling
        part = Span(max(1, int(own.n * told.share)), own.unit)
        return Limit(part, told.source, self.ladder("part"))

    def rework(self, promise: Promise, type: str, urgency: str) -> Limit:
        term = self._block(type, urgency).rework
        return Limit(term.limit, term.source, self.ladder(promise.value))

    def extension(self, type: str, urgency: str) -> Extension | None:
        block = self._block(type, urgency)
        longer = self._profile.limits.complex_extension if urgency == "complex" else block.extension
        if longer is None:
            return None
        return Extension(longer.limit, longer.times, longer.source, longer.by, longer.cap)

    def follow_up_due(self, type: str, urgency: str, *, anonymous: bool = False) -> bool:
        return (
            self.limit(Promise.FOLLOW_UP, type=type, urgency=urgency, anonymous=anonymous)
            is not None
        )

    def return_window(self, type: str, urgency: str) -> Span:
        return self._block(type, urgency).return_window.limit

    def endorse_required(self, type: str, urgency: str) -> bool:
        return self._block(type, urgency).endorse

    def calendars(self, listed: WorkCalendar) -> tuple[WorkCalendar, dict[str, WorkCalendar]]:
        """The city's calendar over the State Council's list, and each department's own over that."""
        counting = self._profile.counting
        city = _adapted(listed, counting, "city", ends_at_close=counting.day_ends == "close")
        own = {code: _adapted(city, days, code) for code, days in self._profile.departments.items()}
        return city, own

    @property
    def own_days(self) -> Days:
        """What the city adds to the State Council's list, as its profile tells it."""
        return self._profile.counting

    def with_days(self, days: Mapping[date, bool]) -> "Terms":
        """The same terms with days of the city's own: worked where True, else free.

        For a trial only: its version says so, and no profile's text stands behind it.
        """
        if not days:
            return self
        counting = self._profile.counting
        closed = (set(counting.closed) - set(days)) | {
            day for day, works in days.items() if not works
        }
        opened = (set(counting.opened) - set(days)) | {day for day, works in days.items() if works}
        short = {day: told for day, told in counting.half_days.items() if day not in days}
        told = {"closed": tuple(sorted(closed)), "opened": tuple(sorted(opened))}
        changed = counting.model_copy(update=told | {"half_days": short})
        profile = self._profile.model_copy(update={"counting": changed})
        label = hashlib.sha256(changed.model_dump_json().encode()).hexdigest()[:6]
        return Terms(profile, f"{self.version} {label}")

    def misfits(
        self, topics: Collection[str], departments: Collection[str]
    ) -> list[soundness.Finding]:
        """What the profile says of topics and departments that the city has not."""
        return [
            *soundness.unknown_topics(self._profile, topics),
            *soundness.unknown_departments(self._profile, departments),
        ]


def _speaks_of(row: Override, type: str, topic: tuple[str, str, str]) -> bool:
    return type in row.types and bool(set(row.topics) & set(topic))


def _adapted(
    calendar: WorkCalendar, days: Days, name: str, *, ends_at_close: bool | None = None
) -> WorkCalendar:
    """The calendar itself where nothing is told otherwise; else one with a version of its own."""
    own = days.own()
    same = own.office in (None, calendar.office) and not (own.closed or own.opened or own.short)
    if same and not ends_at_close:
        return calendar
    told = days.model_dump_json(exclude={"source"}, exclude_defaults=True)
    label = f"{name[:20]}:{hashlib.sha256(told.encode()).hexdigest()[:6]}"
    return calendar.adapted(own, label, ends_at_close=ends_at_close)
