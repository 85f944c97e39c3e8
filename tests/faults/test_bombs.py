"""Bodies made to fill the memory or to hold the line: each is refused or kept, soon and cheaply.

Reliability rows 35 and 36, against a hotline in a process of its own whose memory is looked at.
"""

import asyncio
import gzip
import io
import json
import time
import zipfile
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cache
from pathlib import Path

import aiohttp
import pytest

from tests.support.served import Served

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
SECONDS, MEGABYTES = 10.0, 300
COMPLAINT = "/api/v1/complaints"
HEAD = b"POST " + COMPLAINT.encode() + b" HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
Bomb = Callable[[str], Awaitable[int]]


def memory(served: Served, kind: str) -> float:
    """Megabytes: VmRSS that the process holds, VmHWM the most it held since `forget_peak`."""
    assert served.process is not None
    lines = Path(f"/proc/{served.process.pid}/status").read_text().splitlines()
    (line,) = [one for one in lines if one.startswith(f"{kind}:")]
    return int(line.split()[1]) / 1024


def forget_peak(served: Served) -> None:
    assert served.process is not None
    Path(f"/proc/{served.process.pid}/clear_refs").write_text("5")


async def posted(address: str, path: str, headers: dict[str, str], body: object) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(address + path, data=body, headers=headers) as answer,
    ):
        await answer.read()
        return answer.status


async def raw(address: str, head: bytes, parts: AsyncIterator[bytes] | None = None) -> int:
    """What no client library would send; the status, or 0 when the line was just cut."""
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(head)
        if parts is not None:
            async for one in parts:
                writer.write(one)
                await writer.drain()
        line = await reader.readline()
        return int(line.split()[1]) if line else 0
    except OSError:
        return 0
    finally:
        writer.close()


async def chunks(many: int) -> AsyncIterator[bytes]:
    """One byte in each, with an extension to every chunk."""
    for _ in range(many // 1000):
        yield b"1;x=y\r\na\r\n" * 1000


@cache
def zeros_in_gzip(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b"0" * 2**20
    return b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()


def a_wide_picture() -> bytes:
    """30,000 × 30,000 pixels of one colour, as PNG, in few bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        told = len(body).to_bytes(4, "big") + kind + body
        return told + zlib.crc32(kind + body).to_bytes(4, "big")

    side = (30_000).to_bytes(4, "big")
    lines = zlib.compressobj(9)
    drawn = b"".join(lines.compress(b"\0" * 3751) for _ in range(30_000)) + lines.flush()
    header = chunk(b"IHDR", side + side + b"\x01\0\0\0\0")
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", drawn) + chunk(b"IEND", b"")


def a_crowded_document(names: int) -> bytes:
    """A Word file of ten thousand parts, one of which unpacks to 200 MB."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b" " * (200 * 2**20))
        for n in range(names):
            archive.writestr(f"word/media/{n}", b"")
    return body.getvalue()


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b']><svg xmlns="http://www.w3.org/2000/svg"><text>&j;</text></svg>'
)
A_LOOP = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]/Parent 1 0 R>>endobj\n%%EOF"


def uploaded(name: str, body: Callable[[], bytes]) -> Bomb:
    async def send(address: str) -> int:
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(body()), filename=name)
        return await posted(address, "/api/v1/attachments", {}, form)

    return send


async def of_many_fields(address: str) -> int:
    body = "&".join(f"f{n}=1" for n in range(100_000))
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": address}
    return await posted(address, "/complaints/new", kind, body)


async def of_many_parts(address: str) -> int:
    form = aiohttp.FormData(default_to_multipart=True)
    for n in range(2_000):
        form.add_field(f"f{n}", "1")
    return await posted(address, "/api/v1/attachments", {}, form)


JSON = {"Content-Type": "application/json"}
PACKED = JSON | {"Content-Encoding": "gzip"}
BOMBS: dict[str, tuple[Bomb, set[int]]] = {
    "25 MB of JSON": (
        lambda a: posted(a, COMPLAINT, JSON, io.BytesIO(b'{"title":"' + b"a" * 25 * 2**20)),
        {413},
    ),
    "a body that unpacks to 400 MB": (
        lambda a: posted(a, COMPLAINT, PACKED, zeros_in_gzip(400)),
        {400, 413, 415},
    ),
    "a packed body in a packed body": (
        lambda a: posted(a, COMPLAINT, PACKED, gzip.compress(zeros_in_gzip(400))),
        {400, 413, 415},
    ),
    "a header of 16 kB": (
        lambda a: raw(a, HEAD + b"X: " + b"a" * 16_384 + b"\r\n\r\n"),
        {400, 431},
    ),
    "ten thousand headers": (lambda a: raw(a, HEAD + b"X: a\r\n" * 10_000 + b"\r\n"), {400, 431}),
    "a million chunks of one byte": (
        lambda a: raw(a, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", chunks(1_100_000)),
        {0, 400, 413},
    ),
    "100,000 fields": (of_many_fields, {400, 413, 422}),
    "2,000 parts": (of_many_parts, {400, 413, 422}),
    "a picture of 900 million pixels": (uploaded("宽.png", a_wide_picture), {422}),
    "a drawing of entities": (uploaded("实体.svg", lambda: ENTITIES), {422}),
    "a document of 10,000 parts": (
        uploaded("多.docx", lambda: a_crowded_document(10_000)),
        {201, 422},
    ),
    "pages in a circle": (uploaded("环.pdf", lambda: A_LOOP), {201, 422}),
}


@pytest.fixture(scope="module")
def served(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> object:
    folder = tmp_path_factory.mktemp("bombs")
    (folder / "hotline.db").write_bytes(empty_sqlite.read_bytes())
    made = Served(f"sqlite:///{folder / 'hotline.db'}", folder)
    made.start()
    yield made
    made.stop()


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_is_refused_or_kept_soon_and_costs_little_memory(
    served: Served, name: str
) -> None:
    bomb, wanted = BOMBS[name]
    forget_peak(served)
    before, began = memory(served, "VmRSS"), time.monotonic()
    status = await bomb(served.address)
    took, grown = time.monotonic() - began, memory(served, "VmHWM") - before
    assert status in wanted
    assert took < SECONDS and grown < MEGABYTES, (took, grown)
    ordinary = {"title": "灯", "content": "路灯坏了", "contact": {"phone": "13800001234"}}
    assert await posted(served.address, COMPLAINT, JSON, json.dumps(ordinary)) == 201
