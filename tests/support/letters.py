"""Letters as people and machines write them, and a reader that needs no process of its own."""

from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from channels.mailbox.facts import Reading, Unreadable
from channels.mailbox.reading import read
from channels.mailbox.send import WIRE
from channels.message import Delivery
from hotline.flow import intake, letters
from hotline.flow.arrivals import Postroom
from hotline.flow.centre import Centre
from hotline.wiring import MovingClock
from tests.makers import MONDAY

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100


class ReaderHere:
    """Readers without processes; `fails` letters whose bytes hold the mark cannot be read."""

    def __init__(self, poison: bytes = b"X-Poison") -> None:
        self._poison = poison

    async def read(self, raw: bytes, charset: str | None = None, seconds: float = 5.0) -> Reading:
        if self._poison in raw and charset is None:
            raise Unreadable("解析超时", kind="timeout")
        return read(raw, charset=charset)


READER: Any = ReaderHere()


def a_letter(
    subject: str = "楼下餐馆油烟扰民",
    text: str = "您好，望江大道12号楼下餐馆每天排油烟，请处理。电话13800001234。",
    *,
    sender: str = "王小明 <wang@example.com>",
    message_id: str = "<one@example.com>",
    photo: bytes | None = None,
    page: str | None = None,
    **headers: str,
) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, "12345@city.example", subject
    mail["Date"] = "Mon, 23 Nov 2026 09:58:00 +0800"
    if message_id:
        mail["Message-ID"] = message_id
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text, charset="utf-8")
    if page is not None:
        mail.add_alternative(page, subtype="html", charset="utf-8")
    if photo is not None:
        mail.add_attachment(photo, maintype="image", subtype="png", filename="现场照片.png")
    return mail.as_bytes(policy=WIRE)


async def arrives(centre: Centre, raw: bytes, **told: Any) -> None:
    """Through the postroom, as the slot and the mailboxes hand it in."""
    told = {"mailbox": "lmtp", "sender": "wang@example.com", **told}
    await Postroom(centre).take(Delivery(raw=raw, **told))


async def settled(centre: Centre, reader: Any = READER) -> None:
    """Everything that waits is read and triaged, the clock moved on for what is put off."""
    for _ in range(1000):
        read_ = await letters.read_pending(centre, reader)
        triaged = await intake.triage_pending(centre)
        if not read_ and not triaged:
            return
        if isinstance(centre.clock, MovingClock):
            centre.clock.move_to(max(centre.now(), MONDAY) + letters.AGAIN)
    raise AssertionError("letters are put off for ever")
