"""Keeps letters one after another and says so: `python -m tests.faults.writer FILE HOW MANY`.

HOW is honest, or `normal`: the twin whose database does not sync before a commit returns. Ends by
SIGKILL, so that nothing is tidied up.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from hotline.store import database
from hotline.store.cipher import Cipher, Keys
from hotline.store.database import Store
from hotline.store.inbox import Inbox, Letter
from hotline.wiring import system_clock


async def main(file: str, how: str, many: int) -> None:
    if how == "normal":
        database.SQLITE_PRAGMAS = (*database.SQLITE_PRAGMAS, "PRAGMA synchronous=NORMAL")
    store, keys = Store(f"sqlite:///{file}"), Keys.load_or_make(Path(file).parent)
    inbox = Inbox(store, Cipher(keys))
    for n in range(many):
        letter = Letter("web", f"k{n}", "0" * 64, system_clock(), {"content": "路灯" * 50})
        await inbox.keep(letter)
        os.write(1, f"ack k{n}\n".encode())
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
