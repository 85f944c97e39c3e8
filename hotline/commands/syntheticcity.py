"""A city that never was, from a seed: how many call on which day about what, and who; pure.

Seasons move the topics (heating in winter, noise and water in summer), storms multiply what water
and wind break, holidays are quiet and the day after is not, and a few people call again and again.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from escalation.calendar import ZONE

ONE = timedelta(days=1)
# Words in a topic's path: the month at which it is most called about, and how strongly.
SEASONS = {
    "供热": (1, 6.0),
    "供暖": (1, 6.0),
    "噪": (7, 1.6),
    "内涝": (7, 4.0),
    "积水": (7, 4.0),
    "排水": (7, 2.0),
    "供水": (8, 1.5),
    "停电": (7, 2.5),
    "入学": (8, 5.0),
    "招生": (8, 5.0),
    "欠薪": (12, 3.0),
    "工资": (12, 3.0),
    "旅游": (10, 3.0),
}
STORMY = ("排水", "积水", "内涝", "停电", "供电", "树", "路灯", "房屋", "绿化")
STORMS_A_YEAR = 6
HOURS = (1, 1, 1, 1, 1, 1, 2, 4, 8, 10, 10, 8, 6, 7, 9, 9, 8, 6, 5, 5, 4, 3, 2, 1)
REGULARS = 0.002  # of the callers call again and again
AGAIN = 0.08  # of the calls are theirs


@dataclass(frozen=True)
class Matter:
    """What one may call about, and who handles it."""

    topic: str
    units: tuple[str, ...]
    weight: float


@dataclass(frozen=True)
class Call:
    """One citizen's matter as it comes in."""

    at: datetime
    matter: Matter
    district: str
    caller: int
    storm: bool


@dataclass(frozen=True)
class City:
    """What the seed makes of the real catalogue."""

    matters: Sequence[Matter]
    districts: Sequence[str]
    quality: Mapping[str, float]  # of each unit: 0 poor to 1 good
    storms: frozenset[date]
    is_workday: Callable[[date], bool]


def city_of(
    chance: Random,
    topics: Sequence[tuple[str, tuple[str, ...]]],
    districts: Sequence[str],
    days: Sequence[date],
    is_workday: Callable[[date], bool],
) -> City:
    """Few matters make most of the calls, as everywhere."""
    order = list(topics)
    chance.shuffle(order)
    matters = [Matter(path, units, 1 / (n + 4)) for n, (path, units) in enumerate(order)]
    units = sorted({unit for one in matters for unit in one.units})
    quality = {unit: min(1.0, max(0.0, chance.gauss(0.75, 0.15))) for unit in units}
    many = round(STORMS_A_YEAR * len(days) / 365)
    warm = [day for day in days if 5 <= day.month <= 9] or list(days)
    storms = frozenset(chance.sample(warm, min(many, len(warm))))
    return City(matters, list(districts), quality, storms, is_workday)


def volume(city: City, day: date) -> float:
    """How busy a day is beside an ordinary working day."""
    busy = 1.0 if city.is_workday(day) else 0.55
    if city.is_workday(day) and not city.is_workday(day - ONE):
        busy *= 1.25
    if day in city.storms:
        busy *= 2.2
    elif day - ONE in city.storms:
        busy *= 1.5
    return busy * (1 + 0.1 * math.cos(2 * math.pi * (day.month - 7) / 12))


def season(topic: str, month: int) -> float:
    """How much more a topic is called about in a month than in its quietest."""
    for word, (peak, strength) in SEASONS.items():
        if word in topic:
            near = (1 + math.cos(2 * math.pi * (month - peak) / 12)) / 2
            return 1 + (strength - 1) * near
    return 1.0


def calls(chance: Random, city: City, days: Sequence[date], n: int) -> Iterator[Call]:
    """So many calls over the days, in their order."""
    busy = [volume(city, day) for day in days]
    total, left = sum(busy), n
    regulars = max(3, int(n * 0.6 * REGULARS))
    known = max(10, int(n * 2.5))
    for day, share in zip(days, busy, strict=True):
        today = min(left, round(left * share / total)) if total > share else left
        total, left = total - share, left - today
        storm = day in city.storms
        weights = _weights(city, day.month, storm)
        matters = chance.choices(city.matters, weights, k=today)
        hours = chance.choices(range(24), HOURS, k=today)
        moments = sorted(
            datetime.combine(day, time(hour), ZONE) + timedelta(seconds=chance.randrange(3600))
            for hour in hours
        )
        for at, matter in zip(moments, matters, strict=True):
            again = chance.random() < AGAIN
            caller = chance.randrange(regulars) if again else chance.randrange(regulars, known)
            yield Call(at, matter, chance.choice(city.districts), caller, storm)


def _weights(city: City, month: int, storm: bool) -> list[float]:
    return [
        one.weight
        * season(one.topic, month)
        * (6.0 if storm and any(word in one.topic for word in STORMY) else 1.0)
        for one in city.matters
    ]
