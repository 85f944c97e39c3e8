"""Moments as an office writes and says them, by the city's clock, in both languages."""

from datetime import datetime, timedelta

from escalation.calendar import ZONE


def when(at: datetime | None, language: str = "zh") -> str:
    """2026年11月24日 09:05; the city's clock whatever the host's."""
    if at is None:
        return "—"
    local = at.astimezone(ZONE)
    if language == "en":
        return f"{local:%Y-%m-%d %H:%M}"
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def clock(at: datetime | None, now: datetime, language: str = "zh") -> str:
    """Of today the time alone: a list of the day says it in every row."""
    if at is None or at.astimezone(ZONE).date() != now.astimezone(ZONE).date():
        return when(at, language)
    return f"{at.astimezone(ZONE):%H:%M}"


def day(at: datetime | None, language: str = "zh") -> str:
    """A promised moment at 00:00 means the whole day before it."""
    if at is None:
        return "—"
    local = at.astimezone(ZONE)
    if (local.hour, local.minute) != (0, 0):
        return when(at, language)
    last = local - timedelta(days=1)
    if language == "en":
        return f"end of {last:%Y-%m-%d}"
    return f"{last.year}年{last.month}月{last.day}日 24:00"


def left(due: datetime | None, now: datetime, language: str = "zh") -> tuple[str, str]:
    """How much time is left, in words, and the light it stands at: none, calm, soon, late."""
    if due is None:
        return "", "none"
    minutes = int((due - now).total_seconds() // 60)
    late, minutes = minutes < 0, abs(minutes)
    days, hours = minutes // 1440, minutes % 1440 // 60
    if language == "en":
        size = f"{days} d {hours} h" if days else f"{hours} h {minutes % 60} min"
        words = f"{size} overdue" if late else f"{size} left"
    else:
        size = f"{days}天{hours}小时" if days else f"{hours}小时{minutes % 60}分"
        words = f"超期{size}" if late else f"剩{size}"
    return words, "late" if late else "soon" if days < 1 else "calm"


def spoken(at: datetime, language: str) -> str:
    """A day as it is said on the telephone."""
    local = at.astimezone(ZONE)
    return f"{local:%d %B}".lstrip("0") if language == "en" else f"{local.month}月{local.day}日"
