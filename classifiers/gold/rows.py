"""Rows of the gold set, and the messages they belong to: read, found again, checked."""

import csv
import gzip
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TextIO

COLUMNS = (
    "id",
    "sha",
    "type",
    "topic",
    "topic_alt",
    "department",
    "urgency",
    "sensitive",
    "place_kind",
    "place_at",
)
TYPES = ("consult", "help", "complaint", "report", "suggestion", "praise")
URGENCIES = ("critical", "urgent", "normal", "complex")
SENSITIVE = (
    "life",
    "fire",
    "minors",
    "mass_event",
    "unpaid_wages",
    "self_harm",
    "utilities_down",
)
PLACES = ("estate", "road", "school", "village", "site", "area", "none")
Key = tuple[str, str]


@dataclass(frozen=True)
class Message:
    """A citizen's message as it lies in the file."""

    id: str
    title: str
    body: str

    @property
    def text(self) -> str:
        return f"{self.title}\n{self.body}"

    @property
    def key(self) -> Key:
        """Ids alone are not unique: two of them carry two texts."""
        return self.id, hashlib.sha256((self.title + self.body).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Gold:
    """What a reader said of one message."""

    key: Key
    type: str
    topic: str
    topic_alt: str
    department: str
    urgency: str
    sensitive: tuple[str, ...]
    place_kind: str
    place_at: tuple[int, int] | None

    @property
    def pressing(self) -> bool:
        return self.urgency in ("critical", "urgent")

    @property
    def topics(self) -> tuple[str, ...]:
        return (self.topic, self.topic_alt) if self.topic_alt else (self.topic,)


def messages(path: Path) -> dict[Key, Message]:
    """Every message of a file once, in its order; gzipped or not."""
    with _opened(path) as lines:
        found = (
            Message(row["id"], row["title"] or "", row["body"] or "")
            for row in csv.DictReader(lines)
        )
        return {one.key: one for one in found}


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def labels(name: str) -> list[Gold]:
    """The reading kept under a name: random, urgent, second; empty when it was not made yet."""
    return [
        Gold(
            (row["id"], row["sha"]),
            row["type"],
            row["topic"],
            row["topic_alt"],
            row["department"],
            row["urgency"],
            tuple(word for word in row["sensitive"].split("|") if word),
            row["place_kind"],
            _span(row["place_at"]),
        )
        for row in table(name)
    ]


def level(path: str, depth: int) -> str:
    """The first levels of a topic's path."""
    return "/".join(path.split("/")[:depth])


def keys(name: str) -> list[Key]:
    return [(row["id"], row["sha"]) for row in table(name)]


def table(name: str) -> Iterator[Mapping[str, str]]:
    place = resources.files("classifiers") / "gold" / f"{name}.csv"
    if place.is_file():
        yield from csv.DictReader(place.read_text("utf-8").splitlines())


def _span(told: str) -> tuple[int, int] | None:
    if not told:
        return None
    start, _, end = told.partition(":")
    return int(start), int(end)
