"""A small OpenID provider on loopback: it signs in whom a test names, and can lie in every way."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "hotline", "a shared word"


@cache
def keys() -> tuple[RSAKey, RSAKey]:
    """Made once a process: that takes longer than what is tested with them."""
    one, two = (RSAKey.generate_key(2048, {"kid": kid}) for kid in ("one", "two"))
    return one, two


class Provider:
    """Its keys, and what the next token says."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.key, self.other = keys()
        self.sub, self.changes = "u-1", dict[str, Any]()
        self.sign_with, self.algorithm = self.key, "RS256"
        self.codes: dict[str, dict[str, str]] = {}
        self.told: dict[str, Any] = {}
        self.away: dict[str, tuple[int, str]] = {}  # paths that only lead elsewhere
        app = web.Application(middlewares=[self.leading])
        app.router.add_get("/.well-known/openid-configuration", self.configuration)
        app.router.add_get("/authorize", self.authorize)
        app.router.add_post("/token", self.token)
        app.router.add_get("/keys", self.keys)
        self.server = TestServer(app)

    @web.middleware
    async def leading(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.path in self.away:
            status, to = self.away[request.path]
            return web.Response(status=status, headers={"Location": to})
        answer: web.StreamResponse = await handler(request)
        return answer

    @property
    def issuer(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    async def configuration(self, request: web.Request) -> web.Response:
        at = self.issuer
        found = {"issuer": at, "authorization_endpoint": f"{at}/authorize"}
        found |= {"token_endpoint": f"{at}/token", "jwks_uri": f"{at}/keys"}
        return web.json_response(found | self.told)

    async def authorize(self, request: web.Request) -> web.Response:
        asked = dict(request.query)
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        to = f"{asked['redirect_uri']}?code={code}&state={asked['state']}"
        return web.Response(status=302, headers={"Location": to})

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        asked = self.codes.pop(str(form["code"]), None)
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        proof = urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or proof != asked["code_challenge"] or form["client_secret"] != SECRET:
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = int(self.clock().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": self.sub, "nonce": asked["nonce"]}
        claims |= {"iat": now, "exp": now + 300, **self.changes}
        claims = {name: value for name, value in claims.items() if value is not None}
        signed = jwt.encode({"alg": self.algorithm, "kid": "one"}, claims, self.sign_with)
        return web.json_response({"id_token": signed, "token_type": "Bearer"})

    async def keys(self, request: web.Request) -> web.Response:
        return web.json_response(KeySet([self.key]).as_dict(private=False))
