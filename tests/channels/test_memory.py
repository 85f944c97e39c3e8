"""The twins that stand for ways out keep the protocol, and say no more than they may."""

import io

from channels.desk import Sender, SendFailed
from channels.memory import ConsoleSender, MemorySender
from channels.message import Outgoing

MESSAGE = Outgoing("13800001234", "已受理", "您反映的路灯问题已受理。", "20261124-000001", "m1")


async def test_the_memory_keeps_messages_in_order() -> None:
    kept = MemorySender()
    ways: list[Sender] = [kept]
    second = Outgoing("13800001234", "已转办", "…", "20261124-000001", "m2")
    for way in ways:
        await way.send(MESSAGE)
        await way.send(second)
    assert kept.sent == [MESSAGE, second]


async def test_the_console_tells_neither_to_whom_nor_what() -> None:
    out = io.StringIO()
    await ConsoleSender(out).send(MESSAGE)
    assert out.getvalue() == "[message] 已受理 (20261124-000001)\n"


def test_a_failure_says_whether_trying_again_could_help() -> None:
    assert not SendFailed("busy").permanent
    assert SendFailed("no such number", permanent=True).permanent
