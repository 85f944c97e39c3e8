"""What is told while a citizen still writes: where to call, what it is about, answers, similar cases.

Nothing of it is kept: no row is written, nothing is counted, and no word gets into the log.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from classifiers import urgency
from classifiers.model import Reading
from hotline.flow import answers, classify, typicals
from hotline.flow.answers import Answer
from hotline.flow.centre import Centre
from hotline.flow.typicals import Alike

log = structlog.get_logger(__name__)
SHORTEST = 6  # signs: of less nothing can be said
PATIENCE = 3.0  # seconds: who writes has gone on by then
LIKELY = 0.1  # a guess below this chance is not offered
# Whom to call for what the text tells of, the likeliest first; 12356 is the country's psychological
# aid line (国家卫生健康委 2024). What is not here waits for an ordinary answer.
CALLS: Mapping[str, tuple[str, ...]] = {
    "life": ("120", "119", "110"),
    "fire": ("119",),
    "self_harm": ("110", "120", "12356"),
    "crowd": ("110",),
    "minors": ("110", "120"),
}


@dataclass(frozen=True)
class Emergency:
    """`grave`: it tells of danger now; otherwise of what may become one."""

    grave: bool
    calls: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Hints:
    """All that is shown beside the form; topics are paths of the catalogue, the likeliest first."""

    emergency: Emergency | None = None
    kind: str = ""
    topics: tuple[str, ...] = ()
    district: str = ""
    answers: Sequence[Answer] = ()
    similar: Sequence[Alike] = ()


async def hints(
    centre: Centre, title: str, content: str, place: str = "", *, alone: bool = True
) -> Hints:
    """Read off the loop; what fails or takes too long is left out, an emergency never is.

    Not `alone`: others are being read for, or many complaints wait; then only emergencies are told.
    """
    if len(title.strip()) + len(content.strip()) < SHORTEST:
        return Hints()
    pressing = await asyncio.to_thread(_pressing, title, content)
    found = await answers.offered(centre, title, content, place=place)
    wait = min(PATIENCE, centre.storm.patience(centre.now()))
    if not alone or not wait:
        return Hints(emergency=pressing, answers=found)
    try:
        reading = await classify.read(centre, title, content, wait)
    except Exception as error:
        log.warning("hints.unread", error=type(error).__name__)
        return Hints(emergency=pressing, answers=found)
    told = _of(centre, reading)
    similar = await typicals.alike(centre, title, content, told.topics)
    return replace(told, emergency=pressing, answers=found, similar=similar)


def _of(centre: Centre, reading: Reading) -> Hints:
    told = [(reading.topic.label, reading.topic.confidence)]
    told += [(one.label, one.confidence) for one in reading.topic.runners_up]
    topics = [label for label, chance in told if chance >= LIKELY]
    known = tuple(dict.fromkeys(one for one in topics if centre.city.topic_known(one)))
    return Hints(kind=reading.type.label, topics=known[:3], district=reading.district.label)


def _pressing(title: str, content: str) -> Emergency | None:
    """The classifier's own signs, read apart: they cost little, and must be told in any storm."""
    found = [
        one
        for one in urgency.seen(title, content)
        if one.counts and one.sign.level in urgency.LEVELS and one.sign.kind in CALLS
    ]
    if not found:
        return None
    grave = [one for one in found if one.sign.level == "critical"]
    calls = [number for one in grave or found for number in CALLS[one.sign.kind]]
    words = tuple(dict.fromkeys(one.words for one in grave or found))[:3]
    return Emergency(bool(grave), tuple(dict.fromkeys(calls)), words)
