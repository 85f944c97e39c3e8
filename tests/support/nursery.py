"""Processes of the hotline, forked from one that has read the program: a start costs no reading.

They are processes all the same, with a session, an environment and a folder of their own, and a kill
takes all they had in memory. What is about a start itself runs the command line instead.
"""

import contextlib
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import IO, Any

ROOT = Path(__file__).parent.parent.parent
STARTING = Lock()  # a process has one folder to be in, and several threads start others
CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.support.read"])


def _live(module: str, arguments: list[str], place: dict[str, Any], out: Any, log: str) -> None:
    """What a process does: `python -m module arguments`, with `out` (a path or a pipe) and a log."""
    os.setsid()
    errors = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    told = os.open(out, os.O_WRONLY | os.O_CREAT, 0o600) if isinstance(out, str) else out.fileno()
    os.dup2(told, 1)
    os.dup2(errors, 2)
    os.environ.clear()
    os.environ.update(place["environment"])
    os.chdir(place["folder"])
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _born(*told: Any) -> Any:
    """The reader of the program is started by the first, and finds it from the project's folder."""
    child = CONTEXT.Process(target=_live, args=told, daemon=True)
    with STARTING, contextlib.chdir(ROOT):
        child.start()
    return child


@dataclass
class Process:
    """As much of a Popen as the tests ask for."""

    child: Any = field(repr=False)
    stdout: IO[str]

    @property
    def pid(self) -> int:
        return int(self.child.pid)

    def wait(self, seconds: float) -> int:
        self.child.join(seconds)
        if self.child.exitcode is None:
            raise subprocess.TimeoutExpired("hotline", seconds)
        return int(self.child.exitcode)


def started(
    module: str, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path
) -> Process:
    reader, writer = CONTEXT.Pipe(duplex=False)
    place = {"environment": dict(environment), "folder": str(folder)}
    with writer:
        child = _born(module, list(arguments), place, writer, str(log))
    with reader:
        return Process(child, os.fdopen(os.dup(reader.fileno()), encoding="utf-8"))


def ran(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, timeout: float
) -> "subprocess.CompletedProcess[str]":
    """One command to its end, as `subprocess.run` tells it."""
    with TemporaryDirectory() as kept:
        out, log = Path(kept) / "out", Path(kept) / "log"
        place = {"environment": dict(environment), "folder": str(folder)}
        child = _born("hotline", list(arguments), place, str(out), str(log))
        child.join(timeout)
        if child.exitcode is None:
            child.kill()
            raise subprocess.TimeoutExpired(["hotline", *arguments], timeout)
        told = (path.read_text("utf-8") if path.exists() else "" for path in (out, log))
        return subprocess.CompletedProcess(["hotline", *arguments], child.exitcode, *told)
