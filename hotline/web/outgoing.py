"""The one way in which the web side asks another machine over HTTP: no redirect, no forbidden address.

A name is resolved once, and the connection goes to what was looked at: a name that means another
machine the next moment gains nothing.
"""

from collections.abc import Mapping
from socket import AF_INET, AddressFamily

from aiohttp import ClientSession, ClientTimeout, TCPConnector, ThreadedResolver
from aiohttp.abc import ResolveResult
from yarl import URL

from hotline.hosts import forbidden

MOST = 2**18  # bytes of an answer
PATIENCE = ClientTimeout(total=10)


class Guarded(ThreadedResolver):
    """Names nothing that must not be asked; `own`: this machine may be."""

    def __init__(self, *, own: bool) -> None:
        super().__init__()
        self._own = own

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AF_INET
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        if any(forbidden(one["host"], own=self._own) for one in found):
            raise OSError(None, "an address that is not asked")
        return found


async def asked(url: URL, form: Mapping[str, str] | None = None, *, own: bool) -> bytes:
    """The body of a good answer, of 256 KiB at most; else ValueError, ClientError, TimeoutError."""
    connector = TCPConnector(resolver=Guarded(own=own))
    async with ClientSession(connector=connector, timeout=PATIENCE, trust_env=False) as session:
        method = "POST" if form else "GET"
        async with session.request(method, url, data=form, allow_redirects=False) as answer:
            if answer.status != 200:
                raise ValueError(f"answered {answer.status}")
            body = b""
            async for part in answer.content.iter_any():
                body += part
                if len(body) > MOST:
                    raise ValueError("too much")
    return body
