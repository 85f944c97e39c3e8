"""Labels given by reading, to learn from: what is wanted, which matter, how urgent.

The files keep ids and labels only; the texts are found again in the messages by id and hash.
`readings_types.csv` was read later, for type and urgency alone, from all three files of messages.
The reader was a language model, message by message, by the gold set's guideline; no row of the gold
set, and none near one, is among them (see `gold`, which is for measuring alone).
"""

import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from classifiers.gold.rows import Key, Message, keys
from classifiers.tokens import normalise

FILES = ("readings.csv", "readings_types.csv")


@dataclass(frozen=True)
class Reading:
    """A message that was read, with what the reader said of it."""

    title: str
    body: str
    type: str
    matters: tuple[str, ...]  # the first, and a second that is as defensible; none was asked for
    urgency: str
    drawn: str  # random; urgent: by words of danger; unsure: types that a model could not tell


@cache
def labels() -> Mapping[Key, Mapping[str, str]]:
    texts = [(resources.files("classifiers") / one).read_text("utf-8") for one in reversed(FILES)]
    rows = [row for text in texts for row in csv.DictReader(text.splitlines())]
    return {(row["id"], row["sha"]): row for row in rows}


def fingerprint(name: str) -> str:
    return hashlib.sha256((resources.files("classifiers") / name).read_bytes()).hexdigest()


@cache
def gold() -> frozenset[str]:
    """The hashes of the texts that are for measuring and must teach nothing."""
    return frozenset(sha for name in ("random", "urgent") for _, sha in keys(name))


def of(rows: Iterable[Mapping[str, str]]) -> list[Reading]:
    """The readings whose texts are among the rows of a file, each once."""
    found: dict[Key, Reading] = {}
    for row in rows:
        one = Message(row.get("id") or "", row.get("title") or "", row.get("body") or "")
        said = labels().get(one.key)
        if said is not None:
            found[one.key] = Reading(
                normalise(one.title),
                normalise(one.body),
                said["type"],
                tuple(name for name in (said.get("matter"), said.get("matter_alt")) if name),
                said["urgency"],
                said["part"],
            )
    return list(found.values())
