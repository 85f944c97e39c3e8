"""Who acts and who is told: Actor, the tree of departments, and the masking of a citizen."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hotline.domain.numbers import mask_id_number as mask_id_number
from hotline.domain.numbers import mask_text as mask_text
from hotline.domain.words import DEPARTMENT, Role


@dataclass(frozen=True)
class Actor:
    """Somebody doing something: role, name, own department with all below it, and from where."""

    role: Role
    name: str
    department: str | None = None
    units: frozenset[str] = frozenset()  # own department and its subtree
    origin: str = ""  # the address the request came from
    officer_id: int | None = None

    @property
    def of_department(self) -> bool:
        return self.role in DEPARTMENT


SYSTEM = Actor(Role.SYSTEM, "system", origin="internal")
OPERATOR = Actor(Role.OPERATOR, "operator", origin="command line")


def citizen(origin: str = "") -> Actor:
    return Actor(Role.CITIZEN, "citizen", origin=origin)


@dataclass(frozen=True)
class Department:
    """A unit of the city (承办单位); `dispatchable` is false for those only informed."""

    code: str
    name: str
    parent: str | None = None
    kind: str = ""  # one of the 19 kinds that real replies name, or none
    level: str = "bureau"  # bureau 市级, district 区县, street 街镇
    district: str = ""
    phone: str = ""
    dispatchable: bool = True
    heir: str | None = None  # who has its work now, since it was merged or closed
    names: tuple[Mapping[str, Any], ...] = ()  # earlier ones: name, until (oldest first)

    def named(self, at: datetime) -> str:
        """What it was called then."""
        earlier = (one["name"] for one in self.names if at < datetime.fromisoformat(one["until"]))
        return str(next(earlier, self.name))


@dataclass(frozen=True)
class Tree:
    """The departments as a tree: each sees its subtree, and what those had whose heir it is."""

    departments: Mapping[str, Department]
    below: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, departments: Iterable[Department]) -> "Tree":
        known = {unit.code: unit for unit in departments}
        below: dict[str, set[str]] = {code: {code} for code in known}
        for code in known:
            for above in _chain(known, code):
                below[above].add(code)
        return cls(known, {code: frozenset(units) for code, units in below.items()})

    def subtree(self, code: str | None) -> frozenset[str]:
        return self.below.get(code or "", frozenset())

    def is_below(self, code: str, above: str) -> bool:
        return code != above and code in self.subtree(above)

    def top(self, code: str) -> str:
        """The unit that the citizen is shown; a unit's own name when nothing is above it."""
        return self.departments[code].name if code in self.departments else code

    def named(self, code: str, at: datetime) -> str:
        """What the unit was called at a moment; history keeps the old name."""
        return self.departments[code].named(at) if code in self.departments else code

    def heir(self, code: str) -> str:
        """Who has the unit's work now: itself, or the last of its heirs."""
        seen = {code}
        while (
            after := self.departments[code].heir if code in self.departments else None
        ) is not None:
            if after in seen:
                break
            seen.add(after)
            code = after
        return code

    def by_name(self) -> dict[str, str]:
        """Units by their names, earlier ones too: a model learns the names of its time."""
        units = self.departments.values()
        old = {str(one["name"]): self.heir(unit.code) for unit in units for one in unit.names}
        return old | {unit.name: self.heir(unit.code) for unit in units}

    def can_lead(self, code: str) -> bool:
        unit = self.departments.get(code)
        return unit is not None and unit.dispatchable and not unit.heir


def _chain(known: Mapping[str, Department], code: str) -> Iterable[str]:
    seen = {code}
    above = known[code].heir or known[code].parent
    while above is not None and above in known and above not in seen:
        seen.add(above)
        yield above
        above = known[above].heir or known[above].parent


def mask_phone(phone: str) -> str:
    """138****5678; a landline keeps its area code and last two digits."""
    digits = phone.strip()
    if len(digits) < 7:
        return "*" * len(digits)
    return digits[:3] + "****" + (digits[-4:] if len(digits) >= 11 else digits[-2:])


def mask_name(name: str) -> str:
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


def mask_email(email: str) -> str:
    user, at, host = email.partition("@")
    return user[:1] + "***" + at + host


def mask_address(address: str) -> str:
    """The road stays readable, house and room do not."""
    road = re.split(r"[0-9０-９一二三四五六七八九十]+", address)[0][:6]
    return road + "***"
