"""Staff accounts: add, list, disable, reset; each recorded as the operator's act."""

import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from channels.mailbox.send import ADDRESS
from hotline.commands.failing import Failed
from hotline.commands.opening import ready_store, say
from hotline.config import Settings
from hotline.domain.people import OPERATOR
from hotline.domain.words import DEPARTMENT, Role
from hotline.store import accounts, acts, catalogue, notices
from hotline.store.accounts import NewOfficer, Officer
from hotline.store.cipher import Cipher
from hotline.store.work import Work, writing
from hotline.web import auth
from hotline.web.admin import new_password
from hotline.wiring import system_clock

USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{1,39}")
LONGEST = 200


@dataclass(frozen=True)
class Wanted:
    """An account as the command line asks for it."""

    username: str
    role: Role
    department: str | None = None
    email: str = ""


@asynccontextmanager
async def writes(settings: Settings) -> AsyncIterator[tuple[Work, Cipher]]:
    """One unit of work by the operator."""
    async with (
        ready_store(settings) as (store, cipher),
        writing(store, cipher, system_clock()) as work,
    ):
        yield work, cipher


def strong_password() -> str:
    """A first password that our own rule for passwords lets through."""
    while auth.too_weak(password := new_password()):
        pass
    return password


async def add(settings: Settings, wanted: Wanted, *, from_stdin: bool = False) -> int:
    password = _typed() if from_stdin else strong_password()
    kept = await auth.hashed(password)
    async with writes(settings) as (work, cipher):
        await check(work, wanted)
        new = NewOfficer(
            wanted.username,
            wanted.username,
            wanted.role,
            wanted.department,
            kept,
            None if from_stdin else password,
        )
        await accounts.add(work.connection, cipher, new, work.at)
        await notices.set_email(work.connection, cipher, wanted.username, wanted.email)
        await record(work, "account_added", wanted)
    say(f"已添加账号 / account added: {wanted.username} ({wanted.role.value})")
    if not from_stdin:
        say(f"初始密码 / first password: {password}")
    return 0


def _typed() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if len(password) > LONGEST or auth.too_weak(password):
        raise Failed(
            "密码至少 12 位，含大写、小写、数字、符号中的三类"
            " / at least 12 signs of three kinds out of four"
        )
    return password


async def check(work: Work, wanted: Wanted) -> None:
    """A name that is free, and a department where the role needs one."""
    if not USERNAME.fullmatch(wanted.username):
        raise Failed("用户名为 2 至 40 个字母、数字或短横线 / a name is 2 to 40 letters or digits")
    if await accounts.by_name(work.connection, wanted.username) is not None:
        raise Failed(f"账号已存在 / there is such an account already: {wanted.username}")
    if wanted.email and not ADDRESS.fullmatch(wanted.email):
        raise Failed(f"邮箱地址格式不对 / not a mail address: {wanted.email}")
    if wanted.role in DEPARTMENT and not wanted.department:
        raise Failed(f"{wanted.role.zh}须有 --department / a {wanted.role.value} needs one")
    if wanted.department and not any(
        unit.code == wanted.department for unit in await catalogue.departments(work.connection)
    ):
        raise Failed(
            f"没有这个单位 / no such department: {wanted.department}"
            "（先运行 hotline seed / run `hotline seed` first?）"
        )


async def record(work: Work, act: str, wanted: Wanted) -> None:
    about = {
        "username": wanted.username,
        "role": wanted.role.value,
        "department": wanted.department,
    }
    await acts.record(work.connection, work.at, OPERATOR, act, about)


async def listed(settings: Settings) -> int:
    async with ready_store(settings) as (store, _), store.read() as connection:
        after = ""
        while page := await accounts.listed(connection, after):
            for officer in page:
                say(_line(officer))
            after = page[-1].username
    return 0


def _line(officer: Officer) -> str:
    marks = [name for name in ("machine", "disabled") if getattr(officer, name)]
    return "\t".join([officer.username, officer.role.value, officer.department or "-", *marks])


async def disable(settings: Settings, username: str) -> int:
    async with writes(settings) as (work, _):
        officer = await _found(work, username)
        await accounts.disable(work.connection, officer.id)
        await record(work, "account_disable", _as_wanted(officer))
    say(f"已停用 / disabled: {username}")
    return 0


async def reset(settings: Settings, username: str) -> int:
    password = strong_password()
    kept = await auth.hashed(password)
    async with writes(settings) as (work, cipher):
        officer = await _found(work, username)
        if officer.machine:
            raise Failed(f"{username} 是机器账号，没有密码 / a machine's account has no password")
        await accounts.set_password(work.connection, cipher, officer, kept, password)
        await record(work, "account_reset", _as_wanted(officer))
    say(f"初始密码 / first password: {password}")
    return 0


async def _found(work: Work, username: str) -> Officer:
    officer = await accounts.by_name(work.connection, username)
    if officer is None:
        raise Failed(f"没有这个账号 / no such account: {username}")
    return officer


def _as_wanted(officer: Officer) -> Wanted:
    return Wanted(officer.username, officer.role, officer.department)
