"""500 identities planted in texts: none that is a number is left, and what is published names nobody."""

import re
import unicodedata
from collections import Counter

import pytest

from hotline.domain.masking import mask_words
from hotline.domain.redaction import redacted
from hotline.domain.typical import Telling
from hotline.flow import typicals
from hotline.flow.centre import Centre
from tests.flow.test_typicals import published
from tests.support import planted
from tests.support.planted import Text

SHARES = {"phone": 110, "card": 70, "plate": 70, "mail": 50, "name": 110, "address": 90}
NUMBERS = ("phone", "card", "plate", "mail")


def bare(text: str) -> str:
    """Letters, digits and signs alone, as usual ones, so that no spelling hides what is left."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).lower()


def left(kind: str, secret: str, text: str) -> bool:
    """Five signs on end of a number, plate or mail's name; a whole name; the end of an address."""
    found, sought = bare(text), bare(secret)
    if kind == "name":
        return secret in text
    if kind == "address":
        return sought[-4:] in found
    sought = bare(re.split(r"[@＠(（\[]", secret)[0]) if kind == "mail" else sought
    n = min(5, len(sought))
    return any(sought[at : at + n] in found for at in range(len(sought) - n + 1))


def measured(texts: list[Text], clean: list[str]) -> tuple[Counter[str], dict[str, float]]:
    """What is left by kind; and of what is marked as name or address, the share that was one."""
    still = Counter(
        kind
        for text, out in zip(texts, clean, strict=True)
        for kind, secret in text.planted
        if left(kind, secret, out)
    )
    share = {}
    for kind, mark in (("name", "［姓名］"), ("address", "［地址］")):
        right = SHARES[kind] - still[kind]
        share[kind] = right / max(1, sum(out.count(mark) for out in clean))
    return still, share


@pytest.mark.parametrize("seed", range(5))
def test_of_500_planted_no_number_is_left_and_names_and_addresses_are_found(seed: int) -> None:
    texts = planted.texts(seed, SHARES)
    assert sum(len(one.planted) for one in texts) == 500
    still, precision = measured(texts, [redacted(one.words) for one in texts])
    print(f"seed {seed}: left {dict(still)}, precision {precision}")
    assert not [kind for kind in NUMBERS if still[kind]]
    for kind in ("name", "address"):
        assert 1 - still[kind] / SHARES[kind] >= 0.95, kind
        assert precision[kind] >= 0.9, kind


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("欧阳若谷", "我叫欧阳若谷，欧阳路上积水。", "我叫欧***，欧阳路上积水。"),
        ("王芳", "王芳13800001234来电", "王*138****1234来电"),
        ("东郭霁岚", "东郭霁岚补充", "东***补充"),
        ("阿依古丽·买买提", "我是阿依古丽·买买提。", "我是阿*******。"),
        ("居民", "居民反映，居民都说", "居民反映，居民都说"),
        ("高峰", "早高峰堵车", "早高峰堵车"),
        ("王", "王家村停水", "王家村停水"),
        ("", "没有留姓名", "没有留姓名"),
    ],
)
def test_the_own_name_is_masked_and_what_is_only_a_word_stays(
    name: str, text: str, shown: str
) -> None:
    assert mask_words(text, name) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("举报人：彭乔松。彭乔松住河东。", "举报人：彭**。彭**住河东。"),
        ("被举报人：彭乔松，村支书李国强收钱。", "被举报人：彭乔松，村支书李国强收钱。"),
        ("我叫欧阳建国，邻居王芳半夜唱歌", "我叫欧***，邻居王芳半夜唱歌"),
        ("我父亲张建国，今年八十", "我父亲张**，今年八十"),
        ("本人王刚13800001234", "本人王*138****1234"),
        ("公司联系人李强不接电话", "公司联系人李强不接电话"),
        ("我是高峰时段乘车，本人安全受威胁", "我是高峰时段乘车，本人安全受威胁"),
    ],
)
def test_who_signs_without_leaving_a_name_is_masked_and_who_is_complained_about_is_not(
    text: str, shown: str
) -> None:
    assert mask_words(text, "") == shown
    assert mask_words("彭乔松反映收钱", "", "举报人：彭乔松") == "彭**反映收钱"


def test_what_is_taken_out_twice_changes_no_more_and_plain_words_stay() -> None:
    for text in planted.texts(3, SHARES):
        once = redacted(text.words)
        assert redacted(once) == once
    assert [redacted(one) for one in planted.PLAIN] == list(planted.PLAIN)
    for school in ("育红小学", "临江市第三中学", "金色摇篮幼儿园"):
        assert school not in redacted(f"孩子在{school}读书。")


@pytest.mark.slow
async def test_nothing_of_500_planted_is_left_in_what_is_published(centre: Centre) -> None:
    texts = planted.texts(11, SHARES)
    for start in range(0, len(texts), 25):
        words = "\n".join(one.words for one in texts[start : start + 25])
        half = len(words) // 2
        half = words.rfind("。", 0, half) + 1
        told = Telling(f"案例{start}", words[:half], words[half:])
        await published(centre, f"k{start}", told)
    rows = await typicals.released(centre, "", None, 99)
    public = "".join(row.title + row.problem + row.handling for row in rows)
    assert len(rows) == 5 and len(public) > 5000
    everything = [one for text in texts for one in text.planted]
    assert not [one for one in everything if one[0] in NUMBERS and left(*one, public)]
    for kind in ("name", "address"):
        still = sum(left(*one, public) for one in everything if one[0] == kind)
        assert 1 - still / SHARES[kind] >= 0.95
