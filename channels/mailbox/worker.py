"""Readers: letters read in processes that are bounded in time and memory and can be killed.

One that overruns is killed, and the next letter gets a new one: the queue behind it moves on.
"""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

from channels.mailbox.facts import Reading, Unreadable
from channels.mailbox.reader import LENGTH, MEMORY, NAME
from channels.mailbox.wire import unpacked

ROOT = Path(__file__).parent.parent.parent
START = 30.0  # seconds until a process must be ready
LONGEST_ANSWER = 512 * 1024 * 1024
TIMEOUT = "解析超时，已中止 / reading took too long and was stopped"
LOST = ("timeout", "memory", "crash", "start")
STARTLESS = "无法启动解析进程，信件保留待读 / no reading process could be started, the letter waits"
CRASH = "解析进程异常退出 / the reading process died"


class Readers:
    """As many processes as `count`, started when first needed; close it, or use `async with`."""

    def __init__(self, count: int = 1, memory: int = 768 * 1024 * 1024) -> None:
        self._memory = memory
        self._free: asyncio.Queue[_Worker | None] = asyncio.Queue()
        for _ in range(count):
            self._free.put_nowait(None)
        self._killed = list[_Worker]()

    async def __aenter__(self) -> "Readers":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def read(self, raw: bytes, charset: str | None = None, seconds: float = 5.0) -> Reading:
        """Raises Unreadable, of kind "timeout", "memory" or "crash" where the process was lost.

        Of kind "start" where none could be started: the letter has nothing to do with it, and will
        be read when the machine can again. The seconds begin when a process is free and ready:
        waiting for one is not the letter's fault.
        """
        worker, kept = await self._free.get(), False
        try:
            if worker is None or not worker.alive:
                worker = await _Worker.start(self._memory)
            answer = await worker.ask(raw, charset, seconds)
            reading = unpacked(answer)
            kept = True
            return reading
        except Unreadable as error:
            kept = error.kind not in LOST
            raise
        finally:
            if worker is not None and not kept:
                worker.kill()
                self._killed = [one for one in self._killed if one.alive] + [worker]
            self._free.put_nowait(worker if kept else None)

    async def close(self) -> None:
        """Ends the processes that are not at work; one that is ends with its letter."""
        for _ in range(self._free.qsize()):
            worker = self._free.get_nowait()
            if worker is not None:
                await worker.end()
            self._free.put_nowait(None)
        for worker in self._killed:
            await worker.end()


class _Worker:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._process, self._to, self._from = process, process.stdin, process.stdout

    @classmethod
    async def start(cls, memory: int) -> "_Worker":
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-P", "-m", "channels.mailbox.reader", str(memory)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,  # a parser's words could hold a letter's
                cwd="/",
                env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            )
        except OSError as error:
            raise Unreadable(STARTLESS, kind="start") from error
        worker = cls(process)
        try:
            async with asyncio.timeout(START):
                await worker._answer()
        except (Unreadable, TimeoutError) as error:
            await worker.end()
            raise Unreadable(STARTLESS, kind="start") from error
        except BaseException:
            worker.kill()
            raise
        return worker

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def ask(self, raw: bytes, charset: str | None, seconds: float) -> bytes:
        name = (charset or "").encode("ascii", "replace")[:40]
        try:
            async with asyncio.timeout(seconds):
                self._to.write(LENGTH.pack(NAME.size + len(name) + len(raw)))
                self._to.write(NAME.pack(len(name)) + name)
                self._to.write(raw)
                await self._to.drain()
                return await self._answer()
        except TimeoutError as error:
            raise Unreadable(TIMEOUT, kind="timeout") from error
        except OSError as error:
            raise Unreadable(CRASH, kind="crash") from error

    async def _answer(self) -> bytes:
        try:
            (length,) = LENGTH.unpack(await self._from.readexactly(LENGTH.size))
            if length > LONGEST_ANSWER:
                raise Unreadable(MEMORY, kind="memory")
            return await self._from.readexactly(length)
        except asyncio.IncompleteReadError as error:
            raise Unreadable(CRASH, kind="crash") from error

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()

    async def end(self) -> None:
        self._to.close()
        try:
            async with asyncio.timeout(2):
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()
