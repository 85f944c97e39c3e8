"""What the doctor says of one thing it looked at: well, worth knowing, or wrong."""

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How a finding is: well, worth knowing, wrong."""

    WELL = "✓"
    NOTE = "!"
    WRONG = "✗"


@dataclass(frozen=True)
class Finding:
    """One thing looked at, and what was found."""

    mark: Mark
    text: str


def well(text: str) -> Finding:
    return Finding(Mark.WELL, text)


def note(text: str) -> Finding:
    return Finding(Mark.NOTE, text)


def wrong(text: str) -> Finding:
    return Finding(Mark.WRONG, text)
