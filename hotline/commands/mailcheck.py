"""`doctor --mail`: is every way of letters open, and if not, what is wrong with it in plain words."""

import asyncio
from collections.abc import AsyncIterator, Iterator

from channels.desk import SendFailed
from channels.mailbox.imapbox import Box, Broken, Connection
from channels.mailbox.notices import BadTemplate, Facts, Notice, compose
from channels.mailbox.send import SmtpSender
from hotline.commands.finding import Finding, note, well, wrong
from hotline.commands.mailroom import box_of
from hotline.config import Settings, place
from hotline.wiring import make_senders

FOLDERS = 20  # so many names are told where the one asked for is not there


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    mail = settings.mail
    yield await relay(settings)
    for finding in _templates(settings):
        yield finding
    if mail.lmtp:
        yield await _slot(mail.lmtp)
    for told in mail.boxes:
        if told.host:
            box = box_of(told, mail.letter_mb)
            for finding in await asyncio.to_thread(_mailbox, box):
                yield finding
    if not mail.lmtp and not mail.boxes:
        yield note(
            "收信：未配置；设 HOTLINE_MAIL__LMTP，或在设置文件中写 [[mail.boxes]]"
            " / no letters in: set HOTLINE_MAIL__LMTP or [[mail.boxes]]"
        )


async def relay(settings: Settings) -> Finding:
    """The relay is spoken to, and signed in to; no letter is sent."""
    sender = make_senders(settings).get("mail")
    if not isinstance(sender, SmtpSender):
        return note("发信：未配置，通知只在系统内 / letters: no relay, notices stay inside")
    try:
        await sender.check()
    except SendFailed as error:
        return wrong(f"发信服务器不能使用 / the mail relay cannot be used: {error}")
    return well(f"发信服务器 / mail relay: {settings.mail.smtp}")


def _templates(settings: Settings) -> Iterator[Finding]:
    """The office's own words of every letter, tried on a case that is none."""
    for notice in Notice:
        try:
            compose(notice, Facts(number="20260101-000001"), settings.folder)
        except BadTemplate as error:
            yield wrong(str(error))


async def _slot(told: str) -> Finding:
    host, port = place(told)
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection(host, port)
            greeting = await reader.readline()
            writer.close()
            await writer.wait_closed()
    except (OSError, TimeoutError):
        return note(
            f"收信端口 {told} 现无人应答；serve 运行后再查 / nobody answers at the slot now"
        )
    if not greeting.startswith(b"220") or b"12345" not in greeting:
        return wrong(f"收信端口 {told} 被别的程序占用 / another program has the slot's port")
    return well(f"收信端口在听 / the letter slot answers: {told}")


def _mailbox(box: Box) -> list[Finding]:
    return list(_looked_into(box))


def _looked_into(box: Box) -> Iterator[Finding]:
    """Signed in and looked into; nothing is fetched, nothing is marked."""
    connection = Connection(box)
    try:
        connection.open()
        waiting = len(connection.search("UNSEEN"))
        yield well(f"邮箱“{box.name}”可用，未读 {waiting} 封 / the mailbox can be used")
        if "IDLE" not in connection.mail.client.capabilities:
            yield note(
                f"邮箱“{box.name}”的服务器不支持即时推送，每 {box.seconds:.0f} 秒查一次"
                " / no IDLE there: looked into every so often"
            )
    except Broken as error:
        yield wrong(f"邮箱“{box.name}”：{error.words}")
        if error.missing_folder:
            names = "、".join(connection.folders()[:FOLDERS])
            yield note(f"该邮箱现有的文件夹 / folders there: {names}")
    finally:
        connection.close()
