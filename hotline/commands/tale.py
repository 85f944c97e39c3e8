"""A demo complaint on its way, and what every story asks of it: who acts, and when."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from escalation.promise import Promise
from hotline.commands.stage import Scene
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case
from hotline.domain.people import Actor, citizen
from hotline.domain.promises import Rules
from hotline.domain.words import Role


@dataclass
class Tale:
    """A complaint on its way: its row, the case as it now stands, and the city's rules."""

    row: dict[str, Any]
    rules: Rules
    starts: datetime
    now: datetime  # where the story ends
    unit: str = ""  # who will lead
    co_units: tuple[str, ...] = ()
    parent: str | None = None  # an open case on the same matter, where the story needs one
    names: dict[str, str] = field(default_factory=dict)  # accounts by role, or role and unit
    code: str = ""  # the citizen's query code
    case: Case = None  # type: ignore[assignment]  # there once it is received

    @property
    def seed(self) -> int:
        """The same complaint has the same life in every demo city."""
        return int(self.row["id"])

    def by(self, role: Role, unit: str | None = None) -> Actor:
        """Somebody of the role: the unit's own account where there is one."""
        name = self.names.get(f"{role.value} {unit or ''}") or "-".join(
            part for part in (role.value, unit) if part
        )
        return Actor(role, name, unit, self.rules.tree.subtree(unit), "10.0.0.8")

    def lead(self, role: Role) -> Actor:
        return self.by(role, self.case.lead)

    def part_of(self, promise: Promise, share: float) -> datetime:
        """The moment at which a share of a promise's counted minutes is used."""
        n = self.case.live(promise)
        if n is None:
            last = self.case.dispatched_at or self.case.received_at
            return last + timedelta(hours=1)
        deadline, calendar = self.case.deadlines[n], self.rules.calendar
        start, unit = deadline.started_at, deadline.limit_unit
        total = calendar.counted(start, deadline.due_at, unit)
        return calendar.after(start, int(total * share), unit)

    def after(self, share: float) -> datetime:
        """The moment at which a share of the whole story is over."""
        return self.case.received_at + (self.now - self.case.received_at) * share

    def share(self, low: float, high: float) -> float:
        """Some are quick, some are slow."""
        return low + (high - low) * (self.seed * 37 % 100) / 100

    def scene(self, at: datetime, *acts: tuple[Act, Actor]) -> Scene:
        return Scene(min(at, self.now), acts)

    def by_citizen(self, at: datetime, facts: Act) -> Scene:
        return Scene(min(at, self.now), ((facts, citizen()),), by_citizen=True)


Story = Callable[[Tale], Iterator[Scene]]
