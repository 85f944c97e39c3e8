"""A letter ends as exactly one thing; threads, duplicates, the tray; nothing lost, nothing twice."""

import re

import pytest

from hotline.domain.words import Role
from hotline.flow import letters
from hotline.flow.centre import Centre
from tests.flow.letters_support import accounted, cases, house, outcomes, rows, sent, wire_id
from tests.support.letters import PNG, READER, ReaderHere, a_letter, arrives, settled

__all__ = ["house"]


async def test_a_letter_becomes_a_case_and_is_answered_with_number_and_code(house: Centre) -> None:
    await arrives(house, a_letter(photo=PNG))
    await settled(house)
    (case,) = await cases(house)
    assert case.channel == "mailbox" and case.title == "楼下餐馆油烟扰民"
    assert "油烟" in case.content and "13800001234" not in case.content
    first = (await sent(house))[0]
    assert first.to == "wang@example.com" and case.number in first.text
    assert re.search(r"查询码：[0-9A-Z]{4}-[0-9A-Z]{4}", first.text)
    assert first.in_reply_to == "<one@example.com>"
    counts = await accounted(house)
    assert counts["received"] == counts["cases"] == 1


async def test_an_empty_tray_is_looked_at_without_holding_up_who_writes(
    house: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held_up() -> None:
        raise AssertionError("writes")

    monkeypatch.setattr(house, "work", held_up)
    assert await letters.read_pending(house, READER) == 0


async def test_the_code_in_the_receipt_opens_the_case_and_lies_nowhere_in_clear(
    house: Centre,
) -> None:
    from hotline.flow import citizen

    await arrives(house, a_letter())
    await settled(house)
    code = re.search(r"查询码：([0-9A-Z]{4}-[0-9A-Z]{4})", (await sent(house))[0].text)
    (case,) = await cases(house)
    assert code
    assert (await citizen.progress(house, case.number, code[1], "")).number == case.number
    files = [p for p in house.files.rglob("*") if p.is_file()]
    assert not any(code[1].encode() in p.read_bytes() for p in files)


async def test_a_reply_to_our_letter_lands_in_its_case(house: Centre) -> None:
    await arrives(house, a_letter())
    await settled(house)
    ours = (await sent(house))[0]
    reply = a_letter(
        "Re: 回复",
        "还没修",
        message_id="<two@example.com>",
        sender="other@example.net",
        References=f"<one@example.com> {wire_id(house, ours)}",
        photo=PNG,
    )
    await arrives(house, reply)
    await settled(house)
    assert await outcomes(house) == ["case", "followup"]
    (case,) = await cases(house)
    async with house.look() as look:
        entries = list(await look.cases.timeline(case.id))
    added = [one for one in entries if one.action == "supplement"]
    assert len(added) == 1 and added[0].text == "还没修" and added[0].after["attachments"]
    assert await accounted(house) | {"followups": 1, "cases": 1} == await accounted(house)


async def test_the_number_in_the_subject_joins_only_from_an_address_the_case_knows(
    house: Centre,
) -> None:
    await arrives(house, a_letter())
    await settled(house)
    (case,) = await cases(house)
    named = f"关于 {case.number} 的补充"
    await arrives(house, a_letter(named, "又开始了", message_id="<2@example.com>"))
    await settled(house)
    stranger = a_letter(named, "我也要说", message_id="<3@x.net>", sender="li@example.net")
    await arrives(house, stranger)
    await settled(house)
    assert await outcomes(house) == ["case", "followup", "followup"]
    assert [row.tray for row in await rows(house)] == [None, None, "stranger"]
    async with house.look() as look:
        entries = list(await look.cases.timeline(case.id))
    assert [one.text for one in entries if one.action == "supplement"] == ["又开始了"]
    assert (await accounted(house))["followups"] == 2


async def test_the_same_letter_again_changes_nothing_and_other_words_under_its_id_are_another(
    house: Centre,
) -> None:
    for raw in (
        a_letter(),
        a_letter(),
        b"Received: from relay\r\n" + a_letter(),
        a_letter(text="邓堃反映：镕华小区停水"),
        a_letter(message_id=""),
        a_letter(message_id=""),
    ):
        await arrives(house, raw)
    await settled(house)
    # Read beside each other: whichever of the copies is settled first is the letter.
    found = await rows(house)
    for copies in (found[:3], found[3:4], found[4:]):
        assert [row.outcome for row in copies].count("case") == 1
        ids = [row.id for row in copies]
        assert all(row.original_id in ids for row in copies if row.outcome == "duplicate")
    assert len(await cases(house)) == 3
    counts = await accounted(house)
    assert counts["received"] == 6 and counts["duplicates"] == 3


async def test_a_letter_that_cannot_be_read_goes_to_the_tray_and_the_next_ones_are_read(
    house: Centre,
) -> None:
    await arrives(house, a_letter(message_id="<bad@x>", X_Poison="1"))
    await arrives(house, a_letter(message_id="<bad@x>", X_Poison="1"))
    await arrives(house, a_letter())
    await settled(house)
    assert await outcomes(house) == ["quarantined", "duplicate", "case"]
    bad = (await rows(house))[0]
    assert bad.tray == "unreadable" and bad.problem == "解析超时"
    counts = await accounted(house)
    assert counts["quarantined"] == 1 and counts["pending"] == 0


async def test_a_reader_that_breaks_is_the_letters_fate_and_not_the_queues(house: Centre) -> None:
    class Breaks(ReaderHere):
        async def read(self, raw, charset=None, seconds=5.0):  # type: ignore[no-untyped-def]
            if b"<bug@x>" in raw:
                raise ZeroDivisionError
            return await super().read(raw, charset, seconds)

    await arrives(house, a_letter(message_id="<bug@x>"))
    await arrives(house, a_letter())
    await settled(house, Breaks())
    assert await outcomes(house) == ["quarantined", "case"]


async def test_a_letter_about_a_closed_case_goes_to_the_caller_back(house: Centre) -> None:
    from hotline.store import catalogue

    await arrives(house, a_letter())
    await settled(house)
    (case,) = await cases(house)
    ours = (await sent(house))[0]
    async with house.work() as work:
        from hotline.domain import perform
        from hotline.domain.acts import centre as acts
        from hotline.domain.people import Actor
        from hotline.domain.promises import Step
        from hotline.domain.words import Decline

        held = await work.cases.change(case.number)
        step = Step(Actor(Role.DISPATCHER, "d"), work.at, house.rules)
        if held.state == "registered":
            act = acts.Decline(reason_code=Decline.OUT_OF_AREA, text="不属本市")
            perform.perform(held, act, step)
        await work.cases.save(held)
    assert (await cases(house))[0].state == "not_accepted"
    again = a_letter("Re", "你们没有解决", message_id="<2@x>", In_Reply_To=wire_id(house, ours))
    await arrives(house, again)
    await settled(house)
    assert await outcomes(house) == ["case", "followup"]
    assert (await rows(house))[1].tray == "closed"
    async with house.look() as look:
        told = await catalogue.desk_messages(look.connection, ["role:callback"], None, 5)
    assert any(case.number in str(one["subject"]) for one in told)
    await accounted(house)


async def test_a_letter_to_a_units_own_mailbox_is_meant_for_it_where_no_rule_says_otherwise(
    house: Centre,
) -> None:
    from dataclasses import replace

    from hotline.flow.classify import consider, meant_for
    from hotline.flow.route import Route

    house.post = replace(house.post, departments={"园林信箱": "ylj"})
    await arrives(house, a_letter(), mailbox="园林信箱")
    await settled(house)
    (case,) = await cases(house)
    assert case.details["notes"]["unit"] == "ylj"
    thought = await consider(house, "您好", "有件事想请你们看看。")
    tree = house.rules.tree
    unknown = replace(thought, chosen=Route(None))
    assert meant_for(unknown, "ylj", tree).chosen.department == "ylj"
    ruled = replace(thought, chosen=Route("cgj"))
    assert meant_for(ruled, "ylj", tree).chosen.department == "cgj"
    assert meant_for(unknown, "", tree).chosen.department is None


async def test_a_letter_that_no_key_opens_does_not_keep_the_others_from_being_read(
    house: Centre,
) -> None:
    from sqlalchemy import update

    from hotline.store.mailtables import LetterRow

    await arrives(house, a_letter(message_id="<1@x>"))
    await arrives(house, a_letter("另一件事", message_id="<2@x>"))
    async with house.work() as work:
        first = update(LetterRow).where(LetterRow.id == 1)
        await work.connection.execute(first.values(raw=b"k0:" + bytes(40)))
    await settled(house)
    assert await outcomes(house) == ["quarantined", "case"]
