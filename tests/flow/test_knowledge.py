"""The knowledge base kept: two people behind every article, versions, review due, what it lacks."""

from datetime import timedelta
from typing import Any

import pytest

from hotline.domain.acts import centre as acts
from hotline.domain.article import Draft, NoSuchArticle, Rewritten
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.people import Actor
from hotline.domain.redaction import redacted
from hotline.domain.words import Role
from hotline.flow import answers, articlewatch, drafting, knowledge, offers, work
from hotline.flow.answers import Asked
from hotline.flow.centre import Centre
from hotline.store import alarms, articles, articleuse
from hotline.wiring import MovingClock
from tests.flow import orders_support as life


def who(role: Role, name: str = "", unit: str | None = None) -> Actor:
    return Actor(role, name or role.value, unit, frozenset({unit} if unit else ()), "127.0.0.1")


AGENT, INSPECTOR, DIRECTOR = who(Role.AGENT), who(Role.INSPECTOR), who(Role.DIRECTOR)
CLERK = who(Role.CLERK, unit="cgj")


def a_draft(**changes: Any) -> Draft:
    told: dict[str, Any] = {
        "title": "路灯不亮向谁报修",
        "body": "市政路灯由路灯管理所维护，两天内修复。",
        "department": "cgj",
        "topic": "城市管理/市政设施/路灯故障",
    }
    return Draft(**{**told, **changes})


async def released(centre: Centre, **changes: Any) -> int:
    article_id = await drafting.write(centre, CLERK, a_draft(**changes))
    await drafting.submit(centre, CLERK, article_id)
    await knowledge.release(centre, INSPECTOR, article_id)
    return article_id


async def found(centre: Centre, question: str) -> list[str]:
    return [one.row.title for one in await answers.find(centre, Asked(question))]


async def test_nothing_is_found_before_a_second_person_released_it(centre: Centre) -> None:
    article_id = await drafting.write(centre, INSPECTOR, a_draft())
    assert await found(centre, "路灯") == []
    with pytest.raises(NotPossible):
        await knowledge.release(centre, DIRECTOR, article_id)
    await drafting.submit(centre, INSPECTOR, article_id)
    assert await found(centre, "路灯") == []
    with pytest.raises(NotAllowed, match="作者不能审核"):
        await knowledge.release(centre, INSPECTOR, article_id)
    with pytest.raises(NotAllowed):
        await knowledge.release(centre, AGENT, article_id)
    await knowledge.release(centre, DIRECTOR, article_id)
    assert await found(centre, "路灯") == ["路灯不亮向谁报修"]
    shown = await knowledge.shown(centre, article_id)
    assert (shown.newest.author, shown.newest.reviewer) == ("inspector", "director")


async def test_a_new_version_replaces_the_old_only_when_it_is_released(centre: Centre) -> None:
    article_id = await released(centre)
    shown = await knowledge.shown(centre, article_id)
    changed = a_draft(title="路灯和景观灯报修", body="景观灯也归路灯管理所。")
    await drafting.rewrite(centre, CLERK, article_id, changed, shown.newest.revision)
    assert await found(centre, "路灯") == ["路灯不亮向谁报修"] and not await found(centre, "景观灯")
    await drafting.submit(centre, CLERK, article_id)
    await knowledge.release(centre, INSPECTOR, article_id)
    assert await found(centre, "景观灯") == ["路灯和景观灯报修"]
    stages = [one.stage for one in (await knowledge.shown(centre, article_id)).versions]
    assert stages == ["released", "replaced"]


async def test_a_returned_draft_says_why_and_can_be_written_on(centre: Centre) -> None:
    article_id = await drafting.write(centre, CLERK, a_draft())
    await drafting.submit(centre, CLERK, article_id)
    with pytest.raises(NotPossible, match="原因"):
        await knowledge.review(centre, INSPECTOR, article_id, "return", "")
    await knowledge.review(centre, INSPECTOR, article_id, "return", "缺时限依据")
    last = (await knowledge.shown(centre, article_id)).newest
    assert (last.stage, last.note) == ("returned", "缺时限依据")
    await drafting.rewrite(centre, CLERK, article_id, a_draft(basis="市规定"), last.revision)
    assert (await knowledge.shown(centre, article_id)).newest.stage == "draft"


async def test_nobody_writes_over_what_another_saved_meanwhile(centre: Centre) -> None:
    article_id = await drafting.write(centre, CLERK, a_draft())
    seen = (await knowledge.shown(centre, article_id)).newest.revision
    await drafting.rewrite(centre, CLERK, article_id, a_draft(body="甲"), seen)
    with pytest.raises(Rewritten):
        await drafting.rewrite(centre, AGENT, article_id, a_draft(body="乙"), seen)
    assert (await knowledge.shown(centre, article_id)).newest.body == "甲"


async def test_a_unit_writes_for_itself_only_and_titles_are_used_once(centre: Centre) -> None:
    with pytest.raises(NotAllowed):
        await drafting.write(centre, CLERK, a_draft(department="zjj"))
    await released(centre)
    with pytest.raises(NotPossible, match="同名"):
        await drafting.write(centre, AGENT, a_draft())
    for wrong in ({"topic": "没有/这个/事项"}, {"department": "nobody"}, {"place": "月球"}):
        with pytest.raises(NotPossible):
            await drafting.write(centre, AGENT, a_draft(title="别的", **wrong))


async def test_what_is_withdrawn_is_found_no_more(centre: Centre) -> None:
    article_id = await released(centre)
    with pytest.raises(NotAllowed):
        await knowledge.withdraw(centre, AGENT, article_id, "x")
    await knowledge.withdraw(centre, DIRECTOR, article_id, "规定已废止")
    assert await found(centre, "路灯") == []
    with pytest.raises(NoSuchArticle):
        await answers.opened(centre, article_id, internal=True)


async def test_review_due_reminds_once_then_alarms_until_somebody_confirms(
    centre: Centre, clock: MovingClock
) -> None:
    article_id = await released(centre)
    assert await articlewatch.watch(centre) == (0, 0)
    clock.move_to(clock.at + timedelta(days=181))
    assert await articlewatch.watch(centre) == (1, 0)
    assert await articlewatch.watch(centre) == (0, 0)
    clock.move_to(clock.at + timedelta(days=8))
    assert await articlewatch.watch(centre) == (0, 1)
    async with centre.look() as look:
        (alarm,) = [a for a in await alarms.listed(look.connection) if a["kind"] == "knowledge"]
    assert "路灯不亮向谁报修" in alarm["text"]
    await knowledge.confirm(centre, CLERK, article_id)
    assert await articlewatch.watch(centre) == (0, 0)
    async with centre.look() as look:
        assert not (await alarms.standing(look.connection)).get("knowledge")


async def test_an_article_that_expires_is_due_a_week_before(
    centre: Centre, clock: MovingClock
) -> None:
    last = clock.at.date() + timedelta(days=30)
    article_id = await released(centre, expires_on=last)
    row = (await knowledge.shown(centre, article_id)).row
    assert row.review_on == last - timedelta(days=7)


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("请联系王小明先生", "王小明"),
        ("电话13812345678或0791-88886666", "8888"),
        ("身份证360102199001011234", "199001"),
        ("车牌赣A12345停在门口", "赣A12345"),
        ("邮箱zhang.san@example.com", "zhang"),
        ("住望江花园3栋2单元501室", "501"),
        ("微信号 abc_12345", "abc_12345"),
    ],
)
def test_identity_is_taken_out_of_a_text(said: str, secret: str) -> None:
    assert secret in said and secret not in redacted(said)


def test_what_names_nobody_is_left_as_it_is() -> None:
    text = "每年三月一日至六月三十日办理，年收入不超过12万元的免予补税，拨打 12345 咨询。"
    assert redacted(text) == text


async def test_an_open_question_is_seen_to_once(centre: Centre) -> None:
    await answers.ask(centre, Asked("飞船降落要什么许可"))
    (gap,) = await offers.gaps(centre)
    await offers.end_gap(centre, AGENT, gap.key)
    assert await offers.gaps(centre) == []
    with pytest.raises(NotPossible):
        await offers.end_gap(centre, AGENT, gap.key)
    await answers.ask(centre, Asked("飞船降落要什么许可"))
    assert [one.times for one in await offers.gaps(centre)] == [2]
    async with centre.look() as look:
        assert await articleuse.gaps_open(look.connection) == 1


async def test_an_answer_on_the_spot_counts_the_article_it_was_taken_from(centre: Centre) -> None:
    article_id = await released(centre)
    number = await life.received(centre)
    for unknown in ("99", "路灯", "１"):
        with pytest.raises(NotPossible, match="没有编号"):
            told = acts.Answer(text="两天内修复。", solved=True, knowledge_id=unknown)
            await work.act(centre, number, told, AGENT)
    told = acts.Answer(text="两天内修复。", solved=True, knowledge_id=str(article_id))
    await work.act(centre, number, told, AGENT)
    async with centre.look() as look:
        row = await articles.one(look.connection, article_id)
        assert row is not None and row.used == 1
        (entry,) = [
            one
            for one in await look.cases.timeline((await look.cases.read(number)).id or 0)
            if one.action == "answer"
        ]
    assert entry.after["knowledge_id"] == str(article_id)
