"""Forms and files as they are posted, read in one place; a broken one is a clear problem, never a crash.

The framework's own reader leaves the files of a form open that breaks off in the middle.
"""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError
from aiohttp.web_request import FileField
from multidict import MultiDict, MultiDictProxy

from channels.forms import BadForm, FieldProblem
from hotline.web.keys import FORM, OPENED
from hotline.web.problems import BadBody, TooLarge

CHUNK = 2**16
IN_MEMORY = 2**20  # of one file; what is longer waits on disk
MOST_PARTS = 200
# What the reader of parts says of a body that is none, by whatever way it finds out.
BROKEN = (
    ValueError,
    LookupError,
    AssertionError,
    RuntimeError,
    RuntimeWarning,  # where warnings are errors
    HttpProcessingError,
    RequestPayloadError,
)
CODINGS = ("Content-Encoding", "Content-Transfer-Encoding")
PLAIN = {"", "binary", "7bit", "8bit", "identity"}


async def posted(request: web.Request) -> MultiDictProxy[Any]:
    """A page's form, read once: texts, and files that are closed with the request.

    Raises BadBody where it cannot be read, BadForm for a name that is none, TooLarge beyond the
    application's limit of bytes or 200 parts.
    """
    kept = request.get(FORM)
    if kept is None:
        with reading():
            several = request.content_type == "multipart/form-data"
            kept = await (_form(request) if several else request.post())
        request[FORM] = kept
    return kept


@contextmanager
def reading() -> Iterator[None]:
    try:
        yield
    except BROKEN:
        raise BadBody("broken") from None


async def next_part(reader: MultipartReader) -> BodyPartReader | None:
    """The next part, under names that can be shown; none at the end."""
    part = await reader.next()
    if isinstance(part, MultipartReader):
        raise BadBody("broken")
    for name in (part.name, part.filename) if part else ():
        if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in name or ""):
            zh = "表单项或文件的名称含有控制字符，请改名后重新提交。"
            en = "The name of a field or file holds control characters; rename it."
            raise BadForm([FieldProblem("file", "name", zh, en)])
    return part


async def _form(request: web.Request) -> MultiDictProxy[Any]:
    found: MultiDict[Any] = MultiDict()
    reader, left = await request.multipart(), request.client_max_size
    while part := await next_part(reader):
        coded = (part.headers.get(name, "").lower() for name in CODINGS)
        if part.name is None or not set(coded) <= PLAIN:
            raise BadBody("broken")
        body = SpooledTemporaryFile(IN_MEMORY)
        request.setdefault(OPENED, []).append(body)
        while chunk := await part.read_chunk(CHUNK):
            left -= len(chunk)
            if left < 0 or len(found) >= MOST_PARTS:
                raise TooLarge(request.client_max_size)
            body.write(chunk)
        body.seek(0)
        found.add(part.name, _file(part, body) if part.filename else _text(part, body))
    return MultiDictProxy(found)


def _file(part: BodyPartReader, body: IO[bytes]) -> FileField:
    kind = part.headers.get("Content-Type", "application/octet-stream")
    return FileField(part.name or "", part.filename or "", body, kind, part.headers)


def _text(part: BodyPartReader, body: IO[bytes]) -> str:
    return body.read().decode(part.get_charset(default="utf-8"))


def close(request: web.Request) -> None:
    """What a request's form held open; safe for one that had none."""
    for body in request.get(OPENED, ()):
        body.close()
