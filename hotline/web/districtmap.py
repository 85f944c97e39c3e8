"""The city's districts as areas to choose from: by their borders where the city gives them.

Without borders it is a sketch from the centres alone: each area is what lies nearer to its district's
centre than to another's (Voronoi). Either asks no other host for tiles.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import cos, radians
from typing import Any

from aiohttp import web

from hotline.flow import borders
from hotline.flow.borders import Shape
from hotline.web import maplabels

WIDTH, EDGE = 320.0, 44.0  # of the drawing, and the room around the outermost centres
ROOM = 4.0  # around borders
MOST_DRAWN = 1500  # points: about 5 kB of a page that a telephone loads
FINEST, COARSER = 0.5, 1.3  # the grid that points are drawn on, and how it grows until they are few
MARK = ((1.0, 0.0), (0.5, 0.87), (-0.5, 0.87), (-1.0, 0.0), (-0.5, -0.87), (0.5, -0.87))
MARKED = 22.0  # from a mark's middle to its corners
Point = tuple[float, float]


@dataclass(frozen=True)
class Area:
    """A district as an SVG path; its name stands at x, y."""

    name: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Sketch:
    height: float
    areas: Sequence[Area]
    width: float = WIDTH
    bordered: int = 0  # areas drawn by their borders, not from their centres


@dataclass
class Map:
    """The borders as read at the start; the drawing is kept until the districts change."""

    shapes: Mapping[str, Shape]
    _of: list[Any] = field(default_factory=list)
    _kept: Sketch | None = None

    def strangers(self, districts: Sequence[Mapping[str, Any]]) -> list[str]:
        """Names in the file of borders that are no district's."""
        return borders.strangers(self.shapes, districts)

    def drawn(self, districts: Sequence[Mapping[str, Any]]) -> Sketch | None:
        told = [(one["name"], one.get("lon"), one.get("lat")) for one in districts]
        if told != self._of:
            self._kept = bordered(districts, self.shapes) or sketch(districts)
            self._of = told
        return self._kept


MAP = web.AppKey("map", Map)


def bordered(districts: Iterable[Mapping[str, Any]], shapes: Mapping[str, Shape]) -> Sketch | None:
    """By borders (degrees); a district without any is a mark at its centre, one without both is not
    drawn. None where no district has borders."""
    listed = list(districts)
    known = {str(one["name"]): shapes[str(one["name"])] for one in listed if one["name"] in shapes}
    if not known:
        return None
    spots = {
        str(one["name"]): (float(one["lon"]), float(one["lat"]))
        for one in listed
        if one.get("lon") is not None and one.get("lat") is not None
    }
    marks = {name: at for name, at in spots.items() if name not in known}
    corners = [(x, y) for shape in known.values() for area in shape for x, y in area[0]]
    place = _projection([*corners, *marks.values()], MARKED + ROOM if marks else ROOM)
    laid = {
        name: [[place(x, y) for x, y in ring] for area in shape for ring in area]
        for name, shape in known.items()
    }
    areas = []
    for name, rings in _thinned(laid).items():
        x, y = maplabels.spot(name, rings, place(*spots[name]) if name in spots else None)
        areas.append(Area(name, " ".join(_path(one) for one in rings), round(x, 1), round(y, 1)))
    for name, spot in marks.items():
        x, y = place(*spot)
        corner = [(x + MARKED * across, y + MARKED * down) for across, down in MARK]
        areas.append(Area(name, _path(corner), round(x, 1), round(y, 1)))
    return Sketch(place.height, areas, bordered=len(known))


@dataclass(frozen=True)
class _Projection:
    """Degrees to places: north is up, a degree of longitude as long as it is in the middle."""

    left: float
    top: float
    narrower: float
    scale: float
    room: float
    height: float

    def __call__(self, lon: float, lat: float) -> Point:
        x, y = lon * self.narrower - self.left, self.top - lat
        return x * self.scale + self.room, y * self.scale + self.room


def _projection(points: Sequence[Point], room: float) -> _Projection:
    lats = [lat for _, lat in points]
    narrower = cos(radians((min(lats) + max(lats)) / 2))
    left, right = (pick(lon for lon, _ in points) * narrower for pick in (min, max))
    tall = max(lats) - min(lats)
    scale = (WIDTH - 2 * room) / (max(right - left, tall) or 1e-9)
    return _Projection(left, max(lats), narrower, scale, room, round(tall * scale + 2 * room, 1))


def _thinned(laid: Mapping[str, Sequence[Sequence[Point]]]) -> dict[str, list[list[Point]]]:
    """Every point to the nearest of a grid, so that neighbours' common edges stay common; the grid
    is as coarse as the number of points asks for. Rings smaller than its meshes vanish, a district's
    largest excepted."""
    step = FINEST
    while True:
        found = {name: _meshed(rings, step) for name, rings in laid.items()}
        if (
            step > WIDTH / 8
            or sum(len(one) for all_ in found.values() for one in all_) <= MOST_DRAWN
        ):
            return found
        step *= COARSER


def _meshed(rings: Sequence[Sequence[Point]], step: float) -> list[list[Point]]:
    kept = []
    for ring in rings:
        fine = [(round(x / step) * step, round(y / step) * step) for x, y in ring[:-1]]
        line = [one for n, one in enumerate(fine) if one != fine[n - 1]]
        if len(set(line)) >= 3:
            kept.append(line)
    longest: Sequence[Point] = max(rings, key=lambda ring: len(ring))
    return kept or [list(longest[:-1][:8])]


def sketch(districts: Iterable[Mapping[str, Any]]) -> Sketch | None:
    """None where fewer than two districts have a centre: then there is nothing to choose on it."""
    named = [one for one in districts if one.get("lon") is not None and one.get("lat") is not None]
    spots = {(one["lon"], one["lat"]): str(one["name"]) for one in named}
    if len(spots) < 2:
        return None
    centres, height = _placed(list(spots))
    frame = [(0.0, 0.0), (WIDTH, 0.0), (WIDTH, height), (0.0, height)]
    areas = [
        Area(name, _path(_nearest(frame, one, centres)), round(one[0], 1), round(one[1], 1))
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


def _path(ring: Sequence[Point]) -> str:
    """A closed line; with the even-odd rule a ring within another is a hole."""
    return "M" + "L".join(f"{round(x, 1):g},{round(y, 1):g}" for x, y in ring) + "Z"
