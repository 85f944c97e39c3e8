"""The house's own rules, measured: sizes, docstrings, what the README names, what is never imported."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from hotline.config import Settings

ROOT = Path(__file__).parent.parent
PACKAGES = ("hotline", "channels", "classifiers", "escalation")
MODULES = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
README = (ROOT / "README.md").read_text("utf-8")
LINES, FUNCTION_LINES, PARAMETERS = 250, 40, 5


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_modules_stay_small_enough_to_hold_in_mind() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in MODULES
        if (n := len(p.read_text("utf-8").splitlines())) > LINES
    }
    assert not long


def test_functions_stay_small_enough_to_see_at_once() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in MODULES
        if "versions" not in path.parts  # a migration is one long list of columns
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES
    ]
    assert not long


def test_functions_are_not_told_more_than_five_things() -> None:
    """Keyword-only parameters are named where they are given and do not count."""
    many = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in MODULES
        for node in functions(path)
        if len([a for a in node.args.args if a.arg not in ("self", "cls")]) > PARAMETERS
    ]
    assert not many


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(p.relative_to(ROOT))
        for p in MODULES
        if not ast.get_docstring(ast.parse(p.read_text("utf-8")))
    ]
    assert not silent


def test_the_readme_names_every_room() -> None:
    rooms = {
        path.parent.name if path.name == "__init__.py" else path.stem
        for path in (ROOT / "hotline").glob("*/__init__.py")
    }
    rooms |= {path.stem for path in (ROOT / "hotline").glob("*.py") if path.stem != "__init__"}
    rooms |= set(PACKAGES)
    assert {room for room in rooms if room not in README} == set()


def leaves(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        full = f"{prefix}{(field.alias or name).upper()}"
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from leaves(kind, f"{full}__")
        else:
            yield full


def test_the_readme_explains_every_setting() -> None:
    assert {name for name in leaves(Settings, "HOTLINE_") if name not in README} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_that_runs_code_when_read_is_imported(path: Path) -> None:
    banned = {"pickle", "marshal", "joblib", "dill", "shelve"}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        assert not {name.split(".")[0] for name in names} & banned
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("eval", "exec")


def test_lock_files_hold_hashes_and_no_addresses() -> None:
    pages = (ROOT / "package-lock.json").read_text("utf-8")
    assert not re.search(r"https?://", pages)
    assert pages.count('"integrity": "sha512-') == pages.count('"node_modules/') > 0
    for path in ROOT.glob("requirements*.lock"):
        text = path.read_text("utf-8")
        assert not re.search(r"https?://", text)
        pinned = re.findall(r"^[a-z0-9][^\s#]*==[^\s]+", text, re.MULTILINE)
        assert len(pinned) > 50 and text.count("--hash=sha256:") >= len(pinned)
