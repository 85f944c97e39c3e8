"""The measures of a period (domain rules §4.1), each a pure function over counts.

Every docstring holds formula, source and what does not count. Raw and adjusted stand side by
side: only a granted exclusion (评价除外) leaves the adjusted figure, never the raw one. A citizen
who said nothing is in no numerator and no denominator.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

VERSION = "1"  # raised whenever a formula changes
Z = 1.96  # of the normal distribution, for 95 of 100


@dataclass(frozen=True)
class Fact:
    """One case of the period, as far as it is measured; None: did not come to it."""

    accepted: bool = True  # neither told elsewhere nor merged
    answered: bool = False  # at once, by the centre
    dispatched: bool = False
    signed_in_time: bool | None = None
    contacted_in_time: bool | None = None
    finished_in_time: bool | None = None  # by the limit with approved extensions; None: not due
    closed: bool = False
    reworked: bool = False
    returned: bool = False
    upheld: bool = False  # the return was right
    hours: float | None = None  # from dispatch to the close, without approved pauses
    reached: bool = False  # by a call-back
    solved: bool | None = None
    satisfaction: int | None = None  # 5 to 1, as the citizen said
    repeat: bool = False
    excluded: bool = False


@dataclass(frozen=True)
class Counts:
    """What the measures are made of; the same names from wherever it is counted."""

    cases: int = 0
    accepted: int = 0
    answered: int = 0
    dispatched: int = 0
    signed: int = 0
    responded: int = 0  # signed and contacted in time
    due: int = 0
    finished: int = 0
    closed: int = 0
    reworked: int = 0
    returned: int = 0
    upheld: int = 0
    timed: int = 0
    hours: float = 0.0
    reached: int = 0
    asked: int = 0  # said whether it is solved
    solved: int = 0
    rated: int = 0
    satisfied: int = 0
    repeats: int = 0


@dataclass(frozen=True)
class Rate:
    """A share with its parts and, of a sample, the interval that holds the true one."""

    part: float
    whole: int
    value: float | None
    low: float | None = None
    high: float | None = None


def counted(facts: Iterable[Fact]) -> Counts:
    """Sums over cases; a month of them or one department's."""
    rows = [_one(fact) for fact in facts]
    return Counts(**{f.name: sum(getattr(one, f.name) for one in rows) for f in fields(Counts)})


def _one(fact: Fact) -> Counts:
    sent, closed = fact.dispatched, fact.dispatched and fact.closed
    timed = closed and fact.hours is not None
    return Counts(
        cases=1,
        accepted=int(fact.accepted),
        answered=int(fact.answered),
        dispatched=int(sent),
        signed=int(sent and fact.signed_in_time is True),
        responded=int(sent and fact.signed_in_time is True and fact.contacted_in_time is True),
        due=int(sent and fact.finished_in_time is not None),
        finished=int(sent and fact.finished_in_time is True),
        closed=int(closed),
        reworked=int(closed and fact.reworked),
        returned=int(sent and fact.returned),
        upheld=int(sent and fact.returned and fact.upheld),
        timed=int(timed),
        hours=fact.hours or 0.0 if timed else 0.0,
        reached=int(closed and fact.reached),
        asked=int(fact.solved is not None),
        solved=int(fact.solved is True),
        rated=int(fact.satisfaction is not None),
        satisfied=int((fact.satisfaction or 0) >= 3),
        repeats=int(fact.repeat),
    )


def _share(part: int, whole: int) -> Rate:
    return Rate(part, whole, round(part / whole, 4) if whole else None)


def _sampled(part: int, whole: int) -> Rate:
    low, high = interval(part, whole)
    return Rate(part, whole, _share(part, whole).value, low, high)


def interval(part: int, whole: int) -> tuple[float | None, float | None]:
    """Wilson's 95 % interval: honest for few answers too, so that no small unit ranks by noise."""
    if not whole:
        return None, None
    share, spread = part / whole, Z * Z / whole
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / whole + spread / (4 * whole)) / (1 + spread)
    return round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)


def response(c: Counts) -> Rate:
    """响应率: signed and contacted in time / dispatched [准格尔旗]. Anonymous cases owe no contact:
    whoever counts them says that it was in time."""
    return _share(c.responded, c.dispatched)


def signing(c: Counts) -> Rate:
    """按时签收率: signed within the limit / dispatched [榆林]. Nothing is left out."""
    return _share(c.signed, c.dispatched)


def finishing(c: Counts) -> Rate:
    """按时办结率: replied within the limit with approved extensions / due in the period; what is
    open past its limit is due and not in time. Not yet due: in neither."""
    return _share(c.finished, c.due)


def first_time(c: Counts) -> Rate:
    """一次办结率: closed without rework / closed."""
    return _share(c.closed - c.reworked, c.closed)


def rework(c: Counts) -> Rate:
    """重办率: reworked / closed [榆林]."""
    return _share(c.reworked, c.closed)


def returning(c: Counts) -> Rate:
    """退单率: returned / dispatched [榆林]; a case that came back twice counts once."""
    return _share(c.returned, c.dispatched)


def wrong_returns(c: Counts) -> Rate:
    """无效退单率: returned and not upheld / dispatched; an upheld return is nobody's fault."""
    return _share(c.returned - c.upheld, c.dispatched)


def dispatching(c: Counts) -> Rate:
    """派单准确率: not returned and upheld / dispatched [深圳]; the centre's own measure."""
    return _share(c.dispatched - c.upheld, c.dispatched)


def direct(c: Counts) -> Rate:
    """直接答复率: answered at once / accepted [杭州]; told elsewhere and merged do not count."""
    return _share(c.answered, c.accepted)


def duration(c: Counts) -> Rate:
    """平均处理时长, hours: Σ(close − dispatch without approved pauses) / closed [海南]."""
    return Rate(round(c.hours, 2), c.timed, round(c.hours / c.timed, 2) if c.timed else None)


def following_up(c: Counts) -> Rate:
    """回访率: reached by a call-back / closed and so due for one [温州]."""
    return _share(c.reached, c.closed)


def solving(c: Counts) -> Rate:
    """解决率: the citizen says solved / said either [丰城]; silence is in neither."""
    return _sampled(c.solved, c.asked)


def satisfying(c: Counts) -> Rate:
    """满意率: 非常满意, 满意 and 基本满意 / ratings that a citizen gave [好差评; 海南 非默认好评]."""
    return _sampled(c.satisfied, c.rated)


def repeating(c: Counts) -> Rate:
    """重复诉求率: second and later ones of a caller or a fact within 90 days / all received."""
    return _share(c.repeats, c.cases)


MEASURES: dict[str, Callable[[Counts], Rate]] = {
    "response": response,
    "signing": signing,
    "finishing": finishing,
    "first_time": first_time,
    "rework": rework,
    "returning": returning,
    "wrong_returns": wrong_returns,
    "dispatching": dispatching,
    "direct": direct,
    "duration": duration,
    "following_up": following_up,
    "solving": solving,
    "satisfying": satisfying,
    "repeating": repeating,
}


def both(facts: Iterable[Fact]) -> dict[str, dict[str, Rate]]:
    """Every measure, raw over all cases and adjusted without those granted an exclusion."""
    rows = list(facts)
    raw, adjusted = counted(rows), counted(one for one in rows if not one.excluded)
    return {name: {"raw": of(raw), "adjusted": of(adjusted)} for name, of in MEASURES.items()}
