"""Who is kept out of a case (回避): the unit or the person complained about, staff with an interest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.errors import NotPossible
from hotline.domain.people import Actor, Tree
from hotline.domain.words import Role

WRITERS = frozenset({Role.AGENT, Role.DISPATCHER, Role.SHIFT_LEAD, Role.DIRECTOR})
LIFTERS = frozenset({Role.DIRECTOR})


@dataclass(frozen=True)
class Interest:
    """One unit or one officer who must neither find, open, be sent nor be told of the case."""

    id: int
    kind: str  # unit, officer
    of: str  # the unit's code, the account's name
    why: str
    by: str
    at: datetime


def kept_out(actor: Actor, interests: Iterable[Interest]) -> bool:
    """The unit above the one complained about is not: it is who handles the case."""
    return any(
        one.of == (actor.department if one.kind == "unit" else actor.name) for one in interests
    )


def unit_kept_out(code: str | None, interests: Iterable[Interest]) -> bool:
    return any(one.kind == "unit" and one.of == code for one in interests)


def check_unit(code: str, interests: Iterable[Interest], field: str) -> None:
    """A case never goes to whom it is about."""
    if unit_kept_out(code, interests):
        raise NotPossible(
            "该单位在本件中应当回避，请转交其上级单位。",
            "This unit is kept out of the case; send it to the one above.",
            field=field,
        )


def meets(units: Iterable[str], officer: str, interests: Iterable[Interest]) -> bool:
    """Whether one of the units, or the officer, is kept out."""
    codes = frozenset(units)
    return any(one.of in codes if one.kind == "unit" else one.of == officer for one in interests)


def named(tree: Tree, code: str, text: str) -> bool:
    """Whether the text names the unit or one below it: in a 举报 it may be who is reported."""
    units = (tree.departments[one].name for one in tree.subtree(code))
    return any(name in text for name in units)
