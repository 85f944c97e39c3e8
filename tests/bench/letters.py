"""What reading a letter costs, beside the standard library's parser on the same letters in one run."""

import asyncio
import email
import email.policy
import smtplib
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from statistics import median

from channels.mailbox.lmtp import Slot, open_slot
from channels.mailbox.reading import read
from channels.mailbox.worker import Readers
from hotline.config import Settings
from hotline.flow import letters as settle
from hotline.flow.arrivals import Postroom
from hotline.wiring import Parts, build
from tests.channels.letters import WORDS, a_letter, a_parcel, variants, words
from tests.conftest import SHARED, made_ready

ROUNDS, LETTERS = 7, 240


def sample() -> list[bytes]:
    """Letters of every kind, and the Chinese mails where they lie beside the project."""
    made = [*variants().values(), a_letter(WORDS * 30), a_parcel(words(WORDS * 30))]
    folder = SHARED / "corpora/cn-mime-synth/eml"
    made += [path.read_bytes() for path in sorted(folder.glob("*.eml"))]
    return (made * (LETTERS // len(made) + 1))[:LETTERS]


def parsed(raw: bytes) -> None:
    """The tree alone, no header and no word looked at."""
    email.message_from_bytes(raw, policy=email.policy.default)


def taken(raw: bytes) -> None:
    """What a program takes from it: sender, subject, the body's text."""
    mail = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)
    with suppress(Exception):  # on some of these it fails, which costs it less than reading them
        str(mail["From"]), str(mail["Subject"])
        body = mail.get_body(("plain", "html"))
        if body is not None:
            body.get_content()


def speeds(letters: Sequence[bytes]) -> list[float]:
    """Letters a second of each way, the ways in turn, by the time of this process alone."""
    ways: tuple[Callable[[bytes], object], ...] = (parsed, taken, read)
    told: list[list[float]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for way, rates in zip(ways, told, strict=True):
            began = time.process_time()
            for raw in letters:
                way(raw)
            rates.append(len(letters) / (time.process_time() - began))
    return [median(rates) for rates in told]


async def outside(letters: Sequence[bytes]) -> float:
    """Letters a second one after the other through the process that can be killed."""
    async with Readers() as readers:
        await readers.read(letters[0])
        began = time.perf_counter()
        for raw in letters:
            await readers.read(raw)
        return len(letters) / (time.perf_counter() - began)


async def end_to_end(letters: Sequence[bytes]) -> float:
    """Letters a second from the slot to their outcome: kept, read, and a receipt on disk."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/hotline.db"
        await made_ready(url)
        parts = Parts(make_reader=lambda city: None)  # type: ignore[arg-type,return-value]
        centre = await build(Settings(database_url=url, data=Path(folder)), parts)
        server = await open_slot(("127.0.0.1", 0), Slot(), Postroom(centre))
        port = server.sockets[0].getsockname()[1]
        async with Readers(2) as readers:
            await asyncio.gather(readers.read(letters[0]), readers.read(letters[0]))
            began = time.perf_counter()
            sending = asyncio.create_task(asyncio.to_thread(sent, port, letters))
            while await settle.read_pending(centre, readers) or not sending.done():
                await asyncio.sleep(0.001)
            spent = time.perf_counter() - began
        server.close()
        await centre.close()
    return len(letters) / spent


def sent(port: int, letters: Sequence[bytes]) -> None:
    with smtplib.LMTP("127.0.0.1", port) as client:
        for n, raw in enumerate(letters):
            told = b"Message-ID: <%d@bench>\r\n" % n + raw  # each is another letter
            client.sendmail("citizen@example.com", ["12345@city.example"], told)


async def main() -> None:
    letters = sample()
    whole_way = await end_to_end(letters)
    tree, whole, ours = speeds(letters)
    killable = await outside(letters)
    print(f"letters parsed by the bare email parser/s    {tree:10.0f}")
    print(f"  sender, subject and body taken as well/s   {whole:10.0f}")
    print(f"letters read/s                               {ours:10.0f}")
    print(f"  against the bare parser                    {ours / tree:10.2f}")
    print(f"  against it with what is taken              {ours / whole:10.2f}")
    print(f"letters read in a process of its own/s       {killable:10.0f}")
    print(f"letters from the slot to their outcome/s     {whole_way:10.0f}")
    print(f"  against the bare parser                    {whole_way / tree:10.2f}")


if __name__ == "__main__":
    asyncio.run(main())
