"""A hotline in a process of its own: started, killed, started again on the same data."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import nursery

ROOT = Path(__file__).parent.parent.parent
READY_SECONDS = 30.0


@dataclass
class Served:
    """`module` is what is run: the product, or a sabotaged twin of it."""

    url: str  # of the database
    folder: Path
    module: str = "hotline"
    settings: dict[str, str] = field(default_factory=dict)
    process: "nursery.Process | subprocess.Popen[str] | None" = None
    address: str = ""

    def start(self, port: int = 0) -> str:
        told = ["serve", "--port", str(port)]
        log = self.folder / "served.log"
        if self.program() or "LD_PRELOAD" in self.settings:
            self.process = self._run(told, log)
        else:
            environment = self.environment()
            self.process = nursery.started(self.module, told, environment, self.folder, log)
        assert self.process.stdout is not None
        self.address = self.address_in(self.process.stdout.readline())
        return self.address

    def _run(self, told: list[str], log: Path) -> "subprocess.Popen[str]":
        with log.open("a") as written:
            return subprocess.Popen(
                [*self.program(), sys.executable, "-m", self.module, *told],
                env=self.environment(),
                stdout=subprocess.PIPE,
                stderr=written,
                text=True,
                cwd=self.folder,
                start_new_session=True,
            )

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "HOTLINE_DATABASE_URL": self.url,
            "HOTLINE_DATA": str(self.folder),
            "HOTLINE_LIMITS__PUBLIC": "off",
            **self.settings,
        }

    def address_in(self, line: str) -> str:
        found = re.match(r"ready (http://\S+)", line)
        assert found, f"not ready: {line!r}, see {self.folder / 'served.log'}"
        return found.group(1)

    def program(self) -> list[str]:
        """What the hotline is run by, where it is not run by itself."""
        return []

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, how)  # with it whatever it is run by
            self.process.wait(READY_SECONDS)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None


def hotline(
    served: Served, *arguments: str, under: Sequence[str] = (), timeout: float = 120
) -> "subprocess.CompletedProcess[str]":
    """One command on the same data, run `under` another program if one is named."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "HOTLINE_DATABASE_URL": served.url,
        "HOTLINE_DATA": str(served.folder),
    }
    if not under:
        return nursery.ran(arguments, environment, served.folder, timeout)
    return subprocess.run(
        [*under, sys.executable, "-m", "hotline", *arguments],
        env=environment,
        cwd=served.folder,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
