"""What pages are made of beside their words: named by its content, compressed once, kept by browsers.

Pages themselves are compressed only where they hold no secret and nobody is known: who can put words
into a page and see its length would else guess the secret beside them (BREACH).
"""

import asyncio
import gzip
import hashlib
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from aiohttp import hdrs, web

FOLDER = Path(str(resources.files("hotline.web") / "static"))
TEXT = (".css", ".js", ".svg", ".json")
YEAR = 31_536_000
LEAST = 1024  # bytes: below it a page gains nothing


@dataclass(frozen=True)
class Asset:
    """A file as it is sent, and the name of its content."""

    type: str
    mark: str
    body: bytes
    small: bytes | None  # compressed, where that helps


@cache
def _read(name: str) -> Asset | None:
    """None where there is no such file; a name never leads out of the folder."""
    path = (FOLDER / name).resolve()
    if not path.is_relative_to(FOLDER.resolve()) or not path.is_file():
        return None
    body = path.read_bytes()
    small = gzip.compress(body, 9, mtime=0) if path.suffix in TEXT else None
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(kind, hashlib.sha256(body).hexdigest()[:12], body, small)


@cache
def _mark(name: str) -> str:
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a file of ours under the name of its content: it can be kept for a year."""
    return f"/static/{name}?v={_mark(name)}"


class Assets(web.StaticResource):
    """The files under one prefix; what is not there is answered as aiohttp does."""

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["filename"]
        known = (FOLDER / name).is_file() and ".." not in name
        found = await asyncio.to_thread(_read, name) if known else None
        return _answer(request, found) if found else await super()._handle(request)


def _answer(request: web.Request, found: Asset) -> web.Response:
    named = request.query.get("v") == found.mark
    headers = {
        hdrs.CACHE_CONTROL: f"public, max-age={YEAR}, immutable" if named else "no-cache",
        hdrs.ETAG: f'"{found.mark}"',
        hdrs.VARY: hdrs.ACCEPT_ENCODING,
    }
    if any(one.value == found.mark for one in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    body = found.body
    if found.small is not None and takes_gzip(request):
        body, headers[hdrs.CONTENT_ENCODING] = found.small, "gzip"
    utf8 = "utf-8" if found.type.startswith("text/") else None
    return web.Response(body=body, content_type=found.type, charset=utf8, headers=headers)


def takes_gzip(request: web.Request) -> bool:
    told = request.headers.get(hdrs.ACCEPT_ENCODING, "").lower().replace(" ", "").split(",")
    return any(one == "gzip" or (one.startswith("gzip;") and "q=0" != one[5:]) for one in told)


def squeeze(
    request: web.Request, response: web.StreamResponse, known: Callable[[web.Request], bool]
) -> None:
    """Compresses a page that nobody's secret stands in; the rest goes as it is."""
    page = isinstance(response, web.Response) and response.content_type == "text/html"
    if not page or response.prepared or response.cookies or known(request):
        return
    response.headers[hdrs.VARY] = f"{hdrs.ACCEPT_ENCODING}, {hdrs.COOKIE}"
    if takes_gzip(request) and len(getattr(response, "body", b"") or b"") >= LEAST:
        response.enable_compression(web.ContentCoding.gzip)
