"""A hotline that is killed at a chosen point of a letter's way; or one whose order is sabotaged.

`python -m tests.faults.postman serve …` with POSTMAN_POINT (fetched, committed, flagged, data, kept,
answered), POSTMAN_AFTER (so many letters pass first) and POSTMAN_TWIN (flag_first, answer_first).
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from channels.mailbox import imap, lmtp
from channels.message import Delivery
from hotline import __main__ as command_line
from hotline import wiring
from hotline.commands import opening
from hotline.flow.arrivals import Postroom
from hotline.flow.centre import City

POINT = os.environ.get("POSTMAN_POINT", "")
AFTER = int(os.environ.get("POSTMAN_AFTER", "0"))
TWIN = os.environ.get("POSTMAN_TWIN", "")
_passed = 0


def reached(point: str) -> None:
    """Dies here as by kill -9, after so many letters came past."""
    global _passed
    if point == POINT:
        if _passed >= AFTER:
            os.kill(os.getpid(), signal.SIGKILL)
        _passed += 1


def mine_the_mailbox() -> None:
    fetch, flag = imap.Connection.fetch, imap.Connection.flag

    def fetched(self: Any, uid: int) -> Any:
        found = fetch(self, uid)
        if TWIN == "flag_first":
            flag(self, uid)
        reached("fetched")
        return found

    def flagged(self: Any, uid: int) -> None:
        flag(self, uid)
        reached("flagged")

    imap.Connection.fetch, imap.Connection.flag = fetched, flagged  # type: ignore[method-assign]


def mine_the_postroom() -> None:
    take = Postroom.take

    async def taken(self: Any, delivery: Delivery) -> None:
        if TWIN == "answer_first":
            asyncio.get_running_loop().call_later(0.3, asyncio.ensure_future, take(self, delivery))
            return
        if delivery.uid is None:
            reached("data")
        await take(self, delivery)
        reached("committed" if delivery.uid is not None else "kept")

    Postroom.take = taken  # type: ignore[method-assign]


def mine_the_slot() -> None:
    push = lmtp.Peer.push

    async def pushed(self: Any, status: Any) -> None:
        await push(self, status)
        if str(status).startswith("250 2.0.0"):
            reached("answered")

    lmtp.Peer.push = pushed  # type: ignore[method-assign]


def nobody_reads(city: City) -> Any:
    """Letters are only kept and read here; the dictionaries take seconds to load."""


def main(arguments: Sequence[str]) -> int:
    original = wiring.build

    async def build(settings, parts=None):  # type: ignore[no-untyped-def]
        return await original(settings, wiring.Parts(make_reader=nobody_reads))

    opening.build = build
    mine_the_mailbox()
    mine_the_postroom()
    mine_the_slot()
    return command_line.main(list(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
