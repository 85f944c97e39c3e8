"""Suggestion, Reading and the Classifier protocol: what is said of a text, and how sure it is."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Label:
    """One possible answer with its probability."""

    label: str
    confidence: float


@dataclass(frozen=True)
class Suggestion:
    """The likeliest answer, the next two, and why; `sure`: right often enough to act alone on."""

    label: str
    confidence: float
    runners_up: tuple[Label, ...] = ()
    reasons: tuple[str, ...] = ()
    by: str = ""
    sure: bool = False
    threshold: float | None = None  # the confidence that `sure` asked for, where there is one


@dataclass(frozen=True)
class Sensitive:
    """A matter that needs care, and the words that made it so."""

    kind: str  # life, fire, minors, crowd, wages, self_harm, utilities
    name: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """All that is thought of one text; topic labels are level1/level2/level3."""

    type: Suggestion
    topic: Suggestion
    department: Suggestion
    urgency: Suggestion
    district: Suggestion
    places: tuple[str, ...] = ()
    sensitive: tuple[Sensitive, ...] = ()  # what must not wait or must not be talked about

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def reading_from(told: Mapping[str, Any]) -> Reading:
    """A Reading again, from what `as_json` gave and a database kept."""
    fields = ("type", "topic", "department", "urgency", "district")
    return Reading(
        **{name: _suggestion(told[name]) for name in fields},
        places=tuple(told.get("places", ())),
        sensitive=tuple(
            Sensitive(one["kind"], one["name"], tuple(one["words"]))
            for one in told.get("sensitive", ())
        ),
    )


def _suggestion(told: Mapping[str, Any]) -> Suggestion:
    runners = tuple(Label(**one) for one in told["runners_up"])
    return Suggestion(**{**told, "runners_up": runners, "reasons": tuple(told["reasons"])})


class Classifier(Protocol):
    """Reads a complaint; safe to call from several threads."""

    def read(self, title: str, body: str) -> Reading: ...
