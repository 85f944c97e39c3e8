"""Files that come in: photos without their place, viruses not kept, nothing passes unseen."""

import asyncio
import io
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo

from hotline.domain.words import ACCOUNTS, Role
from hotline.store import files
from hotline.web import photos
from hotline.wiring import MovingClock
from tests.support.scale import Scale
from tests.web.api_support import (
    OWN_PAGE,
    PNG,
    Client,
    a_file,
    complaint,
    filed,
    served,
    token,
    uploaded,
)

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def a_photo(kind: str = "JPEG", *, exif: bool = True, size: tuple[int, int] = (64, 48)) -> bytes:
    """A picture as a telephone makes it: turned, with its place, its owner and a comment."""
    drawn = bytes(
        (x * 3 + y * c) % 256 for y in range(size[1]) for x in range(size[0]) for c in range(3)
    )
    picture, out = Image.frombytes("RGB", size, drawn), io.BytesIO()
    told = Image.Exif()
    if exif:
        told[Base.Orientation], told[Base.Make] = 6, "PLANTED-MAKE"
        told.get_ifd(IFD.GPSInfo).update({GPS.GPSLatitude: (30.0, 15.0, 7.0)})
        told.get_ifd(IFD.GPSInfo).update({GPS.GPSAreaInformation: b"PLANTED-PLACE"})
    options: dict[str, object] = {"exif": told} if exif else {}
    if exif and kind == "JPEG":
        options["comment"] = b"PLANTED-COMMENT"
    if exif and kind == "PNG":
        info = PngInfo()
        info.add_text("Comment", "PLANTED-COMMENT")
        options["pnginfo"] = info
    picture.save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_loses_its_place_and_stays_turned(kind: str) -> None:
    body = a_photo(kind)
    assert b"PLANTED" in body
    bare = photos.bare(body, KINDS[kind])
    assert b"PLANTED" not in bare
    before, after = Image.open(io.BytesIO(body)), Image.open(io.BytesIO(bare))
    told = after.getexif()
    assert dict(told) == {Base.Orientation: 6} and not told.get_ifd(IFD.GPSInfo)
    assert after.size == before.size
    pairs = zip(before.convert("RGB").tobytes(), after.convert("RGB").tobytes(), strict=True)
    off = [abs(one - other) for one, other in pairs]
    assert sum(off) / len(off) < (0 if kind == "PNG" else 4) + 0.001


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_tells_nothing_stays_as_it_is(kind: str) -> None:
    body = a_photo(kind, exif=False)
    assert photos.bare(body, KINDS[kind]) == body
    assert photos.bare(b"%PDF-1.4", "application/pdf") == b"%PDF-1.4"


def test_a_broken_picture_is_kept_unless_it_hides_a_place() -> None:
    assert photos.bare(PNG, "image/png") == PNG
    with pytest.raises(photos.NoPhoto):
        photos.bare(a_photo()[:400], "image/jpeg")


def test_a_picture_made_to_fill_the_memory_is_not_drawn() -> None:
    """Row 35: more pixels than any telephone's, in a few kilobytes; read no further than that."""
    out = io.BytesIO()
    Image.new("1", (11_000, 11_000)).save(out, "PNG")
    with pytest.raises(photos.NoPhoto):
        photos.bare(out.getvalue(), "image/png")


async def test_a_full_disk_takes_neither_files_nor_complaints_and_lets_staff_in(
    client: Client,
) -> None:
    client.centre.reserve.full = True
    answer = await client.post("/api/v1/attachments", data=a_file("a.png", PNG))
    assert answer.status == 503 and on_disk(client.centre.files) == 0
    assert (await client.post("/api/v1/complaints", json=complaint())).status == 503
    assert await token(client, Role.DISPATCHER.value)
    ready = await (await client.get("/readyz")).json()
    assert ready["ready"] and not ready["taking_in"]
    client.centre.reserve.full = False
    assert (await client.post("/api/v1/attachments", data=a_file("a.png", PNG))).status == 201


async def test_what_is_uploaded_lies_on_disk_without_its_place(client: Client) -> None:
    kept_as = await uploaded(client, "井盖.jpg", a_photo())
    async with client.centre.look() as look:
        kept = await files.find(look.connection, client.centre.cipher, kept_as)
    assert kept is not None
    body = files.path(client.centre.files, kept.sha256).read_bytes()
    assert b"PLANTED" not in body and len(body) == kept.size


@asynccontextmanager
async def clamd(verdict: str = "") -> AsyncIterator[str]:
    """A twin that speaks clamd's stream and finds the test virus; or says what it is told to."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        body = b""
        while size := int.from_bytes(await reader.readexactly(4), "big"):
            body += await reader.readexactly(size)
        found = "stream: Eicar-Signature FOUND" if EICAR in body else "stream: OK"
        writer.write((verdict or found).encode() + b"\0")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def sent(client: Client, body: bytes) -> tuple[int, str]:
    answer = await client.post("/api/v1/attachments", data=a_file("a.txt", body))
    return answer.status, str((await answer.json()).get("title", ""))


def on_disk(folder: Path) -> int:
    return len(list((folder / "files").glob("??/*")))


async def test_a_virus_is_not_kept_and_the_rest_is(
    empty_sqlite: Path, tmp_path: Path, clock: MovingClock
) -> None:
    async with clamd() as where:
        limits = {"public": "off", "clamd": where}
        async with served(empty_sqlite, tmp_path, clock, limits=limits) as client:
            assert await sent(client, b"a note " * 50_000) == (201, "")
            assert await sent(client, b"plain " + EICAR) == (422, "infected")
            assert on_disk(tmp_path) == 1
            form = {"title": "灯", "content": "不亮", "contact.phone": "13800001234"}
            data = a_file("b.txt", EICAR)
            data._fields[0][0]["name"] = "files"
            for name, value in form.items():
                data.add_field(name, value)
            page = await client.post("/complaints/new", data=data, headers=OWN_PAGE)
            assert page.status == 422 and "发现病毒" in await page.text()


@pytest.mark.parametrize("verdict", ["", "stream: size limit ERROR", "nonsense"])
async def test_no_file_passes_that_could_not_be_looked_at(
    empty_sqlite: Path, tmp_path: Path, clock: MovingClock, verdict: str
) -> None:
    async with clamd(verdict) as where:
        where = where if verdict else "127.0.0.1:9"
        limits = {"public": "off", "clamd": where}
        async with served(empty_sqlite, tmp_path, clock, limits=limits) as client:
            assert await sent(client, b"a note") == (503, "not_scanned")
            assert on_disk(tmp_path) == 0


HOSTILE = {
    "page.html": b"<html><script>alert(1)</script>",
    "picture.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "data.xml": b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://x/">',
    "page.pdf": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>",
    "both.gif": b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)//<script>alert(1)</script>",
    "both.jpg": b"\xff\xd8\xff\xe0" + b"<script>alert(1)</script>",
    "../../.htaccess": b"plain words",
    "x.php\u200b.png": PNG + b"<?php system('id');",
}


async def test_what_is_kept_is_only_ever_handed_out_as_a_download(client: Client) -> None:
    """Row 14: pages, drawings and files that are two things at once, to every role that may have them."""
    taken = []
    for name, body in HOSTILE.items():
        answer = await client.post("/api/v1/attachments", data=a_file(name, body))
        assert answer.status in (201, 422), (name, answer.status)
        if answer.status == 201:
            taken.append((await answer.json())["token"])
    assert 3 <= len(taken) < len(HOSTILE)
    assert all(len(one) >= 22 for one in taken), "128 bits and more"
    stored = [one.name for one in (client.centre.files / "files").glob("??/*")]
    assert all(len(one) == 64 and int(one, 16) >= 0 for one in stored)
    number = (await filed(client, attachments=taken))["number"]
    served = 0
    for role in ACCOUNTS:
        headers = await token(client, role.value)
        seen = (await client.get(f"/api/v1/cases/{number}", headers=headers)).status == 200
        for one, door in (
            (one, door) for one in taken for door in ("api/v1/attachments", "office/files")
        ):
            answer = await client.get(f"/{door}/{one}", headers=headers)
            assert (answer.status == 200) == seen, (role, answer.status)
            if seen:
                told, served = answer.headers, served + 1
                assert told["Content-Disposition"].startswith("attachment;")
                assert told["X-Content-Type-Options"] == "nosniff"
                assert "sandbox" in told["Content-Security-Policy"]
                assert "default-src 'none'" in told["Content-Security-Policy"]
    assert served >= 30


@pytest.mark.slow
@pytest.mark.soak
async def test_no_guess_finds_a_file(client: Client, scale: Scale) -> None:
    one = await uploaded(client)
    await filed(client, attachments=[one])
    headers = await token(client, "dispatcher")
    for n in range(scale.guesses):
        guess = one[:-4] + secrets.token_urlsafe(3) if n % 2 else secrets.token_urlsafe(24)
        if guess != one:
            path = f"/api/v1/attachments/{guess}"
            assert (await client.get(path, headers=headers)).status == 404
            assert n % 10 or (await client.get(path)).status == 401
