"""The city's districts as areas to choose from: drawn from their centres alone, so a sketch.

Each area is what lies nearer to its district's centre than to another's (Voronoi). It asks no
other host for tiles, and a city that names its districts' centres has it; borders it does not know.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

WIDTH, EDGE = 320.0, 44.0  # of the drawing, and the room around the outermost centres
Point = tuple[float, float]


@dataclass(frozen=True)
class Area:
    """A district as a polygon; its name stands at the centre."""

    name: str
    points: str
    x: float
    y: float


@dataclass(frozen=True)
class Sketch:
    height: float
    areas: Sequence[Area]
    width: float = WIDTH


def sketch(districts: Iterable[Mapping[str, Any]]) -> Sketch | None:
    """None where fewer than two districts have a centre: then there is nothing to choose on it."""
    named = [one for one in districts if one.get("lon") is not None and one.get("lat") is not None]
    spots = {(one["lon"], one["lat"]): str(one["name"]) for one in named}
    if len(spots) < 2:
        return None
    centres, height = _placed(list(spots))
    frame = [(0.0, 0.0), (WIDTH, 0.0), (WIDTH, height), (0.0, height)]
    areas = [
        Area(name, _told(_nearest(frame, one, centres)), round(one[0], 1), round(one[1], 1))
        for name, one in zip(spots.values(), centres, strict=True)
    ]
    return Sketch(round(height, 1), areas)


def _placed(spots: Sequence[Point]) -> tuple[list[Point], float]:
    """Degrees as places on the drawing: north is up, a degree of longitude as long as it is there."""
    middle = sum(lat for _, lat in spots) / len(spots)
    flat = [(lon * cos(radians(middle)), -lat) for lon, lat in spots]
    left, top = min(x for x, _ in flat), min(y for _, y in flat)
    wide = max(x for x, _ in flat) - left or 1e-9
    tall = max(y for _, y in flat) - top
    scale = (WIDTH - 2 * EDGE) / max(wide, tall)
    found = [((x - left) * scale + EDGE, (y - top) * scale + EDGE) for x, y in flat]
    return found, tall * scale + 2 * EDGE


def _nearest(frame: Sequence[Point], own: Point, others: Sequence[Point]) -> list[Point]:
    """The part of the frame that lies nearer to `own` than to any other."""
    area = list(frame)
    for other in others:
        if other != own:
            area = _clipped(area, own, other)
    return area


def _clipped(area: Sequence[Point], own: Point, other: Point) -> list[Point]:
    """Without what lies beyond the line halfway between the two (Sutherland and Hodgman)."""
    across = other[0] - own[0], other[1] - own[1]
    limit = (other[0] ** 2 + other[1] ** 2 - own[0] ** 2 - own[1] ** 2) / 2
    kept: list[Point] = []
    for n, here in enumerate(area):
        before = area[n - 1]
        beyond = across[0] * here[0] + across[1] * here[1] - limit
        past = across[0] * before[0] + across[1] * before[1] - limit
        if (beyond > 0) != (past > 0):
            share = past / (past - beyond)
            kept.append(
                (
                    before[0] + share * (here[0] - before[0]),
                    before[1] + share * (here[1] - before[1]),
                )
            )
        if beyond <= 0:
            kept.append(here)
    return kept


def _told(area: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in area)
