"""Files in, files out: type by content, size bounded, served as a download and never inline."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from aiohttp import BodyPartReader, web
from aiohttp.web_request import FileField

from channels.forms import BadForm, FieldProblem, clean
from channels.web import MOST_FILES
from hotline.domain.errors import NoSuchCase
from hotline.domain.people import mask_text
from hotline.flow import work as flow
from hotline.store import files
from hotline.store.filekinds import kind_of
from hotline.store.files import Kept
from hotline.web import posting
from hotline.web.keys import ACTOR, CENTRE, SETTINGS
from hotline.web.outage import unavailable
from hotline.web.photos import NoPhoto, bare, position
from hotline.web.problems import TooLarge, WrongType
from hotline.web.scanning import Infected, NotScanned, scan
from hotline.web.shown import answer

# One picture at a time: the largest that is taken needs some hundred megabytes while it is drawn.
_drawing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")


async def upload(request: web.Request) -> web.Response:
    """POST multipart with one part named `file`; with `?position=tell` its answer says where a photo
    was taken, which the kept file does not."""
    if request.content_type != "multipart/form-data":
        raise WrongType("multipart/form-data")
    name, body = await _sent(request)
    kept = await keep(request, name, body)
    told: dict[str, Any] = {"token": kept.token, "name": kept.name, "size": kept.size}
    if request.query.get("position") == "tell":
        told["position"] = _told(position(body, kept.type))
    return answer({**told, "type": kept.type}, status=201)


async def _sent(request: web.Request) -> tuple[str, bytes]:
    """The first file of the body: its name and its bytes."""
    with posting.reading():
        reader = await request.multipart()
        while part := await posting.next_part(reader):
            if part.filename:
                return part.filename, await _read(request, part)
    raise BadForm([FieldProblem("file", "missing", "请选择文件。", "Choose a file.")])


def _told(found: tuple[float, float] | None) -> dict[str, float] | None:
    return {"lon": found[0], "lat": found[1]} if found else None


async def _read(request: web.Request, part: BodyPartReader) -> bytes:
    most = request.app[SETTINGS].limits.attachment_mb * 2**20
    body = bytearray()
    while chunk := await part.read_chunk(posting.CHUNK):
        body += chunk
        if len(body) > most:
            raise TooLarge(most)
    return bytes(body)


async def keep(request: web.Request, name: str, body: bytes) -> Kept:
    """The file on disk and described; raises BadForm for a kind that is not taken."""
    centre = request.app[CENTRE]
    centre.reserve.check()
    kind = kind_of(body)
    if kind is None:
        zh = "不支持这种文件，请上传图片、PDF、Word、Excel、录音或视频。"
        raise BadForm([FieldProblem("file", "kind", zh, "This kind of file is not taken.")])
    clamd = request.app[SETTINGS].limits.clamd
    if clamd:
        await scan(clamd, body)
    try:
        body = await asyncio.get_running_loop().run_in_executor(_drawing, bare, body, kind)
    except NoPhoto:
        zh = "图片已损坏或过大，无法读取，请重新选择。"
        wrong = FieldProblem("file", "picture", zh, "The picture is broken or too large.")
        raise BadForm([wrong]) from None
    digest = files.write(centre.files, body)
    async with centre.work() as work:
        facts = (safe_name(name), len(body), kind)
        return await files.describe(work.connection, centre.cipher, digest, facts, work.at)


async def named(request: web.Request, tokens: list[str]) -> list[Kept]:
    """Files that came before and are still to be sent, as a form shows them."""
    if not tokens:
        return []
    centre = request.app[CENTRE]
    try:
        async with centre.look() as look:
            found = [
                await files.find(look.connection, centre.cipher, token[:64])
                for token in tokens[:MOST_FILES]
            ]
    except Exception as error:
        if not unavailable(error):
            raise
        return [Kept(token, "", 0, "", "", None) for token in tokens[:MOST_FILES]]
    return [one for one in found if one is not None and one.case_id is None]


async def of_form(request: web.Request, typed: dict[str, Any]) -> None:
    """A complaint's files; where it was asked for, the place they were taken at becomes its place."""
    typed["files"] = await uploads(request)
    if not typed["keep_position"] or typed["place.lon"]:
        return
    for part in (await posting.posted(request)).getall("files", []):
        if isinstance(part, FileField) and part.filename:
            part.file.seek(0)
            body = part.file.read()
            if (found := position(body, kind_of(body) or "")) is not None:
                typed["place.lon"], typed["place.lat"] = map(str, found)
                return


async def uploads(request: web.Request) -> list[str]:
    """Tokens of a page's files, kept at once, so that a form with mistakes does not lose them."""
    posted = await posting.posted(request)
    tokens = [str(token) for token in posted.getall("file_token", [])]
    for part in posted.getall("files", []):
        if isinstance(part, FileField) and part.filename:
            try:
                tokens.append((await keep(request, part.filename, part.file.read())).token)
            except BadForm as error:
                wrong = [replace(one, field="attachments") for one in error.problems]
                raise BadForm(wrong) from None
            except (Infected, NotScanned) as error:
                told = FieldProblem("attachments", error.code, error.zh, error.en)
                raise BadForm([told]) from None
    return tokens


def safe_name(name: str) -> str:
    """A name to show and to download under; never a path."""
    name = clean(name.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ")
    return name[-120:] or "附件"


async def download(request: web.Request) -> web.StreamResponse:
    """Only to those who may see the case it belongs to."""
    centre = request.app[CENTRE]
    async with centre.look() as look:
        kept = await files.find(look.connection, centre.cipher, request.match_info["token"][:64])
    if kept is None or kept.case_id is None:
        raise NoSuchCase
    await flow.view_by_id(centre, kept.case_id, request[ACTOR])
    charset = "; charset=utf-8" if kept.type.startswith("text/") else ""  # taken only as that
    return web.FileResponse(
        files.path(centre.files, kept.sha256),
        headers={
            "Content-Type": kept.type + charset,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(mask_text(kept.name))}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        },
    )
