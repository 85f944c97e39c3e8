"""Hints on a reply: each says what it should, none stands in the way, and readers mostly agree."""

import csv

import pytest

from hotline.flow.replyquality import Asked, complete, hints
from tests.bench import replies

ASKED = Asked(
    "翠湖路路灯不亮",
    "翠湖路东段的路灯从上周起一直不亮，请问什么时候能修好？另外小区门口的井盖松动，为什么没有人换？",
)
GOOD = (
    "您好！经现场核查，翠湖路东段路灯因电缆受潮断电，井盖确有松动。我局已于2026年11月20日更换电缆，路灯恢复"
    "照明，井盖将在3个工作日内更换。如有疑问请拨打联系电话：0512-65220000。感谢您的监督！"
)


def codes(reply: str, *others: str, asked: Asked = ASKED) -> list[str]:
    return [one.code for one in hints(asked, reply, others)]


def test_a_reply_that_answers_every_point_gets_no_hint() -> None:
    assert codes(GOOD) == []
    assert codes("") == [], "nobody is told that an empty field is empty"


def test_courtesy_alone_and_passing_on_are_no_answers() -> None:
    assert codes("您好！您的留言已收悉。感谢您的支持！")[0] == "empty"
    passed = codes("网友您好！您反映的问题已转交区城管局调查处理，稍后会对您提出的问题做出回复。")
    assert passed[0] == "forwarded"
    assert not complete(hints(ASKED, "已收悉"))


@pytest.mark.parametrize(
    "said", ["已修复。", "您好，路灯已更换灯具。", "情况属实，正在整改。", "未发现路灯不亮。"]
)
def test_a_short_reply_that_says_what_was_done_or_found_does_say_it(said: str) -> None:
    lamp = Asked("翠湖路路灯不亮", "翠湖路东段的路灯从上周起一直不亮。")
    assert codes(said, asked=lamp) == ["date", "contact"]
    assert codes(said)[0] == "parts", "of two questions it leaves one open"


@pytest.mark.parametrize(
    "said", ["已阅。", "您好，已受理，谢谢您的监督。", "已安排人员处理。", "我们将认真研究。"]
)
def test_a_short_reply_that_says_nothing_is_still_noticed(said: str) -> None:
    assert codes(said)[0] == "empty"


def test_what_is_not_taken_up_is_named() -> None:
    other = (
        "经查，我市今年医保缴费标准为每人380元，缴费期到2026年12月31日，咨询电话：0512-65220000。"
    )
    assert codes(other)[0] == "point"
    half = GOOD.replace("，井盖确有松动", "").replace("，井盖将在3个工作日内更换", "")
    told = hints(ASKED, half)
    assert told[0].code == "parts" and "井盖" in told[0].quoted[0]


def test_date_contact_and_legal_basis_are_missed_where_they_are_missing() -> None:
    bare = "经现场核查，翠湖路东段路灯因电缆受潮断电已经修复，小区门口井盖松动属于物业管理范围，我局按规定不予更换。"
    assert codes(bare) == ["date", "contact", "basis"]
    based = bare.replace("按规定", "按《城市道路管理条例》第二十三条")
    assert "basis" not in codes(based)


def test_a_telephone_number_is_no_date() -> None:
    said = (
        "路灯已经由养护班组更换灯具并恢复照明，现场已清理，如有疑问请拨打电话 0000-12340002 咨询。"
    )
    assert "date" in codes(said) and "date" not in codes(said + "2026-11-25")


def test_a_third_person_is_noticed_and_an_office_to_ask_is_not() -> None:
    assert "identity" in codes(GOOD + "已联系当事人王建国（320501198803124519）。")
    assert "identity" not in codes(GOOD.replace("联系电话", "联系人：李志明，联系电话"))


def test_the_same_words_as_last_week_are_noticed_and_a_like_case_is_not() -> None:
    assert codes(GOOD, GOOD.replace("翠湖路", "青山路")) == ["boilerplate"]
    other = "经查，青山路积水系雨水井堵塞所致，已于2026年11月2日疏通，请拨打联系电话：0512-65220000咨询。"
    assert codes(GOOD, other) == []


def test_the_longest_reply_is_read_soon() -> None:
    long = "经现场核查，翠湖路路灯已经修复，井盖已经更换。" * 230
    assert "boilerplate" in codes(long, *[long] * 3)


def test_the_marks_are_numbers_and_ids_only() -> None:
    with replies.MARKS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len({row["id"] for row in rows}) == 100
    assert {key for row in rows for key in row} == {"id", "answers", "complete"}
    assert all(row["id"].isdigit() and row["answers"] in "012" for row in rows)


@pytest.mark.skipif(not replies.REPLIES.exists(), reason="the real replies are not beside us")
def test_hints_agree_with_a_reader_better_than_chance() -> None:
    found = replies.agreement(replies.pairs())
    assert found.n == 100 and found.agree >= 0.8
    assert found.kappa_low > 0.2, found
