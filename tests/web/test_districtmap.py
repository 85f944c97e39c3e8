"""The sketch of the districts: every place of it is one district's, and each holds its own centre."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hotline import seed
from hotline.web.districtmap import EDGE, WIDTH, Sketch, sketch

PLACE = st.tuples(
    st.integers(11_000, 12_000).map(lambda n: n / 100),
    st.integers(2_500, 3_500).map(lambda n: n / 100),
)


def surface(points: str) -> float:
    """Gauss's formula."""
    corners = [tuple(map(float, one.split(","))) for one in points.split()]
    pairs = zip(corners, corners[1:] + corners[:1], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def whole(drawn: Sketch) -> bool:
    """Nothing is left over and nothing lies twice; a corner is told to a tenth."""
    parts = sum(surface(one.points) for one in drawn.areas)
    return abs(parts - drawn.width * drawn.height) < drawn.width * len(drawn.areas)


def test_the_demo_city_is_drawn_whole_with_every_district() -> None:
    drawn = sketch(seed.districts())
    assert drawn is not None and whole(drawn)
    assert [one.name for one in drawn.areas] == [one["name"] for one in seed.districts()]


@settings(max_examples=50, deadline=None)
@given(st.lists(PLACE, min_size=2, max_size=12, unique=True))
def test_any_city_is_drawn_whole(places: list[tuple[float, float]]) -> None:
    told = [{"name": f"d{n}", "lon": lon, "lat": lat} for n, (lon, lat) in enumerate(places)]
    drawn = sketch(told)
    assert drawn is not None and whole(drawn)
    for one in drawn.areas:
        assert EDGE - 0.1 <= one.x <= WIDTH - EDGE + 0.1 and surface(one.points) > 0


def test_without_centres_there_is_no_map() -> None:
    assert (
        sketch([{"name": "a", "lon": None, "lat": None}, {"name": "b", "lon": 1, "lat": 2}]) is None
    )
