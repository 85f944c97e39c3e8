"""Accounts as the security administrator keeps them: rights are asked for here and given by another."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from channels.forms import clean
from hotline.domain.errors import NotPossible, Refused
from hotline.domain.words import ACCOUNTS, DEPARTMENT, Role
from hotline.store import accounts, acts, invitations, rights
from hotline.store.accounts import ADMINISTRATORS, NewOfficer, Officer
from hotline.store.rights import Right
from hotline.store.work import Work
from hotline.web import admin, forms
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import see_other
from hotline.web.routing import Route

WAIT = frozenset({"add", "role", "enable"})  # what gives a right waits for a second person


async def change(request: web.Request) -> web.StreamResponse:
    """Disable and reset at once; add, change of role and enable when another agrees."""
    posted = await forms.posted(request)
    told = {name: clean(values[-1])[:80] for name, values in posted.items()}
    try:
        async with request.app[CENTRE].work() as work:
            made = await _change(request, work, told)
    except Refused as refused:
        return await _told(request, refused)
    if made is not None:
        return await admin.shown(request, made=made)
    return see_other("/office/admin")


async def _told(request: web.Request, refused: Refused) -> web.Response:
    problem = refused.en if request[LANGUAGE] == "en" else refused.zh
    return await admin.shown(request, problem, status=409)


async def _change(
    request: web.Request, work: Work, told: Mapping[str, str]
) -> tuple[str, str] | None:
    do, me = told.get("do", ""), request[ACTOR]
    officer = await accounts.by_name(work.connection, told.get("username", ""))
    about = _about(told, officer)
    if do != "add" and officer is None:
        raise web.HTTPNotFound
    if officer is not None and officer.id == me.officer_id:
        raise NotPossible(
            "不能更改自己的账号，请由他人操作。", "Not your own account: ask somebody else."
        )
    guarded = officer is not None and officer.role in ADMINISTRATORS and do == "reset"
    if do in WAIT or guarded:
        await check(request, work, do, about, officer)
        await rights.ask(work.connection, work.at, me.name, do, about)
        await acts.record(work.connection, work.at, me, f"account_{do}_asked", about)
        return None
    if officer is None or do not in ("disable", "reset") or (do == "reset" and officer.machine):
        raise web.HTTPBadRequest
    return await _do(request, work, do, about)


def _about(told: Mapping[str, str], officer: Officer | None) -> dict[str, Any]:
    """What the request is about; of an account that is there, only role and unit may be new."""
    if officer is None:
        name = told.get("name") or told.get("username", "")
        kept = {"username": told.get("username", ""), "name": name}
    else:
        kept = {"username": officer.username, "name": officer.name}
    new = told.get("do") in ("add", "role") or officer is None
    role = told.get("role", "") if new or officer is None else officer.role.value
    unit = told.get("department") or None if new or officer is None else officer.department
    return {**kept, "role": role, "department": unit}


async def check(
    request: web.Request, work: Work, do: str, about: Mapping[str, Any], officer: Officer | None
) -> None:
    """Raises NotPossible for what could never be granted."""
    username, role, unit = about["username"], about["role"], about["department"]
    if do == "add" and officer is not None:
        raise NotPossible("这个用户名已经有了，请换一个。", "That name is taken.")
    if not (2 <= len(username) <= 40 and username.replace("-", "").replace("_", "").isalnum()):
        zh = "用户名为 2 至 40 个字母、数字或短横线。"
        raise NotPossible(zh, "User name: 2 to 40 letters or digits.")
    if role not in {one.value for one in ACCOUNTS}:
        raise NotPossible("请选择角色。", "Choose a role.")
    tree = request.app[CENTRE].rules.tree
    gone = unit not in tree.departments or tree.heir(unit or "") != unit
    if Role(role) in DEPARTMENT and gone:
        zh = "承办单位的账号须选择单位。"
        raise NotPossible(zh, "A department's account needs its department.")
    if officer is not None and officer.machine and do == "role":
        raise web.HTTPBadRequest
    await check_single(work, about)


async def check_single(work: Work, about: Mapping[str, Any]) -> None:
    """No one holds an administrator's role beside any other."""
    role, held = Role(about["role"]), await rights.roles_of(work.connection, about["name"])
    others = [one for name, one in held if name != about["username"]]
    if others and (role in ADMINISTRATORS or any(one in ADMINISTRATORS for one in others)):
        raise NotPossible(
            f"“{about['name']}”已有账号（{'、'.join(one.zh for one in others)}）：管理员不得兼任其他"
            "角色。同名不同人的，请在姓名后加工号区分。",
            "This person holds another role; an administrator may hold no other.",
        )


async def decide(request: web.Request) -> web.StreamResponse:
    """The second person's word: it is done now, or never."""
    posted = await forms.posted(request)
    told = {name: values[-1][:80] for name, values in posted.items()}
    number, granted = told.get("right", ""), told.get("do") == "approve"
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise web.HTTPBadRequest
    me = request[ACTOR]
    try:
        async with request.app[CENTRE].work() as work:
            asked = await rights.decide(
                work.connection, int(number), work.at, me.name, granted=granted
            )
            if not granted:
                about = {"username": asked.about["username"], "asked_by": asked.asked_by}
                await acts.record(
                    work.connection, work.at, me, f"account_{asked.act}_refused", about
                )
                return see_other("/office/admin")
            made = await _grant(request, work, asked)
    except Refused as refused:
        return await _told(request, refused)
    return await admin.shown(request, made=made) if made else see_other("/office/admin")


async def _grant(request: web.Request, work: Work, asked: Right) -> tuple[str, str] | None:
    """Checked once more: much may have changed since it was asked."""
    officer = await accounts.by_name(work.connection, asked.about["username"])
    await check(request, work, asked.act, asked.about, officer)
    if asked.act != "add" and officer is None:
        raise web.HTTPNotFound
    return await _do(request, work, asked.act, {**asked.about, "asked_by": asked.asked_by})


async def _do(
    request: web.Request, work: Work, do: str, about: Mapping[str, Any]
) -> tuple[str, str] | None:
    """In one transaction with its record; an invitation for who has to set a password."""
    connection, username = work.connection, str(about["username"])
    await acts.record(connection, work.at, request[ACTOR], f"account_{DONE.get(do, do)}", about)
    if do == "add":
        unit, unset = about["department"], invitations.UNSET
        new = NewOfficer(username, about["name"], Role(about["role"]), unit, unset)
        officer_id = await accounts.add(connection, work.cipher, new, work.at)
        return username, await invitations.invite(connection, officer_id, work.at)
    officer = await accounts.by_name(connection, username)
    assert officer is not None, "looked up before"
    if do == "reset":
        return username, await invitations.invite(connection, officer.id, work.at)
    if do == "disable":
        await accounts.disable(connection, officer.id)
    elif do == "enable":
        await accounts.enable(connection, officer.id, work.at)
    else:
        role, unit = Role(about["role"]), about["department"]
        await rights.set_role(connection, officer.id, role, unit)
    return None


DONE = {"add": "added"}


def routes() -> list[Route]:
    secadmin = frozenset({Role.SECADMIN})

    def page(path: str, handler: Any, summary: str) -> Route:
        return Route("POST", path, handler, secadmin, summary, api=False)

    return [
        page("/office/admin/accounts", change, "账号"),
        page("/office/admin/rights", decide, "复核权限"),
    ]
