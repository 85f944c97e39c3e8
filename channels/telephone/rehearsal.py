"""Believable calls, made up: what `hotline ring` plays and what the tests fold.

Most are answered and end well; some are given up, put through, held, or meet a full house. The
same seed makes the same calls.
"""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from channels.telephone.events import CallEvent, Kind, Recording

QUEUES = ("热线", "企业专席", "方言专席")
# What became of a call, and how many in a hundred become that.
COURSES = {"plain": 62, "held": 8, "put_through": 8, "given_up": 12, "full": 4, "closed": 2}
COURSES |= {"out": 4}


@dataclass(frozen=True)
class House:
    """Who sits at the telephones, and the number that the city rings."""

    agents: Sequence[str] = ("8001", "8002", "8003", "8004")
    line: str = "12345"
    prefix: str = "r"  # of the calls' ids


def calls(
    seed: int, n: int, start: datetime, house: House | None = None, every: float = 8.0
) -> list[list[CallEvent]]:
    """`n` calls, about `every` seconds apart, each as its events in order."""
    house, dice = house or House(), random.Random(seed)
    made, at = [], start
    for number in range(n):
        at += timedelta(seconds=round(dice.expovariate(1 / every), 3))
        course = dice.choices(list(COURSES), weights=list(COURSES.values()))[0]
        made.append(_call(f"{house.prefix}{seed}-{number}", course, at, house, dice))
    return made


class _Teller:
    """Writes down a call as it goes on."""

    def __init__(self, call_id: str, at: datetime, direction: str, ends: tuple[str, str]) -> None:
        self.call_id, self.at, self.direction = call_id, at, direction
        self.ends = ends
        self.told: list[CallEvent] = []

    def say(self, kind: Kind, after: float, leg: str = "a", **more: Any) -> None:
        self.at += timedelta(seconds=round(after, 3))
        self.told.append(
            CallEvent(
                event_id=f"{self.call_id}.{len(self.told)}",
                call_id=self.call_id,
                kind=kind,
                at=self.at,
                leg_id=f"{self.call_id}.{leg}",
                direction=self.direction,
                from_=self.ends[0],
                to=self.ends[1],
                **more,
            )
        )


def _call(
    call_id: str, course: str, at: datetime, house: House, dice: random.Random
) -> list[CallEvent]:
    citizen = f"139000{dice.randrange(100_000):05d}"
    agent = dice.choice(house.agents)
    if course == "out":
        return _rung_out(_Teller(call_id, at, "out", (house.line, citizen)), agent, dice)
    teller = _Teller(call_id, at, "in", (citizen, house.line))
    teller.say(Kind.OFFERED, 0)
    if course in ("full", "closed"):
        cause = {"full": "overload", "closed": "after_hours"}[course]
        teller.say(Kind.ENDED, 1 + dice.random(), cause=cause)
        return teller.told
    queue = dice.choices(QUEUES, weights=(8, 1, 1))[0]
    teller.say(Kind.QUEUED, 0.2 + dice.random(), queue=queue)
    if course == "given_up":
        teller.say(Kind.ENDED, 3 + dice.expovariate(1 / 25), cause="cancel")
        return teller.told
    teller.say(Kind.RINGING, dice.expovariate(1 / 6), "b", queue=queue, agent=agent)
    teller.say(Kind.ANSWERED, 1 + dice.random() * 6, "b", queue=queue, agent=agent)
    if course == "held":
        teller.say(Kind.HELD, 20 + dice.random() * 30, "b", agent=agent)
        teller.say(Kind.RESUMED, 5 + dice.random() * 40, "b", agent=agent)
    if course == "put_through":
        other = dice.choice([one for one in house.agents if one != agent] or [agent])
        teller.say(Kind.TRANSFERRED, 30 + dice.random() * 60, "b", agent=other)
        teller.say(Kind.RINGING, 0.5, "c", agent=other)
        teller.say(Kind.ANSWERED, 2 + dice.random() * 5, "c", agent=other)
        teller.say(Kind.ENDED, 0.5, "b", cause="normal")
    _close(teller, "c" if course == "put_through" else "b", dice)
    return teller.told


def _close(teller: _Teller, leg: str, dice: random.Random) -> None:
    teller.say(Kind.ENDED, 40 + dice.expovariate(1 / 110), leg, cause="normal")
    teller.say(Kind.ENDED, 0.05, cause="normal")
    uri = f"{teller.call_id}.wav"
    teller.say(Kind.RECORDED, 1, recording=Recording(uri, f"{dice.getrandbits(256):064x}"))
    if dice.random() < 0.4:
        digit = dice.choices((5, 4, 3, 2, 1), weights=(50, 25, 12, 8, 5))[0]
        teller.say(Kind.RATED, 4, digit=digit)


def _rung_out(teller: _Teller, agent: str, dice: random.Random) -> list[CallEvent]:
    teller.say(Kind.OFFERED, 0)
    teller.say(Kind.RINGING, 1, "b", agent=agent)
    if dice.random() < 0.7:
        teller.say(Kind.ANSWERED, 5 + dice.random() * 10, "b", agent=agent)
        _close(teller, "b", dice)
    else:
        teller.say(Kind.ENDED, 30, "a", cause="no_answer")
    return teller.told


def posted(event: CallEvent) -> dict[str, Any]:
    """An event as the webhook takes it; what is not told is left out."""
    told = asdict(replace(event))
    told |= {"from": told.pop("from_"), "at": event.at.isoformat(), "kind": event.kind.value}
    told["state"] = event.state.value if event.state else None
    return {name: value for name, value in told.items() if value not in (None, "", ())}
