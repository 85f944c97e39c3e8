"""The manual names only commands, files and figures that there are, and every alarm leads to a page."""

import re
from pathlib import Path

from hotline.__main__ import parser
from hotline.flow import filekeeping, recordkeeping, selfcheck
from hotline.web import health

DOCS = Path(__file__).parent.parent / "docs" / "incidents"
PAGES = {path.name: path.read_text("utf-8") for path in DOCS.glob("*.md")}


def test_the_index_names_every_page_and_each_begins_with_its_title() -> None:
    linked = set(re.findall(r"\]\(([\w-]+\.md)\)", PAGES["README.md"]))
    assert linked == set(PAGES) - {"README.md"}
    assert all(
        text.startswith("# ") and "核验" in text or name in ("accounts.md", "storm.md")
        for name, text in PAGES.items()
        if name != "README.md"
    )


def test_commands_in_the_manual_are_commands_that_there_are() -> None:
    (commands,) = (a for a in parser()._actions if hasattr(a, "choices") and a.choices)
    known = set(commands.choices or ())
    told = {name for text in PAGES.values() for name in re.findall(r"hotline ([a-z]+)", text)}
    assert told - known == set() and {"backup", "restore", "verify", "doctor"} <= told


def test_figures_in_the_manual_are_figures_that_there_are() -> None:
    source = Path(health.__file__).read_text("utf-8")
    for text in PAGES.values():
        for name in re.findall(r"hotline_[a-z_]+", text):
            known = name in source or name.rpartition("_")[0].startswith("hotline_triage")
            assert known, name


def test_every_page_that_an_alarm_names_is_there() -> None:
    sources = (selfcheck, filekeeping, recordkeeping)
    source = "".join(Path(str(one.__file__)).read_text("utf-8") for one in sources)
    named = set(re.findall("见手册“(.+?)”", source))
    titles = {text.splitlines()[0].removeprefix("# ") for text in PAGES.values()}
    assert named and named <= titles
