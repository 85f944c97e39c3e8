"""The post of a running hotline: the letter slot, the mailboxes, and whoever reads what came."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from channels.mailbox.imap import Keeper
from channels.mailbox.imapbox import Box
from channels.mailbox.lmtp import Slot, open_slot
from channels.mailbox.worker import Readers
from escalation.setback import Setbacks
from hotline.commands.failing import Failed
from hotline.config import Box as BoxSettings
from hotline.config import Settings, place
from hotline.flow import letters
from hotline.flow.arrivals import Postroom
from hotline.flow.centre import Centre

READERS = 2
LAST = 8.0  # seconds that the letters in hand get when the hotline stops
AWAY = 2.0  # seconds until the database is asked again
LOOK = 0.25  # seconds between looks where nothing is known to have come


@asynccontextmanager
async def mailroom(
    centre: Centre, settings: Settings, postroom: Postroom | None = None
) -> AsyncIterator[None]:
    """Open as long as the hotline runs; without a slot or a mailbox nothing comes in."""
    news = asyncio.Event()
    room = postroom or Postroom(centre, news)
    server = await _slot(settings, room)
    over = asyncio.Event()
    async with Readers(READERS) as readers:
        reading = asyncio.create_task(read_until(over, centre, readers, news), name="letters")
        tasks = []
        for one in settings.mail.boxes:
            if one.host:
                keeper = Keeper(box_of(one, settings.mail.letter_mb), room)
                tasks.append(asyncio.create_task(keeper.run(), name=f"mailbox {one.name}"))
        try:
            yield
        finally:
            if server is not None:
                server.close()
            over.set()
            news.set()
            await asyncio.wait([reading], timeout=LAST)
            for task in (reading, *tasks):
                task.cancel()
            await asyncio.gather(reading, *tasks, return_exceptions=True)


async def _slot(settings: Settings, room: Postroom) -> asyncio.Server | None:
    mail = settings.mail
    if not mail.lmtp:
        return None
    slot = Slot(
        mailboxes=tuple((box.address.lower(), box.name) for box in mail.boxes if box.address),
        most=mail.letter_mb * 2**20,
        anybody=not mail.boxes,
    )
    try:
        return await open_slot(place(mail.lmtp), slot, room)
    except OSError as error:
        raise Failed(
            f"无法监听收信端口 {mail.lmtp} / cannot listen for letters: {error.strerror}"
        ) from None


def box_of(told: BoxSettings, most_mb: int) -> Box:
    """A mailbox of the settings, its token read from its file now."""
    token = ""
    if told.token_file is not None:
        with contextlib.suppress(OSError):
            token = Path(told.token_file).read_text("ascii").strip()
    return Box(
        name=told.name,
        host=told.host,
        port=told.port,
        security=told.security,
        user=told.user,
        password=told.password.get_secret_value(),
        token=token,
        folder=told.folder,
        seconds=told.seconds,
        most=most_mb * 2**20,
    )


async def read_until(
    over: asyncio.Event, centre: Centre, readers: Readers, news: asyncio.Event
) -> None:
    """What is being read when it is over is settled, or waits for the next start."""
    setbacks = Setbacks("letters.stopped", "letters.goes_on")
    while not over.is_set():
        news.clear()
        found, pause = 0, LOOK
        try:
            found = await letters.read_pending(centre, readers)
        except Exception as error:  # the database may be away; the letters wait in it
            setbacks.failed(error)
            pause = AWAY
        else:
            setbacks.worked()
        if not found:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await news.wait()
