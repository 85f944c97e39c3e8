"""Models to arrays and back: what lies in a folder's `arrays.npz`, and what in its manifest."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy

from classifiers.linear import Block, Departments, Matters, Topics, Wishes

Part = Topics | Departments | Matters | Wishes
KINDS: Mapping[str, type[Part]] = {
    "topics": Topics,
    "departments": Departments,
    "matters": Matters,
    "wishes": Wishes,
}
NAMED = ("labels", "thresholds", "warmth")  # said in the manifest, where people can read it


def arrays_of(name: str, part: Part) -> dict[str, numpy.ndarray]:
    """A block's weights lie column by column, where like stands beside like and packs best."""
    found: dict[str, numpy.ndarray] = {}
    for one in fields(part):
        value = getattr(part, one.name)
        if isinstance(value, Block):
            found[f"{name}_{one.name}_idf"] = value.idf.astype(numpy.float16)
            found[f"{name}_{one.name}_places"] = value.places.astype(numpy.uint32)
            found[f"{name}_{one.name}_weights"] = numpy.ascontiguousarray(value.weights.T)
            found[f"{name}_{one.name}_scale"] = value.scale
        elif one.name not in NAMED:
            found[f"{name}_{one.name}"] = numpy.asarray(value, dtype=numpy.float32)
    return found


def told_of(part: Part) -> dict[str, Any]:
    return {one.name: getattr(part, one.name) for one in fields(part) if one.name in NAMED}


def part_from(name: str, told: Mapping[str, Any], arrays: Mapping[str, Any]) -> Part:
    values: dict[str, Any] = {}
    kind = KINDS[name]
    for one in fields(kind):
        if one.name in NAMED:
            value = told[one.name]
            values[one.name] = tuple(value) if isinstance(value, list) else value
        elif one.type is Block or f"{name}_{one.name}_idf" in arrays:
            values[one.name] = Block(
                arrays[f"{name}_{one.name}_places"].astype(numpy.uint32),
                arrays[f"{name}_{one.name}_idf"].astype(numpy.float32),
                numpy.ascontiguousarray(arrays[f"{name}_{one.name}_weights"].T),
                arrays[f"{name}_{one.name}_scale"],
            )
        else:
            values[one.name] = arrays[f"{name}_{one.name}"]
    return kind(**values)
