"""Files in, files out: type by content, size bounded, served as a download and never inline."""

from dataclasses import replace
from urllib.parse import quote

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError
from aiohttp.web_request import FileField

from channels.forms import BadForm, FieldProblem, clean
from hotline.domain.errors import NoSuchCase
from hotline.flow import work as flow
from hotline.store import files
from hotline.store.filekinds import kind_of
from hotline.store.files import Kept
from hotline.web.keys import ACTOR, CENTRE, SETTINGS
from hotline.web.problems import BadBody, TooLarge, WrongType
from hotline.web.shown import answer

CHUNK = 2**16


async def upload(request: web.Request) -> web.Response:
    """POST multipart with one part named `file`."""
    if request.content_type != "multipart/form-data":
        raise WrongType("multipart/form-data")
    try:
        reader = await request.multipart()
        async for part in reader:
            name = getattr(part, "filename", None)
            if name:
                kept = await keep(request, name, await _read(request, part))
                told = {"token": kept.token, "name": kept.name, "size": kept.size}
                return answer({**told, "type": kept.type}, status=201)
    except (ValueError, AssertionError, HttpProcessingError, RequestPayloadError):
        raise BadBody("broken") from None
    raise BadForm([FieldProblem("file", "missing", "请选择文件。", "Choose a file.")])


async def _read(request: web.Request, part: object) -> bytes:
    most = request.app[SETTINGS].limits.attachment_mb * 2**20
    body = bytearray()
    while chunk := await part.read_chunk(CHUNK):  # type: ignore[attr-defined]
        body += chunk
        if len(body) > most:
            raise TooLarge(most)
    return bytes(body)


async def keep(request: web.Request, name: str, body: bytes) -> Kept:
    """The file on disk and described; raises BadForm for a kind that is not taken."""
    centre = request.app[CENTRE]
    kind = kind_of(body)
    if kind is None:
        zh = "不支持这种文件，请上传图片、PDF、Word、Excel、录音或视频。"
        raise BadForm([FieldProblem("file", "kind", zh, "This kind of file is not taken.")])
    digest = files.write(centre.files, body)
    async with centre.work() as work:
        facts = (safe_name(name), len(body), kind)
        return await files.describe(work.connection, centre.cipher, digest, facts, work.at)


async def uploads(request: web.Request) -> list[str]:
    """Tokens of a page's files, kept at once, so that a form with mistakes does not lose them."""
    posted = await request.post()
    tokens = [str(token) for token in posted.getall("file_token", [])]
    for part in posted.getall("files", []):
        if isinstance(part, FileField) and part.filename:
            try:
                tokens.append((await keep(request, part.filename, part.file.read())).token)
            except BadForm as error:
                wrong = [replace(one, field="attachments") for one in error.problems]
                raise BadForm(wrong) from None
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
    return web.FileResponse(
        files.path(centre.files, kept.sha256),
        headers={
            "Content-Type": kept.type,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(kept.name)}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        },
    )
