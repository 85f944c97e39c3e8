"""The list of erasures outside the database outlives a cut line, and costs what is new, not what was."""

import asyncio
import fcntl
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from escalation.schedule import Schedule
from hotline.config import Privacy, Settings
from hotline.flow import erasure
from hotline.flow.centre import Centre
from hotline.flow.onebyone import PassedOver
from hotline.store import erasureledger
from hotline.store.cipher import Cipher, Keys
from hotline.web.ticks import add_watch
from hotline.wiring import MovingClock
from tests.conftest import MONDAY
from tests.flow.test_one_by_one import LONG, ended, erased, listed


@pytest.fixture
def cipher(tmp_path: Path) -> Cipher:
    return Cipher(Keys.load_or_make(tmp_path), tmp_path)


def add(folder: Path, cipher: Cipher, *numbers: str) -> Path:
    erasureledger.add(folder, cipher, [(number, MONDAY, "asked") for number in numbers])
    return erasureledger.path(folder)


@pytest.mark.parametrize("torn", ['{"number": "20261123-0000', "\0" * 10_000, "\xff", "{}"])
def test_a_line_that_was_cut_short_is_cut_off_before_the_next_is_written(
    tmp_path: Path, cipher: Cipher, torn: str
) -> None:
    file = add(tmp_path, cipher, "a", "b")
    whole = file.read_bytes()
    file.write_bytes(whole + torn.encode("latin-1"))
    assert set(erasureledger.read(file, cipher)) == {"a", "b"}
    add(tmp_path, cipher, "c")
    assert set(erasureledger.read(file, cipher)) == {"a", "b", "c"}
    assert file.read_bytes().startswith(whole)


def test_the_very_first_line_may_be_the_one_that_was_cut_short(
    tmp_path: Path, cipher: Cipher
) -> None:
    file = add(tmp_path, cipher, "a")
    file.write_bytes(file.read_bytes()[:-1])
    assert erasureledger.read(file, cipher) == {}
    add(tmp_path, cipher, "a")
    assert set(erasureledger.read(file, cipher)) == {"a"}


def test_a_bad_line_in_the_middle_is_no_cut_and_is_not_put_up_with(
    tmp_path: Path, cipher: Cipher
) -> None:
    file = add(tmp_path, cipher, "a", "b", "c")
    first, middle, last = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(first + middle[:-9] + b"\n" + last)
    add(tmp_path, cipher, "d")
    with pytest.raises(ValueError):
        erasureledger.read(file, cipher)
    file.write_bytes(first + middle.replace(b'"b"', b'"x"') + last)
    with pytest.raises(erasureledger.Forged):
        erasureledger.read(file, cipher)


def test_what_another_has_written_half_is_not_cut_off(tmp_path: Path, cipher: Cipher) -> None:
    file = add(tmp_path, cipher, "a")
    elsewhere = file.with_name("elsewhere")
    elsewhere.mkdir()
    line = add(elsewhere, cipher, "b").read_bytes()
    with file.open("ab", buffering=0) as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write(line[:20])
        adding = threading.Thread(target=add, args=(tmp_path, cipher, "c"))
        adding.start()
        adding.join(0.05)
        assert adding.is_alive(), "it waits its turn"
        other.write(line[20:])
    adding.join(10)
    assert set(erasureledger.read(file, cipher)) == {"a", "b", "c"}


async def test_erasing_goes_on_after_a_line_that_was_cut_short_and_what_it_told_is_listed_again(
    any_centre: Centre, clock: MovingClock
) -> None:
    numbers = await ended(any_centre, clock, 2)
    clock.move_to(clock.at + LONG)
    await erasure.keep_time(any_centre, Privacy())
    file = erasureledger.path(any_centre.files)
    file.write_bytes(file.read_bytes()[:-40])
    numbers += await ended(any_centre, clock, 1)
    clock.move_to(clock.at + LONG)
    assert await erasure.keep_time(any_centre, Privacy()) == 1
    assert listed(any_centre) == {numbers[0], numbers[2]}
    assert await erasure.Agreement(any_centre).look() == 0
    assert await erased(any_centre) == listed(any_centre) == set(numbers)


async def test_what_could_not_be_listed_is_listed_by_the_next_look(
    any_centre: Centre, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreement = erasure.Agreement(any_centre)
    assert await agreement.look() == 0
    numbers = await ended(any_centre, clock, 2)
    clock.move_to(clock.at + LONG)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(erasureledger, "add", full)
        for trying in (erasure.keep_time(any_centre, Privacy()), agreement.look()):
            with pytest.raises((PassedOver, OSError)):
                await trying
    assert await erased(any_centre) == set(numbers) and listed(any_centre) == set()
    assert await agreement.look() == 0
    assert listed(any_centre) == set(numbers)


async def test_the_two_are_held_against_each_other_at_the_start_and_each_hour(
    centre: Centre, tmp_path: Path
) -> None:
    added: dict[str, float | None] = {}

    class Noting(Schedule):
        def every(self, seconds: float, name: str, tick: Any) -> None:
            added[name] = seconds

        def once(self, name: str, tick: Any, failures: int = 0) -> None:
            added[name] = None

    add_watch(Noting(), centre, Settings(database_url=str(centre.store.url), data=tmp_path))
    assert added["erasures at start"] is None and added["erasures"] == 3600.0


async def test_a_look_reads_what_is_new_and_all_of_it_again_when_a_copy_was_put_back(
    any_centre: Centre, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreement, read, starts = erasure.Agreement(any_centre), erasureledger.read_on, list[int]()

    def noted(file: Path, cipher: Cipher, start: int) -> Any:
        starts.append(start)
        return read(file, cipher, start)

    monkeypatch.setattr(erasureledger, "read_on", noted)
    file, numbers = erasureledger.path(any_centre.files), list[str]()
    for n in range(3):
        numbers += await ended(any_centre, clock, 1 if n else 2)
        clock.move_to(clock.at + LONG)
        before = erasureledger.length(file)
        await erasure.keep_time(any_centre, Privacy())
        starts.clear()
        await agreement.look()
        assert starts == [before]
    copy = file.read_bytes().splitlines(keepends=True)[0]
    file.write_bytes(copy)
    starts.clear()
    await agreement.look()
    assert starts == [0] and listed(any_centre) == set(numbers)
    lines = len(file.read_bytes().splitlines())
    await asyncio.gather(agreement.look(), agreement.look())
    assert len(file.read_bytes().splitlines()) == lines == len(numbers), "none is told twice"


async def test_a_line_whose_act_is_seen_by_the_next_look_only_is_not_told_twice(
    any_centre: Centre, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreement = erasure.Agreement(any_centre)
    numbers = await ended(any_centre, clock, 1)
    clock.move_to(clock.at + LONG)

    async def before(*_: Any) -> int:
        return 0

    await erasure.keep_time(any_centre, Privacy())
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(erasure.acts, "newest", before)
        await agreement.look()
    await agreement.look()
    lines = erasureledger.path(any_centre.files).read_bytes().splitlines()
    assert len(lines) == 1 and listed(any_centre) == set(numbers)


async def test_a_case_that_the_list_knows_and_no_database_has_is_left_alone(
    any_centre: Centre, clock: MovingClock
) -> None:
    file = add(any_centre.files, any_centre.cipher, "20200101-000001")
    agreement = erasure.Agreement(any_centre)
    for _ in range(2):
        assert await agreement.look() == 0
        clock.move_to(clock.at + timedelta(hours=1))
    assert len(file.read_bytes().splitlines()) == 1
