"""Real calls on loopback: Kamailio as the switch, SIPp as citizens and as the telephone."""

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
MODULES = next(iter(sorted(Path("/usr/lib").glob("*/kamailio/modules"))), None)


def why_not() -> str:
    """What is missing for real calls; empty: nothing is."""
    lacks = [name for name in ("kamailio", "sipp") if not shutil.which(name)]
    if not lacks and (MODULES is None or not (MODULES / "http_client.so").exists()):
        lacks = ["kamailio's http_client"]
    return f"not on this machine: {', '.join(lacks)}" if lacks else ""


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@dataclass
class Exchange:
    """A running switch, and the one telephone behind it."""

    sip: int
    telephone: int
    folder: Path

    async def call(self, *, answered: bool, talk_ms: int = 700) -> None:
        """One call from beginning to end; raises when it did not go as it should."""
        there = f"127.0.0.1:{self.sip}"
        if answered:
            rings = ["-sn", "uas"]
            caller = ["-sn", "uac", "-s", "12345", "-d", str(talk_ms)]
        else:
            rings = ["-sf", str(HERE / "telephone.xml")]
            caller = ["-sf", str(HERE / "caller.xml"), "-s", "12345"]
        async with self._sipp(*rings, "-p", str(self.telephone)) as telephone:
            async with self._sipp(*caller, there, "-p", str(free_port())) as citizen:
                await asyncio.wait_for(citizen.wait(), 30)
                assert citizen.returncode == 0, await _said(citizen)
            await asyncio.wait_for(telephone.wait(), 30)

    @asynccontextmanager
    async def _sipp(self, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
        common = ["-i", "127.0.0.1", "-m", "1", "-nostdin", "-timeout", "25s"]
        running = await asyncio.create_subprocess_exec(
            "sipp",
            *arguments,
            *common,
            cwd=self.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            if "-sn" in arguments and "uas" in arguments or "telephone.xml" in "".join(arguments):
                await asyncio.sleep(0.3)  # it listens before the citizen rings
            yield running
        finally:
            await _end(running)


async def _said(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.read())[-2000:].decode("utf-8", "replace")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            process.kill()
            await process.wait()


@asynccontextmanager
async def exchange(folder: Path, cti: str) -> AsyncIterator[Exchange]:
    """Kamailio on loopback; every dialog is told to `cti`, in the generic shape."""
    made = Exchange(free_port(), free_port(), folder)
    told = {"sip": made.sip, "telephone": made.telephone, "modules": MODULES, "cti": cti}
    config = folder / "kamailio.cfg"
    config.write_text((HERE / "kamailio.cfg").read_text().format(**told))
    log = (folder / "kamailio.log").open("wb")
    running = await asyncio.create_subprocess_exec(
        *("kamailio", "-f", str(config), "-DD", "-E", "-m", "32", "-M", "4"),
        *("-Y", str(folder), "-w", str(folder)),
        stdout=log,
        stderr=log,
    )
    try:
        await asyncio.sleep(1.0)
        assert running.returncode is None, (folder / "kamailio.log").read_text()[-2000:]
        yield made
    finally:
        await _end(running)
        log.close()
