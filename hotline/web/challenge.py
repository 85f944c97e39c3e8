"""A little work before the public forms are taken, asked only under load or suspicion (人机验证).

The browser looks for a number whose hash begins with zeros; nothing is fetched from anywhere else.
Who cannot, waits a minute instead, or telephones: nobody is shut out.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from hotline.domain.errors import Refused
from hotline.store import spent
from hotline.web.keys import CENTRE, ORIGIN, SETTINGS

BITS = 16  # sixty thousand hashes on average: a third of a second in a browser
GOOD_FOR = timedelta(minutes=5)
SLOW, SLOW_FOR = timedelta(minutes=1), timedelta(hours=1)
# A large city brings about 45 a minute on a usual day: ten times that is a crowd.
FROM_ONE, FROM_ALL = parse("8/10 minutes"), parse("600/minute")
SLOWLY = parse("1/10 minutes")  # an address, in the slow lane
HEADER = "Challenge-Solution"
LONGEST = 200


class ChallengeNeeded(Refused):
    """Asked for now; `extra` holds what is to be solved."""

    code = "challenge_needed"

    def __init__(self, token: str) -> None:
        super().__init__(
            "现在提交的人较多，请先完成验证再提交；不便验证的，请等一分钟后再次提交，或拨打 12345。",
            "Please let your browser do the check first; or wait a minute and send it again, or call.",
            field="challenge",
        )
        self.token = token
        self.retry_after = int(SLOW.total_seconds())

    @property
    def extra(self) -> dict[str, object]:
        return {"challenge": {"token": self.token, "algorithm": "SHA-256", "bits": BITS}}


@dataclass(frozen=True)
class Given:
    """A challenge that we gave out."""

    salt: str
    form: str
    at: datetime


class Gate:
    """Of one process: who sent how much, and whether work is asked for."""

    def __init__(self) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())

    async def asks(self, request: web.Request) -> bool:
        """Whether this address, or everybody, has to do the work now."""
        limits = request.app[SETTINGS].limits
        if limits.public == "off" or limits.challenge == "off":
            return False
        if limits.challenge == "always" or request.app[CENTRE].storm.told(
            request.app[CENTRE].now()
        ):
            return True
        one = await self._window.test(FROM_ONE, "challenge", request[ORIGIN])
        return not (one and await self._window.test(FROM_ALL, "challenge"))

    async def came(self, request: web.Request) -> None:
        await self._window.hit(FROM_ONE, "challenge", request[ORIGIN])
        await self._window.hit(FROM_ALL, "challenge")

    async def slowly(self, request: web.Request) -> bool:
        return await self._window.hit(SLOWLY, "slow", request[ORIGIN])


GATE = web.AppKey("gate", Gate)


def give(request: web.Request, form: str) -> str:
    """A fresh challenge for one form: salt, form and moment, signed."""
    centre = request.app[CENTRE]
    body = f"{secrets.token_hex(16)}.{form}.{int(centre.now().timestamp())}"
    return f"{body}.{_signature(request, body)}"


def _signature(request: web.Request, body: str) -> str:
    key = request.app[CENTRE].cipher.signing_key("challenge")
    return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()[:32]


def _opened(request: web.Request, token: str) -> Given | None:
    body, _, signature = token.rpartition(".")
    if not token.isascii() or len(token) > LONGEST:
        return None
    if not hmac.compare_digest(signature, _signature(request, body)):
        return None
    salt, form, at = body.split(".")
    zone = request.app[CENTRE].now().tzinfo
    return Given(salt, form, datetime.fromtimestamp(int(at), zone))


def solves(token: str, number: str) -> bool:
    """The number's hash begins with so many zeros."""
    if not (number.isascii() and number.isdigit() and len(number) <= 12):
        return False
    digest = hashlib.sha256(f"{token}:{number}".encode()).digest()
    return int.from_bytes(digest[:4]) >> (32 - BITS) == 0


async def check(request: web.Request, form: str, token: str, number: str) -> None:
    """Raises ChallengeNeeded unless none is asked for, or one was solved; each counts once."""
    gate = request.app[GATE]
    asked = await gate.asks(request)
    await gate.came(request)
    if asked and not await _passed(request, form, token, number):
        raise ChallengeNeeded(give(request, form))


async def _passed(request: web.Request, form: str, token: str, number: str) -> bool:
    centre, given = request.app[CENTRE], _opened(request, token)
    if given is None or given.form != form:
        return False
    age = centre.now() - given.at
    solved = timedelta(0) <= age <= GOOD_FOR and solves(token, number)
    slow = not number and SLOW <= age <= SLOW_FOR
    if not solved and not (slow and await request.app[GATE].slowly(request)):
        return False
    async with centre.work() as work:
        return await spent.spend(work.connection, given.salt, work.at)


def of_header(request: web.Request) -> tuple[str, str]:
    """`token:number`, as a machine sends it."""
    token, _, number = request.headers.get(HEADER, "").rpartition(":")
    return token, number
