"""Where a district's name stands on the map: at its centre where it has room, else where it has most.

Room is the distance to the nearest border, measured in the size of the words themselves: they are
wider than high. The best place is looked for on a grid, then on a finer one about the best found.
"""

from collections.abc import Iterator, Sequence
from math import hypot, inf

Point = tuple[float, float]
Ring = Sequence[Point]
SIGN = 13.0  # pixels a character is wide and high
LOWER, HALF = 4.0, 15.0  # two lines: their middle below the first one's foot, half their height
EDGE = 3.0  # pixels left free beside the words
MESHES = 14
ENOUGH = 2**0.5  # from here on the corners of the words are clear, too


def room(name: str, rings: Sequence[Ring], spot: Point) -> float:
    """1: the words just fit about the spot; below 0: the spot lies outside. Rings are not closed."""
    wide, (x, y) = len(name) * SIGN / 2 + EDGE, spot
    y += LOWER
    least, inside = inf, False
    for (ax, ay), (bx, by) in _edges(rings):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            inside = not inside
        least = min(
            least, _away((ax - x) / wide, (ay - y) / HALF, (bx - x) / wide, (by - y) / HALF)
        )
    return least if inside else -least


def spot(name: str, rings: Sequence[Ring], centre: Point | None) -> Point:
    """The centre where the words have room there, else the place within that has most."""
    if centre is not None and room(name, rings, centre) > ENOUGH:
        return centre
    longest = max(rings, key=len)
    low = min(x for x, _ in longest), min(y for _, y in longest)
    high = max(x for x, _ in longest), max(y for _, y in longest)
    best = _best(name, rings, low, high)
    step = (high[0] - low[0]) / MESHES, (high[1] - low[1]) / MESHES
    near = (best[0] - step[0], best[1] - step[1]), (best[0] + step[0], best[1] + step[1])
    return max(best, _best(name, rings, *near), key=lambda one: room(name, rings, one))


def _best(name: str, rings: Sequence[Ring], low: Point, high: Point) -> Point:
    steps = [(n + 0.5) / MESHES for n in range(MESHES)]
    tried = [
        (low[0] + (high[0] - low[0]) * across, low[1] + (high[1] - low[1]) * down)
        for across in steps
        for down in steps
    ]
    return max(tried, key=lambda one: room(name, rings, one))


def _edges(rings: Sequence[Ring]) -> Iterator[tuple[Point, Point]]:
    for ring in rings:
        for n, corner in enumerate(ring):
            yield ring[n - 1], corner


def _away(ax: float, ay: float, bx: float, by: float) -> float:
    """From nought to the line between two points."""
    dx, dy = bx - ax, by - ay
    along = dx * dx + dy * dy
    share = max(0.0, min(1.0, -(ax * dx + ay * dy) / along)) if along else 0.0
    return hypot(ax + share * dx, ay + share * dy)
