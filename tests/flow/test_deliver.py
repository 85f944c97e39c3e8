"""The outbox -> senders: leased by the database's clock, marked by the fence, tried again, parked."""

import asyncio
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from sqlalchemy import text

from channels.desk import SendFailed
from channels.mailbox.send import Relay, SmtpSender
from channels.memory import MemorySender
from channels.message import Outgoing
from hotline.domain.roster import Absence, Duty, Person, Roster
from hotline.domain.shanghai import city_day
from hotline.domain.words import Role
from hotline.flow import deliver, mailing
from hotline.flow.centre import Centre
from hotline.store import accounts, notices, outbox, rosters
from hotline.store.outbox import GAPS, Leased, Message
from hotline.wiring import MovingClock

CASE = "20261123-000001"


class Post(MemorySender):
    """Does to each letter what it is told to."""

    def __init__(self, does: Callable[[Outgoing], Any] = lambda letter: None) -> None:
        super().__init__()
        self.does = does

    async def send(self, message: Outgoing) -> None:
        found = self.does(message)
        if found is not None:
            await found
        await super().send(message)


def with_relay(centre: Centre, does: Callable[[Outgoing], Any] = lambda letter: None) -> Post:
    relay = Post(does)
    centre.senders = {"mail": relay}
    return relay


async def post(centre: Centre, *ids: str) -> None:
    told = [Message(n, "mail:x", CASE, "s", "t", address=f"{n}@example.org") for n in ids]
    async with centre.work() as work:
        await outbox.post(work.connection, told, work.at, leaves=True, cipher=work.cipher)


async def rows(centre: Centre) -> list[Any]:
    async with centre.look() as look:
        asked = (
            "SELECT state, attempts, problem, address, fence, lease_owner FROM outbox ORDER BY id"
        )
        return list(await look.connection.execute(text(asked)))


async def take(centre: Centre) -> list[Leased]:
    async with centre.work() as work:
        return list(await outbox.take(work.connection, "another", work.at, 50))


async def lapse(centre: Centre) -> None:
    async with centre.work() as work:
        await work.connection.execute(
            text("UPDATE outbox SET lease_until = lease_until - interval '1 hour'")
            if work.connection.dialect.name == "postgresql"
            else text("UPDATE outbox SET lease_until = '2000-01-01 00:00:00.000000'")
        )


async def test_a_letter_goes_once_and_its_address_goes_with_it(any_centre: Centre) -> None:
    relay = with_relay(any_centre)
    await post(any_centre, "a")
    assert b"example" not in bytes((await rows(any_centre))[0].address)
    assert await deliver.deliver(any_centre) == 1
    assert await deliver.deliver(any_centre) == 0
    assert [(one.to, one.message_id) for one in relay.sent] == [("a@example.org", "a")]
    (row,) = await rows(any_centre)
    assert (row.state, row.attempts, row.address, row.lease_owner) == ("sent", 1, None, None)


async def test_what_is_leased_is_nobody_elses_whatever_the_nodes_clocks_say(
    any_centre: Centre, clock: MovingClock
) -> None:
    relay = with_relay(any_centre)
    await post(any_centre, "a")
    assert len(await take(any_centre)) == 1
    clock.move_to(clock.at + timedelta(days=1))
    assert await deliver.deliver(any_centre) == 0
    await lapse(any_centre)
    assert await deliver.deliver(any_centre) == 1
    assert len(relay.sent) == 1


async def test_who_wakes_up_after_the_lease_sends_and_changes_nothing(any_centre: Centre) -> None:
    relay = with_relay(any_centre)
    await post(any_centre, "a")
    (lost,) = await take(any_centre)
    await lapse(any_centre)
    await deliver._send(any_centre, lost)  # lapsed, though nobody took it yet
    assert not relay.sent and (await rows(any_centre))[0].attempts == 0
    (other,) = await take(any_centre)
    assert other.fence == lost.fence + 1
    async with any_centre.work() as work:
        assert not await outbox.sent(work.connection, lost)
        assert not await outbox.failed(work.connection, lost, "p", work.at, final=True)
    await deliver._send(any_centre, other)
    assert len(relay.sent) == 1 and (await rows(any_centre))[0].state == "sent"


async def test_who_slept_between_handing_over_and_marking_is_seen_under_the_same_id(
    any_centre: Centre,
) -> None:
    """The one window there is: the letter is sent again, and is the same letter to its receiver."""

    async def sleeps() -> None:
        relay.does = lambda letter: None
        await lapse(any_centre)
        await deliver.deliver(any_centre)

    relay = with_relay(any_centre, lambda letter: sleeps())
    await post(any_centre, "a")
    await deliver.deliver(any_centre)
    assert [one.message_id for one in relay.sent] == ["a", "a"]
    (row,) = await rows(any_centre)
    assert (row.state, row.fence, row.problem) == ("sent", 2, None)


async def test_a_hand_over_that_outlives_its_share_of_the_lease_is_broken_off(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LEASE", timedelta(seconds=0.1))
    relay = with_relay(centre, lambda letter: asyncio.sleep(5))
    await post(centre, "a")
    await deliver.deliver(centre)
    assert not relay.sent and (await rows(centre))[0].problem == "not handed over in time"


async def test_failures_come_back_at_growing_gaps_and_are_parked_after_the_last(
    any_centre: Centre, clock: MovingClock
) -> None:
    def down(letter: Outgoing) -> None:
        raise SendFailed("ConnectError")

    with_relay(any_centre, down)
    await post(any_centre, "a")
    for gap in GAPS:
        assert await deliver.deliver(any_centre) == 1
        clock.move_to(clock.at + gap - timedelta(seconds=1))
        assert await deliver.deliver(any_centre) == 0
        clock.move_to(clock.at + gap * 0.11 + timedelta(seconds=1))
    assert await deliver.deliver(any_centre) == 1
    (row,) = await rows(any_centre)
    assert (row.state, row.attempts, row.problem) == ("parked", 7, "ConnectError")
    assert row.address is None


async def test_one_bad_recipient_parks_only_its_own_letter(any_centre: Centre) -> None:
    def bad(letter: Outgoing) -> None:
        if letter.message_id == "a":
            raise SendFailed("RecipientRefused 550", permanent=True)
        if letter.message_id == "b":
            raise ZeroDivisionError

    relay = with_relay(any_centre, bad)
    await post(any_centre, "a", "b", "c")
    await deliver.deliver(any_centre)
    assert [one.message_id for one in relay.sent] == ["c"]
    assert [row.state for row in await rows(any_centre)] == ["parked", "waiting", "sent"]
    async with any_centre.look() as look:
        assert await outbox.parked(look.connection) == 1


async def staffed(centre: Centre) -> None:
    today = city_day(centre.now())
    people = (
        Person("甲", Duty.LIAISON, "1", "jia@z.example", ("乙",), (Absence(today, today),)),
        Person("乙", Duty.HEAD, "2", "yi@z.example"),
        Person("丙", Duty.LEADER, "3", "bing@z.example"),
    )
    async with centre.work() as work:
        await rosters.put(work.connection, work.cipher, Roster("cgj", people), work.at, "x")
        new = accounts.NewOfficer("sup", "督办员", Role.SUPERVISOR)
        await accounts.add(work.connection, work.cipher, new, work.at)
        await notices.set_email(work.connection, work.cipher, "sup", "sup@z.example")


async def mailed(centre: Centre, audience: str, level: int | None, **more: Any) -> list[str]:
    async with centre.work() as work:
        told = Message(f"{CASE}.1.{audience}.{level}", audience, CASE, "红灯催办", "路灯", level)
        await mailing.post(work, [told], **more)
    before = len(relay_of(centre).sent)
    await deliver.deliver(centre)
    return sorted(one.to for one in relay_of(centre).sent[before:])


def relay_of(centre: Centre) -> MemorySender:
    found = centre.senders["mail"]
    assert isinstance(found, MemorySender)
    return found


async def test_grave_notices_go_by_letter_to_those_on_duty_and_to_the_desks_officers(
    any_centre: Centre,
) -> None:
    with_relay(any_centre)
    await staffed(any_centre)
    assert await mailed(any_centre, "unit:cgj", 1) == []
    assert await mailed(any_centre, "unit:cgj", 2) == ["yi@z.example"]  # twice on duty, one letter
    assert await mailed(any_centre, "unit:cgj", 4) == ["bing@z.example", "yi@z.example"]
    assert await mailed(any_centre, "role:supervisor", 3) == ["sup@z.example"]
    assert await mailed(any_centre, "unit:cgj", None, letters=True) == [
        "bing@z.example",
        "yi@z.example",
    ]


async def test_a_letter_says_where_to_look(any_centre: Centre) -> None:
    with_relay(any_centre)
    any_centre.address = "http://hotline.example"
    await staffed(any_centre)
    await mailed(any_centre, "role:supervisor", 3)
    (letter,) = relay_of(any_centre).sent
    assert f"http://hotline.example/office/cases/{CASE}" in letter.text and "路灯" in letter.text


async def test_a_relay_that_was_down_gets_every_letter_once_when_it_is_back(
    any_centre: Centre, clock: MovingClock
) -> None:
    """Over the wire: nobody listens at first, then a real server does (reliability F17)."""
    port, got = _free_port(), []

    class Server:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            got.append(envelope.rcpt_tos[0])
            return "250 OK"

    relay = Relay("127.0.0.1", port, "hotline@example.org", "none", timeout=1)
    any_centre.senders = {"mail": SmtpSender(relay)}
    await post(any_centre, *"abcdefghijklmnopqrstuvwxyz")
    assert await deliver.deliver(any_centre) == 26
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Server(), loop=loop), "127.0.0.1", port)
    assert await deliver.deliver(any_centre) == 0 and not got
    clock.move_to(clock.at + timedelta(minutes=2))
    assert await deliver.deliver(any_centre) == 26
    server.close()
    assert sorted(got) == [f"{name}@example.org" for name in "abcdefghijklmnopqrstuvwxyz"]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        found: int = taken.getsockname()[1]
        return found


async def test_without_a_relay_no_letter_waits_for_ever(any_centre: Centre) -> None:
    await staffed(any_centre)
    async with any_centre.work() as work:
        told = Message(f"{CASE}.1.role:supervisor", "role:supervisor", CASE, "s", "t", 3)
        await mailing.post(work, [told])
    async with any_centre.look() as look:
        assert await outbox.length(look.connection) == (0, None)
