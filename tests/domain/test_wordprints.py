"""Nearly the same words are found among a unit's replies, others are not, soon enough for a page."""

import random
import time

from hotline.domain.wordprints import gathered, printed

WORDS = (
    "经现场核查，{}路灯因电缆受潮断电，我局已于2026年{}更换电缆，路灯恢复照明，如有疑问请拨打联系电话："
    "0512-65220000。感谢您的监督！"
)
OWN = (
    "您好，关于您咨询的社保补缴问题，经查原单位已缴纳，可持身份证到社保中心查询打印缴费明细。",
    "经查，该工地夜间浇筑混凝土已取得许可，现要求其二十二时后停止作业，并在门口公示施工时间。",
    "您反映的井盖松动属于通信公司设施，已督促其当日更换防盗井盖，现场恢复通行，市民可以放心。",
)


def rows(unit: str, *replies: str) -> list[tuple[str, int, str]]:
    return [(unit, n, printed(one) or "") for n, one in enumerate(replies, 1)]


def test_the_same_words_with_another_street_and_day_go_together() -> None:
    like = [WORDS.format(*one) for one in (("翠湖路", "11月2日"), ("青山", "9月13日"))]
    third = WORDS.format("望江大道东段", "10月8日").replace("如有疑问", "如仍有疑问")
    assert gathered(rows("cgj", *like, third, *OWN)) == {"cgj": [1, 2, 3]}
    assert gathered(rows("cgj", *like, *OWN)) == {}, "two are none too many"
    apart = [*rows("cgj", *like), *rows("zjj", *OWN, third)]
    assert gathered(apart) == {}, "each unit by itself"


def test_of_few_words_nothing_is_told() -> None:
    assert printed("已修复。") is None and printed("") is None
    assert printed(OWN[0]) == printed(OWN[0].replace("，", "， ")) is not None


def test_a_busy_month_is_compared_in_a_moment() -> None:
    chance = random.Random(1)
    told = [(f"u{n % 200}", n, chance.randbytes(32).hex()) for n in range(20_000)]
    same = [("u7", 100_000 + n, printed(OWN[0]) or "") for n in range(300)]
    began = time.perf_counter()
    assert gathered(told + same) == {"u7": [one for _, one, _ in same]}
    assert time.perf_counter() - began < 5
