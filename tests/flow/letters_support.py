"""What the tests of letters ask: outcomes, cases, what was sent to citizens."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from channels.mailbox.send import letter
from channels.memory import MemorySender
from channels.message import Outgoing
from hotline.domain.post import Post
from hotline.flow import deliver
from hotline.flow.centre import Centre
from hotline.store.ledger import verify
from hotline.store.mailtables import LetterRow
from hotline.store.tables import CaseRow
from hotline.wiring import MovingClock
from tests.conftest import a_centre

OURS = Post(
    sender="12345@city.example",
    addresses=("12345@city.example",),
    city="云溪市",
    pages="http://127.0.0.1:8345",
)


@pytest.fixture
async def house(url: str, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Centre]:
    """A hotline with a relay for letters."""
    made = await a_centre(url, tmp_path, clock)
    made.senders = {"citizen": MemorySender(), "mail": MemorySender()}
    made.post = OURS
    yield made
    await made.close()


async def rows(centre: Centre) -> list[Any]:
    async with centre.look() as look:
        found = await look.connection.execute(select(*LetterRow.__table__.c).order_by(LetterRow.id))
        return list(found.all())


async def outcomes(centre: Centre) -> list[str]:
    return [row.outcome for row in await rows(centre)]


async def cases(centre: Centre) -> list[Any]:
    async with centre.look() as look:
        found = await look.connection.execute(select(*CaseRow.__table__.c).order_by(CaseRow.id))
        return list(found.all())


async def sent(centre: Centre) -> list[Outgoing]:
    """What has left for citizens so far, once it has had its chance to; a case's receipt first."""
    await deliver.deliver(centre)
    box: Any = centre.senders["mail"]
    found = [one for one in box.sent if one.message_id.endswith(".citizen")]
    return sorted(
        found, key=lambda one: (one.about, not one.message_id.endswith("receipt.citizen"))
    )


def wire_id(centre: Centre, message: Outgoing) -> str:
    """The Message-ID under which it goes over the wire."""
    key = centre.cipher.signing_key("mail")
    return str(letter(message, centre.post.sender, key)["Message-ID"])


async def accounted(centre: Centre) -> dict[str, int]:
    """The mailbox's equation; everything verified on the way."""
    verdict = await verify(centre.store, centre.cipher, centre.files, centre.now())
    assert not verdict.broken, verdict.broken
    return verdict.channels["mailbox"]
