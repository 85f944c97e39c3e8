"""The linter of rules: what can never be reached, what overlaps, what dangles, which tests fail."""

from typing import Any

import pytest

from classifiers.catalogue import topics
from hotline import seed
from hotline.domain.people import Department, Tree
from hotline.flow.rulebook import Example, Rule, RuleBook
from hotline.flow.rulecheck import City, Finding, check, unfit
from tests.makers import TREE

TOPICS = (
    ("城市管理", "犬类", "扰民"),
    ("城市管理", "犬类", "流浪"),
    ("城市管理", "市容", "占道"),
    ("城乡建设", "物业", "服务"),
)
CITY = City(TOPICS, TREE)
REST = Rule("rest", department="cgj")


def a_rule(name: str = "r", **changes: Any) -> Rule:
    return Rule(**{"id": name, "department": "cgj", **changes})


def said(*rules: Rule, examples: tuple[Example, ...] = ()) -> dict[str, Finding]:
    found = check(RuleBook(1, rules, examples), CITY)
    return {one.code: one for one in found}


def test_the_shipped_duty_list_has_nothing_wrong_with_it_and_its_tests_hold() -> None:
    tree = Tree.of([Department(**unit) for unit in seed.departments()])
    levels = [(one.level1, one.level2, one.level3) for one in topics()]
    book = RuleBook.of(1, seed.duties(), seed.rule_tests())
    assert check(book, City(levels, tree)) == []
    assert {one.rule for one in book.examples} == {rule.id for rule in book.rules if rule.words}


def test_a_rule_behind_one_that_takes_everything_is_never_reached() -> None:
    found = said(
        a_rule("all", level1="城市管理"), a_rule("late", level1="城市管理", words="狗"), REST
    )
    assert (found["unreachable"].rule, found["unreachable"].other) == ("late", "all")
    assert found["unreachable"].error


def test_several_rules_that_together_leave_nothing_are_found() -> None:
    found = said(
        a_rule("one", level1="城市管理", level2="犬类", level3="扰民"),
        a_rule("two", level1="城市管理", level2="犬类", level3="流浪"),
        a_rule("late", level1="城市管理", level2="犬类"),
        REST,
    )
    assert found["unreachable"].rule == "late" and "one、two" in found["unreachable"].zh


@pytest.mark.parametrize("words", ["井盖", "井盖|井盖翘起", "沉井盖板"])
def test_words_that_contain_an_earlier_rules_words_are_never_reached(words: str) -> None:
    assert said(a_rule("a", words="井盖|路灯"), a_rule("b", words=words), REST)["unreachable"]


@pytest.mark.parametrize("words", ["路灯", "井盖|窨井", "井.{0,3}盖"])
def test_words_that_say_more_can_be_reached(words: str) -> None:
    found = said(a_rule("a", words="井盖"), a_rule("b", words=words), REST)
    assert "unreachable" not in found


def test_a_guarded_pattern_is_not_taken_for_one_that_covers() -> None:
    found = said(a_rule("a", words="^(?!.*工地).*装修"), a_rule("b", words="装修"), REST)
    assert "unreachable" not in found


def test_rules_with_other_departments_and_a_word_in_common_overlap() -> None:
    found = said(
        a_rule("a", words="油烟|噪声"),
        a_rule("b", words="(烧烤).*(油烟)|油烟扰民", department="zjj"),
        REST,
    )
    assert (found["overlapping"].rule, found["overlapping"].other) == ("b", "a")
    assert not found["overlapping"].error and "油烟" in found["overlapping"].zh


def test_the_same_department_or_topics_apart_do_not_overlap() -> None:
    same = said(a_rule("a", words="油烟"), a_rule("b", words="油烟扰|民"), REST)
    apart = said(
        a_rule("a", words="油烟", level1="城市管理"),
        a_rule("b", words="油烟扰民", level1="城乡建设", department="zjj"),
        REST,
    )
    assert "overlapping" not in same and "overlapping" not in apart


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"department": "nobody"}, "dangling_department"),
        ({"co_departments": ("nobody",)}, "dangling_department"),
        ({"level1": "没有的分类"}, "dangling_topic"),
        ({"level1": "城市管理", "level3": "服务"}, "dangling_topic"),
        ({"words": "(未闭合"}, "pattern"),
        ({"words": r"^(\w+\s?)+[!?]$"}, "pattern"),
        ({"department": "jjjc"}, "inform_unit"),
        ({"co_departments": ("jjjc",)}, "inform_unit"),
        ({"action": "forget"}, "action"),
        ({"id": ""}, "id"),
    ],
)
def test_what_dangles_or_cannot_be_run_is_an_error(changes: dict[str, Any], code: str) -> None:
    assert said(a_rule(**changes), REST)[code].error


def test_two_rules_of_one_name_are_an_error() -> None:
    assert said(a_rule("a", words="x"), a_rule("a", words="y"), REST)["id"].error


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ((a_rule(words="(井盖)?"), REST), "matches_all"),
        ((a_rule(words="井盖"), REST), "untested"),
        ((a_rule(level1="城市管理"),), "uncovered"),
        ((a_rule(action="inform"),), "inform_unit"),
    ],
)
def test_what_is_only_odd_is_a_warning(rules: tuple[Rule, ...], code: str) -> None:
    assert not said(*rules)[code].error


def test_an_attached_test_that_leads_elsewhere_names_both_rules_and_both_stand_back() -> None:
    lamp = Example("lamp", "城市管理/市容/占道", "路灯和井盖都坏了", "zjj")
    book = RuleBook(
        1,
        (a_rule("a", words="井盖"), a_rule("lamp", words="路灯", department="zjj"), REST),
        (lamp,),
    )
    wrong = next(one for one in check(book, CITY) if one.code == "test_failed")
    assert (wrong.rule, wrong.other, wrong.error) == ("lamp", "a", True)
    assert set(unfit(book, TREE)) == {"lamp", "a"}


def test_a_test_without_its_rule_is_an_error() -> None:
    lost = Example("gone", "城市管理/市容/占道", "路灯", "cgj")
    assert said(REST, examples=(lost,))["dangling_test"].error
