"""MemorySender, ConsoleSender: the twins that run on a laptop and in tests."""

import sys
from typing import TextIO

from channels.message import Outgoing


class MemorySender:
    """Keeps what it was given, in order."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []

    async def send(self, message: Outgoing) -> None:
        self.sent.append(message)


class ConsoleSender:
    """Prints that a message would go out: its subject and case, never to whom or what it says."""

    def __init__(self, out: TextIO = sys.stderr) -> None:
        self._out = out

    async def send(self, message: Outgoing) -> None:
        print(f"[message] {message.subject} ({message.about})", file=self._out, flush=True)
