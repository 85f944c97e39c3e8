"""Sign-in, sessions and CSRF; request -> Actor."""

import asyncio
import hashlib
import hmac
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from aiohttp import web
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hotline.domain.people import Actor
from hotline.flow.centre import Centre
from hotline.store import accounts, acts, doors, passwords, signins
from hotline.store.accounts import Officer
from hotline.store.work import Work
from hotline.web import factor
from hotline.web.keys import CENTRE, SETTINGS
from hotline.web.outage import unavailable
from hotline.web.problems import SignInWrong

COOKIE = "hotline_session"
WRONG = 5  # wrong passwords in ten minutes that lock an account, for fifteen
WINDOW = timedelta(minutes=10)
FROM_ADDRESS = 50
TOUCH = timedelta(seconds=5)  # how often a session's last use is written down: so exact is its end
SHORTEST = 12
MOST_SESSIONS = 8  # of one person at once; the longest unused end
PLAIN = str.maketrans("@4310!$5", "aaeloiss")  # signs that stand for letters
COMMON = tuple(
    word.translate(PLAIN)
    for word in "password passwd qwerty admin welcome hotline letmein iloveyou 123456".split()
)

hasher = PasswordHasher()
# Hashing takes a tenth of a second of a core: two threads of its own, never the event loop.
_hashing = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
# What a name that does not exist is checked against, so that it takes as long as one that does.
_NOBODY = hasher.hash("nobody has this password")


async def hashed(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_hashing, hasher.hash, password)


async def matches(kept: str, password: str) -> bool:
    def verify() -> bool:
        try:
            return hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    return await asyncio.get_running_loop().run_in_executor(_hashing, verify)


async def sign_in(
    centre: Centre, username: str, password: str, origin: str, code: str = ""
) -> tuple[Officer, str, datetime]:
    """A new session; raises SignInWrong, which never tells what was wrong."""
    now = centre.now()
    account, address = f"account:{username[:80]}", doors.by_address("sign-in", origin)
    async with centre.look() as look:
        shut = await doors.shut_for(look.connection, account, now)
        shut = shut or await doors.shut_for(look.connection, address, now)
        officer = await signins.named(look.connection, username)
    usable = officer is not None and not officer.disabled and _is_hash(officer.password)
    kept = officer.password if officer is not None and usable and officer.password else _NOBODY
    right = await matches(kept, password)
    if shut:
        raise SignInWrong  # what is tried at a shut door does not keep it shut longer
    async with centre.work() as work:
        if officer is not None and right and usable:
            if not officer.factor or await factor.takes(work, officer, code):
                return officer, *await let_in(centre, work, officer, origin)
        await doors.wrong_guess(work.connection, account, now, WRONG, WINDOW)
        await doors.wrong_guess(work.connection, address, now, FROM_ADDRESS, WINDOW)
    raise SignInWrong


def _is_hash(password: str | None) -> bool:
    """An account that was only invited has no password yet, and none that could be guessed."""
    return password is not None and password.startswith("$")


async def let_in(centre: Centre, work: Work, officer: Officer, origin: str) -> tuple[str, datetime]:
    await doors.opened(work.connection, f"account:{officer.username[:80]}")
    secret, ends = await accounts.open_session(work.connection, officer.id, work.at)
    await passwords.used(work.connection, officer.id, work.at)
    await passwords.end_oldest(work.connection, officer.id, MOST_SESSIONS)
    await acts.record(work.connection, work.at, actor_of(centre, officer, origin), "sign_in", {})
    return secret, ends or work.at


async def takes_code(centre: Centre, officer: Officer, code: str, origin: str) -> bool:
    """A second factor alone, behind the doors of the account and of the address."""
    now, account = centre.now(), f"account:{officer.username[:80]}"
    doors_of = ((account, WRONG), (doors.by_address("sign-in", origin), FROM_ADDRESS))
    async with centre.look() as look:
        if any([await doors.shut_for(look.connection, door, now) for door, _ in doors_of]):
            return False
    async with centre.work() as work:
        if await factor.takes(work, officer, code):
            return True
        for door, most in doors_of:
            await doors.wrong_guess(work.connection, door, now, most, WINDOW)
    return False


async def confirmed(centre: Centre, officer: Officer, password: str) -> bool:
    """The password once more, behind the same lock as the sign-in; a locked account is signed out."""
    now, account = centre.now(), f"account:{officer.username[:80]}"
    async with centre.look() as look:
        shut = await doors.shut_for(look.connection, account, now)
    if not shut and await matches(officer.password or "", password):
        return True
    await missed(centre, officer, shut=bool(shut))
    return False


async def missed(centre: Centre, officer: Officer, *, shut: bool = False) -> None:
    """A wrong password or code by who is signed in; the one that locks the account signs out."""
    account = f"account:{officer.username[:80]}"
    async with centre.work() as work:
        if shut or await doors.wrong_guess(work.connection, account, work.at, WRONG, WINDOW):
            await accounts.end_sessions(work.connection, officer.id)


async def sign_out(centre: Centre, actor: Actor, secret: str) -> None:
    async with centre.work() as work:
        await accounts.close_session(work.connection, secret)
        await acts.record(work.connection, work.at, actor, "sign_out", {})


def actor_of(centre: Centre, officer: Officer, origin: str) -> Actor:
    units = centre.rules.tree.subtree(officer.department)
    return Actor(officer.role, officer.username, officer.department, units, origin, officer.id)


def secret_of(request: web.Request) -> tuple[str, bool]:
    """The session's secret, and whether a browser sent it by itself (then CSRF matters)."""
    header = request.headers.get("Authorization", "")
    by_itself = not header.lower().startswith("bearer ")
    secret = request.cookies.get(COOKIE, "") if by_itself else header[7:].strip()
    # A secret of ours is ASCII; what is not cannot even be hashed.
    return secret if secret.isascii() else "", by_itself


async def identify(request: web.Request) -> tuple[Officer | None, str]:
    """Whose account asks, by bearer token or session cookie."""
    centre, now = request.app[CENTRE], request.app[CENTRE].now()
    secret, _ = secret_of(request)
    if not secret or len(secret) > 200:
        return None, ""
    async with centre.look() as look:
        session = await accounts.session(look.connection, secret, now)
    if session is None:
        return None, ""
    if now - session.seen_at >= TOUCH:
        try:
            async with centre.work() as work:
                await accounts.seen(work.connection, secret, now)
        except Exception as error:  # who only reads goes on; the session ends earlier, never later
            if not unavailable(error):
                raise
    return session.officer, secret


def same_site(request: web.Request) -> bool:
    """For writes that a browser's cookie lets in: they must come from our own pages."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    return origin in (f"{request.scheme}://{request.host}", request.app[SETTINGS].base_url)


def form_token(centre: Centre, secret: str) -> str:
    """What a page's form carries, bound to the session it was shown in."""
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()[:32]


def too_weak(password: str, username: str = "") -> bool:
    """Twelve signs or more, of three kinds out of four (等保 customary threshold), not the name,
    and not one of the words that everybody tries with a few signs behind it."""
    kinds = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
    short = len(password) < SHORTEST or len(set(password)) < 6
    plain = password.lower().translate(PLAIN)
    named = len(username) > 2 and username.lower().translate(PLAIN) in plain
    common = any(word in plain and len(plain) - len(word) < 8 for word in COMMON)
    few = sum(bool(re.search(kind, password)) for kind in kinds) < 3
    return short or few or named or common


async def used_before(centre: Centre, officer: Officer, password: str) -> bool:
    """It is the present password or one of the last few."""
    async with centre.look() as look:
        past = await passwords.past(look.connection, officer.id)
    kept = [one for one in (officer.password, *past) if _is_hash(one) and one is not None]
    return any([await matches(one, password) for one in kept])


def set_cookie(request: web.Request, response: web.StreamResponse, secret: str) -> None:
    response.set_cookie(
        COOKIE,
        secret,
        httponly=True,
        samesite="Lax",
        path="/",
        secure=request.app[SETTINGS].base_url.startswith("https:"),
    )
