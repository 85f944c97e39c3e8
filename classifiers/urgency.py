"""Words and patterns that make a complaint urgent or sensitive, with the reason; the signs are data.

A word taken back, asked about in general, feared or long past does not count: a false alarm calls
out a department at night. What is feared is still told as sensitive where it was said to be so.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice

from classifiers.model import Label, Sensitive, Suggestion

VERSION = "urgency-5"
LONGEST, SHORT = 2000, 90  # a text as short as this tells what is so now

# Before the word, in the same sentence: said of what might be, of others, or of long ago. What is
# denied is so up to the comma: who has not paid, has the water cut off all the same.
DOUBT = re.compile(
    r"((防止|预防|避免|以防|防范|杜绝|防火|演练|如果|假如|假设|万一|一旦|要是|倘若|若|除非"
    r"|容易|可能|也许|恐怕|担心|害怕|生怕|怕|险些|差点|会不会|会发生|会引发|会造成|会导致"
    r"|曾经|曾|以前|去年|前年|当年|早年|历史上|\d+年前|20[01]\d年|如同|好像|像|一样|应急|遇到|遇|发生过|出现过)"
    r"[^。！？!?；;]{0,22}|(没有|不存在|并无|并未|未曾|等|隐患)[^,，。！？!?；;]{0,22})$"
)
# A life or a fire is more often said to be what came of something, or told of another place.
CAUSED = re.compile(r"(造成的?|引发|导致的?)[^。！？!?；;]{0,22}$")
# Right behind it: a danger, not an event; or the thing is a name, a rule, a figure of speech.
AFTER = re.compile(
    r"^[^,，。！？!?；;]{0,6}(隐患|危险|风险|的可能|怎么办|后果|预防|防治|应急|演练|保险|性|式|知识|法|罪|警示|标志)"
)
ELSEWHERE = re.compile(r"^[^,，。！？!?；;]{0,6}事(故|件)(?!现场)")
LONG_AGO = re.compile(r"^[^,，。！？!?；;]{0,6}[0-9一二两三四五六七八九十几半多]+(个月|年)")
FEARED = re.compile("担心|害怕|怕|可能")
NOW = re.compile(
    r"正在|现在|目前|刚刚|刚才|今天|今日|今早|今晚|昨天|昨晚|昨日|前天|凌晨|连续|已经|至今|仍|依然|还在|突然|紧急|急|经常|频繁|天天|每天|长期|一直|又|再次"
    r"|[0-9一二两三四五六七八九十几半多]+(天|个?小时|个月|多月)"
)
# A life or a fire is pressing while it goes on; what happens often or for long is not that.
HERE = re.compile(
    r"正在|现在|目前|刚刚|刚才|今天|今日|今早|今晚|昨晚|昨夜|凌晨|还在|仍在|马上|突然|紧急|随时|连续"
)
END = re.compile(r"[。！？!?；;\n]")
REACH, MOST = 120, 12
EARLY = 160  # what a letter is about is said by then, or said again
PASSING = "utilities"  # complained of in passing, however often, in letters about something else
LEVELS = ("critical", "urgent")


@dataclass(frozen=True)
class Sign:
    """One line of the data."""

    number: int
    kind: str
    name: str
    level: str
    now: bool
    marks: tuple[str, ...]
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Seen:
    """A sign with the words it was seen by; `counts`: towards the level, not only as sensitive."""

    sign: Sign
    words: str
    counts: bool


@cache
def signs() -> tuple[Sign, ...]:
    text = (resources.files("classifiers") / "urgency.toml").read_text("utf-8")
    return tuple(
        Sign(
            number,
            one["kind"],
            one["name"],
            one["level"],
            one["now"],
            tuple(one["marks"].split()),
            re.compile(one["pattern"]),
        )
        for number, one in enumerate(tomllib.loads(text)["sign"])
    )


@cache
def _marked() -> Mapping[str, Sequence[tuple[str, str, int]]]:
    """The marks by their first letter, each with its last one and the number of its sign."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    for number, sign in enumerate(signs()):
        for mark in sign.marks:
            found.setdefault(mark[0], []).append((mark, mark[-1], number))
    return found


def urgency(title: str, body: str) -> Suggestion:
    """critical, urgent or normal; 疑难 is never suggested, it is approved."""
    return level_of(seen(title, body), title)


def sensitive(title: str, body: str) -> tuple[Sensitive, ...]:
    return sensitive_of(seen(title, body))


def level_of(found: Sequence[Seen], title: str) -> Suggestion:
    for level in LEVELS:
        mine = [one for one in found if one.counts and one.sign.level == level]
        if mine:
            reasons = tuple(dict.fromkeys(f"{one.sign.name}：“{one.words}”" for one in mine))[:4]
            chance = _chance(level, mine, title)
            others = (Label("normal", round(1 - chance, 2)),)
            return Suggestion(level, chance, others, reasons, VERSION)
    return Suggestion("normal", 0.95, (Label("urgent", 0.04), Label("critical", 0.01)), (), VERSION)


def sensitive_of(found: Sequence[Seen]) -> tuple[Sensitive, ...]:
    """What needs care whether or not it is urgent, by kind, with the words."""
    told: dict[tuple[str, str], list[str]] = {}
    for one in found:
        if one.counts or one.sign.level == "none":
            told.setdefault((one.sign.kind, one.sign.name), []).append(one.words)
    return tuple(
        Sensitive(kind, name, tuple(dict.fromkeys(words))) for (kind, name), words in told.items()
    )


def _chance(level: str, mine: list[Seen], title: str) -> float:
    """Said in the title, or more than once, it is more often so."""
    said = any(one.words in title for one in mine)
    return round((0.55 if level == "critical" else 0.6) + 0.2 * said + 0.1 * (len(mine) > 1), 2)


def seen(title: str, body: str) -> tuple[Seen, ...]:
    """Every sign of the text that is not taken back, with its words."""
    head, rest = title[:200], body[:LONGEST]
    short = len(head) + len(rest) <= SHORT
    return (*_in(head, now=True), *_in(rest, now=short))


def _in(text: str, *, now: bool) -> Iterator[Seen]:
    """Each sign by its first words that count, else by its first words."""
    spots = _spots(text)
    ends = [found.end() for found in END.finditer(text)] if spots else []
    for sign in (signs()[n] for n in sorted(spots)):
        best: Seen | None = None
        for match in islice(_matches(sign, text, spots[sign.number], ends), MOST):
            start, end = _sentence(text, match)
            if _taken_back(text[start:end], match, start, sign.level):
                continue
            so = HERE if sign.level == "critical" else NOW
            counts = now or not sign.now or bool(so.search(text, start, end))
            again = best is not None and sign.kind != PASSING
            counts = counts and (now or match.start() < EARLY or again)
            if best is None or counts:
                best = Seen(sign, match.group()[:16], counts)
            if counts:
                break
        if best is not None:
            yield best


def _spots(text: str) -> Mapping[int, Sequence[int]]:
    """By the number of a sign, where one of its marks stands."""
    marked, letters = _marked(), set(text)
    found: dict[int, list[int]] = {}
    for letter in letters.intersection(marked):
        for mark, last, number in marked[letter]:
            at = text.find(mark) if last in letters else -1
            while at >= 0:
                found.setdefault(number, []).append(at)
                at = text.find(mark, at + 1)
    return found


def _matches(
    sign: Sign, text: str, spots: Sequence[int], ends: Sequence[int]
) -> Iterator[re.Match[str]]:
    """The pattern is tried on the sentences that hold a mark; it never reaches beyond one."""
    for n in sorted({bisect_right(ends, at) for at in spots}):
        start = ends[n - 1] if n else 0
        yield from sign.pattern.finditer(text, start, ends[n] - 1 if n < len(ends) else len(text))


def _sentence(text: str, match: re.Match[str]) -> tuple[int, int]:
    """Where the sentence of a match begins and ends, as far as it is looked at."""
    start = max(0, match.start() - REACH)
    for found in END.finditer(text, start, match.start()):
        start = found.end()
    behind = END.search(text, match.end(), match.end() + REACH)
    return start, behind.start() if behind else min(len(text), match.end() + REACH)


def _taken_back(sentence: str, match: re.Match[str], start: int, level: str) -> bool:
    before, after = sentence[: match.start() - start], sentence[match.end() - start :]
    told = before[-40:]
    if DOUBT.search(told) or AFTER.search(after):
        return True
    if level == "critical" and (LONG_AGO.search(after) or FEARED.search(match.group())):
        return True
    return level != "urgent" and bool(CAUSED.search(told) or ELSEWHERE.search(after))
