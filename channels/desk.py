"""Two protocols: Desk for the ways in, Sender for the ways out."""

from typing import Protocol

from channels.message import Incoming, Outgoing, Receipt


class Desk(Protocol):
    """Where a channel hands a complaint in; it is on disk when `receive` returns."""

    async def receive(self, incoming: Incoming) -> Receipt: ...


class SendFailed(Exception):
    """A message that did not go out; `permanent`: trying again will not help."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Sender(Protocol):
    """A way out; raises SendFailed."""

    async def send(self, message: Outgoing) -> None: ...
