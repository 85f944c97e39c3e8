"""A profile that tells only its differences from another one: the two texts as one profile.

What a rule does not say is taken over from the base, and its source says so: nobody may take the
default's own choice for the rule's.
"""

from collections.abc import Callable, Mapping
from typing import Any

Found = dict[str, Any]
TAKEN = "本方案沿用"
FALLS_BACK = TAKEN + "{name}方案："


def over(base: Mapping[str, Any], own: Mapping[str, Any]) -> Found:
    """The base's profile with the own words over it; overrides are joined by id.

    What the base tells of enterprises is not taken over: another city's favour could be longer
    than the own limit for everybody.
    """
    limits = base.get("limits")
    if isinstance(limits, Mapping):
        everybody = {key: value for key, value in limits.items() if key != "enterprise"}
        base = {**base, "limits": everybody}
    name = {"default": "默认"}.get(str(base.get("name")), str(base.get("name")))
    taken: Found = _sourced(dict(base), FALLS_BACK.format(name=name))
    told = {key: value for key, value in own.items() if key != "base"}
    rows = _joined(taken.get("overrides", []), told.pop("overrides", []))
    merged: Found = _merged(taken, told)
    return merged | ({"overrides": rows} if rows else {})


def _sourced(found: Any, prefix: str) -> Any:
    """Every source of the base with the word that it was only taken over."""
    if isinstance(found, Mapping):
        return {
            key: _taken(value, prefix) if key == "source" and value else _sourced(value, prefix)
            for key, value in found.items()
        }
    if isinstance(found, list):
        return [_sourced(one, prefix) for one in found]
    return found


def _taken(source: Any, prefix: str) -> str:
    """What the base itself took over goes on naming the profile that it came from."""
    return str(source) if str(source).startswith(TAKEN) else f"{prefix}{source}"


def _merged(base: Any, own: Any) -> Any:
    """Tables key by key; a value that names its source is replaced whole."""
    tables = isinstance(base, Mapping) and isinstance(own, Mapping)
    if not tables or "limit" in own or "limit" in base:
        return own
    shared = {key: _merged(base[key], value) for key, value in own.items() if key in base}
    return {**base, **own, **shared}


def _joined(base: Any, own: Any) -> Any:
    if not isinstance(own, list) or not all(isinstance(row, Mapping) for row in own):
        return own  # whatever it is, the profile's own check will say
    mine = {row.get("id") for row in own}
    return [row for row in base if row.get("id") not in mine] + own


def whole(own: Found, read: Callable[[str], Found]) -> Found:
    """The profile with its base under it, and the base's own base under that.

    Raises ValueError where a base is no name, or where a chain of bases comes back to itself.
    """
    chain, seen = [own], list[str]()
    while (name := chain[-1].get("base")) is not None:
        if not isinstance(name, str):
            raise ValueError("base 应为方案名称 / base must be a profile's name")
        if name in seen:
            circle = " → ".join([*seen, name])
            raise ValueError(f"base 循环引用：{circle} / base goes in a circle: {circle}")
        seen.append(name)
        chain.append(read(name))
    found = chain.pop()
    for above in reversed(chain):
        found = over(found, above)
    return found
