"""Files that no row knows go after a day; each file is read once a week, and a spoilt one is told."""

import os
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.flow import filekeeping
from hotline.flow.centre import Centre
from hotline.store import files
from hotline.wiring import MovingClock
from tests.flow.orders_support import ask

DAY = timedelta(days=1)


def aged(centre: Centre, name: str, by: timedelta) -> Path:
    place = files.path(centre.files, name.removeprefix(".")).with_name(name)
    then = (centre.now() - by).timestamp()
    os.utime(place, (then, then))
    return place


async def described(centre: Centre, body: bytes) -> str:
    digest = files.write(centre.files, body)
    async with centre.work() as work:
        told = ("灯.png", len(body), "image/png")
        await files.describe(work.connection, centre.cipher, digest, told, work.at)
    return digest


async def alarms(centre: Centre) -> int:
    found = await ask(
        centre, "SELECT count(*) FROM alarm WHERE kind = 'files' AND ended_at IS NULL"
    )
    return int(found[0][0])


async def test_a_file_without_a_row_goes_after_a_day_and_no_other(any_centre: Centre) -> None:
    named = aged(any_centre, await described(any_centre, b"named"), 3 * DAY)
    orphan = aged(any_centre, files.write(any_centre.files, b"orphan"), 1.1 * DAY)
    young = aged(any_centre, files.write(any_centre.files, b"young"), 0.9 * DAY)
    draft = orphan.with_name(f".{orphan.name}.0123abcd")
    draft.write_bytes(b"half")
    os.utime(draft, (0, 0))
    assert await filekeeping.keep(any_centre) == 2
    assert (named.exists(), orphan.exists(), young.exists()) == (True, False, True)
    assert not draft.exists() and await filekeeping.keep(any_centre) == 0


async def test_a_file_that_is_written_again_while_the_sweep_runs_stays(centre: Centre) -> None:
    digest = files.write(centre.files, b"again")
    place, before = aged(centre, digest, 2 * DAY), centre.now() - DAY
    assert files.older(centre.files, before) == [digest]
    files.write(centre.files, b"again")  # its row comes next
    assert not files.discard(centre.files, digest, before) and place.read_bytes() == b"again"


def test_in_a_week_every_shelf_has_its_turn_once(clock: MovingClock) -> None:
    began = clock()
    turns = Counter(
        shelf for hour in range(168) for shelf in filekeeping.shelves(began + hour * DAY / 24)
    )
    assert len(turns) == 256 and set(turns.values()) == {1}


@pytest.mark.parametrize("spoil", [Path.unlink, lambda place: place.write_bytes(b"tfird")])
async def test_a_spoilt_file_is_told_in_its_hour_and_until_it_is_put_back(
    centre: Centre, clock: MovingClock, spoil: object
) -> None:
    digest = await described(centre, b"third")
    place = files.path(centre.files, digest)
    spoil(place)  # type: ignore[operator]
    while digest[:2] not in filekeeping.shelves(centre.now()):
        await filekeeping.keep(centre)
        assert await alarms(centre) == 0
        clock.move_to(centre.now() + timedelta(hours=1))
    await filekeeping.keep(centre)
    assert await alarms(centre) == 1
    clock.move_to(centre.now() + timedelta(hours=30))
    await filekeeping.keep(centre)
    assert await alarms(centre) == 1
    place.write_bytes(b"third")
    await filekeeping.keep(centre)
    assert await alarms(centre) == 0
