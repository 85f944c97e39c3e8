"""Whether an office's own templates can be used, before somebody needs one of them."""

from collections.abc import Iterator
from pathlib import Path

from hotline.reports import papers
from hotline.reports.papers import BadTemplate, PaperKind

NAMES = frozenset(f"{kind.value}.md" for kind in PaperKind)


def own(folder: Path) -> list[str]:
    """The templates that the office has words of its own for."""
    return [name for name in sorted(NAMES) if (folder / "papers" / name).is_file()]


def broken(folder: Path) -> Iterator[BadTemplate]:
    """Every template that no paper could be made from, filled in for a trial."""
    for kind in PaperKind:
        try:
            papers.write(kind, papers.places(kind), folder)
            wrong = papers.unknown(kind, papers.template(kind, folder))
            if wrong:  # in a branch that the trial did not take
                raise papers.no_such_place(kind, wrong)
        except BadTemplate as error:
            yield error


def unread(folder: Path) -> list[str]:
    """Files that look like templates and are none: a slip in a name would go unseen."""
    place = folder / "papers"
    if not place.is_dir():
        return []
    there = (one.name for one in place.iterdir() if one.is_file())
    return sorted(name for name in there if name not in NAMES and not name.startswith("."))
