"""What citizens wrote of their own case, for the page behind number and code: masked as it is kept.

The words in full are the vault's, which nobody opens without a record. What others put into the case,
and what the callers merged into it wrote, is not theirs to read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hotline.domain.case import Case, Entry
from hotline.domain.words import Role
from hotline.store import copies, files
from hotline.store.work import Work


@dataclass(frozen=True)
class OwnWords:
    """What was told at the start and at the end; what was added stands in the timeline."""

    title: str
    content: str
    files: list[str]
    rating: dict[str, Any] | None


async def told(view: Work, case: Case, entries: Sequence[Entry]) -> OwnWords:
    kept = await files.of_case(view.connection, view.cipher, case.id or 0)
    others = {
        token
        for entry in entries
        if entry.role != Role.CITIZEN
        for token in entry.after.get("attachments", ())
    }
    names = [one.name for one in kept if one.token not in others]
    return OwnWords(case.title, case.content, names, case.rating)


def lines(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The timeline as its citizen reads it, with what was written by the citizen beside."""
    return [
        {
            "at": entry.at,
            "action": entry.action.value,
            "text": entry.public,
            "own": of(entry),
        }
        for entry in entries
        if entry.public
    ]


def of(entry: Entry) -> str:
    """The citizen's own words in an entry; empty where they are somebody else's or its public text."""
    own = entry.role == Role.CITIZEN and entry.origin != copies.ORIGIN
    return entry.text if own and entry.text != entry.public else ""
