"""Chinese text -> words: normalise, cut with jieba, drop what says nothing."""

import csv
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Protocol

from classifiers.cutting import Words, dictionary

LONGEST = 2000  # characters that are read; what matters is said before that
RUN = re.compile(r"(.)\1{3,}")
HAN = re.compile(r"[一-鿿]")
APART = re.compile(r"(?<=[一-鿿]) (?=[一-鿿])")  # 物 业 is 物业
WIDE = tuple(zip("，！？：；（）", ",!?:;()", strict=True))  # in every text; the rest is looked up

STOP = frozenset(
    "的 了 是 在 和 与 及 或 也 都 就 还 又 很 我 你 他 她 它 我们 你们 他们 她们 它们 这 那 这个 那个 这些 那些 有 没有 没"
    " 对 从 把 被 给 让 向 到 为 以 而 但 但是 因为 因 所以 如果 请 请问 您 您好 你好 谢谢 尊敬 领导 希望 能 能够 可以 不能 不是"
    " 一个 一下 一 二 两 三 什么 怎么 怎样 如何 多次 反映 问题 情况 相关 有关 部门 政府 进行 现在 已经 一直 不 上 下 中 等 月 年 日 市 区 县"
    " 吗 呢 吧 啊 之 于 其 该 本 某 每天 大家 自己 人 说 做 去 来 看 要 会 个 并 并且 将 可 可能 按 按照 按着 据 根据 通过 由 由于 关于"
    " 这样 那样 这么 那么 这里 那里 作为 就是 还是 或者 其他 其它 任何 而且 以及 只有 只 才 此 内 地 得 着 过 更 很多 许多 时候 开始 们 第 且"
    " 所 大 小 多 少 至 必须 均 同时 结果 经过 谁 为何 为什么 为了 拿 用 按 又 再 已 曾 将要 虽然 然而 不过 于是 即 则 若 若是 与其 除 除了".split()
)


class Cutter(Protocol):
    """Cuts a text into words; jieba is the default, a drop-in may stand in its place."""

    def __call__(self, text: str) -> list[str]: ...


@cache
def jieba_cutter(names: tuple[str, ...] = ()) -> Cutter:
    """jieba with its own dictionary and the city's names: roads, estates, departments; never cut."""
    cut = Words(*_dictionary())
    for name in names:
        cut.add(name)
    return cut


@cache
def quick_cutter(names: tuple[str, ...] = ()) -> Cutter:
    """The drop-in of the extra `quick`, with jieba's dictionary; jieba itself where it is absent."""
    try:
        import rjieba
    except ImportError:
        return jieba_cutter(names)
    engine = rjieba.Jieba()
    for name in names:
        engine.add_word(name, None, None)
    cut: Cutter = engine.cut
    return cut


@cache
def _dictionary() -> tuple[dict[str, float], int]:
    """jieba's dictionary by logarithms, read from the package and never from a cache file.

    The library keeps its cache in the shared temporary folder and reads it with marshal: whoever
    can write there could run code here.
    """
    return dictionary((resources.files("jieba") / "dict.txt").read_text("utf-8"))


@cache
def _simple() -> Callable[[str], str]:
    """Traditional characters to simplified ones, by a kept library."""
    import opencc

    convert: Callable[[str], str] = opencc.OpenCC("t2s").convert
    return convert


@cache
def _spellings() -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Dialect and usual slips, as data."""
    text = (resources.files("classifiers") / "spellings.csv").read_text("utf-8")
    means = {row["said"]: row["means"] for row in csv.DictReader(text.splitlines())}
    longest_first = sorted(means, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), means


def normalise(text: str) -> str:
    """One way to write it: half width, simplified, no runs, no gaps, the first 2,000 signs."""
    text = text[: LONGEST * 2].encode("utf-8", "ignore").decode()  # half a sign says nothing
    for wide, half in WIDE:
        text = text.replace(wide, half)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    text = RUN.sub(r"\1\1\1", " ".join(text.split()))[:LONGEST]
    text = _simple()(APART.sub("", text) if " " in text else text)
    pattern, means = _spellings()
    return pattern.sub(lambda found: means[found.group()], text)


def words(text: str, cut: Cutter | None = None) -> list[str]:
    """The words that say something, in their order; numbers and single letters do not."""
    return cut_clean(normalise(text), cut or jieba_cutter())


def cut_clean(text: str, cut: Cutter) -> list[str]:
    """The same of a text that is normalised already."""
    return telling(cut(text))


def telling(found: Sequence[str]) -> list[str]:
    """What is left of words, ready-made or cut here, without those that say nothing."""
    return [word for word in map(_told, found) if word]


@lru_cache(maxsize=2**16)
def _told(word: str) -> str:
    """As it is counted; empty when it says nothing."""
    low = word.lower()
    tells = HAN.search(low) is not None or (low.isalpha() and len(low) > 1)
    return low if tells and low not in STOP else ""
