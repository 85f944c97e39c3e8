"""Rules tried in their order, with a sign for each; what cannot be tried stops the search, in time."""

import time
from dataclasses import replace

import pytest

from hotline import seed
from hotline.domain.people import Department, Tree
from hotline.flow.route import NONE_FITS, route
from hotline.flow.rulebook import LONGEST_TEXT, Rule, RuleBook, Sign
from tests.makers import TREE

RULES = (
    Rule("bite", "城市管理", words="狗[^，]{0,8}咬", department="zjj", reason="咬伤"),
    Rule(
        "dog", "城市管理", "犬类", department="cgj", co_departments=("zjj", "jjjc"), reason="犬只"
    ),
    Rule("bribe", words="受贿", department="jjjc", action="inform"),
    Rule("rest", "城市管理", department="cgj", district_level=True, basis="本市设定"),
)
BOOK = RuleBook(7, RULES)


def test_the_first_rule_that_fits_decides_and_every_rule_before_it_leaves_a_sign() -> None:
    found = BOOK.search("城市管理/犬类/扰民", "隔壁的狗整夜叫")
    assert found.rule is not None and found.rule.id == "dog"
    assert [Sign(sign) for sign in found.tried] == [Sign.WORDS, Sign.FITS]
    assert BOOK.search("教育文体/x/y", "老师很好").tried == "11w1"


def test_the_words_that_made_a_rule_fit_are_kept_masked() -> None:
    book = RuleBook(1, (Rule("any", words="1[0-9]{10}", department="cgj"),))
    assert route(book, TREE, "", "", "电话13812345678").matched == "138****5678"


def test_a_place_leads_to_the_districts_own_unit() -> None:
    rule = Rule("x", department="zjj", district_level=True, reason="物业")
    found = route(RuleBook(1, (rule,)), TREE, "城乡建设/物业/x", "望江区", "")
    assert (found.department, found.reason) == ("wj-zjj", "物业（属地：望江区）")


def test_who_is_only_informed_never_handles_a_part() -> None:
    found = route(BOOK, TREE, "城市管理/犬类/扰民", "", "叫")
    assert (found.department, found.co_departments, found.inform) == ("cgj", ("zjj",), False)
    assert route(BOOK, TREE, "x", "", "科长受贿").inform


def test_where_no_rule_fits_the_dispatcher_decides() -> None:
    found = route(BOOK, TREE, "教育文体/x/y", "", "老师")
    assert (found.department, found.reason, found.failed) == (None, NONE_FITS, "")


@pytest.mark.parametrize("words", ["(未闭合", "[a-", "*起头", "(?P<a>a)(?P=b)", "a" * 1001])
def test_a_pattern_that_is_wrong_stops_the_search_and_is_named(words: str) -> None:
    book = RuleBook(1, (replace(RULES[0], words=words), *RULES[1:]))
    found = route(book, TREE, "城市管理/犬类/扰民", "", "狗咬人")
    assert (found.department, found.failed) == (None, "bite")
    assert "表达式" in found.problem and "派单员" in found.reason


def test_a_pattern_that_would_run_for_hours_is_cut_off() -> None:
    slow = Rule("slow", words=r"^(a|aa|a?)+(x+x+)+b$|(\w+\s?)+$!", department="cgj")
    started = time.perf_counter()
    found = RuleBook(1, (slow, *RULES)).search("城市管理/犬类/扰民", "a" * LONGEST_TEXT + "x" * 60)
    assert found.failed == "slow" and "过长" in found.problem
    assert time.perf_counter() - started < 5


def test_a_rule_that_fails_its_own_tests_does_not_act_but_only_where_it_would_be_asked() -> None:
    book = replace(BOOK, unfit={"dog": "所附测试未通过"})
    assert route(book, TREE, "城市管理/犬类/扰民", "", "叫").failed == "dog"
    assert route(book, TREE, "城市管理/市容/x", "", "叫").department == "cgj"


def test_a_department_that_is_gone_is_a_failure_not_a_silence() -> None:
    book = RuleBook(1, (Rule("old", department="gone"),))
    found = route(book, TREE, "x", "", "y")
    assert (found.department, found.failed) == (None, "old") and "不存在" in found.problem


def test_the_shipped_list_answers_in_a_few_milliseconds_even_for_a_long_paste() -> None:
    tree = Tree.of([Department(**unit) for unit in seed.departments()])
    book = RuleBook.of(1, seed.duties(), seed.rule_tests())
    for text in ("啊" * LONGEST_TEXT, "拖欠" * 10_000, "狗" * LONGEST_TEXT, "长" * 10**6):
        assert not route(book, tree, "环境保护/噪声污染/社会生活噪声", "", text).failed
