"""What two makes of switch say becomes events; connections that break are made again."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from channels.telephone.ami import Ami, agent_of
from channels.telephone.command import AmiSwitch, Command, ConsoleSwitch, Do, EslSwitch, NotTaken
from channels.telephone.esl import Esl
from channels.telephone.events import CallEvent, Kind, Seat
from channels.telephone.fold import CallRecord, Outcome, fold
from channels.telephone.line import Block, Dialect, SwitchLine
from tests.channels.telephone.switches import Kept, Talk, switch
from tests.conftest import shared

START = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
READY = b"Asterisk Call Manager/11.0.0\r\n"


@asynccontextmanager
async def listening(
    talk: Talk, dialect: Dialect, kept: Kept, *, silence: float = 5.0, steady: float = 60.0
) -> AsyncIterator[SwitchLine]:
    ticks = iter(range(10**6))

    def clock() -> datetime:
        return START + timedelta(milliseconds=next(ticks))

    async with switch(talk) as place:
        bounds = {"silence": silence, "steady": steady}
        line = SwitchLine(place, dialect, kept, clock, gaps=(0.01, 0.02), **bounds)
        task = asyncio.create_task(line.run())
        try:
            yield line
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


def records(told: list[CallEvent]) -> dict[str, CallRecord]:
    calls = {one.call_id for one in told if one.call_id}
    return {call: fold(one for one in told if one.call_id == call) for call in sorted(calls)}


def ended(n: int) -> Callable[[list[CallEvent]], bool]:
    return lambda told: sum(one.kind is Kind.ENDED for one in told) >= n


async def signed_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(READY)
    assert b"Action: Login" in await reader.readuntil(b"\r\n\r\n")
    writer.write(b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n")


def block(**fields: str) -> bytes:
    return "".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode() + b"\r\n"


async def test_a_real_switchs_transcript_is_exactly_two_calls() -> None:
    raw = shared("corpora/ami/transcript.txt").read_bytes().replace(b"\r\n", b"\n")
    greeting, _, rest = raw.replace(b"\n", b"\r\n").partition(b"\r\n")
    _, _, said = rest.partition(b"\r\n\r\n")

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, n: int) -> None:
        await signed_in(reader, writer)
        for place in range(0, len(said), 777):  # letters of more than one byte are cut apart too
            writer.write(said[place : place + 777])
            await writer.drain()
        await reader.read()

    kept = Kept()
    async with listening(talk, Ami("hotline", "secret"), kept):
        told = await kept.until(ended(6))
    first, second = records(told).values()
    assert (first.outcome, first.wait_s, first.talk_s) == (Outcome.ANSWERED, 0.0, 1.0)
    assert (first.agent, first.queue, first.to, first.cause) == (
        "agent1",
        "hotline",
        "12345",
        "normal",
    )
    assert (second.outcome, second.wait_s, second.talk_s) == (Outcome.ABANDONED, 4.0, None)
    assert (second.agent, second.cause, second.flags) == ("agent1", "abandoned", ())
    seats = [one.state for one in told if one.kind is Kind.AGENT_STATE]
    assert seats[-1] is Seat.READY and Seat.BUSY in seats


def channel(call: str, leg: str = "", **more: str) -> dict[str, str]:
    return {"Uniqueid": leg or call, "Linkedid": call, "Context": "in", **more}


def offered(call: str) -> bytes:
    return block(Event="Newchannel", **channel(call, CallerIDNum="13800001234", Exten="12345"))


def hung_up(call: str) -> bytes:
    return block(Event="Hangup", **channel(call, Cause="16"))


async def test_a_connection_that_breaks_is_made_again_and_repeats_are_known() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, n: int) -> None:
        await signed_in(reader, writer)
        writer.write(offered("1.0"))
        if n == 1:
            await writer.drain()
            return  # cut off in the middle of the call
        writer.write(offered("1.0") + hung_up("1.0"))
        await reader.read()

    kept = Kept()
    async with listening(talk, Ami("hotline", "secret"), kept):
        told = await kept.until(ended(1))
    assert [one.kind for one in told] == [Kind.OFFERED, Kind.ENDED]


async def test_events_wait_until_the_database_is_back() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, n: int) -> None:
        await signed_in(reader, writer)
        writer.write(offered("1.0") + hung_up("1.0"))
        await reader.read()

    kept = Kept(failures=3)
    async with listening(talk, Ami("hotline", "secret"), kept):
        assert len(await kept.until(ended(1))) == 2


async def test_a_switch_that_falls_silent_is_left_and_rung_again() -> None:
    pinged = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, n: int) -> None:
        await signed_in(reader, writer)
        if n == 1:
            pinged.append(await reader.readuntil(b"\r\n\r\n"))
            await reader.read()  # and answers nothing
        writer.write(offered("1.0") + hung_up("1.0"))
        await reader.read()

    kept = Kept()
    async with listening(talk, Ami("hotline", "secret"), kept, silence=0.05):
        await kept.until(ended(1))
    assert pinged == [b"Action: Ping\r\n\r\n"]


class Misreading(Ami):
    """Stumbles over the first block that tells of a call."""

    stumbled = False

    def events(self, block: Block, at: datetime) -> list[CallEvent]:
        if block.get("Event") and not self.stumbled:
            self.stumbled = True
            raise KeyError(block["CallerIDNum"])
        return super().events(block, at)


@pytest.mark.parametrize(
    ("dialect", "said"),
    [(Ami, b"Event: VarSet\r\nValue: " + b"x" * (2 << 20) + b"\r\n\r\n"), (Misreading, b"")],
    ids=["a line without end", "a block that is read wrong"],
)
async def test_whatever_breaks_a_line_it_is_lost_told_and_made_again(
    dialect: type[Ami], said: bytes
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, n: int) -> None:
        await signed_in(reader, writer)
        with contextlib.suppress(OSError):
            writer.write((said if n == 1 else b"") + offered("1.0") + hung_up("1.0"))
            await reader.read()

    kept = Kept()
    with structlog.testing.capture_logs() as logs:
        async with listening(talk, dialect("hotline", "secret"), kept) as line:
            assert len(await kept.until(ended(1))) == 2
            assert line.connected_at is not None and line.failures == 1
    lost = [one for one in logs if one["event"] == "switch.lost"]
    assert len(lost) == 1 and "13800001234" not in str(lost)


async def test_a_switch_that_takes_us_and_drops_us_is_rung_at_growing_gaps_until_it_stands() -> (
    None
):
    """One that is there again has failed until it has stood a while: what comes and goes is told."""
    stays = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, n: int) -> None:
        await signed_in(reader, writer)
        if stays.is_set():
            await reader.read()

    with structlog.testing.capture_logs() as logs:
        async with listening(talk, Ami("a", "b"), Kept(), steady=0.2) as line:
            await until(lambda: line.failures >= 5)
            stays.set()
            await until(lambda: line.connected_at is not None and not line.failures)
    lost = [one for one in logs if one["event"] == "switch.lost"]
    assert [one["retry"] for one in lost[:4]] == [0.01, 0.02, 0.02, 0.02]
    assert [one["times"] for one in lost[:4]] == [1, 2, 3, 4]


async def test_a_line_that_is_down_does_not_pass_for_up() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, n: int) -> None:
        await signed_in(reader, writer)

    async with switch(talk) as place:
        line = SwitchLine(place, Ami("a", "b"), Kept(), lambda: START, gaps=(30.0,))
        task = asyncio.create_task(line.run())
        await until(lambda: line.failures == 1)
        assert line.connected_at is None and line.wire is None
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_wrong_password_is_not_hammered() -> None:
    tries = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, n: int) -> None:
        tries.append(n)
        writer.write(READY + b"Response: Error\r\nMessage: Authentication failed\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")

    async with switch(talk) as place:
        line = SwitchLine(place, Ami("a", "b"), Kept(), lambda: START, gaps=(0.0, 30.0))
        task = asyncio.create_task(line.run())
        await until(lambda: line.failures == 1)
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert tries == [1]


@pytest.mark.parametrize(
    ("channel", "agent"),
    [
        ("PJSIP/8001-0000002a", "8001"),
        ("PJSIP/agent-one-0000002a", "agent-one"),
        ("PJSIP/8001", "8001"),
        ("Local/8002@agents-0000002a", "8002"),
    ],
)
def test_an_agent_is_known_by_the_telephone(channel: str, agent: str) -> None:
    assert agent_of(channel) == agent


def esl_event(name: str, number: int, leg: str, **fields: str) -> bytes:
    told = {
        "Event-Name": name,
        "Core-UUID": "core",
        "Event-Sequence": str(number),
        "Event-Date-Timestamp": str(int((START.timestamp() + number) * 1_000_000)),
        "Unique-ID": leg,
        "Channel-Call-UUID": "a",
        **fields,
    }
    body = "".join(f"{key}: {value}\n" for key, value in told.items()).encode() + b"\n"
    return f"Content-Length: {len(body)}\nContent-Type: text/event-plain\n\n".encode() + body


async def esl_signed_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"Content-Type: auth/request\n\n")
    assert await reader.readuntil(b"\n\n") == b"auth ClueCon\n\n"
    writer.write(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n")
    assert (await reader.readuntil(b"\n\n")).startswith(b"event plain CHANNEL_CREATE")
    writer.write(b"Content-Type: command/reply\nReply-Text: +OK event listener enabled plain\n\n")


CALL = [
    esl_event(
        "CHANNEL_CREATE",
        1,
        "a",
        **{
            "Call-Direction": "inbound",
            "Caller-Caller-ID-Number": "13800001234",
            "Caller-Destination-Number": "12345",
        },
    ),
    esl_event(
        "CUSTOM",
        2,
        "",
        **{
            "Event-Subclass": "callcenter%3A%3Ainfo",
            "CC-Action": "member-queue-start",
            "CC-Queue": "%E7%83%AD%E7%BA%BF",
            "CC-Member-Session-UUID": "a",
        },
    ),
    esl_event("CHANNEL_CREATE", 3, "b", **{"Call-Direction": "outbound"}),
    esl_event(
        "CHANNEL_ANSWER",
        9,
        "b",
        **{"Call-Direction": "outbound", "Caller-Destination-Number": "8001"},
    ),
    esl_event("CHANNEL_HANGUP_COMPLETE", 30, "b", **{"Hangup-Cause": "NORMAL_CLEARING"}),
    esl_event("CHANNEL_HANGUP_COMPLETE", 31, "a", **{"Hangup-Cause": "NORMAL_CLEARING"}),
]


async def test_freeswitch_tells_a_call_whose_events_it_delivers_twice() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, n: int) -> None:
        await esl_signed_in(reader, writer)
        for one in CALL:
            writer.write(one + one)
        await reader.read()

    kept = Kept()
    async with listening(talk, Esl("ClueCon"), kept):
        told = await kept.until(ended(2))
    (found,) = records(told).values()
    assert (found.outcome, found.wait_s, found.talk_s) == (Outcome.ANSWERED, 7.0, 22.0)
    assert (found.agent, found.queue, found.from_) == ("8001", "热线", "13800001234")


async def test_freeswitch_asked_to_call_back_is_asked_in_its_own_words() -> None:
    asked = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, n: int) -> None:
        await esl_signed_in(reader, writer)
        asked.append(await reader.readuntil(b"\n\n"))
        await reader.read()

    async with listening(talk, Esl("ClueCon"), Kept()) as line:
        await until(lambda: line.connected_at is not None)
        await EslSwitch(line).ask(Command("c1", Do.CALL, "8001", number="138 0000\n1234"))
        await until(lambda: bool(asked))
    assert asked == [b"bgapi originate user/8001 13800001234\nJob-UUID: c1\n\n"]


async def test_asterisk_asked_to_call_back_is_asked_in_its_own_words() -> None:
    asked = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, n: int) -> None:
        await signed_in(reader, writer)
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        await reader.read()

    async with listening(talk, Ami("hotline", "secret"), Kept()) as line:
        await until(lambda: line.connected_at is not None)
        await AmiSwitch(line).ask(Command("c1", Do.CALL, "8001", number="13800001234"))
        await until(lambda: bool(asked))
    assert "Action: Originate\r\nChannel: PJSIP/8001\r\nExten: 13800001234" in asked[0]


async def test_a_command_without_a_connection_is_not_taken() -> None:
    line = SwitchLine(("127.0.0.1", 1), Ami("a", "b"), Kept(), lambda: START)
    with pytest.raises(NotTaken):
        await AmiSwitch(line).ask(Command("c1", Do.CALL, "8001", number="1"))
    with pytest.raises(NotTaken):
        await AmiSwitch(line).ask(Command("c1", Do.HOLD, "8001", leg_id="1.0"))
    with pytest.raises(NotTaken):
        Command("c1", Do.HOLD, "8001", leg_id="1.0\r\nAction: Logoff")


async def test_the_console_twin_prints_no_number() -> None:
    out = io.StringIO()
    twin = ConsoleSwitch(out)
    await twin.ask(Command("c1", Do.CALL, "8001", number="13800001234"))
    assert "call 8001" in out.getvalue() and "13800001234" not in out.getvalue()
    assert twin.asked[0].number == "13800001234"
