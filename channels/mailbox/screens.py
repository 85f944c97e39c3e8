"""The screens: small named checks that say what kind of letter it is; one table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from channels.mailbox.facts import Reading

Kind = Literal["own", "bounce", "automatic", "quarantine", "mark"]


@dataclass(frozen=True)
class Verdict:
    kind: Kind
    screen: str  # the name of the check
    reason: str  # for the officer, in Chinese


@dataclass(frozen=True)
class Settings:
    """What the checks go by: the mailbox's own terms, and what is known of this arrival."""

    domain: str = ""  # of our own Message-IDs
    key: bytes = b""  # signs them
    addresses: tuple[str, ...] = ()  # our own mailboxes and the relay's sender
    size: int = 25 * 1024 * 1024
    hops: int = 30
    rate: int = 20  # letters an hour from one sender before the mark
    recent: int = 0  # letters from this sender within the hour
    envelope: str | None = None  # the return path, where the way in was told: "" is the null one


class Headers:
    """A letter's headers by name, any case; absent ones are empty."""

    def __init__(self, pairs: tuple[tuple[str, str], ...]) -> None:
        self._pairs = pairs

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for one, value in self._pairs if one == name.lower())

    def first(self, name: str) -> str:
        return next(iter(self.all(name)), "")


Check = Callable[[Reading, Headers, Settings], Verdict | None]


@dataclass(frozen=True)
class Screen:
    name: str
    title_zh: str
    check: Check


SCREENS: tuple[Screen, ...] = ()


def screen(reading: Reading, settings: Settings) -> tuple[Verdict, ...]:
    """Every verdict, in the order of the table: the first that is no mark decides."""
    headers = Headers(reading.headers)
    found = (one.check(reading, headers, settings) for one in SCREENS)
    return tuple(verdict for verdict in found if verdict is not None)
