"""One way to write it: whatever the keyboard, the script or the tongue, the same words come out."""

import random
import warnings

import pytest

from classifiers.tokens import Cutter, jieba_cutter, normalise, words


@pytest.mark.parametrize(
    "written",
    ["小區的路燈壞了", "小区的路灯坏了", "小 区 的 路 灯 坏 了", "小区的　路灯坏了！！！！！！"],
)
def test_scripts_gaps_and_runs_do_not_change_the_words(written: str) -> None:
    assert words(written) == words("小区的路灯坏了")


def test_full_width_letters_are_the_same_letters() -> None:
    assert normalise("ＡＢＣ１２３") == "ABC123"


def test_dialect_is_understood_as_it_is_meant() -> None:
    assert normalise("冇水用 啥子时候来") == "没有水用什么时候来"


def test_a_slip_of_the_pen_does_not_break_an_honest_word() -> None:
    for honest in ("土木有限公司", "阿拉伯语", "返工整改", "保险情况"):
        assert normalise(honest) == honest


def test_masked_places_and_numbers_say_nothing() -> None:
    assert words("A市B3区****138****0000") == []


def test_mixed_english_keeps_its_words() -> None:
    assert "wifi" in words("地铁站WiFi连不上")


def test_the_citys_names_are_never_cut() -> None:
    assert "望江花园北苑" not in jieba_cutter()("望江花园北苑停电")
    assert "望江花园北苑" in jieba_cutter(("望江花园北苑",))("望江花园北苑停电")


def test_another_cutter_can_stand_in_its_place() -> None:
    letters: Cutter = list
    assert words("路灯", letters) == ["路", "灯"]


def test_the_quicker_cut_is_jiebas_own() -> None:
    """The library on the same dictionary gives the same words, letter by letter, names and all."""
    import jieba

    names = ("结婚登记处", "望江花园北苑")
    plain = jieba.Tokenizer()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library leaves a file open
        plain.FREQ, plain.total = plain.gen_pfdict(plain.get_dict_file())
    plain.initialized = True
    draw = random.Random(3)
    parts = "小区物业管理费上涨业主投诉无人处理路灯不亮自来水停了三天研究生命起源结婚的和尚未结婚的AB12.5%，。\r\n　"
    rare = "".join(chr(draw.randint(0x4E00, 0x9FFF)) for _ in range(300)) + "龘鿏"
    some = [
        "".join(draw.choices(parts + letters, k=60)) for letters in ("", rare) for _ in range(150)
    ]
    assert [jieba_cutter()(text) for text in some] == [plain.lcut(text) for text in some]
    for name in names:
        plain.add_word(name)
    some += [text[:30] + names[n % 2] + text[30:] for n, text in enumerate(some)]
    assert [jieba_cutter(names)(text) for text in some] == [plain.lcut(text) for text in some]
