"""The tray: every letter in it reaches a case in one step, is judged once, and is told of in time."""

from datetime import timedelta
from typing import Any

import pytest

from channels.mailbox.reading import read
from hotline.domain.errors import NoSuchCase, NotPossible
from hotline.domain.words import Role
from hotline.flow import interests, judging, mailhealth
from hotline.flow.centre import Centre
from hotline.flow.judging import NoSuchLetter
from hotline.store import accounts, catalogue
from hotline.wiring import MovingClock
from tests.flow.letters_support import accounted, cases, house, outcomes, rows, sent, wire_id
from tests.makers import an_officer
from tests.support.letters import READER, a_letter, arrives, settled

__all__ = ["house"]
pytestmark = pytest.mark.slow
DISPATCHER = an_officer(Role.DISPATCHER)


async def poisoned(centre: Centre) -> None:
    await arrives(centre, a_letter(X_Poison="1", message_id="<bad@x>"))
    await settled(centre)


async def texts(centre: Centre, role: str) -> list[str]:
    async with centre.look() as look:
        found = await catalogue.desk_messages(look.connection, [f"role:{role}"], None, 50)
    return [str(one["subject"]) for one in found]


async def test_a_letter_read_again_in_another_charset_becomes_its_case(house: Centre) -> None:
    await poisoned(house)
    assert await outcomes(house) == ["quarantined"]
    (lying,) = await judging.listed(house, DISPATCHER)
    assert lying.tray == "unreadable"
    shown = await judging.show(house, READER, DISPATCHER, lying.id)
    assert shown.unreadable and "13800001234" not in shown.text
    with pytest.raises(NotPossible):
        await judging.replay(house, READER, DISPATCHER, lying.id)
    assert await judging.replay(house, READER, DISPATCHER, lying.id, "gb18030") == "case"
    await settled(house)
    assert len(await cases(house)) == 1 and await judging.listed(house, DISPATCHER) == []
    counts = await accounted(house)
    assert counts["received"] == counts["cases"] == 1 and counts["quarantined"] == 0
    assert len([one for one in await sent(house) if "receipt" in one.message_id]) == 1


async def test_a_letter_is_judged_once_and_the_second_officer_is_told(house: Centre) -> None:
    await poisoned(house)
    assert await judging.dismiss(house, DISPATCHER, 1, "广告") == "quarantined"
    with pytest.raises((NotPossible, NoSuchLetter)):
        await judging.dismiss(house, an_officer(Role.SHIFT_LEAD), 1, "广告")
    row = (await rows(house))[0]
    assert row.tray is None and row.judged_by == "dispatcher" and "广告" in row.judgement
    assert (await accounted(house))["quarantined"] == 1


async def test_dismissing_needs_a_reason_and_the_desk_needs_the_right(house: Centre) -> None:
    await poisoned(house)
    with pytest.raises(NotPossible):
        await judging.dismiss(house, DISPATCHER, 1, " ")
    with pytest.raises(NoSuchLetter):
        await judging.show(house, READER, an_officer(Role.CALLBACK), 1)


async def strange(centre: Centre) -> str:
    """Somebody the case does not know names its number."""
    await arrives(centre, a_letter())
    await settled(centre)
    number: str = (await cases(centre))[0].number
    named = a_letter(f"关于{number}", "我也看到了", message_id="<2@x>", sender="li@example.net")
    await arrives(centre, named)
    await settled(centre)
    return number


async def supplements(centre: Centre, number: str) -> list[str]:
    async with centre.look() as look:
        case = await look.cases.read(number)
        entries = await look.cases.timeline(case.id or 0)
    return [one.text for one in entries if one.action in ("supplement", "reopen")]


async def test_a_strangers_word_joins_the_case_when_it_is_confirmed(house: Centre) -> None:
    number = await strange(house)
    assert await supplements(house, number) == []
    assert await judging.link(house, READER, DISPATCHER, 2, number) == "followup"
    assert await supplements(house, number) == ["我也看到了"]
    counts = await accounted(house)
    assert (counts["cases"], counts["followups"], counts["received"]) == (1, 1, 2)


async def test_a_strangers_word_may_be_a_case_of_its_own(house: Centre) -> None:
    number = await strange(house)
    assert await judging.open_case(house, READER, DISPATCHER, 2) == "case"
    await settled(house)
    assert await supplements(house, number) == [] and len(await cases(house)) == 2
    counts = await accounted(house)
    assert (counts["cases"], counts["followups"]) == (2, 0)


async def closed(centre: Centre) -> str:
    """A case that was told elsewhere, and its citizen's answer to that."""
    from hotline.domain.acts import centre as acts
    from hotline.domain.words import Decline
    from hotline.flow import work

    centre.automatic = False
    await arrives(centre, a_letter())
    await settled(centre)
    number: str = (await cases(centre))[0].number
    declined = acts.Decline(reason_code=Decline.OUT_OF_AREA, text="不属本市管辖，请拨打邻市12345。")
    await work.act(centre, number, declined, DISPATCHER)
    ours = wire_id(centre, (await sent(centre))[-1])
    await arrives(centre, a_letter("Re", "就是本市的", message_id="<2@x>", In_Reply_To=ours))
    await settled(centre)
    return number


async def test_an_answer_to_a_closed_case_reopens_it_when_the_caller_back_says_so(
    house: Centre,
) -> None:
    number = await closed(house)
    caller = an_officer(Role.CALLBACK)
    assert any(number in one for one in await texts(house, "callback"))
    (lying,) = await judging.listed(house, caller)
    assert lying.tray == "closed" and lying.number == number
    await judging.link(house, READER, caller, lying.id, number)
    assert await supplements(house, number) == ["就是本市的"]
    assert (await cases(house))[0].state == "registered"
    await accounted(house)


async def test_what_lies_too_long_is_told_of_once(house: Centre, clock: MovingClock) -> None:
    await poisoned(house)
    assert any("无法解析" in one for one in await texts(house, "dispatcher"))
    assert await mailhealth.alarm(house) == 0
    clock.move_to(clock.at + timedelta(minutes=31))
    assert [await mailhealth.alarm(house), await mailhealth.alarm(house)] == [1, 0]
    assert any("超过 30 分钟" in one for one in await texts(house, "shift_lead"))
    async with house.look() as look:
        assert (await mailhealth.standing(look)).tray_late(look.at)
    await accounted(house)


async def test_automatic_mail_is_kept_never_answered_and_can_still_be_made_a_case(
    house: Centre,
) -> None:
    await arrives(house, a_letter("自动回复: 您好", "我正在休假", Auto_Submitted="auto-replied"))
    await settled(house)
    assert await outcomes(house) == ["automatic"] and await sent(house) == []
    assert await judging.listed(house, DISPATCHER) == []
    (lying,) = await judging.listed(house, DISPATCHER, "automatic")
    await judging.open_case(house, READER, DISPATCHER, lying.id)
    await settled(house)
    assert len(await cases(house)) == 1
    counts = await accounted(house)
    assert counts["automatic"] == 0 and counts["cases"] == 1


REPORT = """From: MAILER-DAEMON@relay.example
To: 12345@city.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <dsn@relay.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

could not be delivered
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
From: 12345@city.example

--b--
"""


async def test_a_letter_that_comes_back_marks_its_address_and_no_forged_report_does(
    house: Centre,
) -> None:
    from hotline.store import posted

    await arrives(house, a_letter())
    await settled(house)
    (case,) = await cases(house)
    ours = wire_id(house, (await sent(house))[0])
    forged = REPORT.format(address="wang@example.com", message_id="<20261123-000001.x.0@x>")
    await arrives(house, forged.encode(), sender="")
    await settled(house)
    async with house.look() as look:
        assert await posted.marked_of_case(look.connection, case.number) is None
    await arrives(house, REPORT.format(address="wang@example.com", message_id=ours).encode())
    await settled(house)
    assert (await outcomes(house))[1:] == ["bounce", "bounce"]
    async with house.look() as look:
        assert await posted.marked_of_case(look.connection, case.number)
        held = await look.cases.read(case.number)
    assert "改用电话" in held.notes["letters"]
    assert any("收不到信" in one for one in await texts(house, "dispatcher"))
    before = len(await sent(house))
    async with house.work() as work:
        from hotline.flow import correspondence

        told = correspondence.Note(
            case.number, "x", correspondence.Notice.PROGRESS, "wang@example.com", {}
        )
        assert await correspondence.send(work, told) is False
    assert len(await sent(house)) == before
    await accounted(house)


async def test_two_hotlines_wired_to_each_other_exchange_two_letters_at_most(
    house: Centre,
) -> None:
    """One writes, the other acknowledges; the acknowledgement is known as one and not answered."""
    from channels.mailbox.send import WIRE, letter

    await arrives(house, a_letter(sender="12345@other.example"))
    await settled(house)
    back = [letter(one, "12345@city.example", b"another key") for one in await sent(house)]
    for n, mail in enumerate(back):
        mail.replace_header("From", "12345@other.example")
        mail.replace_header("Message-ID", f"<{n}@other.example>")
        await arrives(house, mail.as_bytes(policy=WIRE))
    await settled(house)
    assert (await outcomes(house))[1:] == ["automatic"] * len(back)
    receipts = [one for one in await sent(house) if "receipt" in one.message_id]
    assert len(receipts) == 1


async def test_one_that_answers_every_receipt_as_if_it_were_new_gets_no_more_of_them(
    house: Centre,
) -> None:
    from hotline.flow.correspondence import RECEIPTS_MOST

    for n in range(RECEIPTS_MOST + 5):
        await arrives(house, a_letter(f"第{n}封", message_id=f"<{n}@x>"))
    await settled(house)
    receipts = [one for one in await sent(house) if "receipt" in one.message_id]
    assert len(receipts) == RECEIPTS_MOST and len(await cases(house)) == RECEIPTS_MOST + 5


def test_a_letter_with_our_own_id_in_a_long_header_is_read(house_less: Any = None) -> None:
    from channels.mailbox.marks import sign_message_id

    ours = sign_message_id("20261123-000001", "20261123-000001.receipt.citizen", b"k", "c.example")
    assert ours in read(a_letter(In_Reply_To=ours)).in_reply_to


async def test_who_is_kept_out_of_a_case_links_no_letter_to_it(house: Centre) -> None:
    await arrives(house, a_letter())
    await settled(house)
    number = (await cases(house))[0].number
    wish = interests.Wish(officers=(DISPATCHER.name,), reason="被举报人")
    async with house.work() as work:
        new = accounts.NewOfficer(DISPATCHER.name, "甲", Role.DISPATCHER, None, "x", demo=True)
        await accounts.add(work.connection, house.cipher, new, work.at)
    await interests.keep_out(house, number, wish, an_officer(Role.DIRECTOR))
    await arrives(house, a_letter("别的事", "都是误会", X_Spam_Flag="YES", message_id="<9@x>"))
    await settled(house)
    (lying,) = await judging.listed(house, DISPATCHER)
    for told in (number, "20261123-009999"):
        with pytest.raises(NoSuchCase):
            await judging.link(house, READER, DISPATCHER, lying.id, told)
    assert await supplements(house, number) == []
    shift_lead = an_officer(Role.SHIFT_LEAD)
    assert await judging.link(house, READER, shift_lead, lying.id, number) == "followup"
