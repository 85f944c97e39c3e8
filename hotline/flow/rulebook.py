"""The duty list (职责清单) as a book of rules under a version: each tried in its order, on record.

A pattern is a person's work: it may be wrong, or need hours for one text. It is given a little
time and no more; a rule that cannot be tried stops the search, and a dispatcher decides.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

import regex

from hotline.domain.words import Named

RULE_SECONDS, BOOK_SECONDS = 0.1, 1.0
LONGEST_TEXT, LONGEST_PATTERN = 20_000, 1_000
LEVELS = ("level1", "level2", "level3")


class Sign(Named):
    """What came of trying a rule; one sign each, so that a case can keep all of them."""

    LEVEL1 = "1", "一级分类不符", "another level-1 topic"
    LEVEL2 = "2", "二级分类不符", "another level-2 topic"
    LEVEL3 = "3", "三级分类不符", "another level-3 topic"
    WORDS = "w", "文中没有所列词语", "the words are not in the text"
    FITS = "f", "符合", "fits"
    FAILED = "x", "规则失灵", "the rule failed"


class RuleFailed(Exception):
    """A rule that could not be tried, with the reason in Chinese."""


@dataclass(frozen=True)
class Rule:
    """One line of the duty list: which topics and words it is for, and whose task they are."""

    id: str
    level1: str = "*"
    level2: str = "*"
    level3: str = "*"
    words: str = ""  # a regular expression; empty: any text
    department: str = ""
    co_departments: tuple[str, ...] = ()
    district_level: bool = False  # the district's own unit, where the place is known
    action: str = "dispatch"  # inform: the citizen is told where to turn, nothing is dispatched
    basis: str = ""
    reason: str = ""

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Rule":
        known = {name: told[name] for name in cls.__dataclass_fields__ if name in told}
        return cls(**{**known, "co_departments": tuple(told.get("co_departments") or ())})

    @property
    def levels(self) -> tuple[str, str, str]:
        return self.level1 or "*", self.level2 or "*", self.level3 or "*"

    def facts(self) -> dict[str, Any]:
        return {**asdict(self), "co_departments": list(self.co_departments)}


@dataclass(frozen=True)
class Example:
    """A test attached to a rule: a text of our own, and the department it must lead to."""

    rule: str
    topic: str
    text: str
    department: str
    district: str = ""


@dataclass(frozen=True)
class Search:
    """What was tried and what was found; `matched` are the words that made the rule fit."""

    rule: Rule | None = None
    tried: str = ""
    matched: str = ""
    problem: str = ""  # why the last rule tried failed
    failed: str = ""  # its id


@dataclass(frozen=True)
class RuleBook:
    """The rules in force; the first that fits wins. `unfit`: rules that fail their own tests."""

    version: int = 0
    rules: tuple[Rule, ...] = ()
    examples: tuple[Example, ...] = ()
    unfit: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, version: int, rules: Sequence[Any], examples: Sequence[Any] = ()) -> "RuleBook":
        return cls(
            version, tuple(map(Rule.of, rules)), tuple(Example(**dict(one)) for one in examples)
        )

    def search(self, topic: str, text: str) -> Search:
        """Every rule up to the first that fits, or fails."""
        levels = ([*topic.split("/"), "", "", ""])[:3]
        # The thread's own time: a machine that was busy elsewhere makes no rule fail.
        text, ends = text[:LONGEST_TEXT], time.thread_time() + BOOK_SECONDS
        signs: list[str] = []
        for rule in self.rules:
            sign = level_sign(rule, levels)
            matched = ""
            if sign is None:
                try:
                    sign, matched = self._words(rule, text, ends)
                except RuleFailed as failed:
                    tried = "".join(signs) + Sign.FAILED
                    return Search(tried=tried, problem=str(failed), failed=rule.id)
            signs.append(sign.value)
            if sign is Sign.FITS:
                return Search(rule, "".join(signs), matched)
        return Search(tried="".join(signs))

    def _words(self, rule: Rule, text: str, ends: float) -> tuple[Sign, str]:
        if rule.id in self.unfit:
            raise RuleFailed(self.unfit[rule.id])
        if not rule.words:
            return Sign.FITS, ""
        found = find(rule.words, text, min(RULE_SECONDS, ends - time.thread_time()))
        return (Sign.WORDS, "") if found is None else (Sign.FITS, found)


def level_sign(rule: Rule, levels: Sequence[str]) -> Sign | None:
    """The first level at which the topic is another; None: the topic is the rule's."""
    for sign, wanted, have in zip(
        (Sign.LEVEL1, Sign.LEVEL2, Sign.LEVEL3), rule.levels, levels, strict=True
    ):
        if wanted not in ("*", have):
            return sign
    return None


def find(words: str, text: str, seconds: float = RULE_SECONDS) -> str | None:
    """The words that a pattern finds in a text; raises RuleFailed instead of going on for ever."""
    try:
        found = _pattern(words).search(text, timeout=max(seconds, 0.001))
    except TimeoutError:
        raise RuleFailed("表达式用时过长") from None
    return None if found is None else str(found.group())[:40]


@lru_cache(maxsize=4096)
def _pattern(words: str) -> Any:
    if len(words) > LONGEST_PATTERN:
        raise RuleFailed("表达式过长")
    try:
        return regex.compile(words)
    except regex.error as error:
        place = f"（第 {error.pos + 1} 个字符附近）" if error.pos is not None else ""
        raise RuleFailed(f"表达式有误{place}") from None
    except (OverflowError, RecursionError, MemoryError):
        raise RuleFailed("表达式过于复杂") from None
