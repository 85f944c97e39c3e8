"""A hotline that is forked, not started: what it imports is read once, and a kill costs no start.

A process that is killed is gone all the same, with all that it had in memory; only reading the
program again, which is the same each time, is left out. `python -m tests.support.forked MODULE` has
the program read and forks a process for each line of arguments; it tells its number, then how it ended.
"""

import contextlib
import json
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.served import Served


@dataclass
class Forked(Served):
    """Started, killed and started again by the same reader of the program."""

    reader: "subprocess.Popen[str] | None" = None
    number: int = 0  # of the process; 0: none runs

    def start(self, port: int = 0) -> str:
        self._tell(["serve", "--port", str(port)])
        self.number = int(self._line())
        line = self._line()
        if not line.startswith("ready"):
            self.number = 0  # that was its end
        self.address = self.address_in(line)
        return self.address

    def _end(self, how: signal.Signals) -> None:
        if self.number:
            os.killpg(self.number, how)
            self._line()
            self.number = 0

    def _tell(self, arguments: list[str]) -> None:
        assert self.reader is not None and self.reader.stdin is not None
        self.reader.stdin.write(json.dumps(arguments) + "\n")
        self.reader.stdin.flush()

    def _line(self) -> str:
        assert self.reader is not None and self.reader.stdout is not None
        return self.reader.stdout.readline()


@contextmanager
def forked(url: str, folder: Path, module: str = "hotline", **settings: str) -> Iterator[Forked]:
    served = Forked(url, folder, module, settings)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    command = [sys.executable, "-m", "tests.support.forked", module]
    with (folder / "served.log").open("a") as log:
        served.reader = subprocess.Popen(
            command, env=served.environment(), stderr=log, text=True, cwd=folder, **pipes
        )
    with served.reader:  # who has nothing more to read ends
        try:
            yield served
        finally:
            served.kill()


def main(module: str) -> None:
    import hotline.commands.serve  # what a start reads

    assert hotline.commands.serve
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.setsid()
            print(os.getpid(), flush=True)
            sys.argv = [module, *json.loads(line)]
            status = 0
            try:
                runpy.run_module(module, run_name="__main__", alter_sys=True)
            except SystemExit as ended:
                status = int(ended.code or 0)
            with contextlib.suppress(OSError):
                sys.stdout.flush()
            os._exit(status)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
