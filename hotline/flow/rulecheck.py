"""Is a rule book sound? Unreachable, overlapping and dangling rules, and the tests attached to it.

An error stops a book from being put in force; a warning is for the dispatcher to judge. What one
rule takes from another is told over the city's own topics, so that several rules that together
leave nothing for a later one are found as well.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import regex

from hotline.domain.people import Tree
from hotline.flow.route import route
from hotline.flow.rulebook import (
    LONGEST_TEXT,
    Example,
    Rule,
    RuleBook,
    RuleFailed,
    find,
    level_sign,
)

Levels = tuple[str, str, str]
UNREAD: Levels = ("", "", "")  # the topic of a text that nothing is known of
# Texts on which a pattern that runs away shows it: what people paste, and keys held down.
PROBES = tuple(one * (LONGEST_TEXT // len(one)) for one in ("啊", "a", "1", " ", "投诉电梯坏了，"))
LITERAL = regex.compile(r"[\p{Han}A-Za-z0-9]+(?:\|[\p{Han}A-Za-z0-9]+)*")
HAN_RUN = regex.compile(r"\p{Han}{2,}")
LOOKS = regex.compile(r"\(\?|[\^$]|\\[bBAZ]")  # what a match depends on beside its own letters


@dataclass(frozen=True)
class Finding:
    """One thing wrong with a rule, or worth a look; `other` is the rule it meets."""

    code: str
    rule: str
    zh: str
    en: str
    error: bool = True
    other: str = ""


@dataclass(frozen=True)
class City:
    """What rules may name: the topics of the catalogue and the departments."""

    topics: Sequence[Levels]
    tree: Tree


def check(book: RuleBook, city: City) -> list[Finding]:
    """Everything there is to say of a book, errors first."""
    topics = [*city.topics, UNREAD]
    reach = [frozenset(t for t in topics if level_sign(rule, t) is None) for rule in book.rules]
    alone = list(_alone(book, city))
    known = {one.rule for one in alone if one.error}
    found = [
        *alone,
        *_unreachable(book.rules, reach),
        *_overlapping(book, reach),
        *_untested(book),
        *_uncovered(book.rules, reach, city.topics),
        *(
            one
            for one in failures(book, city.tree)
            if one.code != "failed" or one.rule not in known
        ),
    ]
    return sorted(found, key=lambda one: not one.error)


def failures(book: RuleBook, tree: Tree) -> Iterator[Finding]:
    """The attached tests that do not come out as written; on the book without its exclusions.

    A rule that fails before a test's own rule is reached is told once, for all tests behind it.
    """
    whole, known = replace(book, unfit={}), {rule.id for rule in book.rules}
    told: set[str] = set()
    for one in book.examples:
        if one.rule not in known:
            zh, en = f"测试所属的规则“{one.rule}”不存在", "a test of a rule that is not there"
            yield Finding("dangling_test", one.rule, zh, en)
            continue
        came = route(whole, tree, one.topic, one.district, one.text)
        if came.failed and came.failed not in told:
            told.add(came.failed)
            en = "cannot be tried on the attached tests"
            yield Finding("failed", came.failed, f"失灵：{came.problem}", en)
        if came.failed:
            continue
        if came.duty != one.rule or came.department != one.department:
            got = f"由规则“{came.duty or '无'}”派往“{came.department or '无'}”"
            zh = f"测试“{one.text[:30]}”应派往“{one.department}”，实际{got}"
            en = f"a test expects {one.department} by this rule, and gets {came.department}"
            yield Finding("test_failed", one.rule, zh, en, other=came.duty)


def unfit(book: RuleBook, tree: Tree) -> dict[str, str]:
    """Rules that must not act: those whose test fails, and those that took the test's text."""
    found: dict[str, str] = {}
    for one in failures(book, tree):
        for rule in (one.rule, one.other):
            if rule and one.code == "test_failed":
                found.setdefault(rule, "所附测试未通过")
    return found


def _alone(book: RuleBook, city: City) -> Iterator[Finding]:
    """What is wrong with a rule whatever stands around it."""
    seen: set[str] = set()
    for rule in book.rules:
        if not rule.id or len(rule.id) > 40 or rule.id in seen:
            yield Finding("id", rule.id, "规则编号为空、过长或重复", "no id, too long, or twice")
        seen.add(rule.id)
        yield from _units(rule, city.tree)
        if not any(level_sign(rule, topic) is None for topic in city.topics):
            path = "/".join(rule.levels)
            yield Finding("dangling_topic", rule.id, f"目录中没有事项“{path}”", "no such topic")
        yield from _pattern(rule)


def _units(rule: Rule, tree: Tree) -> Iterator[Finding]:
    code = rule.department
    if rule.action not in ("dispatch", "inform"):
        yield Finding("action", rule.id, "处理方式须为派单或告知", "dispatch or inform")
    for one in (code, *rule.co_departments):
        if one not in tree.departments:
            zh = f"没有单位“{one}”"
            yield Finding("dangling_department", rule.id, zh, f"no department {one}")
        elif not tree.can_lead(one) and (one != code or rule.action == "dispatch"):
            zh = f"“{one}”不接受派单，只能告知"
            yield Finding("inform_unit", rule.id, zh, f"{one} takes no cases")
    if rule.action == "inform" and tree.can_lead(code):
        zh = f"“{code}”可以接受派单，却只作告知"
        yield Finding("inform_unit", rule.id, zh, f"{code} takes cases", error=False)


def _pattern(rule: Rule) -> Iterator[Finding]:
    if not rule.words:
        return
    try:
        if find(rule.words, "") is not None:
            zh, en = "表达式对任何文字都成立", "the pattern fits any text"
            yield Finding("matches_all", rule.id, zh, en, error=False)
        for probe in PROBES:
            find(rule.words, probe)
    except RuleFailed as failed:
        yield Finding("pattern", rule.id, str(failed), "the pattern is wrong or too slow")


def _unreachable(rules: Sequence[Rule], reach: Sequence[frozenset[Levels]]) -> Iterator[Finding]:
    taken: dict[Levels, str] = {}  # the first rule without words that takes all of a topic
    for n, rule in enumerate(rules):
        left = reach[n] - taken.keys()
        covering = {taken[topic] for topic in reach[n] if topic in taken}
        for m in range(n):
            earlier = rules[m]
            if rule.words and earlier.words and left & reach[m]:
                if _says_less(rule.words, earlier.words):
                    left -= reach[m]
                    covering.add(earlier.id)
        if reach[n] and not left:
            names = "、".join(sorted(covering))
            zh = f"永远轮不到：前面的规则“{names}”已全部覆盖"
            yield Finding("unreachable", rule.id, zh, f"covered by {names}", other=min(covering))
        if not rule.words:
            taken |= {topic: rule.id for topic in reach[n] if topic not in taken}


def _says_less(words: str, before: str) -> bool:
    """Whatever has `words` in it also has what `before` asks for."""
    if words == before:
        return True
    wanted = _literals(words)
    return bool(wanted) and not _looks(before) and all(_finds(before, one) for one in wanted)


@lru_cache(maxsize=4096)
def _literals(words: str) -> tuple[str, ...]:
    """The words of a pattern that is nothing but words; none of any other."""
    return tuple(words.split("|")) if LITERAL.fullmatch(words) else ()


@lru_cache(maxsize=4096)
def _looks(words: str) -> bool:
    return LOOKS.search(words) is not None


def _finds(words: str, text: str) -> bool:
    try:
        return find(words, text) is not None
    except RuleFailed:
        return False


def _overlapping(book: RuleBook, reach: Sequence[frozenset[Levels]]) -> Iterator[Finding]:
    """Two rules with words, other departments, and a word that both ask for: the first one wins."""
    worded = [(n, rule) for n, rule in enumerate(book.rules) if rule.words]
    spoken = {n: _samples(rule, book.examples) for n, rule in worded}
    together = {n: "\n".join(texts) for n, texts in spoken.items()}
    for place, (n, later) in enumerate(worded):
        for m, earlier in worded[:place]:
            if earlier.department == later.department or reach[n].isdisjoint(reach[m]):
                continue
            if not (_looks(earlier.words) or _finds(earlier.words, together[n])):
                continue  # what is in none of them is in no single one
            word = next((one for one in spoken[n] if _finds(earlier.words, one)), "")
            if word:
                zh = f"“{word[:30]}”也符合前面的规则“{earlier.id}”，由后者派单"
                en = f"also fits {earlier.id}, which comes first"
                yield Finding("overlapping", later.id, zh, en, error=False, other=earlier.id)


def _samples(rule: Rule, examples: Iterable[Example]) -> list[str]:
    """Texts that the rule is surely for: words that its pattern finds by themselves, its tests."""
    runs = dict.fromkeys(HAN_RUN.findall(rule.words))
    own = [one.text for one in examples if one.rule == rule.id]
    return [*(run for run in runs if _finds(rule.words, run)), *own]


def _untested(book: RuleBook) -> Iterator[Finding]:
    tested = {one.rule for one in book.examples}
    for rule in book.rules:
        if rule.words and rule.id not in tested:
            zh, en = "有词语条件而没有附测试", "has words and no test attached"
            yield Finding("untested", rule.id, zh, en, error=False)


def _uncovered(
    rules: Sequence[Rule], reach: Sequence[frozenset[Levels]], topics: Sequence[Levels]
) -> Iterator[Finding]:
    taken = {topic for n, rule in enumerate(rules) if not rule.words for topic in reach[n]}
    left = [topic for topic in topics if topic not in taken]
    if left:
        path = "/".join(left[0])
        zh = f"{len(left)} 个事项没有兜底规则（如“{path}”），须人工派单"
        yield Finding("uncovered", "", zh, f"{len(left)} topics no rule takes", error=False)
