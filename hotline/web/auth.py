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
from hotline.store import accounts, acts, doors
from hotline.store.accounts import Officer
from hotline.web.keys import CENTRE, ORIGIN, SETTINGS
from hotline.web.problems import SignInWrong

COOKIE = "hotline_session"
WRONG = 5  # wrong passwords in ten minutes that lock an account, for fifteen
WINDOW = timedelta(minutes=10)
FROM_ADDRESS = 50
TOUCH = timedelta(seconds=30)  # how often a session's last use is written down
SHORTEST = 12

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
    centre: Centre, username: str, password: str, origin: str
) -> tuple[Officer, str, datetime]:
    """A new session; raises SignInWrong, which never tells what was wrong."""
    now = centre.now()
    account, address = f"account:{username[:80]}", f"sign-in:{origin}"
    async with centre.look() as look:
        shut = await doors.shut_for(look.connection, account, now)
        shut = shut or await doors.shut_for(look.connection, address, now)
        officer = await accounts.by_name(look.connection, username)
    usable = officer is not None and not officer.disabled and officer.password is not None
    kept = officer.password if officer is not None and usable and officer.password else _NOBODY
    right = await matches(kept, password)
    if shut:
        raise SignInWrong  # what is tried at a shut door does not keep it shut longer
    if not right or officer is None or not usable:
        async with centre.work() as work:
            await doors.wrong_guess(work.connection, account, now, WRONG, WINDOW)
            await doors.wrong_guess(work.connection, address, now, FROM_ADDRESS, WINDOW)
        raise SignInWrong
    async with centre.work() as work:
        await doors.opened(work.connection, account)
        secret, ends = await accounts.open_session(work.connection, officer.id, now)
        who = actor_of(centre, officer, origin)
        await acts.record(work.connection, now, who, "sign_in", {})
    return officer, secret, ends or now


async def confirmed(centre: Centre, officer: Officer, password: str) -> bool:
    """The password once more, behind the same lock as the sign-in; a locked account is signed out."""
    now, account = centre.now(), f"account:{officer.username[:80]}"
    async with centre.look() as look:
        shut = await doors.shut_for(look.connection, account, now)
    if not shut and await matches(officer.password or "", password):
        return True
    async with centre.work() as work:
        if shut or await doors.wrong_guess(work.connection, account, now, WRONG, WINDOW):
            await accounts.end_sessions(work.connection, officer.id)
    return False


async def sign_out(centre: Centre, secret: str) -> None:
    async with centre.work() as work:
        await accounts.close_session(work.connection, secret)


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


async def identify(request: web.Request) -> tuple[Actor | None, str]:
    """Who asks, by bearer token or session cookie."""
    centre, now = request.app[CENTRE], request.app[CENTRE].now()
    secret, _ = secret_of(request)
    if not secret or len(secret) > 200:
        return None, ""
    async with centre.look() as look:
        session = await accounts.session(look.connection, secret, now)
    if session is None:
        return None, ""
    if now - session.seen_at > TOUCH:
        async with centre.work() as work:
            await accounts.seen(work.connection, secret, now)
    return actor_of(centre, session.officer, request[ORIGIN]), secret


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


def too_weak(password: str) -> bool:
    """Twelve signs or more, of three kinds out of four (等保 customary threshold)."""
    kinds = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
    return len(password) < SHORTEST or sum(bool(re.search(kind, password)) for kind in kinds) < 3


def set_cookie(request: web.Request, response: web.StreamResponse, secret: str) -> None:
    response.set_cookie(
        COOKIE,
        secret,
        httponly=True,
        samesite="Lax",
        path="/",
        secure=request.app[SETTINGS].base_url.startswith("https:"),
    )
