"""The room that is held back on the disk: given bit by bit when it is full, taken again with room."""

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from hotline.store import files, reserve
from hotline.store.reserve import BITS, NoRoom, Reserve

SIZE = 1 << 20
BIT = SIZE // BITS


class Disk:
    """One of so many bytes, of which others took some; the reserve really lies in a folder."""

    def __init__(self, reserve: Reserve, size: int) -> None:
        self.reserve, self.size, self.others = reserve, size, 0

    @property
    def free(self) -> int:
        return self.size - self.others - self.reserve._held()

    def fill(self, free: int) -> None:
        """Others write until so much is free."""
        self.others = self.size - self.reserve._held() - free


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    (tmp_path / "hotline.db").touch()
    made = Disk(Reserve.beside(f"sqlite:///{tmp_path / 'hotline.db'}", SIZE), 4 * SIZE)
    seen = SimpleNamespace(disk_usage=lambda place: SimpleNamespace(free=made.free))
    monkeypatch.setattr(reserve, "shutil", seen)
    monkeypatch.setattr(reserve, "LOOKED", -1.0)  # each question looks
    return made


def refused(kept: Reserve) -> bool:
    try:
        kept.check()
    except NoRoom:
        return True
    return False


def test_with_room_it_really_takes_its_place_and_nobody_else_can_read_it(disk: Disk) -> None:
    disk.reserve.keep()
    told = disk.reserve.file.stat()
    assert told.st_blocks * 512 >= SIZE and told.st_mode & 0o077 == 0
    assert not refused(disk.reserve) and disk.free == 3 * SIZE
    os.truncate(disk.reserve.file, 0)
    os.truncate(disk.reserve.file, SIZE)  # as a copy that is all holes
    disk.reserve.keep()
    assert disk.reserve.file.stat().st_blocks * 512 >= SIZE


def test_a_full_disk_gets_it_bit_by_bit_and_nothing_is_taken_in_until_there_is_room(
    disk: Disk,
) -> None:
    disk.reserve.keep()
    for given in range(1, BITS + 1):
        disk.fill(free=0)  # whoever fills it takes what was given, too
        assert refused(disk.reserve)
        disk.reserve.keep()
        assert disk.free == BIT and disk.reserve._held() == SIZE - given * BIT
        assert refused(disk.reserve)
    disk.fill(free=0)
    disk.reserve.keep()
    assert disk.free == 0 and refused(disk.reserve)
    disk.fill(free=SIZE)  # less than the reserve and a bit
    disk.reserve.keep()
    assert refused(disk.reserve) and disk.reserve._held() == 0
    disk.fill(free=SIZE + BIT)
    disk.reserve.keep()
    assert not refused(disk.reserve) and disk.reserve._held() == 0, "it would be full at once"
    disk.fill(free=SIZE + 2 * BIT)
    disk.reserve.keep()
    assert not refused(disk.reserve) and disk.reserve._held() == SIZE


def test_what_is_left_alone_is_not_given_again(disk: Disk) -> None:
    disk.reserve.keep()
    disk.fill(free=0)
    for _ in range(5):
        disk.reserve.keep()
    assert disk.reserve._held() == SIZE - BIT


def test_a_file_system_that_promises_nothing_is_told_once_and_refuses_nothing(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reserve.os, "posix_fallocate", lambda *told: None)
    disk.reserve.keep()
    assert not disk.reserve.file.exists()
    disk.fill(free=0)
    assert not refused(disk.reserve)


def test_without_a_size_without_a_file_and_in_an_empty_place_nothing_is_made(
    tmp_path: Path,
) -> None:
    place = f"sqlite:///{tmp_path / 'hotline.db'}"
    for one in (
        Reserve.beside(place, SIZE),
        Reserve.beside("postgresql://u@h/d", SIZE),
        Reserve.beside("sqlite:///:memory:", SIZE),
        Reserve.beside(place, 0),
    ):
        one.keep()
        one.check()
    assert not list(tmp_path.iterdir())


def test_a_file_that_found_no_room_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write(tmp_path, b"a picture")
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []
