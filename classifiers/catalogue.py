"""The topics a city knows, and what the labels of the training data mean in them."""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Topic:
    """A line of the catalogue (事项目录), with phrases that citizens use for it."""

    level1: str
    level2: str
    level3: str
    department: str
    phrases: tuple[str, ...]

    @property
    def matter(self) -> str:
        return f"{self.level1}/{self.level2}"

    @property
    def path(self) -> str:
        return f"{self.level1}/{self.level2}/{self.level3}"


@cache
def topics() -> tuple[Topic, ...]:
    text = (resources.files("classifiers") / "catalogue.csv").read_text("utf-8-sig")
    return tuple(
        Topic(
            row["level1"],
            row["level2"],
            row["level3"],
            row["default_department"],
            tuple(phrase for phrase in row["example_phrases"].split("|") if phrase),
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def _meanings() -> Mapping[str, Mapping[str, list[str]]]:
    found: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(
        (resources.files("classifiers") / "labels.toml").read_text("utf-8")
    )
    return found


@cache
def _said() -> Mapping[str, str]:
    text = (resources.files("classifiers") / "matters.toml").read_text("utf-8")
    found: Mapping[str, str] = tomllib.loads(text)["words"]
    return found


def said_of(topic: Topic) -> list[str]:
    """What citizens say when they mean the topic's matter (level 2), beside its names."""
    return _said().get(topic.matter, "").split()


def label_of(topic: Topic) -> str | None:
    """Which of the training data's labels a topic falls under, if any; the finer line wins."""
    for level in (f"{topic.level1}/{topic.level2}", topic.level1):
        for label, lines in _meanings()["labels"].items():
            if level in lines:
                return label
    return None


@cache
def kinds_of(department: str) -> tuple[str, ...]:
    """The kinds of department, of those that real replies name, that a department belongs to."""
    return tuple(kind for kind, names in _meanings()["kinds"].items() if department in names)


def departments_of(kind: str) -> list[str]:
    """The catalogue's departments of a kind, the chief one first."""
    return _meanings()["kinds"].get(kind, [])
