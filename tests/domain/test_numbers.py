"""Telephone and ID numbers are found in whichever shape they are written, and nothing else is."""

import re
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hotline.domain.acts import centre, department
from hotline.domain.masking import kept, masked
from hotline.domain.numbers import mask_cards, mask_private, mask_text

SAID = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
WIDE = {ord(one): ord(one) + 0xFEE0 for one in "0123456789+-().X"}
AROUND = st.sampled_from(
    ("", "请回电话：", "周一", "（", "我在3栋1单元，", "2026年11月3日报修，", "浙A12345挡路，打")
)
BEHIND = st.sampled_from(("", "。", "一直打不通", "号机主", "，12345说已派单", "）三天了", " 谢谢"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("１３８００００１２３４", "138****1234"),
        ("138.0000.1237", "138****1237"),
        ("1380 0001 239", "138****1239"),
        ("138０0001240", "138****1240"),
        ("（+86）138—0000—1241", "138****1241"),
        ("0086-138 0000 1242", "138****1242"),
        ("013800001243", "138****1243"),
        ("1 3 8 0 0 0 0 1 2 4 4", "138****1244"),
        ("138\u200b0000\u200b1245", "138****1245"),
        ("1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣0️⃣1️⃣2️⃣4️⃣6", "138****1246"),
        ("𝟏𝟑𝟖𝟎𝟎𝟎𝟎𝟏𝟐𝟒𝟕", "138****1247"),
        ("周一一三八零零零零一二四八一直打不通", "周一138****1248一直打不通"),
        ("幺三八洞洞洞洞幺两四九", "138****1249"),
        ("138零零零零1250", "138****1250"),
        ("13800001251、13900001252", "138****1251、139****1252"),
        ("0571-88001234", "0571-****34"),
        ("（０５７１）８８００ １２３４", "0571-****34"),
        ("01066001234转801", "010-****34转801"),
        ("+86 571 8800 1234", "0571-****34"),
        ("0 5 7 1 8 8 0 0 1 2 3 4", "0571-****34"),
        ("零五七一八八零零一二三四", "0571-****34"),
        ("电话88001234", "电话****34"),
        ("联系方式：8800-1234/8800-1235", "联系方式：****34/****35"),
        ("0571-88001234/88001235", "0571-****34/****35"),
        ("３３０１０６１９９００１０１００１１", "3301************11"),
        ("330106 19900101 0011", "3301************11"),
        ("3301 0619 9001 0100 1x", "3301************1X"),
        ("330106-1990-0101-001Ｘ", "3301************1X"),
        ("三三零一零六一九九零零一零一零零一一", "3301************11"),
        ("330106900101001", "3301*********01"),
    ],
)
def test_a_number_is_masked_in_whichever_shape(text: str, shown: str) -> None:
    assert mask_text(f"请打{text}。") == f"请打{shown}。"


@pytest.mark.parametrize(
    "text",
    [
        "拨打12345、110、119、96666、95588，400-820-8820、4008208820",
        "热线12345，电话：12345，电话 95588，致电 110",
        "13,800,001,234元，欠薪13800元，1.38亿，2,500,000.00元",
        "2026年11月3日13:00，2026-11-03 13:00:00，1990-10-01 138号，13.03.2026 130",
        "晚上19.30-21.00 200人，1998-2003 120户，18/19/20/21/22/1",
        "浙A13800，浙AD12345，望江大道138号3幢2单元1502室，1501,1502,103室",
        "单号20261103-000001，20261113-000123，来电20261103-000001",
        "（2026）浙0106民初1234号，建字第330106202601010号",
        "130.12345678，45.80000012，139.196.100.20，1732700000.1",
        "一二三四五六七八九十，第一三八中学，二〇二六年一月三日，三百八十元",
        "91330106MA2B123456，6222021202012345678",
    ],
)
def test_what_a_department_needs_stays(text: str) -> None:
    assert mask_text(text) == text


def in_shape(digits: str, lots: list[int], between: str, shape: str) -> str:
    """Digits in lots with a sign between two of them; or as full-width signs, or as said."""
    if shape == "said":
        return "".join(SAID.get(one, one) for one in digits)
    parts, at = [], 0
    for lot in lots:
        parts.append(digits[at : at + lot])
        at += lot
    told = between.join(parts)
    return told.translate(WIDE) if shape == "wide" else told


BETWEEN = st.sampled_from(("", " ", "-", "·", "—", "\u200b", "  ", " - "))
SHAPE = st.sampled_from(("plain", "wide", "said"))
MOBILES = st.tuples(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(([11], [3, 4, 4], [3, 8], [7, 4], [4, 3, 4], [5, 6], [1] * 11)),
)
CARDS = st.tuples(
    st.from_regex(
        r"[1-6][1-5][0-9]{4}(19[4-9][0-9]|20[01][0-9])(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}[0-9X]",
        fullmatch=True,
    ),
    st.sampled_from(([18], [6, 8, 4], [4, 4, 4, 4, 2], [6, 4, 4, 4], [1] * 18)),
)
LINES = st.tuples(
    st.from_regex(r"0(10|2[0-9])[2-9][0-9]{7}", fullmatch=True),
    st.sampled_from(([11], [3, 8], [3, 4, 4])),
)


@settings(deadline=None, max_examples=300)
@given(st.one_of(MOBILES, CARDS, LINES), BETWEEN, SHAPE, AROUND, BEHIND)
@example(("13000002001", [11]), "", "said", "", "，12345说已派单")  # with its tail an ID of old
def test_no_shape_is_left_and_what_stands_around_it_is(
    number: tuple[str, list[int]], between: str, shape: str, before: str, after: str
) -> None:
    digits, lots = number
    if shape == "said" and after.startswith("一") and len(digits) == 18:
        after = ""  # 一 behind a number that is said may be its last digit
    once = mask_text(before + in_shape(digits, lots, between, shape) + after)
    assert once.startswith(before) and once.endswith(after)
    inner = unicodedata.normalize("NFKC", once[len(before) : len(once) - len(after)])
    assert re.fullmatch(r"[0-9]{3}\*{4}[0-9]{4}|[0-9]{3,4}-?\*{4,12}[0-9]{1,2}X?", inner), once
    assert mask_text(once) == once


@settings(deadline=None, max_examples=200)
@given(st.text("0123456789１３一三零x×X ()（）-.,，*/路灯电话+", max_size=60))
def test_masked_twice_is_masked_once(text: str) -> None:
    once = mask_text(text)
    assert mask_text(once) == once


@pytest.mark.parametrize(
    "piece",
    [
        "路灯坏了三天，没有人来修，请打13800001234或０５７１-88001234找我，我住3栋。" * 3
        + "请尽快处理。" * 40
    ]
    + ["1 3 ", "13800001234 ", "一三", "(+86)", "330106 1990 "],
)
def test_masking_costs_as_much_as_there_is_to_read(piece: str) -> None:
    def cost(signs: int) -> float:
        text = piece * (signs // len(piece))
        took = []
        for _ in range(3):
            began = time.thread_time()
            mask_text(text)
            took.append(time.thread_time() - began)
        return min(took)

    assert cost(100_000) < 0.2
    if len(piece) > 20:  # what people write: a megabyte
        assert cost(350_000) < 0.2


def test_an_office_says_its_own_telephone_and_nobody_elses_number() -> None:
    told = "咨询0571-88001234，小王１３８００００１２３４，身份证330106 19900101 0011"
    office = "咨询0571-88001234，小王138****1234，身份证3301************11"
    assert mask_private(told) == office
    assert mask_cards(told) == office.replace("138****1234", "１３８００００１２３４")
    answer = masked(centre.Answer(text=told))
    assert isinstance(answer, centre.Answer) and "0571-88001234" in answer.text
    assert "19900101" not in answer.text


def test_what_names_a_file_or_a_call_is_no_words() -> None:
    note = department.Note(text="打13800001234", attachments=("13800001234",))
    told = masked(note)
    assert isinstance(told, department.Note)
    assert told.attachments == ("13800001234",) and told.text == "打138****1234"
    facts = {"reply": {"public_reply": "0571-88001234", "contact_phone": "13800001234"}}
    assert kept(facts | {"call_id": "13800001234", "n": 1}) == {
        **facts,
        "call_id": "13800001234",
        "n": 1,
    }
    assert kept({"comment": ["１３８００００１２３４"]}) == {"comment": ["138****1234"]}
