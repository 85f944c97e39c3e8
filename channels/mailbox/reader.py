"""`python -m channels.mailbox.reader`: letters from its standard input, readings to its output.

A process of its own, with bounds on memory and files, without the hotline's environment: whatever a
letter does to it, the hotline stands. Each letter and each answer has its length before it.
"""

import resource
import struct
import sys
from contextlib import suppress
from typing import BinaryIO

from channels.mailbox.facts import Reading, Unreadable
from channels.mailbox.reading import read
from channels.mailbox.wire import packed

MEMORY = "解析所需内存过多，已中止 / reading took too much memory and was stopped"
READY = b"ready"
LENGTH = struct.Struct("!I")
# What goes before a letter: how long its charset's name is, then the name.
NAME = struct.Struct("!B")


def main(memory: int) -> None:
    _bound(memory)
    come, go = sys.stdin.buffer, sys.stdout.buffer
    _write(go, READY)
    try:
        while (asked := _next(come)) is not None:
            _write(go, packed(_outcome(asked)))
    except MemoryError:  # even the answer did not fit; whoever asked starts another process
        _write(go, packed(Unreadable(MEMORY, kind="memory")))


def _outcome(asked: bytes) -> Reading | Unreadable:
    (length,) = NAME.unpack_from(asked)
    charset = asked[1 : 1 + length].decode("ascii", "replace") or None
    try:
        return read(asked[1 + length :], charset=charset)
    except Unreadable as error:
        return Unreadable(error.reason, kind=error.kind)


def _bound(memory: int) -> None:
    """Address space, no files, no core: a letter needs none of these."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(OSError, ValueError):  # not every system knows all of them
            resource.setrlimit(what, (most, most))


def _next(come: BinaryIO) -> bytes | None:
    head = come.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return come.read(LENGTH.unpack(head)[0])


def _write(go: BinaryIO, data: bytes) -> None:
    go.write(LENGTH.pack(len(data)))
    go.write(data)
    go.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
