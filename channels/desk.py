"""Three protocols: Desk and Postroom for the ways in, Sender for the ways out."""

from collections.abc import Collection
from typing import Protocol

from channels.message import Delivery, Incoming, Outgoing, Receipt, Standing


class Desk(Protocol):
    """Where a channel hands a complaint in; it is on disk when `receive` returns."""

    async def receive(self, incoming: Incoming) -> Receipt: ...


class Away(Exception):
    """What keeps the letters cannot be reached: nothing may be taken, and nothing fetched."""


class Full(Away):
    """There is no room left to keep a letter."""


class Postroom(Protocol):
    """Where letters are handed in; every method raises Away while nothing can be kept."""

    async def take(self, delivery: Delivery) -> None:
        """On disk when it returns; a delivery known already changes nothing."""

    async def refused(self, mailbox: str, why: str) -> None:
        """A letter that was not taken: counted, not kept."""

    async def standing(self, mailbox: str) -> Standing | None: ...

    async def stored(self, mailbox: str, uidvalidity: int, above: int) -> Collection[int]:
        """The UIDs above `above` that are on disk."""

    async def stand(self, mailbox: str, standing: Standing) -> None:
        """Remembers how far was looked; the mailbox is well."""

    async def renewed(self, mailbox: str, uidvalidity: int, began: int) -> Standing:
        """A mailbox seen for the first time, or numbered anew: from where on to look."""

    async def broken(self, mailbox: str, problem: str) -> None:
        """It cannot be looked into; `problem` is for people."""


class SendFailed(Exception):
    """A message that did not go out; `permanent`: trying again will not help."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Sender(Protocol):
    """A way out; raises SendFailed."""

    async def send(self, message: Outgoing) -> None: ...
