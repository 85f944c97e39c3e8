"""Letters out over TLS and STARTTLS, to a real server: whom it trusts, and what it never says in clear."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from channels.desk import SendFailed
from channels.mailbox.send import Relay, SmtpSender
from channels.message import Outgoing
from tests.support.certificates import Authority

LETTER = Outgoing("zhao@example.org", "红灯催办", "路灯不亮", "20261123-000001", "a")
PASSWORD = "a-very-secret-word"


@dataclass
class Server:
    """A relay, and everything that was said to it in clear and behind its encryption."""

    port: int = 0
    got: list[bytes] = field(default_factory=list)
    signed_in: list[bool] = field(default_factory=list)
    clear: bytearray = field(default_factory=bytearray)
    knows: tuple[str, ...] = ("LOGIN", "PLAIN")  # the ways of signing in that it offers

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        assert session.ssl is not None or server.transport.get_extra_info("sslcontext")
        self.got.append(envelope.content)
        return "250 OK"

    def known(self, server: Any, session: Any, envelope: Any, how: str, told: Any) -> AuthResult:
        right = told.password == PASSWORD.encode()
        self.signed_in.append(right)
        return AuthResult(success=right, handled=False)  # the server says how it went

    def session(self, starttls: ssl.SSLContext | None, implicit: bool) -> Callable[[], SMTP]:
        def made() -> SMTP:
            loop = asyncio.get_running_loop()
            # Where TLS began with the connection aiosmtpd does not know of it: it may sign in.
            told = {"tls_context": starttls, "auth_require_tls": not implicit}
            unknown = {"LOGIN", "PLAIN"} - set(self.knows)
            return Overheard(
                self,
                authenticator=self.known,
                auth_exclude_mechanism=unknown,
                loop=loop,
                **told,
            )

        return made


class Overheard(SMTP):
    def data_received(self, data: bytes) -> None:
        assert isinstance(self.event_handler, Server)
        if self._tls_protocol is None:
            self.event_handler.clear += data
        super().data_received(data)


@asynccontextmanager
async def relay(
    *, implicit: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    made = Server()
    session = made.session(starttls, implicit is not None)
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(session, "127.0.0.1", 0, ssl=implicit)
    made.port = listening.sockets[0].getsockname()[1]
    yield made
    listening.close()


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """Trusted, as an operator would have a city's own authority trusted."""
    made = Authority.made(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.path))
    return made


def sender(server: Server, security: Any, **told: Any) -> SmtpSender:
    who = {"user": "hotline", "password": PASSWORD, "timeout": 2.0, **told}
    return SmtpSender(Relay("localhost", server.port, "hotline@12345.example", security, **who))


async def refused(server: Server, security: str, **told: Any) -> SendFailed:
    with pytest.raises(SendFailed) as failed:
        await sender(server, security, **told).send(LETTER)
    assert not failed.value.permanent, "whoever runs the hotline puts it right, then it goes"
    assert not server.got
    return failed.value


def context_for(security: str, context: ssl.SSLContext) -> dict[str, ssl.SSLContext]:
    return {"implicit" if security == "tls" else "starttls": context}


@pytest.mark.parametrize("security", ["tls", "starttls"])
class TestBothWays:
    async def test_a_letter_goes_encrypted_and_signed_in(
        self, security: str, authority: Authority
    ) -> None:
        async with relay(**context_for(security, authority.context("localhost"))) as server:
            await sender(server, security).check()
            await sender(server, security).send(LETTER)
        assert len(server.got) == 1 and server.signed_in == [True, True]

    async def test_a_wrong_password_is_told_and_no_letter_goes(
        self, security: str, authority: Authority
    ) -> None:
        async with relay(**context_for(security, authority.context("localhost"))) as server:
            problem = await refused(server, security, password="wrong")
        assert str(problem) == "AuthenticationError 535"

    @pytest.mark.parametrize(
        ("host", "trusted", "told"),
        [("localhost", False, "issuer"), ("another.example", True, "localhost")],
    )
    async def test_a_certificate_of_a_stranger_or_for_another_is_refused_before_anything_is_said(
        self,
        security: str,
        authority: Authority,
        tmp_path: Path,
        host: str,
        trusted: bool,
        told: str,
    ) -> None:
        signer = authority if trusted else Authority.made(tmp_path / "stranger.pem")
        async with relay(**context_for(security, signer.context(host))) as server:
            problem = str(await refused(server, security))
        assert "证书不可信" in problem and told in problem
        assert not server.signed_in and b"AUTH" not in server.clear

    async def test_a_relay_that_does_not_encrypt_never_hears_the_password(
        self, security: str, authority: Authority
    ) -> None:
        """It offers to take the password in clear; it is told neither that nor the letter."""
        async with relay() as server:
            made = server.session(None, True)
            listening = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
            server.port = listening.sockets[0].getsockname()[1]
            problem = str(await refused(server, security))
            listening.close()
        assert ("STARTTLS" if security == "starttls" else "加密连接") in problem
        for word in (PASSWORD.encode(), base64.b64encode(PASSWORD.encode()), b"AUTH", b"MAIL"):
            assert word not in server.clear
        assert not server.signed_in


async def test_a_relay_that_knows_no_sign_in_is_told_from_a_wrong_password(
    authority: Authority,
) -> None:
    async with relay(starttls=authority.context("localhost")) as server:
        server.knows = ()
        problem = str(await refused(server, "starttls"))
    assert "AUTH" in problem and not server.signed_in


async def test_an_offer_taken_back_ends_without_a_word_in_clear(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STARTTLS is offered and then refused, as somebody between the two would have it."""

    async def withdrawn(self: SMTP, arg: str) -> None:
        await self.push("454 TLS not available")

    monkeypatch.setattr(Overheard, "smtp_STARTTLS", withdrawn)
    async with relay(starttls=authority.context("localhost")) as server:
        await refused(server, "starttls")
    assert b"AUTH" not in server.clear and b"MAIL" not in server.clear
