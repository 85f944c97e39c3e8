"""A letter's whole way on a real mail server: GBK and a photo in, number and code out, the author's
answer into the case, the department's answer out in the same thread."""

import asyncio
import re
import smtplib
from collections.abc import AsyncIterator
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP as SmtpServer
from imap_tools import MailBoxUnencrypted

from channels.mailbox.reading import Reading, read
from hotline.commands.mailroom import mailroom
from hotline.config import Settings
from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.domain.words import Role
from hotline.flow import deliver, intake, work
from hotline.flow.centre import Centre
from hotline.wiring import Parts, build
from tests.conftest import one_reader
from tests.flow.letters_support import accounted, cases, outcomes
from tests.journeys.test_browser import shared_loop
from tests.makers import a_reply, a_sign, an_officer
from tests.support.dovecot import PASSWORD, Server
from tests.support.letters import PNG

pytestmark = [pytest.mark.mailserver, pytest.mark.slow]
CITY, CITIZEN = "hotline-city", "wang"


class Carrier:
    """The city's relay: hands every letter to the mail server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        def hand_over() -> None:
            with smtplib.LMTP("127.0.0.1", self._server.lmtp) as client:
                users = [one.partition("@")[0] for one in envelope.rcpt_tos]
                client.sendmail(envelope.mail_from, users, envelope.content)

        await asyncio.to_thread(hand_over)
        return "250 OK"


@shared_loop
async def hotline(sqlite_url: str, tmp_path: Path, post_office: Server) -> AsyncIterator[Centre]:
    loop = asyncio.get_running_loop()
    carrier = Carrier(post_office)
    relay = await loop.create_server(lambda: SmtpServer(carrier, loop=loop), "127.0.0.1", 0)
    box = {
        "name": "市长信箱",
        "host": "127.0.0.1",
        "port": post_office.imap,
        "security": "none",
        "user": CITY,
        "password": PASSWORD,
        "address": f"{CITY}@city.example",
        "seconds": 1,
    }
    mail = {
        "boxes": [box],
        "smtp": f"127.0.0.1:{relay.sockets[0].getsockname()[1]}",
        "security": "none",
        "from": f"{CITY}@city.example",
    }
    settings = Settings(database_url=sqlite_url, data=tmp_path, mail=mail)
    centre = await build(settings, Parts(make_reader=one_reader))
    centre.automatic = False
    async with mailroom(centre, settings):
        yield centre
    await centre.close()
    relay.close()


def first_letter() -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = f"{CITIZEN}@example.com", f"{CITY}@city.example"
    mail["Subject"] = "ph"
    mail["Message-ID"] = "<first@example.com>"
    mail.set_content("幸福路朱镕花园门口路灯不亮，已经三天。", charset="gb18030", cte="8bit")
    mail.add_attachment(PNG, maintype="image", subtype="png", filename="photo.png")
    raw = mail.as_bytes().replace(b'"gb18030"', b'"gb2312"')
    # The subject as old programs write it: bytes of the country's charset, no label.
    return raw.replace(b"Subject: ph", "Subject: 路灯坏了".encode("gb18030"))


def got(server: Server) -> list[Reading]:
    with MailBoxUnencrypted("127.0.0.1", server.imap).login(CITIZEN, PASSWORD) as box:
        raws = []
        for uid in box.uids():
            _, told = box.client.uid("FETCH", uid, "(BODY.PEEK[])")
            raws.append(told[0][1])
    return [read(raw) for raw in raws]


async def until(what: Any, seconds: float = 30.0) -> Any:
    ends = asyncio.get_running_loop().time() + seconds
    while not (found := await what()):
        assert asyncio.get_running_loop().time() < ends, "it never came"
        await asyncio.sleep(0.1)
    return found


async def letters_to_the_citizen(centre: Centre, server: Server, n: int) -> list[Reading]:
    async def enough() -> list[Reading]:
        await intake.triage_pending(centre)
        await deliver.deliver(centre)
        found = await asyncio.to_thread(got, server)
        return found if len(found) >= n else []

    found: list[Reading] = await until(enough)
    return found


async def answered(centre: Centre, number: str) -> None:
    """From acceptance to the approved answer, each by who does it."""
    clerk = an_officer(Role.CLERK, "cgj")
    for facts, actor in (
        (acts.Accept(), an_officer(Role.DISPATCHER)),
        (acts.Transfer(department="cgj"), an_officer(Role.DISPATCHER)),
        (a_sign(), clerk),
        (department.Contact(text="已电话联系"), clerk),
        (a_reply(public_reply="幸福路路灯已修复。"), clerk),
        (acts.Approve(), an_officer(Role.INSPECTOR)),
    ):
        await work.act(centre, number, facts, actor)


async def test_a_letter_is_answered_answered_again_and_answered_in_public(
    hotline: Centre, post_office: Server
) -> None:
    await asyncio.to_thread(post_office.deliver, first_letter(), CITY)
    (receipt,) = await letters_to_the_citizen(hotline, post_office, 1)
    while await intake.triage_pending(hotline):
        pass
    (case,) = await cases(hotline)
    assert case.title == "路灯坏了" and "朱镕花园" in case.content
    assert case.number in receipt.whole_text and re.search(
        r"[0-9A-Z]{4}-[0-9A-Z]{4}", receipt.whole_text
    )
    assert "<first@example.com>" in receipt.in_reply_to

    reply = EmailMessage(policy=SMTP)
    reply["From"], reply["To"] = f"{CITIZEN}@example.com", f"{CITY}@city.example"
    reply["Subject"], reply["Message-ID"] = f"Re: {receipt.subject}", "<second@example.com>"
    quoted = "\n".join(f"> {line}" for line in receipt.whole_text.splitlines())
    reply.set_content(f"还没修\n\n在 2026年11月25日，12345 写道：\n{quoted}\n", charset="utf-8")
    raw = reply.as_bytes().replace(
        b"Message-ID:", f"In-Reply-To: {receipt.message_id}\r\nMessage-ID:".encode(), 1
    )
    await asyncio.to_thread(post_office.deliver, raw, CITY)

    async def joined() -> bool:
        return await outcomes(hotline) == ["case", "followup"]

    await until(joined)
    async with hotline.look() as look:
        entries = list(await look.cases.timeline(case.id))
    assert [one.text for one in entries if one.action == "supplement"] == ["还没修"]

    await answered(hotline, case.number)
    found = await letters_to_the_citizen(hotline, post_office, 3)
    answer = next(one for one in found if "幸福路路灯已修复" in one.whole_text)
    assert {"<first@example.com>", receipt.message_id} <= set(answer.references)
    assert "<second@example.com>" in answer.in_reply_to
    assert "路灯坏了" in answer.subject and case.number in answer.subject
    assert len({one.message_id for one in found}) == len(found)
    assert (await accounted(hotline))["received"] == 2
