"""Terms: one city's policy profile as data, read from TOML; every value names its rule.

Limits differ three- to fivefold between cities and no national rule fixes them, so they are
never constants. A profile is validated when it is loaded, and its version is its own word plus a
hash of what it says.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from escalation.calendar import Span, Unit
from escalation.ladder import Ladder
from escalation.profile import Block, Profile, Term
from escalation.promise import Limit, Promise


class BadTerms(ValueError):
    """A profile that cannot be used, with the key and what is wrong with it."""


@dataclass(frozen=True)
class Extension:
    """How much longer a department may ask for."""

    span: Span
    times: int
    source: str


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
        self.archive_after = numbers.archive_after
        self.rating_window = numbers.rating_window
        self.urge_every = numbers.urge_every
        self.reminder_cooldown = numbers.reminder_cooldown
        self.supervision = profile.supervision
        self.suspension_total = profile.suspension.total
        self.suspension = profile.suspension.grounds
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
    ) -> Limit | None:
        """The limit of a promise, or None where the profile makes none."""
        if promise is Promise.ON_SITE:
            return self._on_site(type, topic)
        if anonymous and promise in (Promise.CONTACT, Promise.FOLLOW_UP):
            return None
        block = self._block(type, urgency)
        name = "reply" if promise is Promise.FINISH else promise.value
        term: Term | None = getattr(block, name, None)
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
        for row in self._profile.overrides:
            if row.promise == "reply" and type in row.types and set(row.topics) & set(topic):
                term = Term(limit=row.limit, source=row.source)
                limit = self._or_longer(base, term, row.id)
                base = limit if row.mode == "extend" else replace(limit, or_longer=None)
        return base

    def _on_site(self, type: str, topic: tuple[str, str, str]) -> Limit | None:
        for row in self._profile.overrides:
            if row.promise == "on_site" and type in row.types and set(row.topics) & set(topic):
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

    def rework(self, promise: Promise, type: str, urgency: str) -> Limit:
        term = self._block(type, urgency).rework
        return Limit(term.limit, term.source, self.ladder(promise.value))

    def extension(self, type: str, urgency: str) -> Extension | None:
        block = self._block(type, urgency)
        longer = self._profile.limits.complex_extension if urgency == "complex" else block.extension
        return Extension(longer.limit, longer.times, longer.source) if longer else None

    def follow_up_due(self, type: str, urgency: str, *, anonymous: bool = False) -> bool:
        return (
            self.limit(Promise.FOLLOW_UP, type=type, urgency=urgency, anonymous=anonymous)
            is not None
        )

    def return_window(self, type: str, urgency: str) -> Span:
        return self._block(type, urgency).return_window.limit

    def endorse_required(self, type: str, urgency: str) -> bool:
        return self._block(type, urgency).endorse


def parse(text: str) -> Terms:
    """From a profile's text; raises BadTerms naming the key that is wrong."""
    try:
        found: Mapping[str, object] = tomllib.loads(text)
        profile = Profile.model_validate(found)
    except tomllib.TOMLDecodeError as error:
        raise BadTerms(f"期限方案不是有效的 TOML / not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BadTerms(f"期限方案 {key} 有误 / wrong: {first['msg']}") from error
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Terms(profile, f"{profile.name} {profile.edition} {digest}")


def load(path: Path) -> Terms:
    return parse(path.read_text("utf-8"))
