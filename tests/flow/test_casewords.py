"""Cases are found by their words, their number, and a telephone that no answer names."""

import pytest

from hotline.domain.acts import department
from hotline.domain.words import Role
from hotline.flow import casewords, erasure, intake, work
from hotline.flow.casewords import telephone
from hotline.flow.centre import Centre
from hotline.store import casesearch
from hotline.store.casesearch import Near
from hotline.store.find import Wanted, of_ids
from tests.flow.orders_support import in_hand
from tests.makers import a_complaint, an_officer

DISPATCHER = an_officer(Role.DISPATCHER)
CLERK = an_officer(Role.CLERK, "cgj")


async def filed(centre: Centre, key: str, **changes: object) -> str:
    receipt = await intake.receive(centre, a_complaint(key, **changes))
    while await intake.triage_pending(centre):
        pass
    return receipt.number


async def numbers(centre: Centre, q: str, actor: object = DISPATCHER) -> list[str]:
    found = await work.listed(centre, actor, Wanted(q=q))  # type: ignore[arg-type]
    return [row["number"] for row in found.rows]


SAID = {"title": "物业不修电梯", "content": "翠湖花园12栋的电梯停了两天，物业公司一直不来维修。"}


@pytest.mark.parametrize("indexed", [True, False])
async def test_a_case_is_found_by_its_words_whether_the_index_has_it_yet_or_not(
    any_centre: Centre, indexed: bool
) -> None:
    number = await filed(any_centre, "k", **SAID)
    await filed(any_centre, "other", title="公园长椅坏了", content="滨江公园的长椅断了。")
    if indexed:
        assert await casewords.index(any_centre) == 2
        assert await casewords.index(any_centre) == 0
    assert await numbers(any_centre, "电梯") == [number]
    assert await numbers(any_centre, number) == [number]
    assert await numbers(any_centre, number[:8]) != []
    assert await numbers(any_centre, number.replace("-", "")) == [number]
    assert await numbers(any_centre, "飞机") == []
    if indexed:  # words apart from each other, and a piece that a dictionary cuts otherwise
        assert await numbers(any_centre, "电梯 翠湖花园") == [number]
        assert await numbers(any_centre, "翠湖花园的电梯") == [number]
        assert await numbers(any_centre, "湖花") == [number]
        assert await numbers(any_centre, "梯") == [number]
        assert await numbers(any_centre, "电梯 长椅") == []


async def test_what_the_databases_read_as_an_order_is_a_word(any_centre: Centre) -> None:
    number = await filed(any_centre, "k", **SAID)
    await casewords.index(any_centre)
    for typed in (
        '"',
        "' OR 1=1",
        "电梯*",
        "NOT 电梯 AND",
        "%",
        "_",
        ":*",
        "\\",
        "&|!",
        "NEAR(",
        "🦟",
    ):
        assert await numbers(any_centre, typed) == ([number] if typed == "电梯*" else []), typed


async def test_words_that_are_erased_find_nothing_any_more(any_centre: Centre) -> None:
    number = await filed(any_centre, "k", **SAID)
    await casewords.index(any_centre)
    async with any_centre.work() as unit:
        await erasure.erase(unit, number, "request", DISPATCHER)
    assert await casewords.index(any_centre) == 0
    assert await numbers(any_centre, "电梯") == []


async def test_words_cut_before_a_case_was_erased_are_not_kept_after_it(any_centre: Centre) -> None:
    number = await filed(any_centre, "k", **SAID)
    async with any_centre.look() as look:
        (row,) = await casesearch.unworded(look.connection, 10)
    async with any_centre.work() as unit:
        await erasure.erase(unit, number, "request", DISPATCHER)
    async with any_centre.work() as unit:
        await casesearch.keep(unit.connection, [(row, {"电梯"})])
    assert await numbers(any_centre, "电梯") == []


async def test_a_telephone_finds_its_cases_in_any_spelling(any_centre: Centre) -> None:
    number = await filed(any_centre, "k")
    await filed(any_centre, "secret", title="另一件", content="要求保密的事。", confidential=True)
    for typed in ("13800001234", "138 0000 1234", "+86 138-0000-1234", "１３８００００１２３４"):
        assert await numbers(any_centre, typed) == [number], typed
    assert await numbers(any_centre, "13800009999") == []


async def test_a_department_is_told_by_telephone_only_of_what_it_has_signed(centre: Centre) -> None:
    number = await in_hand(centre, "k")
    assert await numbers(centre, "13800001234", CLERK) == [number]
    assert await numbers(centre, "13800001234", an_officer(Role.CLERK, "zjj")) == []
    told = department.SendBack(
        reason="不属于本单位职责", suggested_department="zjj", legal_basis="职责清单"
    )
    await work.act(centre, number, told, CLERK)
    assert await numbers(centre, "13800001234", CLERK) == []


async def test_nobody_finds_a_case_that_is_not_theirs_to_see(centre: Centre) -> None:
    await in_hand(centre, "k")
    await casewords.index(centre)
    assert await numbers(centre, "路灯", CLERK)
    assert await numbers(centre, "路灯", an_officer(Role.CLERK, "zjj")) == []


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("13800001234", "13800001234"),
        ("+86 13800001234", "13800001234"),
        ("0571-87654321", "057187654321"),
        ("85551234", "85551234"),
        ("20261124", ""),
        ("20261124-000123", ""),
        ("20261124000123", ""),
        ("路灯 13800001234", ""),
        ("12345", ""),
        ("", ""),
    ],
)
def test_a_telephone_is_told_from_a_number(typed: str, digits: str) -> None:
    assert telephone(typed) == digits


async def test_pages_of_a_frequent_word_follow_each_other_without_gaps(any_centre: Centre) -> None:
    made = [await filed(any_centre, f"k{n}", **{**SAID, "title": f"电梯{n}"}) for n in range(5)]
    await casewords.index(any_centre)
    for sort in ("-received_at", "received_at", "due_at"):
        seen: list[str] = []
        cursor = ""
        while True:
            asked = Wanted(q="电梯", sort=sort, limit=2, cursor=cursor)
            page = await work.listed(any_centre, DISPATCHER, asked)
            seen += [row["number"] for row in page.rows]
            if page.next_cursor is None:
                break
            cursor = page.next_cursor
        assert sorted(seen) == sorted(made), sort


async def test_what_the_near_hits_lack_is_looked_for_among_all(
    any_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A filter that few of a frequent word's cases pass: the near ones alone would miss it."""
    monkeypatch.setattr(casesearch, "NEAR", 2)
    first = await filed(any_centre, "praise", **SAID, type="praise")
    for n in range(4):
        await filed(any_centre, f"k{n}", **{**SAID, "title": f"电梯{n}"})
    await casewords.index(any_centre)
    found = await work.listed(any_centre, DISPATCHER, Wanted(q="电梯", type="praise"))
    assert [row["number"] for row in found.rows] == [first]


async def test_near_hits_are_the_beginning_of_the_list_on_both_databases(
    any_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [await filed(any_centre, f"k{n}", **{**SAID, "title": f"电梯{n}"}) for n in range(5)]
    await casewords.index(any_centre)
    monkeypatch.setattr(casesearch, "NEAR", 2)
    newest = made[::-1]
    async with any_centre.look() as look:
        ids, whole = await casesearch.nearest(look.connection, ["电梯"], "电梯", Near(True))
        rows = await of_ids(look.connection, ids, DISPATCHER)
    assert [row["number"] for row in rows] == newest[:2]
    assert not whole


async def test_a_number_is_found_by_any_beginning_of_it(any_centre: Centre) -> None:
    number = await filed(any_centre, "k", **SAID)
    day, _, count = number.partition("-")
    for typed in (day, f"{day}-", f"{day}-{count[:3]}", number, day + count):
        found = await work.listed(any_centre, DISPATCHER, Wanted(q=typed))
        assert [row["number"] for row in found.rows] == [number], typed
    for typed in (f"{day}-9", "20250101", f"{day}abc", f"{day}²"):
        found = await work.listed(any_centre, DISPATCHER, Wanted(q=typed))
        assert found.rows == [], typed
