"""When a notice may be told: quiet hours (免打扰), cooldown between reminders, a leader's digest.

特急 and 紧急 ignore all three: what cannot wait for the deadline cannot wait for the morning.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from escalation.calendar import ZONE
from hotline.domain.case import Case
from hotline.domain.promises import Rules
from hotline.domain.words import Role, Urgency

DIGESTED = 2  # up to this level a leader reads of a normal case in the day's digest
LATE_COMERS = timedelta(minutes=1)  # what is written just before a digest may be kept just after
# Desks that are manned day and night; all others have quiet hours.
MANNED = frozenset(
    f"role:{role.value}"
    for role in (
        Role.AGENT,
        Role.DISPATCHER,
        Role.CALLBACK,
        Role.INSPECTOR,
        Role.SHIFT_LEAD,
        Role.SYSADMIN,
    )
)


@dataclass(frozen=True)
class Timing:
    """Not before a moment, alone or in a digest; both empty: at once."""

    not_before: datetime | None = None
    digest: str | None = None


AT_ONCE = Timing()


def pressing(case: Case) -> bool:
    return case.urgency in (Urgency.CRITICAL, Urgency.URGENT)


def digested(audience: str, level: int | None) -> bool:
    return audience.startswith("leader:") and level is not None and level <= DIGESTED


def timing(
    at: datetime, audience: str, level: int | None, rules: Rules, *, last: datetime | None = None
) -> Timing:
    """Of a notice about a case that is not pressing; `last`: the reminder told before, if it is one."""
    if audience in MANNED:
        return AT_ONCE if last is None else _not_before(_cooled(at, last, rules), at)
    if digested(audience, level):
        release = _opens_after(at + LATE_COMERS, rules)
        day = release.astimezone(ZONE)
        return Timing(release, f"digest.{day:%Y%m%d}.{audience}")
    return _not_before(awake(_cooled(at, last, rules), rules), at)


def _not_before(moment: datetime, at: datetime) -> Timing:
    return AT_ONCE if moment <= at else Timing(moment)


def _cooled(at: datetime, last: datetime | None, rules: Rules) -> datetime:
    if last is None:
        return at
    return max(at, rules.calendar.due(last, rules.terms.reminder_cooldown))


def awake(at: datetime, rules: Rules) -> datetime:
    """`at`, or the end of the quiet hours it lies in; a day off is quiet from end to end."""
    quiet, local = rules.terms.supervision, at.astimezone(ZONE)
    if rules.calendar.is_workday(local.date()):
        if quiet.quiet_until <= local.time() < quiet.quiet_from:
            return at
    return _opens_after(at, rules)


def _opens_after(at: datetime, rules: Rules) -> datetime:
    """The next end of quiet hours on a working day, after `at`."""
    opens: time = rules.terms.supervision.quiet_until
    day = at.astimezone(ZONE).date()
    while True:
        moment = datetime.combine(day, opens, ZONE)
        if moment > at and rules.calendar.is_workday(day):
            return moment
        day += timedelta(days=1)
