"""An explanation as a sentence that a clerk can read to a citizen, in Chinese or in English."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from escalation.calendar import ONE, Unit
from escalation.course import last_day
from escalation.days import Name
from escalation.explain import Explanation, Skipped, Why

WEEK = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
REASONS: Mapping[Why, Name] = {
    Why.WEEKEND: ("周末", "weekend"),
    Why.HOLIDAY: ("放假", "holiday"),
    Why.CLOSED: ("不上班", "closed"),
}


def sentence(found: Explanation, grounds: Mapping[str, Name], language: str = "zh") -> str:
    """The whole count in one or two sentences; `grounds` names the grounds of pauses."""
    return _english(found, grounds) if language == "en" else _chinese(found, grounds)


def _chinese(found: Explanation, grounds: Mapping[str, Name]) -> str:
    start, year = found.started_at, found.started_at.year
    said = [_begin_zh(found)]
    free = [row for row in found.skipped if row.why is not Why.ROLLED]
    if free:
        said.append("跳过" + "、".join(_row_zh(row, year) for row in free))
    if found.worked:
        days = "、".join(
            f"{_day(one.day, year)}（{WEEK[one.day.weekday()]}）" for one in found.worked
        )
        said.append(f"调休上班的{days}计入")
    for pause in found.paused:
        ground = grounds.get(pause.ground, ("中止计时", ""))[0]
        begin = pause.begin.astimezone(start.tzinfo).date()
        if pause.end is None:
            said.append(f"{_day(begin, year)}起因{ground}暂停计时，恢复后期限顺延")
        else:
            end = pause.end.astimezone(start.tzinfo).date()
            said.append(f"{_row(begin, end, year)}因{ground}暂停，不计入")
    said += [f"经批准延长{one.span.n}{one.span.unit.zh}" for one in found.extended]
    if len(free) < len(found.skipped):
        said.append("末日为休息日，顺延至下一工作日")
    said.append(f"到{_until_zh(found.due_at, year)}止")
    return "，".join(said) + "。" + _rule_zh(found)


def _begin_zh(found: Explanation) -> str:
    start, unit = found.started_at, found.span.unit
    day = f"{start.year}年{start.month}月{start.day}日（{WEEK[start.weekday()]}）"
    limit = f"{found.span.n}{unit.zh}"
    if unit.in_days:
        return f"自{day}次日起算{limit}"
    counted = "按办公时间" if unit in (Unit.WORKING_HOUR, Unit.WORKING_MINUTE) else "昼夜连续"
    return f"自{day}{start:%H:%M}起{counted}计算{limit}"


def _row_zh(row: Skipped, year: int) -> str:
    why = row.name[0] if row.name and row.why is Why.HOLIDAY else REASONS[row.why][0]
    return f"{_row(row.first, row.last, year)}（{why}）"


def _row(first: date, last: date, year: int) -> str:
    if first == last:
        return _day(first, year)
    same = (first.year, first.month) == (last.year, last.month)
    return (
        f"{_day(first, year)}至{last.day}日"
        if same
        else (f"{_day(first, year)}至{_day(last, first.year)}")
    )


def _until_zh(due: datetime, year: int) -> str:
    """00:00 is told as 24:00 of the day before, as people say it."""
    if due.hour or due.minute:
        return f"{_day(due.date(), year)}（{WEEK[due.weekday()]}）{due:%H:%M}"
    day = last_day(due).date()
    return f"{_day(day, year)}（{WEEK[day.weekday()]}）24时"


def _rule_zh(found: Explanation) -> str:
    rule = f"依据：{found.source}。"
    if found.provisional:
        year = (found.due_at - timedelta(minutes=1)).year
        rule += f"{year}年放假安排尚未公布，暂按普通周计算，公布后重新计算并告知。"
    if not found.agrees:
        rule += f"（计算时所用日历：{found.calendar}）"
    return rule


def _day(day: date, year: int) -> str:
    return (
        f"{day.month}月{day.day}日" if day.year == year else f"{day.year}年{day.month}月{day.day}日"
    )


def _english(found: Explanation, grounds: Mapping[str, Name]) -> str:
    start = found.started_at
    limit = f"{found.span.n} {_unit_en(found.span.unit, found.span.n)}"
    if found.span.unit.in_days:
        said = [f"{limit} counted from the day after {_date_en(start.date())}"]
    else:
        said = [f"{limit} counted from {start:%H:%M} on {_date_en(start.date())}"]
    free = [row for row in found.skipped if row.why is not Why.ROLLED]
    if free:
        said.append("skipping " + _list_en([_row_en(row) for row in free]))
    if found.worked:
        days = _list_en([_date_en(one.day) for one in found.worked])
        said.append(f"counting {days} (worked in exchange for a holiday)")
    for pause in found.paused:
        ground = grounds.get(pause.ground, ("", "suspended"))[1]
        begin = _date_en(pause.begin.astimezone(start.tzinfo).date())
        end = "now" if pause.end is None else _date_en(pause.end.astimezone(start.tzinfo).date())
        said.append(f"not counting {begin} to {end} ({ground})")
    said += [
        f"extended by {one.span.n} {_unit_en(one.span.unit, one.span.n)}" for one in found.extended
    ]
    if len(free) < len(found.skipped):
        said.append("its last day is no working day and rolls on to the next one")
    due = found.due_at
    at_midnight = not (due.hour or due.minute)
    end = (
        f"{_date_en((due - ONE).date())}, 24:00"
        if at_midnight
        else f"{_date_en(due.date())}, {due:%H:%M}"
    )
    said.append(f"ends {end}")
    return ", ".join(said) + "." + _rule_en(found)


def _rule_en(found: Explanation) -> str:
    rule = f" Rule: {found.source}."
    if found.provisional:
        rule += " Provisional: that year's holidays are not published; it will be counted anew."
    if not found.agrees:
        rule += f" (Counted by {found.calendar}.)"
    return rule


def _row_en(row: Skipped) -> str:
    days = _date_en(row.first) + ("" if row.days == 1 else f" to {_date_en(row.last)}")
    why = row.name[1] if row.name and row.why is Why.HOLIDAY else REASONS[row.why][1]
    return f"{days} ({why})"


def _date_en(day: date) -> str:
    return f"{SHORT[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def _list_en(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def _unit_en(unit: Unit, n: int) -> str:
    kind, _, size = unit.value.partition("_")
    word = f"{kind} {size}" if kind == "working" or unit is Unit.NATURAL_DAY else size
    return word.replace("natural ", "calendar ") + ("" if n == 1 else "s")
