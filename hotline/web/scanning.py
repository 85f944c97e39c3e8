"""Files through ClamAV where it runs: clamd's own stream, and no file that could not be looked at."""

import asyncio
import contextlib

from hotline.domain.errors import Refused

CHUNK = 2**16
SECONDS = 30.0


class Infected(Refused):
    code = "infected"

    def __init__(self) -> None:
        super().__init__(
            "文件中发现病毒，没有保存；请检查您的设备后重新选择文件。",
            "A virus was found in the file; it was not kept.",
        )


class NotScanned(Refused):
    code = "not_scanned"

    def __init__(self) -> None:
        super().__init__(
            "暂时无法检查文件，请稍后再上传；诉求可以先提交，附件之后补充。",
            "Files cannot be checked right now; try again later.",
        )


async def scan(where: str, body: bytes) -> None:
    """Raises Infected; and NotScanned when clamd does not answer: nothing passes unseen."""
    try:
        async with asyncio.timeout(SECONDS):
            answer = await _ask(where, body)
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        raise NotScanned from None
    if answer.endswith("FOUND"):
        raise Infected
    if answer != "stream: OK":
        raise NotScanned


async def _ask(where: str, body: bytes) -> str:
    """INSTREAM: length and bytes of each piece, then a length of nothing."""
    reader, writer = await _connected(where)
    try:
        writer.write(b"zINSTREAM\0")
        for start in range(0, len(body), CHUNK):
            piece = body[start : start + CHUNK]
            writer.write(len(piece).to_bytes(4, "big") + piece)
            await writer.drain()
        writer.write((0).to_bytes(4, "big"))
        await writer.drain()
        told = await reader.readuntil(b"\0")
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    return told.rstrip(b"\0").decode("utf-8", "replace").strip()


async def _connected(where: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if where.startswith("/"):
        return await asyncio.open_unix_connection(where)
    host, _, port = where.rpartition(":")
    return await asyncio.open_connection(host.strip("[]"), int(port))
