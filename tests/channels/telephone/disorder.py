"""What networks do to a stream of events: repeats, delays, losses, another order; and bad folds."""

import random
from collections.abc import Iterable, Sequence

from channels.telephone.events import CallEvent, Kind
from channels.telephone.fold import CallRecord, fold


def flat(calls: Iterable[Sequence[CallEvent]]) -> list[CallEvent]:
    """All events in the order of time."""
    return sorted((one for call in calls for one in call), key=lambda one: (one.at, one.event_id))


def hang_ups_lost(events: Sequence[CallEvent], seed: int) -> list[CallEvent]:
    """One hang-up in a hundred never arrives."""
    dice = random.Random(seed)
    return [one for one in events if not (one.kind is Kind.ENDED and dice.random() < 0.01)]


def arriving(events: Sequence[CallEvent], seed: int) -> list[CallEvent]:
    """20 % doubled, 10 % two minutes late, neighbours shuffled."""
    dice = random.Random(seed)
    doubled = [*events, *(one for one in events if dice.random() < 0.2)]
    late = {id(one): 120.0 if dice.random() < 0.1 else 0.0 for one in doubled}
    keyed = [
        (one.at.timestamp() + late[id(one)] + dice.uniform(-3, 3), n)
        for n, one in enumerate(doubled)
    ]
    return [doubled[n] for _, n in sorted(keyed)]


def table(events: Iterable[CallEvent]) -> dict[str, CallRecord]:
    by_call: dict[str, list[CallEvent]] = {}
    for one in events:
        by_call.setdefault(one.call_id, []).append(one)
    return {call_id: fold(told) for call_id, told in by_call.items()}
