"""Known holes kept out: floors under what is pinned and installed; a bill of materials of all of it."""

import json
import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from aiohttp import http_parser
from structlog.testing import capture_logs

from hotline import __main__ as command_line
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


def old(monkeypatch: pytest.MonkeyPatch, name: str, version: str) -> None:
    """As if `name` were installed in that version."""
    there = metadata.version
    told = {name: version}
    monkeypatch.setattr(metadata, "version", lambda asked: told.get(asked) or there(asked))


def refused(folder: Path, capsys: pytest.CaptureFixture[str], only: list[str]) -> str:
    """What `serve` says that does not start; it makes nothing before it is refused."""
    assert command_line.main(["serve", *only]) == command_line.USAGE
    assert not list(folder.iterdir())
    said = capsys.readouterr().err.strip()
    assert "aiohttp" in said and "\n" not in said
    return said


@pytest.mark.parametrize("only", [[], ["--only", "watch"]], ids=["all", "watch"])
def test_serve_does_not_start_with_an_aiohttp_below_its_floor_or_without_its_parser(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    only: list[str],
) -> None:
    monkeypatch.setenv("HOTLINE_DATABASE_URL", f"sqlite:///{tmp_path}/hotline.db")
    with monkeypatch.context() as held:
        old(held, "aiohttp", "3.13.2")
        assert "3.13.2 < 3.13.3" in refused(tmp_path, capsys, only)
    with monkeypatch.context() as held:
        held.setattr(http_parser, "HttpRequestParser", http_parser.HttpRequestParserPy)
        assert "AIOHTTP_NO_EXTENSIONS" in refused(tmp_path, capsys, only)
    assert command_line.main(["serve", *only]) == 1  # further: there is no database yet
    assert "hotline migrate" in capsys.readouterr().err


def test_other_packages_below_their_floor_are_told_at_the_start_which_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old(monkeypatch, "pillow", "11.2")
    with capture_logs() as logged:
        floors.check_door()
    assert [one["below"] for one in logged] == [["pillow 11.2 < 11.3"]]


def test_a_parser_that_is_installed_and_switched_off_is_missed() -> None:
    asked = "from hotline.commands import floors; print(floors.compiled())"
    switched = {**os.environ, "AIOHTTP_NO_EXTENSIONS": "1"}
    ran = subprocess.run([sys.executable, "-c", asked], env=switched, cwd=ROOT, capture_output=True)
    assert ran.stdout.strip() == b"False", ran.stderr


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
