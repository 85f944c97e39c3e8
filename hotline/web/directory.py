"""The city's own directory (OpenID Connect): where one signs in there, and what it says of whom.

Code flow with PKCE; the token is believed only when it is signed by a key of the directory, meant for
us, fresh, and carries the nonce of this very browser. Nothing of it is followed: no redirects, and no
address but the issuer's own and those of the hosts that the settings name beside it.
"""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientError, web
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from yarl import URL

from hotline.config_ways import Oidc
from hotline.domain.errors import NotAllowed
from hotline.hosts import LOOPBACK, written_oddly
from hotline.web.outgoing import asked

# Signed with the directory's private key; none, and what is signed with a shared word, are not.
SIGNED = ("RS256", "PS256", "ES256", "EdDSA")
WRONG = (JoseError, ClientError, ValueError, KeyError, TypeError, TimeoutError)


class NotBelieved(NotAllowed):
    """The same words whatever was wrong: who asks learns nothing of the directory."""

    code = "directory"

    def __init__(self) -> None:
        super().__init__(
            "统一身份认证没有完成，请重新登录；仍不行时请用本系统的账号登录。",
            "The directory did not confirm you; try again, or sign in with your account here.",
        )


@dataclass(frozen=True)
class Trip:
    """What this browser was sent to the directory with; kept sealed in its cookie."""

    state: str
    nonce: str
    verifier: str
    purpose: str  # login, or the account that is to be linked

    @classmethod
    def begin(cls, purpose: str) -> "Trip":
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state, nonce, verifier, purpose)


@dataclass(frozen=True)
class Person:
    """Who the directory says it is."""

    subject: str  # issuer and subject: the only thing that never changes hands
    strong: bool  # it asked for a second factor itself


class Directory:
    """One directory; its endpoints and keys are asked for anew at each sign-in."""

    def __init__(self, told: Oidc, back: str) -> None:
        self._told, self._back = told, back
        self._issuer = URL(told.issuer)
        self._own = self._issuer.host in LOOPBACK

    async def way(self, trip: Trip) -> str:
        """The address that the browser is sent to."""
        found = await self._found()
        digest = hashlib.sha256(trip.verifier.encode()).digest()
        told = {
            "response_type": "code",
            "client_id": self._told.client_id,
            "redirect_uri": self._back,
            "scope": "openid",
            "state": trip.state,
            "nonce": trip.nonce,
            "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{found['authorization_endpoint']}?{urlencode(told)}"

    async def person(self, code: str, trip: Trip, now: datetime) -> Person:
        """Raises NotBelieved for everything that is not exactly as it should be."""
        try:
            found = await self._found()
            told = {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._back,
                "client_id": self._told.client_id,
                "client_secret": self._told.client_secret.get_secret_value(),
                "code_verifier": trip.verifier,
            }
            answer = await self._asked(str(found["token_endpoint"]), told)
            keys = KeySet.import_key_set(await self._asked(str(found["jwks_uri"])))  # type: ignore[arg-type]
            token = jwt.decode(str(answer["id_token"]), keys, algorithms=list(SIGNED))
            self._check(token.claims, trip, now)
            return self._person(token.claims)
        except WRONG as error:
            raise NotBelieved from error

    def _check(self, claims: Mapping[str, Any], trip: Trip, now: datetime) -> None:
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=60,
            iss={"essential": True, "value": self._told.issuer},
            aud={"essential": True, "value": self._told.client_id},
            nonce={"essential": True, "value": trip.nonce},
            exp={"essential": True},
            sub={"essential": True},
        )
        registry.validate(dict(claims))
        party = claims.get("azp", self._told.client_id)
        if party != self._told.client_id:
            raise ValueError("meant for another")

    def _person(self, claims: Mapping[str, Any]) -> Person:
        methods = claims.get("amr") or []
        strong = isinstance(methods, list) and bool({"mfa", "otp", "hwk"} & set(methods))
        return Person(f"{self._told.issuer} {claims['sub']}"[:255], strong)

    async def _found(self) -> Mapping[str, Any]:
        issuer = self._told.issuer.rstrip("/")
        try:
            found = await self._asked(f"{issuer}/.well-known/openid-configuration")
            if found["issuer"] != self._told.issuer:
                raise ValueError("another issuer")
            self._check_way(str(found["authorization_endpoint"]))
            for name in ("token_endpoint", "jwks_uri"):
                self._believed(str(found[name]))
        except WRONG as error:
            raise NotBelieved from error
        return found

    async def _asked(self, url: str, form: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        body = await asked(self._believed(url), form, own=self._own)
        found = json.loads(body)
        if not isinstance(found, dict):
            raise ValueError("no object")
        return found

    def _believed(self, told: str) -> URL:
        """What we ask ourselves lies with the issuer, or where the settings say; else ValueError.

        The address that was looked at is the one that is asked: it is read once.
        """
        url = URL(told)
        if url.user is not None or url.password is not None or url.host is None:
            raise ValueError("no plain address")
        if url.origin() == self._issuer.origin():
            return url
        if url.scheme != "https" or url.host_port_subcomponent not in self._told.hosts:
            raise ValueError("lies elsewhere")
        if written_oddly(url.host) or url.host in LOOPBACK:
            raise ValueError("must not be asked")
        return url

    def _check_way(self, told: str) -> None:
        """Where the browser goes, which is not our connection: over TLS, or to the issuer itself."""
        url = URL(told)
        if url.scheme != "https" and url.origin() != self._issuer.origin():
            raise ValueError("not https")


DIRECTORY = web.AppKey("directory", Directory)
