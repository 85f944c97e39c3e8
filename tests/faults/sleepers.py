"""Workers forked from one process that stop themselves in mid-work, as by SIGSTOP, and are woken.

Forked, so that five of them cost one start of Python; nothing may run in the process before.
"""

import asyncio
import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from hotline.flow.centre import City
from tests.support.served import ROOT

AWAKE = 0.01  # seconds between two looks at the workers


def nobody_reads(city: City) -> Any:
    """Senders and watches read no complaints, and the dictionaries take seconds to load."""


class Sleep:
    """How often a worker still falls asleep; whoever watches it wakes it up again."""

    def __init__(self, pauses: int) -> None:
        self.left = pauses

    def fall(self) -> None:
        if self.left:
            self.left -= 1
            os.kill(os.getpid(), signal.SIGSTOP)


class Start:
    """All begin at the same moment, however long each took to get ready."""

    def __init__(self, workers: int) -> None:
        self._barrier = multiprocessing.get_context("fork").Barrier(workers)

    async def ready(self) -> None:
        await asyncio.to_thread(self._barrier.wait, 60)


def together(
    workers: Sequence[Callable[[], Coroutine[Any, Any, None]]],
    asleep: float,
    meanwhile: Callable[[int], None] = lambda pauses: None,
) -> int:
    """Runs them until all are done; who falls asleep is woken after so many seconds.

    `meanwhile` is told all the time how many pauses are over. Returns how many there were.
    """
    running = {_forked(worker) for worker in workers}
    stopped: dict[int, float] = {}
    pauses = 0
    while running:
        for pid in tuple(running):
            found, status = os.waitpid(pid, os.WNOHANG | os.WUNTRACED)
            if found and os.WIFSTOPPED(status):
                stopped[pid] = time.monotonic()
            elif found:
                running.discard(pid)
                assert status == 0, f"a worker ended with {os.waitstatus_to_exitcode(status)}"
            elif pid in stopped and time.monotonic() - stopped[pid] > asleep:
                del stopped[pid]
                os.kill(pid, signal.SIGCONT)
                pauses += 1
        meanwhile(pauses)
        time.sleep(AWAKE)
    return pauses


def _forked(worker: Callable[[], Coroutine[Any, Any, None]]) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        asyncio.run(worker())
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def run(module: str, *told: object) -> int:
    """`python -m MODULE TOLD…`, which ends by printing how many pauses there were."""
    command = [sys.executable, "-m", module, *map(str, told)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, start_new_session=True, **pipes) as started:  # type: ignore[call-overload]
        try:
            out, errors = started.communicate()
        finally:
            with contextlib.suppress(ProcessLookupError):  # where all went well nobody is left
                os.killpg(started.pid, signal.SIGKILL)
    assert started.returncode == 0, errors[-3000:]
    return int(out.split()[-1])


def lines(path: Path) -> list[str]:
    return path.read_text().split("\n")[:-1]
