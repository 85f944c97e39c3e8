"""A sabotaged twin: it answers before it commits. Lives under tests only; the kill test must catch it."""

import asyncio
import sys
from collections.abc import Sequence

from hotline import __main__ as command_line
from hotline import wiring
from hotline.commands import opening
from hotline.store.cipher import new_query_code
from hotline.store.inbox import Inbox, Kept, Letter

_given = 0


class EarlyInbox(Inbox):
    """Acknowledges at once, and writes when it comes to it."""

    async def keep(self, letter: Letter) -> Kept:
        global _given
        _given += 1
        asyncio.get_running_loop().call_later(0.3, self._later, letter)
        number = f"early-{letter.key}"
        return Kept(_given, number, new_query_code(), letter.received_at, True, letter.content_hash)

    def _later(self, letter: Letter) -> None:
        task = asyncio.ensure_future(super().keep(letter))
        task.add_done_callback(lambda done: done.exception())


def run_with(inbox: type[Inbox], arguments: Sequence[str]) -> int:
    """The product's own command line, with a twin of its inbox."""
    original = wiring.build

    async def build(settings, parts=None):  # type: ignore[no-untyped-def]
        return await original(settings, wiring.Parts(make_inbox=inbox))

    opening.build = build
    return command_line.main(list(arguments))


if __name__ == "__main__":
    sys.exit(run_with(EarlyInbox, sys.argv[1:]))
