"""Room on the disk that is kept for signing in and for the record when there is no other left.

A file that really takes its place lies beside a SQLite database. As the disk fills up, whoever fills
it, the file gives its room back bit by bit, and what comes from outside is refused from then on: the
bits are for those who sign in and put things right. With room on the disk again it grows again.
PostgreSQL's disk is its own. What a quota keeps from us, or a file system that compresses, is not seen.
"""

import errno
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import structlog

from hotline.store.database import files_of

log = structlog.get_logger(__name__)
NAME = "disk.reserve"
BITS = 16  # it gives so many times; less than one bit free is a full disk
LOOKED = 1.0  # seconds for which a look holds


class NoRoom(OSError):
    """The disk is full but for the reserve: nothing more is taken in."""

    def __init__(self) -> None:
        super().__init__(errno.ENOSPC, os.strerror(errno.ENOSPC))


@dataclass
class Reserve:
    """`size` bytes beside the database; 0: none is kept and nothing refused."""

    database: Path = Path()
    size: int = 0
    full: bool = False
    _looked_at: float = float("-inf")

    @classmethod
    def beside(cls, url: str, size: int) -> "Reserve":
        places = files_of(url)
        able = hasattr(os, "posix_fallocate")  # elsewhere no room can be promised
        return cls(Path(places[0]), size) if places and able else cls()

    @property
    def file(self) -> Path:
        return self.database.with_name(NAME)

    def check(self) -> None:
        """Raises NoRoom; asked before anything is taken in."""
        if time.monotonic() - self._looked_at > LOOKED:
            self.look()
        if self.full:
            raise NoRoom

    def look(self) -> None:
        """What is free and what is held back together must be the whole reserve and a bit more:
        all of it is left to who signs in, however much of it the file still holds."""
        self._looked_at = time.monotonic()
        if self._there():
            before, self.full = self.full, self._free() + self._held() < self.size + self._bit
            if self.full != before:
                log.warning("disk.full" if self.full else "disk.room_again")

    def keep(self) -> None:
        """Gives a bit where the disk is full, takes all of it where there is room; each second."""
        if not self._there():
            return
        free, held = self._free(), self._held()
        try:
            if free < self._bit and held:
                self._give(max(0, held - self._bit))
            elif held < self.size and free - (self.size - held) >= 2 * self._bit:
                self._take()
        except OSError as error:  # the next look tries again
            log.warning("reserve.failed", error=error.strerror)
        self.look()

    @property
    def _bit(self) -> int:
        return self.size // BITS

    def _there(self) -> bool:
        """Beside a database that is there: an empty place is made by who makes the database."""
        return bool(self.size) and self.database.is_file()

    def _free(self) -> int:
        return shutil.disk_usage(self.database.parent).free

    def _held(self) -> int:
        """What it really takes of the disk: a copy of it may be all holes."""
        try:
            return min(self.size, self.file.stat().st_blocks * 512)
        except FileNotFoundError:
            return 0

    def _give(self, left: int) -> None:
        handle = os.open(self.file, os.O_WRONLY)
        try:
            os.ftruncate(handle, left)
            os.fsync(handle)  # before that a file system need not give its blocks to others
        finally:
            os.close(handle)
        log.warning("reserve.given", left=left)

    def _take(self) -> None:
        handle = os.open(self.file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(handle, 0, self.size)
            os.fsync(handle)
        finally:
            os.close(handle)
        if self._held() < self.size:
            log.warning("reserve.impossible", why="the file system promises no room")
            self.file.unlink()
            self.size, self.full = 0, False
