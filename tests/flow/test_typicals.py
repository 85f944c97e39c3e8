"""Typical cases: nothing is public without a second person, and nothing says who somebody is."""

from typing import Any

import pytest

from hotline.domain.acts import centre as done
from hotline.domain.article import Rewritten
from hotline.domain.errors import NoSuchCase, NotAllowed, NotPossible
from hotline.domain.people import Actor
from hotline.domain.typical import NoSuchTypical, Telling
from hotline.domain.words import Role
from hotline.flow import typicals, work
from hotline.flow.centre import Centre
from tests.flow import orders_support as life
from tests.makers import an_officer

EDITOR, INSPECTOR, DIRECTOR = (
    an_officer(role) for role in (Role.CALLBACK, Role.INSPECTOR, Role.DIRECTOR)
)
AGENT = an_officer(Role.AGENT)
WORDS = Telling("路灯修好了", "路灯坏了三天，晚上很黑。", "当天派人更换灯具。")


async def ended(centre: Centre, key: str = "k", **changes: Any) -> str:
    number = await life.received(centre, key, **changes)
    told = done.Answer(text="已于当天派人更换灯具，路灯恢复照明。", solved=True)
    await work.act(centre, number, told, AGENT)
    return number


async def rewritten(centre: Centre, made: int, told: Telling, actor: Actor = EDITOR) -> bool:
    seen = (await typicals.shown(centre, EDITOR, made)).revision
    return await typicals.rewrite(centre, actor, made, told, seen)


async def reviewed(
    centre: Centre, made: int, actor: Actor = INSPECTOR, verdict: str = "release", note: str = ""
) -> None:
    seen = (await typicals.shown(centre, EDITOR, made)).revision
    await typicals.review(centre, actor, made, verdict, note, seen=seen)


async def public(centre: Centre, q: str = "") -> list[str]:
    return [row.title for row in await typicals.released(centre, q, None, 9)]


async def published(centre: Centre, key: str = "k", told: Telling = WORDS) -> int:
    made = await typicals.choose(centre, EDITOR, await ended(centre, key))
    await rewritten(centre, made, told)
    await typicals.submit(centre, EDITOR, made)
    await reviewed(centre, made)
    return made


async def test_nothing_is_public_before_a_second_person_released_it(any_centre: Centre) -> None:
    centre = any_centre
    made = await typicals.choose(centre, INSPECTOR, await ended(centre))
    with pytest.raises(NotPossible):
        await reviewed(centre, made, DIRECTOR)
    await rewritten(centre, made, WORDS, DIRECTOR)
    await typicals.submit(centre, INSPECTOR, made)
    for writer in (INSPECTOR, DIRECTOR):
        with pytest.raises(NotAllowed, match="另一位"):
            await reviewed(centre, made, writer)
    with pytest.raises(NotAllowed):
        await reviewed(centre, made, EDITOR)
    assert await public(centre) == []
    with pytest.raises(NoSuchTypical):
        await typicals.opened(centre, made)
    await reviewed(centre, made, an_officer(Role.SHIFT_LEAD))
    assert await public(centre) == [WORDS.title]
    assert not await life.unbroken(centre)


async def test_the_caller_of_the_case_is_taken_out_whatever_is_typed(centre: Centre) -> None:
    made = await typicals.choose(centre, EDITOR, await ended(centre))
    told = Telling("张小明的路灯", "望江大道12号，zhang@example.com，13800001234", "张小明满意。")
    assert await rewritten(centre, made, told) is True
    row = await typicals.shown(centre, EDITOR, made)
    kept = row.title + row.problem + row.handling
    for secret in ("张小明", "望江大道12号", "zhang@", "1234"):
        assert secret not in kept
    assert "［姓名］" in row.title and await rewritten(centre, made, WORDS) is False


async def test_what_goes_back_says_why_and_what_was_read_is_what_is_released(
    centre: Centre,
) -> None:
    made = await typicals.choose(centre, EDITOR, await ended(centre))
    seen = (await typicals.shown(centre, EDITOR, made)).revision
    await rewritten(centre, made, Telling("只有标题", "问题", ""))
    with pytest.raises(Rewritten):
        await typicals.rewrite(centre, DIRECTOR, made, WORDS, seen)
    with pytest.raises(NotPossible, match="写全"):
        await typicals.submit(centre, EDITOR, made)
    await rewritten(centre, made, WORDS)
    await typicals.submit(centre, EDITOR, made)
    with pytest.raises(NotPossible, match="退回后"):
        await rewritten(centre, made, WORDS)
    with pytest.raises(Rewritten):
        await typicals.review(centre, INSPECTOR, made, "release", "", seen=seen)
    with pytest.raises(NotPossible, match="原因"):
        await reviewed(centre, made, verdict="return")
    await reviewed(centre, made, verdict="return", note="太短")
    assert (await typicals.shown(centre, EDITOR, made)).note == "太短"


async def test_only_what_has_ended_and_names_nobody_in_confidence_is_chosen(
    centre: Centre,
) -> None:
    with pytest.raises(NotPossible, match="已办结"):
        await typicals.choose(centre, EDITOR, await life.received(centre))
    secret = await ended(centre, "s", confidential=True)
    with pytest.raises(NotPossible, match="保密"):
        await typicals.choose(centre, EDITOR, secret)
    with pytest.raises(NoSuchCase):
        await typicals.choose(centre, EDITOR, "20200101-000001")
    with pytest.raises(NotAllowed):
        await typicals.choose(centre, AGENT, secret)
    number = await ended(centre, "o")
    await typicals.choose(centre, EDITOR, number)
    with pytest.raises(NotPossible, match="已有"):
        await typicals.choose(centre, DIRECTOR, number)


async def test_it_is_found_by_words_page_by_page_and_gone_once_withdrawn(centre: Centre) -> None:
    first = await published(centre, "a")
    await published(centre, "b", Telling("水管修好", "楼下水管漏水。", "已更换水管100%完好。"))
    assert await public(centre, "漏水 水管") == ["水管修好"]
    assert await public(centre, "%") == ["水管修好"] and await public(centre, "飞船") == []
    page = await typicals.released(centre, "", None, 1)
    assert [r.id for r in await typicals.released(centre, "", page[0].id, 1)] == [first]
    with pytest.raises(NotAllowed):
        await typicals.withdraw(centre, EDITOR, first, "x")
    await typicals.withdraw(centre, DIRECTOR, first, "当事人要求")
    assert await public(centre) == ["水管修好"]
    with pytest.raises(NoSuchTypical):
        await typicals.support(centre, first, "v")


async def test_support_counts_once_a_visitor(any_centre: Centre) -> None:
    made = await published(any_centre)
    told = [await typicals.support(any_centre, made, who) for who in ("a", "b", "a")]
    assert told == [True, True, False]
    assert (await typicals.opened(any_centre, made)).supports == 2
