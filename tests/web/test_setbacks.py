"""While the database is away the loops beside the requests go on trying, and the log stays small."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from structlog.testing import capture_logs

from channels.mailbox.worker import Readers
from hotline.commands import mailroom
from hotline.flow.centre import Centre
from hotline.web import app, telephony
from hotline.web.pulse import Pulse

TRIES = 30
NOBODY = Readers(0)  # no letter waits, so none is read
LOOPS: dict[str, Callable[[Centre], Coroutine[Any, Any, None]]] = {
    "triage": app.triage_for_ever,
    "fold": lambda centre: telephony.fold_for_ever(centre, Pulse()),
    "letters": lambda centre: mailroom.read_until(asyncio.Event(), centre, NOBODY, asyncio.Event()),
}


class Away:
    """A database that answers nobody for so many tries."""

    def __init__(self, look: Callable[[], Any]) -> None:
        self.tries, self._look = 0, look
        self.back = asyncio.Event()

    def __call__(self) -> Any:
        self.tries += 1
        if self.tries <= TRIES:
            raise ConnectionRefusedError
        if self.tries > TRIES + 1:  # the try before this one has gone through
            self.back.set()
        return self._look()


@pytest.mark.parametrize("name", LOOPS)
async def test_a_loop_says_once_that_it_cannot_go_on_and_once_that_it_does_again(
    centre: Centre, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, pause in ((app, "AWAY"), (app, "IDLE"), (telephony, "IDLE"), (mailroom, "AWAY")):
        monkeypatch.setattr(module, pause, 0.001)
    away = Away(centre.look)
    monkeypatch.setattr(centre, "look", away)
    with capture_logs() as lines:
        loop = asyncio.create_task(LOOPS[name](centre))
        async with asyncio.timeout(10):
            await away.back.wait()
        loop.cancel()
        await asyncio.wait([loop])
    told = [(line["event"], line.get("times")) for line in lines if name in line["event"]]
    assert told == [(f"{name}.stopped", 1), (f"{name}.goes_on", TRIES)]
