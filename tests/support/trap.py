"""A listener that nobody should come to, sixty ways to name it, and who tried to leave the machine."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

LOOPBACK = (
    *("127.0.0.1", "localhost", "LOCALHOST", "localhost.", "127.1", "127.0.1", "0", "0.0.0.0"),
    *("2130706433", "0x7f000001", "0x7f.1", "0x7F.0x0.0x0.0x1", "0177.0.0.1", "0177.1"),
    *("017700000001", "127.000.000.001", "127.0.0.1.", "127.127.127.127", "127.0.0.2"),
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
    *("[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"),
    *("\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021", "①②⑦.⓪.⓪.①", "%31%32%37.0.0.1"),
    *("loc%61lhost", "ip6-localhost", "ip6-loopback", "localhost.localdomain"),
)
DISGUISED = (
    *("user@127.0.0.1", "{issuer}@127.0.0.1", "127.0.0.1#@{issuer}", "127.0.0.1\\@{issuer}"),
    *("{issuer}%2f@127.0.0.1", "127.0.0.1?@{issuer}", " 127.0.0.1", "127.0.0.1%00.{issuer}"),
)
PRIVATE = (
    *("10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "0xa.1", "167772161"),
    *("[fc00::1]", "[fd00::1]", "[fe80::1]", "169.254.1.1"),
)
METADATA = (
    *("169.254.169.254", "2852039166", "0xA9FEA9FE", "0251.0376.0251.0376"),
    *("[::ffff:169.254.169.254]", "[fd00:ec2::254]", "100.100.100.200", "192.0.0.192"),
    *("metadata.google.internal", "metadata.tencentyun.com"),
)
HOSTS = (*LOOPBACK, *DISGUISED, *PRIVATE, *METADATA)
OTHER = ("file:///etc/passwd", "gopher://127.0.0.1:{port}/", "//127.0.0.1:{port}/", "unix:/x", "")


def addresses(port: int, issuer: str) -> list[str]:
    """Each spelling as an address with the listener's port, plain and over TLS."""
    found = [
        f"{scheme}://{host.format(issuer=issuer)}:{port}/x"
        for host in HOSTS
        for scheme in ("http", "https")
    ]
    return [*found, *(one.format(port=port) for one in OTHER)]


@dataclass
class Trap:
    port: int = 0
    came: int = 0


@asynccontextmanager
async def trap() -> AsyncIterator[Trap]:
    made = Trap()

    def came(reader: Any, writer: asyncio.StreamWriter) -> None:
        made.came += 1
        writer.close()

    server = await asyncio.start_server(came, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()


@dataclass
class _Watch:
    """What a process does with sockets, as the interpreter itself tells it."""

    allowed: set[int] | None = None  # ports of this machine; None: nobody looks
    tried: list[str] = field(default_factory=list)


_WATCH = _Watch()


def _hook(event: str, facts: tuple[Any, ...]) -> None:
    if _WATCH.allowed is None or event not in ("socket.connect", "socket.getaddrinfo"):
        return
    if event == "socket.getaddrinfo":
        host, port = facts[0], facts[1]
    else:
        address = facts[1]
        if not isinstance(address, tuple):
            return
        host, port = address[0], address[1]
    if str(host) in ("127.0.0.1", "::1", "None") and port in _WATCH.allowed:
        return
    _WATCH.tried.append(f"{event} {host} {port}")
    raise PermissionError("a test goes nowhere")


@contextmanager
def nobody_leaves(*ports: int) -> Iterator[list[str]]:
    """Until the end no connection but to these ports of this machine; what was tried is told."""
    if not getattr(sys, "_hotline_watch", False):
        sys.addaudithook(_hook)
        setattr(sys, "_hotline_watch", True)  # noqa: B010
    _WATCH.allowed, _WATCH.tried = set(ports), []
    try:
        yield _WATCH.tried
    finally:
        _WATCH.allowed = None
