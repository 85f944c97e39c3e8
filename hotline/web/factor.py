"""The second factor: codes of an authenticator, recovery codes; what a sign-in still lacks."""

import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pyotp
import segno
from aiohttp import web

from hotline.config import LOOPBACK
from hotline.domain.errors import Refused
from hotline.store import factors
from hotline.store.accounts import Officer
from hotline.store.work import Work
from hotline.web.keys import SETTINGS

STEP = 30  # seconds that a code stands for (RFC 6238)
SKEW = 1  # steps that a telephone's clock may be off, either way
CHANGED_WITHIN = timedelta(days=90)  # 等保: a password is changed at least so often


class PasswordNeeded(Refused):
    code = "password_change_needed"

    def __init__(self) -> None:
        super().__init__(
            "请先在“我的账号”修改密码（初始密码，或已超过 90 天），再继续使用。",
            "Change your password under 'My account' first.",
        )


class FactorNeeded(Refused):
    code = "factor_needed"

    def __init__(self) -> None:
        super().__init__(
            "请先在“我的账号”设置动态口令（双因素），再继续使用。",
            "Set up your second factor under 'My account' first.",
        )


def new_secret() -> str:
    return pyotp.random_base32()


def address(secret: str, username: str, city: str) -> str:
    """What an authenticator reads from the square code."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=f"{city}12345")


def square(told: str) -> str:
    """A QR code as SVG for the page itself: the secret never travels to anybody who draws it."""
    drawn: str = segno.make(told, error="m").svg_inline(scale=4, border=4, light="#fff")
    return drawn


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Which half-minute a code is of, if of one near now."""
    typed = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", typed):
        return None
    current = int(now.timestamp()) // STEP
    clock = pyotp.TOTP(secret)
    for step in range(current - SKEW, current + SKEW + 1):
        if hmac.compare_digest(clock.generate_otp(step), typed):
            return step
    return None


async def takes(work: Work, officer: Officer, code: str) -> bool:
    """A code of the authenticator or a recovery code; each is taken once."""
    secret = await factors.secret_of(work.connection, work.cipher, officer.id)
    step = step_of(secret, code, work.at) if secret else None
    if step is not None:
        return await factors.use_step(work.connection, officer.id, step)
    return bool(code) and await factors.use_code(work.connection, officer.id, code)


def lacks(officer: Officer, now: datetime) -> Sequence[Refused]:
    """What an account must do before anything else; a machine's token needs neither."""
    if officer.machine:
        return ()
    old = officer.password_at is not None and now - officer.password_at > CHANGED_WITHIN
    found: list[Refused] = [PasswordNeeded()] if officer.first or old else []
    return [*found, *([] if officer.factor else [FactorNeeded()])]


def may_wait(officer: Officer, request: web.Request) -> bool:
    """What is lacking, for the demo's own accounts at the machine itself; never for a person's."""
    return officer.demo and at_the_machine(request)


def at_the_machine(request: web.Request) -> bool:
    """Served to this very machine alone, and asked from it: a place for trying things out.

    A proxy, a public address or a name that is not this machine's each mean a network.
    """
    settings = request.app[SETTINGS]
    if settings.serve.factor == "always" or settings.serve.proxies:
        return False
    if {"X-Forwarded-For", "X-Forwarded-Host", "Forwarded"} & set(request.headers):
        return False
    shown = urlsplit(settings.base_url).hostname
    here = (settings.serve.host, request.remote, request.url.host, shown)
    return all(name in LOOPBACK for name in here)
