"""The manual names only commands, files and figures that there are, and every alarm leads to a page."""

import re
from pathlib import Path

from hotline.__main__ import parser
from hotline.flow import filekeeping, recordkeeping, selfcheck
from hotline.wiring import MovingClock
from tests.web.api_support import served

DOCS = Path(__file__).parent.parent / "docs" / "incidents"
FIGURE = r"hotline_[a-z_]+"
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


async def test_figures_in_the_manual_are_figures_that_there_are(
    empty_sqlite: Path, tmp_path: Path, clock: MovingClock
) -> None:
    async with served(empty_sqlite, tmp_path, clock) as client:
        rendered = await (await client.get("/metrics")).text()
    known = set(re.findall(r"^# TYPE (\w+) ", rendered, re.MULTILINE))
    readme = (DOCS.parent.parent / "README.md").read_text("utf-8")
    told = {name for text in (*PAGES.values(), readme) for name in re.findall(FIGURE, text)}
    assert len(told) > 5 and told - known == set()
    for sign in re.findall(r'grep -E "(\S+)"', "".join(PAGES.values())):
        assert re.search(sign, rendered), sign


def test_every_page_that_an_alarm_names_is_there() -> None:
    sources = (selfcheck, filekeeping, recordkeeping)
    source = "".join(Path(str(one.__file__)).read_text("utf-8") for one in sources)
    named = set(re.findall("见手册“(.+?)”", source))
    titles = {text.splitlines()[0].removeprefix("# ") for text in PAGES.values()}
    assert named and named <= titles
