"""The districts' borders as the city gives them: a GeoJSON file, checked whole before anyone sees it.

FeatureCollection of Polygon and MultiPolygon by RFC 7946: WGS-84, longitude first, closed rings; the
property `name` is the district's.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from hotline.config import Settings, WrongSetting
from hotline.store import bundle

NAME = bundle.BORDERS  # where it lies in the data folder when no setting names it
MOST_BYTES, MOST_POINTS = 8 * 2**20, 100_000
Ring = list[list[float]]
Shape = list[list[Ring]]  # polygons; of each the outer ring, then its holes; points in degrees


def _on_earth(point: list[float]) -> list[float]:
    if not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90):
        raise PydanticCustomError("range", "out of range")
    return point[:2]


def _closed(ring: Ring) -> Ring:
    if ring[0] != ring[-1]:
        raise PydanticCustomError("open", "not closed")
    return ring


Position = Annotated[list[float], Field(min_length=2, max_length=4), AfterValidator(_on_earth)]
Line = Annotated[list[Position], Field(min_length=4), AfterValidator(_closed)]
Rings = Annotated[list[Line], Field(min_length=1)]


class _Told(BaseModel):
    model_config = ConfigDict(strict=True)


class _Polygon(_Told):
    type: Literal["Polygon"]
    coordinates: Rings


class _MultiPolygon(_Told):
    type: Literal["MultiPolygon"]
    coordinates: Annotated[list[Rings], Field(min_length=1)]


class _Named(_Told):
    name: Annotated[str, Field(min_length=1, max_length=40)]


class _Feature(_Told):
    type: Literal["Feature"]
    properties: _Named
    geometry: Annotated[_Polygon | _MultiPolygon, Field(discriminator="type")]


class _Collection(_Told):
    type: Literal["FeatureCollection"]
    features: Annotated[list[_Feature], Field(min_length=1)]


# By pydantic's kind of error: what it means to who made the file.
WRONG = {
    "json_invalid": ("不是有效的 JSON", "is no JSON"),
    "range": ("坐标超出范围，须为 WGS-84 经纬度（先经度后纬度）", "coordinates out of range"),
    "finite_number": (
        "坐标超出范围，须为 WGS-84 经纬度（先经度后纬度）",
        "coordinates out of range",
    ),
    "open": ("环没有闭合，首尾两点须相同", "a ring is not closed"),
    "literal_error": ("类型不对，须为 FeatureCollection", "must be a FeatureCollection"),
    "union_tag_invalid": ("类型不对，须为 Polygon 或 MultiPolygon", "must be (Multi)Polygon"),
    "union_tag_not_found": ("类型不对，须为 Polygon 或 MultiPolygon", "must be (Multi)Polygon"),
}


def place(settings: Settings) -> Path:
    """Where the file lies, or would lie."""
    return settings.boundaries or settings.folder / NAME


def strangers(shapes: Mapping[str, Shape], districts: Iterable[Mapping[str, object]]) -> list[str]:
    """Names in the file that are no district's (any more): told, and not drawn. A district that is
    renamed must not keep the hotline from starting."""
    return sorted(shapes.keys() - {str(one["name"]) for one in districts})


def load(settings: Settings) -> dict[str, Shape]:
    """By name; empty where there is no file. WrongSetting, in one line, for one that is wrong."""
    path = place(settings)
    if settings.boundaries is None and not path.exists():
        return {}
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _wrong(path, f"超过 {MOST_BYTES >> 20} MB，请简化", "is too large: simplify it")
        raw = path.read_bytes()
    except OSError as error:
        raise _wrong(path, "不能读取，请检查路径和权限", f"{error.strerror}") from None
    return read(raw, path)


def read(raw: bytes, path: Path) -> dict[str, Shape]:
    """What the bytes of a file tell; `path` names it in the error."""
    try:
        told = _Collection.model_validate_json(raw.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        raise _told(path, error) from None
    found: dict[str, Shape] = {}
    for one in told.features:
        name, shape = one.properties.name, one.geometry
        if name in found:
            raise _wrong(path, f"“{name}”出现两次，请合为一个 MultiPolygon", "named twice")
        found[name] = [shape.coordinates] if isinstance(shape, _Polygon) else shape.coordinates
    if sum(len(ring) for shape in found.values() for area in shape for ring in area) > MOST_POINTS:
        raise _wrong(path, f"超过 {MOST_POINTS} 个点，请简化", "has too many points: simplify it")
    return found


def _told(path: Path, error: ValidationError) -> WrongSetting:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    zh, en = WRONG.get(str(first["type"]), ("格式不对，须为 GeoJSON", "is no such GeoJSON"))
    place = first["loc"][:2]
    if len(place) == 2 and place[0] == "features":
        zh = f"第 {int(place[1]) + 1} 个区县（{'.'.join(map(str, first['loc'][2:4]))}）{zh}"
    return _wrong(path, zh, en)


def _wrong(path: Path, zh: str, en: str) -> WrongSetting:
    return WrongSetting(f"HOTLINE_BOUNDARIES 区县界线文件 {path}：{zh} / boundaries: {en}")
