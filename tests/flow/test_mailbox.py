"""Mailboxes on a real server: nothing fetched is lost, nothing is taken twice, trouble is told of."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from imap_tools import MailBoxUnencrypted
from sqlalchemy import func, select

from channels.desk import Away
from channels.mailbox.imap import Keeper
from channels.mailbox.imapbox import Box, Connection
from channels.message import Delivery
from hotline.flow import mailhealth
from hotline.flow.arrivals import Postroom
from hotline.flow.centre import Centre
from hotline.store import catalogue, mailboxes
from hotline.store.mailtables import LetterRow
from hotline.wiring import MovingClock
from tests.flow.letters_support import accounted, house, outcomes, rows
from tests.support.dovecot import PASSWORD, Server
from tests.support.letters import a_letter, settled
from tests.support.scale import Scale

__all__ = ["house"]
pytestmark = [pytest.mark.mailserver, pytest.mark.slow]
_names = iter(range(10_000))


@pytest.fixture
def box(post_office: Server) -> Box:
    """A mailbox of its own for each test."""
    name = f"box{next(_names)}"
    return Box(name, "127.0.0.1", post_office.imap, "none", name, PASSWORD, seconds=1.0)


@asynccontextmanager
async def looking(centre: Centre, box: Box, **told: Any) -> AsyncIterator[Keeper]:
    keeper = Keeper(box, told.pop("postroom", None) or Postroom(centre), gap=0.1, **told)
    task = asyncio.create_task(keeper.run())
    try:
        yield keeper
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(true: Callable[[], Any], seconds: float = 20.0) -> None:
    ends = asyncio.get_running_loop().time() + seconds
    while not await true():
        assert asyncio.get_running_loop().time() < ends, "it never came to that"
        await asyncio.sleep(0.05)


async def taken(centre: Centre, n: int) -> None:
    async def enough() -> bool:
        return len(await rows(centre)) >= n

    await until(enough)


async def put(server: Server, box: Box, *letters: bytes) -> None:
    for raw in letters:
        await asyncio.to_thread(server.deliver, raw, box.user)


def unread(server: Server, box: Box) -> int:
    with MailBoxUnencrypted("127.0.0.1", server.imap).login(box.user, PASSWORD) as mail:
        return len(mail.uids("UNSEEN"))


async def test_letters_there_and_letters_to_come_are_taken_and_then_marked_as_read(
    house: Centre, post_office: Server, box: Box
) -> None:
    await put(post_office, box, a_letter(message_id="<1@x>"), a_letter(message_id="<2@x>"))
    async with looking(house, box):
        await taken(house, 2)
        await put(post_office, box, a_letter(message_id="<3@x>"))
        await taken(house, 3)

        async def all_read() -> bool:
            return await asyncio.to_thread(unread, post_office, box) == 0

        await until(all_read)
    await settled(house)
    assert await outcomes(house) == ["case"] * 3
    assert (await accounted(house))["received"] == 3


async def test_what_somebody_has_read_before_the_first_look_is_left_alone_and_later_it_is_not(
    house: Centre, post_office: Server, box: Box
) -> None:
    def read_all() -> None:
        with MailBoxUnencrypted("127.0.0.1", post_office.imap).login(box.user, PASSWORD) as mail:
            mail.flag(mail.uids("ALL"), r"\Seen", True)

    await put(post_office, box, a_letter(message_id="<old@x>"))
    await asyncio.to_thread(read_all)
    await put(post_office, box, a_letter(message_id="<new@x>"))
    async with looking(house, box):
        await taken(house, 1)
    await put(post_office, box, a_letter(message_id="<while-away@x>"))
    await asyncio.to_thread(read_all)
    async with looking(house, box):
        await taken(house, 2)
    assert [b"<old@x>" in raw for raw in await bytes_of(house)] == [False, False]


async def bytes_of(centre: Centre) -> list[bytes]:
    return [centre.cipher.unseal(row.raw, f"letter.raw.{row.sha256}") for row in await rows(centre)]


async def test_a_mailbox_that_is_numbered_anew_gives_nothing_twice_and_loses_nothing(
    house: Centre, post_office: Server, box: Box
) -> None:
    await put(post_office, box, *(a_letter(message_id=f"<{n}@x>") for n in range(4)))
    async with looking(house, box):
        await taken(house, 4)
    before = {row.uidvalidity for row in await rows(house)}
    await put(post_office, box, a_letter(message_id="<late@x>"))
    await asyncio.sleep(1.1)  # the server numbers by the second
    await asyncio.to_thread(post_office.forget, box.user)
    async with looking(house, box):
        await taken(house, 5)
        await asyncio.sleep(0.5)
    await settled(house)
    assert await outcomes(house) == ["case"] * 5
    assert {row.uidvalidity for row in await rows(house)} - before
    assert (await accounted(house))["duplicates"] == 0


class Drops(Connection):
    """A server that is gone in the middle of a fetch, twice."""

    left = 2

    def fetch(self, uid: int) -> Any:
        found = super().fetch(uid)
        if Drops.left:
            Drops.left -= 1
            self.close()
            raise ConnectionResetError
        return found


async def test_a_server_that_is_gone_in_the_middle_costs_nothing(
    house: Centre, post_office: Server, box: Box
) -> None:
    await put(post_office, box, *(a_letter(message_id=f"<{n}@x>") for n in range(3)))
    async with looking(house, box, connect=Drops):
        await taken(house, 3)
    assert len(await rows(house)) == 3 and Drops.left == 0


class Late(Connection):
    """A server that names a letter before its body can be read."""

    looks = 0

    def fetch(self, uid: int) -> Any:
        found = super().fetch(uid)
        Late.looks += 1
        if found is not None and Late.looks < 3:
            head = found.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            return type(found)(head, found.size)
        return found


async def test_a_letter_whose_body_comes_later_is_taken_whole(
    house: Centre, post_office: Server, box: Box
) -> None:
    raw = a_letter(message_id="<half@x>")
    await put(post_office, box, raw)
    async with looking(house, box, connect=Late, patience=4.0):
        await taken(house, 1)
    assert (await bytes_of(house))[0].endswith(raw.partition(b"\r\n\r\n")[2])


class Shut(Postroom):
    """The database is away for a while."""

    def __init__(self, centre: Centre) -> None:
        super().__init__(centre)
        self.shut = True
        self.asked = 0

    async def standing(self, mailbox: str) -> Any:
        self.asked += 1
        if self.shut:
            raise Away("gone")
        return await super().standing(mailbox)

    async def take(self, delivery: Delivery) -> None:
        if self.shut:
            raise Away("gone")
        await super().take(delivery)


async def test_while_nothing_can_be_kept_nothing_is_fetched(
    house: Centre, post_office: Server, box: Box
) -> None:
    await put(post_office, box, a_letter())
    room = Shut(house)
    async with looking(house, box, postroom=room):

        async def asked() -> bool:
            return room.asked >= 2

        await until(asked)
        assert await asyncio.to_thread(unread, post_office, box) == 1
        room.shut = False
        await taken(house, 1)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"password": "expired"}, "授权码"),
        ({"folder": "不存在"}, "没有文件夹“不存在”"),
        ({"port": 1}, "拒绝连接"),
    ],
)
async def test_a_broken_mailbox_is_told_of_within_five_minutes_and_once(
    house: Centre, box: Box, wrong: dict[str, Any], words: str, clock: MovingClock
) -> None:
    from dataclasses import replace
    from datetime import timedelta

    async def broken() -> bool:
        async with house.look() as look:
            row = await mailboxes.one(look.connection, box.name)
        return row is not None and words in (row.problem or "")

    async with looking(house, replace(box, **wrong)):
        await until(broken)
    assert await mailhealth.alarm(house) == 0
    clock.move_to(clock.at + timedelta(minutes=4))
    assert [await mailhealth.alarm(house), await mailhealth.alarm(house)] == [1, 0]
    async with house.look() as look:
        told = await catalogue.desk_messages(look.connection, ["role:sysadmin"], None, 5)
    assert words in str(told[0]["text"])
    async with looking(house, box):

        async def well() -> bool:
            async with house.look() as look:
                row = await mailboxes.one(look.connection, box.name)
            return row is not None and row.problem is None

        await until(well)


async def test_a_folder_with_a_chinese_name_is_looked_into(
    house: Centre, post_office: Server, box: Box
) -> None:
    from dataclasses import replace

    def prepare() -> None:
        with MailBoxUnencrypted("127.0.0.1", post_office.imap).login(box.user, PASSWORD) as mail:
            mail.folder.create("市民投诉")
            mail.append(a_letter(), "市民投诉")

    await asyncio.to_thread(prepare)
    async with looking(house, replace(box, folder="市民投诉")):
        await taken(house, 1)


async def test_a_letter_that_is_too_large_leaves_its_beginning_in_the_tray(
    house: Centre, post_office: Server, box: Box
) -> None:
    from dataclasses import replace

    await put(post_office, box, a_letter(text="长" * 20_000), a_letter(message_id="<2@x>"))
    async with looking(house, replace(box, most=20_000)):
        await taken(house, 2)
    await settled(house)
    assert await outcomes(house) == ["quarantined", "case"]
    assert (await rows(house))[0].tray == "large"
    await accounted(house)


@pytest.mark.soak
async def test_a_backlog_is_taken_whole(
    house: Centre, post_office: Server, box: Box, scale: Scale
) -> None:
    letters = [a_letter(message_id=f"<{n}@backlog>") for n in range(scale.backlog)]
    await asyncio.to_thread(post_office.deliver_all, letters, box.user)
    async with looking(house, box):
        await until(lambda: enough(house, len(letters)), 30 + len(letters) / 20)
    assert len({row.sha256 for row in await rows(house)}) == len(letters)


async def enough(centre: Centre, n: int) -> bool:
    async with centre.look() as look:
        count = await look.connection.execute(select(func.count()).select_from(LetterRow))
    return int(count.scalar_one()) >= n
