"""How the hotline looks after itself: each check by itself, so that one that fails ends no other.

What a check did not say it does not know either: the alarms that it may raise stand as they stood.
One that fails twice in a row is an alarm of its own; once is what the next look makes good.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hotline.flow.centre import Centre
from hotline.store import alarms as kept
from hotline.store import beats
from hotline.store.alarms import Alarm
from hotline.store.beats import Beat

SERVICE = "service"
UNMADE = "check"  # the kind of a check's own alarm
LONGEST = 8.0  # seconds that one may take; the next look is half a minute later
MOST = 1000  # alarms that are looked through


@dataclass(frozen=True)
class Check:
    """One promise: by which name a log has it and people do, what kinds of alarms it may raise.

    A look gives None where it cannot be said yet, and nothing is wrong with the check.
    """

    name: str
    zh: str
    kinds: frozenset[str]
    look: Callable[[Centre, str], Awaitable[Iterable[Alarm] | None]]


@dataclass
class Found:
    """What is broken, by key; and the kinds of which it is not known."""

    alarms: dict[str, Alarm] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    def add(self, alarms: Iterable[Alarm]) -> None:
        self.alarms |= {one.key: one for one in alarms}


def alarm(key: str, text: str) -> Alarm:
    return Alarm(SERVICE, key, text)


def kind(key: str) -> str:
    """Of an alarm, what it is about: before the place (`:`) and the node (`@`)."""
    return key.partition(":")[0].partition("@")[0]


async def made(centre: Centre, node: str, checks: Sequence[Check]) -> Found:
    found, failed = Found(), list[str]()
    for one in checks:
        try:
            async with asyncio.timeout(LONGEST):
                looked = await one.look(centre, node)
            told = None if looked is None else list(looked)
        except Exception as error:
            centre.checks.failed(error, one.name, check=one.name)
            told = None
            failed.append(one.name)
        else:
            centre.checks.worked(one.name, check=one.name)
        found.add(told or ())
        if told is None:
            found.unknown |= one.kinds
    centre.unmade = tuple(failed)
    failing = centre.checks.lasting(0)
    found.add(_unmade(one, failing[one.name], node) for one in checks if one.name in failing)
    return found


def _unmade(check: Check, error: str, node: str) -> Alarm:
    text = (
        f"节点 {node} 的自检“{check.zh}”做不成（{error}），这一项现在是好是坏不知道。"
        "请运行 hotline doctor，并查看该节点日志中的 check.failed；做成后告警自动解除。"
    )
    return alarm(f"{UNMADE}:{check.name}@{node}"[-120:], text)


@dataclass(frozen=True)
class Standing:
    """The alarms that are open, and the nodes."""

    keys: frozenset[str]
    nodes: Sequence[Beat]

    def stays(self, node: str, found: Found, gone: float) -> set[str]:
        """Those that this look does not end: of another node that is alive, and of what is not
        known."""
        others = {one.node for one in self.nodes if one.silent <= gone} - {node}
        theirs = {key for key in self.keys for other in others if key.endswith(f"@{other}")}
        return theirs | {key for key in self.keys if kind(key) in found.unknown}


async def standing(centre: Centre) -> Standing:
    async with centre.look() as look:
        listed: list[dict[str, Any]] = await kept.listed(look.connection, MOST)
        nodes = await beats.standing(look.connection)
    return Standing(frozenset(one["key"] for one in listed if one["kind"] == SERVICE), nodes)
