"""Writes the bill of materials (CycloneDX 1.6, JSON) of what the lock files pin, with their hashes."""

import argparse
import base64
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parent.parent
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")


def python(lock: Path) -> Iterator[Component]:
    """Every pinned distribution, with the hashes that an installation would take."""
    name, version, hashes = "", "", list[str]()
    for line in [*lock.read_text("utf-8").splitlines(), "end==0"]:
        if found := PINNED.match(line):
            if name:
                yield component("pypi", name, version, hashes)
            (name, version), hashes = found.groups(), []
        hashes += re.findall(r"--hash=sha256:([0-9a-f]{64})", line)


def pages(lock: Path) -> Iterator[Component]:
    for place, told in json.loads(lock.read_text("utf-8"))["packages"].items():
        name = place.removeprefix("node_modules/")
        if place and not told.get("dev"):
            digest = base64.b64decode(told["integrity"].removeprefix("sha512-")).hex()
            yield component("npm", name, told["version"], [digest])


def component(kind: str, name: str, version: str, hashes: list[str]) -> Component:
    by = {64: HashAlgorithm.SHA_256, 128: HashAlgorithm.SHA_512}
    made = [HashType(alg=by[len(one)], content=one) for one in hashes]
    url = PackageURL(kind, None, name, version)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        purl=url,
        bom_ref=url.to_string(),
        hashes=made,
    )


def bill() -> Bom:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    bom = Bom()
    bom.metadata.component = Component(
        name=told["name"], version=told["version"], type=ComponentType.APPLICATION
    )
    for one in (*python(ROOT / "requirements.lock"), *pages(ROOT / "package-lock.json")):
        bom.components.add(one)
    return bom


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("out", type=Path)
    out = asked.parse_args().out
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(JsonV1Dot6(bill()).output_as_string(indent=2), "utf-8")


if __name__ == "__main__":
    main()
