"""A little work before the public forms are taken, asked only under load or suspicion (人机验证).

The browser looks for a number whose hash begins with zeros; nothing is fetched from anywhere else.
Who cannot, hears six digits and types them, waits a minute instead, or telephones: nobody is shut out.
"""

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from hotline.domain.errors import Refused
from hotline.hosts import network
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
# Without 9, which sounds like 6 in Chinese and like 5 in English.
MANY, DIGITS, HEARD_FOR = 6, "012345678", timedelta(minutes=30)
SPOKEN_AS = str.maketrans("零〇幺一二两三四五六七八", "001122345678", " -,，、。.")


class ChallengeNeeded(Refused):
    """Asked for now; `extra` holds what is to be solved."""

    code = "challenge_needed"

    def __init__(self, token: str, *, misheard: bool = False) -> None:
        zh = "现在提交的人较多，请先完成验证再提交；不便验证的，请听数字填写，或等一分钟后再次提交，或拨打 12345。"
        en = "Please let your browser do the check first; or type the digits you hear, or wait a minute"
        en += " and send it again, or call."
        if misheard:
            zh = "数字没有对上，或已过期、已用过。请听新的一组再填；也可以等一分钟后再次提交，或拨打 12345。"
            en = "These are not the digits, or they are over or used. Please listen to new ones; or wait a"
            en += " minute and send it again, or call."
        super().__init__(zh, en, field="challenge_heard" if misheard else "challenge")
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
        one = await self._window.test(FROM_ONE, "challenge", network(request[ORIGIN]))
        return not (one and await self._window.test(FROM_ALL, "challenge"))

    async def came(self, request: web.Request) -> None:
        await self._window.hit(FROM_ONE, "challenge", network(request[ORIGIN]))
        await self._window.hit(FROM_ALL, "challenge")

    async def slowly(self, request: web.Request) -> bool:
        return await self._window.hit(SLOWLY, "slow", network(request[ORIGIN]))


GATE = web.AppKey("gate", Gate)


def give(request: web.Request, form: str) -> str:
    """A fresh challenge for one form: salt, form and moment, signed."""
    centre = request.app[CENTRE]
    body = f"{secrets.token_hex(16)}.{form}.{int(centre.now().timestamp())}"
    return f"{body}.{_signature(request, body)}"


def _signature(request: web.Request, body: str) -> str:
    key = request.app[CENTRE].cipher.signing_key("challenge")
    return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()[:32]


def opened(request: web.Request, token: str) -> Given | None:
    """What we gave out by this token, however long ago; None where it is not ours."""
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


def spoken(request: web.Request, token: str) -> str:
    """The digits that are read out for a token: nothing of them stands in it."""
    key = request.app[CENTRE].cipher.signing_key("spoken challenge")
    number = int.from_bytes(hmac.digest(key, token.encode(), "sha256"))
    return "".join(DIGITS[number // len(DIGITS) ** n % len(DIGITS)] for n in range(MANY))


def hears(request: web.Request, token: str, heard: str) -> bool:
    """What was typed is what was read out, in whatever way digits are written."""
    told = unicodedata.normalize("NFKC", heard[:LONGEST]).translate(SPOKEN_AS)
    told = "".join(told.split())
    return hmac.compare_digest(told.encode(), spoken(request, token).encode())


async def check(request: web.Request, form: str, token: str, number: str, heard: str = "") -> None:
    """Raises ChallengeNeeded unless none is asked for, or one was solved; each counts once."""
    gate = request.app[GATE]
    asked = await gate.asks(request)
    await gate.came(request)
    if asked and not await _passed(request, form, token, number, heard):
        raise ChallengeNeeded(give(request, form), misheard=bool(heard.strip()))


async def _passed(
    request: web.Request, form: str, token: str, number: str, heard: str = ""
) -> bool:
    centre, given = request.app[CENTRE], opened(request, token)
    if given is None or given.form != form:
        return False
    age = centre.now() - given.at
    solved = timedelta(0) <= age <= GOOD_FOR and solves(token, number)
    told, timely = bool(heard.strip()) and not solved, timedelta(0) <= age <= HEARD_FOR
    slow = not number and not told and SLOW <= age <= SLOW_FOR
    if not solved and not told and not (slow and await request.app[GATE].slowly(request)):
        return False
    async with centre.work() as work:  # digits typed wrong are used up as well: one guess for each
        first = await spent.spend(work.connection, given.salt, work.at)
    return first and (not told or (timely and hears(request, token, heard)))


def of_header(request: web.Request) -> tuple[str, str]:
    """`token:number`, as a machine sends it."""
    token, _, number = request.headers.get(HEADER, "").rpartition(":")
    return token, number
