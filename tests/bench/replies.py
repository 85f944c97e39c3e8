"""How far the hints on a reply agree with somebody who read it: 100 real replies, drawn by lot.

The reader was a language model, not an officer: each reply was read beside its message and marked
`answers` (0 not, 1 in part, 2 yes) and `complete`. Only ids and marks are kept (read_replies.csv).
The first half of the marks was seen while the limits were chosen, the second was not.
"""

import csv
import gzip
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hotline.flow import replyquality
from hotline.flow.replyquality import Asked

MARKS = Path(__file__).parents[1] / "flow" / "read_replies.csv"
REPLIES = Path(__file__).parents[3] / "shared" / "data" / "replied_messages.csv.gz"
DRAWS = 2000

Pair = tuple[bool, bool]  # what the hints say, what the reader said


@dataclass(frozen=True)
class Agreement:
    """Shares and Cohen's kappa, each with its 95 % interval by drawing the rows again."""

    n: int
    agree: float
    agree_low: float
    agree_high: float
    kappa: float
    kappa_low: float
    kappa_high: float


def pairs() -> list[Pair]:
    """In the order of the marks; needs the real messages beside the project."""
    with gzip.open(REPLIES, "rt", encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    found = []
    for mark in csv.DictReader(io.StringIO(MARKS.read_text(encoding="utf-8"))):
        row = rows[mark["id"]]
        hints = replyquality.hints(Asked(row["title"], row["body"]), row["reply"])
        found.append((replyquality.complete(hints), mark["complete"] == "1"))
    return found


def agreement(found: Sequence[Pair]) -> Agreement:
    chance = random.Random(1)
    drawn = [chance.choices(found, k=len(found)) for _ in range(DRAWS)]
    share, low, high = _interval(_agreed(found), [_agreed(one) for one in drawn])
    kappa, least, most = _interval(_kappa(found), [_kappa(one) for one in drawn])
    return Agreement(len(found), share, low, high, kappa, least, most)


def _interval(value: float, drawn: list[float]) -> tuple[float, float, float]:
    drawn.sort()
    return value, drawn[int(0.025 * len(drawn))], drawn[int(0.975 * len(drawn)) - 1]


def _agreed(found: Sequence[Pair]) -> float:
    return sum(one == other for one, other in found) / len(found)


def _kappa(found: Sequence[Pair]) -> float:
    """How much better than two who say yes as often as these, by chance."""
    ours = sum(one for one, _ in found) / len(found)
    theirs = sum(other for _, other in found) / len(found)
    expected = ours * theirs + (1 - ours) * (1 - theirs)
    return 1.0 if expected == 1 else (_agreed(found) - expected) / (1 - expected)


async def main() -> None:
    if not REPLIES.exists():
        print(f"the real replies are not here: {REPLIES}")
        return
    found = pairs()
    print("reader: a language model; complete by the hints against complete by the reader")
    half = len(found) // 2
    for name, part in (
        ("all", found),
        ("seen while tuned", found[:half]),
        ("unseen", found[half:]),
    ):
        a = agreement(part)
        print(
            f"{name}: n {a.n}, agreement {a.agree:.1%} ({a.agree_low:.1%}–{a.agree_high:.1%}),"
            f" kappa {a.kappa:.2f} ({a.kappa_low:.2f}–{a.kappa_high:.2f})"
        )
