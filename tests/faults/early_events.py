"""Sabotaged twins of the telephone: one acknowledges events before they are on disk, one counts repeats.

Lives under tests only; the kill test must catch the first, the storm the second.
"""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace

from hotline import __main__ as command_line
from hotline import wiring
from hotline.commands import opening
from hotline.store.callbox import CallBox, Told


class EarlyBox(CallBox):
    """Acknowledges at once, and writes when it comes to it."""

    async def keep(self, told: Sequence[Told]) -> int:
        asyncio.get_running_loop().call_later(0.3, self._later, told)
        return len(told)

    def _later(self, told: Sequence[Told]) -> None:
        task = asyncio.ensure_future(super().keep(told))
        task.add_done_callback(lambda done: done.exception())


class ForgetfulBox(CallBox):
    """Knows no event again: each arrival is a new one."""

    async def keep(self, told: Sequence[Told]) -> int:
        renamed = []
        for one in told:
            self._n = getattr(self, "_n", 0) + 1
            event = replace(one.event, event_id=f"{one.event.event_id}~{self._n}"[:120])
            renamed.append(replace(one, event=event))
        return await super().keep(renamed)


def main(arguments: Sequence[str]) -> int:
    original = wiring.build

    async def build(settings, parts=None):  # type: ignore[no-untyped-def]
        return await original(settings, wiring.Parts(make_callbox=EarlyBox))

    opening.build = build
    return command_line.main(list(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
