"""Chinese text -> words: normalise, cut with jieba, drop what says nothing."""

import logging
import re
import unicodedata
import warnings
from collections.abc import Sequence
from functools import cache
from typing import Protocol

LONGEST = 2000  # characters that are read; what matters is said before that
RUN = re.compile(r"(.)\1{3,}", re.DOTALL)
HAN = re.compile(r"[一-鿿]")
SPACE = re.compile(r"\s+")

STOP = frozenset(
    "的 了 是 在 和 与 及 或 也 都 就 还 又 很 我 你 他 她 它 我们 你们 他们 这 那 这个 那个 这些 那些 有 没有"
    " 对 从 把 被 给 让 向 到 为 以 而 但 但是 因为 所以 如果 请 请问 您好 你好 谢谢 尊敬 领导 希望 能 能够 可以"
    " 一个 一下 什么 怎么 多次 反映 问题 情况 相关 部门 政府 进行 现在 已经 一直 不 上 下 中 等 月 年 日 市 区 县"
    " 吗 呢 吧 啊 之 于 其 该 本 某 每天 大家 自己 人 说 做 去 来 看 要 会 个".split()
)


class Cutter(Protocol):
    """Cuts a text into words; jieba is the default, a drop-in may stand in its place."""

    def __call__(self, text: str) -> list[str]: ...


@cache
def jieba_cutter() -> Cutter:
    """A jieba of our own, its dictionary read from the package and never from a cache file.

    The library keeps its cache in the shared temporary folder and reads it with marshal: whoever
    can write there could run code here. Building takes about half a second, once.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library leaves a file open and has stale escapes
        import jieba

        jieba.setLogLevel(logging.WARNING)
        tokenizer = jieba.Tokenizer()
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        tokenizer.initialized = True
    cut: Cutter = tokenizer.lcut
    return cut


def normalise(text: str) -> str:
    """Full width to half, runs of one sign shortened, one kind of space, the first 2,000 signs."""
    text = unicodedata.normalize("NFKC", text[: LONGEST * 2])
    return SPACE.sub(" ", RUN.sub(r"\1\1\1", text)).strip()[:LONGEST]


def words(text: str, cut: Cutter | None = None) -> list[str]:
    """The words that say something, in their order; numbers and single letters do not."""
    found = (cut or jieba_cutter())(normalise(text))
    return [word.lower() for word in found if _tells(word)]


def _tells(word: str) -> bool:
    return word not in STOP and (HAN.search(word) is not None or (word.isalpha() and len(word) > 1))


def pieces(found: Sequence[str]) -> list[str]:
    """Two-letter pieces of longer words: 物业管理费 also says 物业 and 管理; marked as pieces."""
    return ["#" + word[n : n + 2] for word in found if len(word) > 2 for n in range(len(word) - 1)]
