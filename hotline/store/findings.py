"""An invariant that does not hold: what every check reports."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Broken:
    """Which invariant, where, and how it is broken."""

    invariant: str
    place: str
    what: str
