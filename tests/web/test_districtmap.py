"""The districts' map: by borders as the city gives them, else a sketch in which every place is one's."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline import seed
from hotline.commands import records
from hotline.commands.finding import Mark
from hotline.config import Settings, WrongSetting
from hotline.flow import borders
from hotline.web import maplabels
from hotline.web.districtmap import EDGE, MOST_DRAWN, WIDTH, Map, Sketch, bordered, sketch
from hotline.wiring import MovingClock
from tests.web.api_support import filed, served, signed_in

PLACE = st.tuples(
    st.integers(11_000, 12_000).map(lambda n: n / 100),
    st.integers(2_500, 3_500).map(lambda n: n / 100),
)


def surface(path: str) -> float:
    """Gauss's formula."""
    corners = [tuple(map(float, one.split(","))) for one in path.strip("MZ").split("L")]
    pairs = zip(corners, corners[1:] + corners[:1], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def whole(drawn: Sketch) -> bool:
    """Nothing is left over and nothing lies twice; a corner is told to a tenth."""
    parts = sum(surface(one.path) for one in drawn.areas)
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
        assert EDGE - 0.1 <= one.x <= WIDTH - EDGE + 0.1 and surface(one.path) > 0


def test_without_centres_there_is_no_map() -> None:
    assert (
        sketch([{"name": "a", "lon": None, "lat": None}, {"name": "b", "lon": 1, "lat": 2}]) is None
    )


NAMES = {str(one["name"]) for one in seed.districts()}
SQUARE = [[116.0, 29.0], [117.0, 29.0], [117.0, 30.0], [116.0, 30.0], [116.0, 29.0]]


def told(geometry: dict[str, Any], name: str = "望江区") -> dict[str, Any]:
    feature = {"type": "Feature", "properties": {"name": name}, "geometry": geometry}
    return {"type": "FeatureCollection", "features": [feature]}


def square(line: list[Any]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [line]}


def test_the_demo_citys_borders_cover_it_once_and_neighbours_share_their_edges() -> None:
    shapes = borders.read(seed.boundaries(), Path("demo"))
    assert set(shapes) == NAMES
    rings = [[(x, y) for x, y in shape[0][0]] for shape in shapes.values()]
    edges = [edge for ring in rings for edge in zip(ring, ring[1:], strict=False)]
    assert len(set(edges)) == len(edges)  # all turn the same way: none lies twice
    outer = dict(edge for edge in edges if edge[::-1] not in set(edges))
    at = start = next(iter(outer))
    around = [start]
    while (at := outer.pop(at)) != start:
        around.append(at)
    assert not outer  # one line about the whole city: no gap within it

    def area(ring: list[tuple[float, float]]) -> float:
        pairs = zip(ring, ring[1:] + ring[:1], strict=True)
        return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs) / 2

    assert sum(map(area, rings)) == pytest.approx(area(around))


def test_borders_are_drawn_and_a_district_without_is_marked_at_its_centre() -> None:
    shapes = borders.read(seed.boundaries(), Path("demo"))
    drawn = bordered(seed.districts(), shapes)
    assert drawn is not None and drawn.bordered == len(drawn.areas) == len(NAMES)
    del shapes["长岭县"]
    drawn = bordered(seed.districts(), shapes)
    assert drawn is not None and drawn.bordered == len(NAMES) - 1
    assert drawn.areas[-1].name == "长岭县" and drawn.areas[-1].path.count(",") == 6
    none = Map({}).drawn(seed.districts())
    assert none == sketch(seed.districts()) and none is not None and none.bordered == 0


def test_many_points_are_thinned_for_the_drawing_alike_for_both_neighbours() -> None:
    edge = [[116.5, 29 + n / 4000 + (n % 7) / 90000] for n in range(4001)]
    left = [[116.0, 30.0], [116.0, 29.0], *edge, [116.0, 30.0]]
    right = [[117.0, 29.0], [117.0, 30.0], *edge[::-1], [117.0, 29.0]]
    names = ["望江区", "云山区"]
    drawn = bordered(
        [{"name": one} for one in names], dict(zip(names, [[[left]], [[right]]], strict=True))
    )
    assert drawn is not None
    one, two = (set(area.path.strip("MZ").split("L")) for area in drawn.areas)
    assert 20 < len(one & two) and len(one) + len(two) <= MOST_DRAWN
    assert len(one - two) == len(two - one) == 2


FAR = [[516000.0, 3290000.0], *SQUARE[1:-1], [516000.0, 3290000.0]]
WRONG: dict[str, tuple[Any, str]] = {
    "no JSON": ("{", "不是有效的 JSON"),
    "another type": ({"type": "Topology"}, "须为 FeatureCollection"),
    "a line": (told({"type": "LineString", "coordinates": SQUARE}), "须为 Polygon"),
    "far": (told(square(FAR)), "坐标超出范围"),
    "open": (told(square(SQUARE[:-1])), "没有闭合"),
    "no name": ({"type": "FeatureCollection", "features": [{"type": "Feature"}]}, "格式不对"),
    "twice": (
        {"type": "FeatureCollection", "features": told(square(SQUARE))["features"] * 2},
        "出现两次",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_stops_the_start_with_one_line(case: str, tmp_path: Path) -> None:
    given_, line = WRONG[case]
    path = tmp_path / borders.NAME
    path.write_text(given_ if isinstance(given_, str) else json.dumps(given_), "utf-8")
    with pytest.raises(WrongSetting, match=line) as error:
        borders.load(Settings(data=tmp_path))
    assert "\n" not in str(error.value) and str(path) in str(error.value)


def test_a_file_too_large_or_missing_is_refused_and_none_at_all_is_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(boundaries: Path | None = None) -> Callable[[], Any]:
        chosen = Settings(data=tmp_path, boundaries=boundaries)
        return lambda: borders.load(chosen)

    assert load()() == {}
    with pytest.raises(WrongSetting, match="不能读取"):
        load(tmp_path / "none.geojson")()
    path = tmp_path / "city.geojson"
    path.write_bytes(b"\xef\xbb\xbf" + seed.boundaries())  # as some editors begin a file
    assert set(load(path)()) == NAMES
    monkeypatch.setattr(borders, "MOST_POINTS", 100)
    with pytest.raises(WrongSetting, match="个点"):
        load(path)()
    monkeypatch.setattr(borders, "MOST_BYTES", 5000)
    with pytest.raises(WrongSetting, match="MB"):
        load(path)()


def test_a_name_stands_within_its_borders_and_clear_of_them() -> None:
    """Two lines of words: the district's name, and on the cockpit how many are open."""
    drawn = bordered(seed.districts(), borders.read(seed.boundaries(), Path("demo")))
    assert drawn is not None
    for area in drawn.areas:
        ring = [tuple(map(float, one.split(","))) for one in area.path.strip("MZ").split("L")]
        assert maplabels.room(area.name, [ring], (area.x, area.y)) > 1, area.name


def test_a_name_that_has_room_at_the_centre_stays_there() -> None:
    ring = [(0.0, 0.0), (200.0, 0.0), (200.0, 200.0), (0.0, 200.0)]
    assert maplabels.spot("望江区", [ring], (90.0, 80.0)) == (90.0, 80.0)
    x, y = maplabels.spot("望江区", [ring], (3.0, 80.0))
    assert 60 < x < 140 and 60 < y < 140
    assert maplabels.room("望江区", [ring], (-50.0, 80.0)) < 0, "outside"
    bent = [*ring, (0.0, 190.0), (190.0, 190.0), (190.0, 10.0), (0.0, 10.0)]
    x, y = maplabels.spot("望江区", [bent], None)
    assert maplabels.room("望江区", [bent], (x, y)) > 0, "within, however thin it is"
    far = [(0.0, 0.0), (0.0, 9.0), (9.0, 9.0)]
    assert maplabels.spot("甲", [far, ring], None)[0] > 60, "on the main part"


async def test_a_district_that_was_renamed_is_told_loudly_and_stops_nothing(
    empty_sqlite: Path, tmp_path: Path, clock: MovingClock, capsys: pytest.CaptureFixture[str]
) -> None:
    old = seed.boundaries().decode().replace("长岭县", "长岭旧县")
    (tmp_path / borders.NAME).write_text(old, "utf-8")
    async with served(empty_sqlite, tmp_path, clock) as client:
        assert "borders.no_such_district" in "".join(capsys.readouterr())
        await filed(client, place={"address": "沿江路", "district": "望江区"})
        await signed_in(client, "director")
        page = await (await client.get("/office/cockpit")).text()
        settings = Settings(data=tmp_path)
        found = await records._map(client.centre.store, settings)
    assert "“长岭旧县”不是本市的区县" in page and "六边形" in page
    assert (
        found.mark is Mark.WRONG
        and f"{len(NAMES) - 1}/{len(NAMES)}" in found.text
        and "长岭旧县" in found.text
    )


async def test_the_doctor_tells_what_borders_there_are(
    empty_sqlite: Path, tmp_path: Path, clock: MovingClock
) -> None:
    async with served(empty_sqlite, tmp_path, clock) as client:
        store = client.centre.store
        without = await records._map(store, Settings(data=tmp_path))
        (tmp_path / borders.NAME).write_bytes(seed.boundaries())
        whole_ = await records._map(store, Settings(data=tmp_path))
        (tmp_path / borders.NAME).write_text("{", "utf-8")
        broken = await records._map(store, Settings(data=tmp_path))
    assert without.mark is Mark.NOTE and f"0/{len(NAMES)}" in without.text
    assert whole_.mark is Mark.WELL and f"{len(NAMES)}/{len(NAMES)}" in whole_.text
    assert broken.mark is Mark.WRONG and "JSON" in broken.text
