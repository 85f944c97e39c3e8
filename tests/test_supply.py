"""Known holes kept out: floors under what is pinned and installed; a bill of materials of all of it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hotline.commands import floors

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PINNED = dict(re.findall(r"^([a-z0-9-]+)==([^\s;\\]+)", LOCK, re.MULTILINE))


@pytest.mark.parametrize("name", floors.FLOORS)
def test_no_pinned_version_is_below_its_floor(name: str) -> None:
    assert floors.number(PINNED[name]) >= floors.number(floors.FLOORS[name])


def test_what_is_installed_is_above_its_floor_and_compiled() -> None:
    assert floors.below() == [] and floors.compiled()


def test_an_old_version_and_an_old_python_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(floors.FLOORS, "aiohttp", "999.1")
    assert any("aiohttp" in one.text for one in floors.findings())
    assert floors.patched((3, 11, 15)) and not floors.patched((3, 11, 7))
    assert not floors.patched((3, 13, 11)) and floors.patched((3, 14, 3))


@pytest.mark.slow
def test_the_bill_of_materials_names_all_that_is_pinned_with_its_hashes(tmp_path: Path) -> None:
    out = tmp_path / "sbom.json"
    ran = subprocess.run([sys.executable, str(ROOT / ".ci" / "sbom.py"), str(out)], check=False)
    assert ran.returncode == 0
    bill = json.loads(out.read_text("utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    named = {one["name"]: one for one in bill["components"]}
    assert set(PINNED) <= set(named) and "echarts" in named
    assert all(one["hashes"] and one["purl"].startswith("pkg:") for one in named.values())
