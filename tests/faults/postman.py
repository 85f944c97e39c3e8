"""A hotline's post that is killed at a chosen point of a letter's way; or with its order sabotaged.

`python -m tests.faults.postman` reads lines of JSON: the environment of one run each. Every run is
forked off, so that what takes seconds to import is imported once. POSTMAN_POINT is where it dies:
fetched, committed, flagged, data, kept, answered; POSTMAN_TWIN: flag_first, answer_first.
"""

import asyncio
import json
import os
import signal
import sys
from typing import Any

from channels.mailbox import imap, lmtp
from channels.message import Delivery
from hotline import __main__ as command_line
from hotline import wiring
from hotline.commands import opening, serve
from hotline.flow.arrivals import Postroom
from hotline.flow.centre import City

assert serve  # imported before the first fork

POINT = TWIN = ""


def reached(point: str) -> None:
    """Dies here as by kill -9."""
    if point == POINT:
        os.kill(os.getpid(), signal.SIGKILL)


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


def run(environment: dict[str, str]) -> int:
    global POINT, TWIN
    os.environ.update(environment)
    POINT, TWIN = environment["POSTMAN_POINT"], environment["POSTMAN_TWIN"]
    with open(environment["POSTMAN_LOG"], "a") as log:
        os.dup2(log.fileno(), 2)
    mine_the_mailbox()
    mine_the_postroom()
    mine_the_slot()
    original = wiring.build

    async def build(settings, parts=None):  # type: ignore[no-untyped-def]
        return await original(settings, wiring.Parts(make_reader=nobody_reads))

    opening.build = build
    return command_line.main(["serve", "--only", "mail"])


def main() -> None:
    print("born", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            code = 1
            try:
                code = run(json.loads(line))
            finally:
                os._exit(code)
        print(f"pid {child}", flush=True)
        os.waitpid(child, 0)
        print("ended", flush=True)


if __name__ == "__main__":
    main()
