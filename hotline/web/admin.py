"""The three administrators, each with only their own; and everyone's own account."""

import secrets
from typing import Any

from aiohttp import web

from channels.forms import clean
from hotline.domain.words import ACCOUNTS, Role
from hotline.flow import supervise
from hotline.store import accounts, acts, stumbles
from hotline.web import auth, forms, health
from hotline.web.bodies import whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routing import STAFF, Route

PAGE = 50


async def admin(request: web.Request) -> web.Response:
    return await _admin(request)


async def _admin(
    request: web.Request, problem: str = "", made: tuple[str, str] | None = None, status: int = 200
) -> web.Response:
    """System: how it runs. Security: accounts. Audit: what was done. No one sees another's."""
    centre, role = request.app[CENTRE], request[ACTOR].role
    facts: dict[str, Any] = {"problem": problem, "made": made, "roles": ACCOUNTS}
    if role is Role.SYSADMIN:
        facts["standing"] = await health.standing(centre)
    async with centre.look() as look:
        if role is Role.SYSADMIN:
            facts["stumbles"] = await stumbles.listed(look.connection, PAGE)
        if role is Role.SECADMIN:
            after = request.query.get("after", "")[:80]
            facts["accounts"] = await accounts.listed(look.connection, after, PAGE)
            facts["units"] = forms.departments(centre.rules.tree)
        if role is Role.AUDITOR:
            below = whole(request, "below", 0, 999_999_999) or None
            facts["acts"] = await acts.listed(look.connection, below, PAGE)
    return render(request, "office/admin.html", facts | {"page": PAGE}, status)


async def change(request: web.Request) -> web.StreamResponse:
    """Add, disable, enable, reset: the security administrator's, each on record."""
    posted = await forms.posted(request)
    told = {name: clean(values[-1])[:80] for name, values in posted.items()}
    if told.get("do") == "add":
        return await _add(request, told)
    return await _change_one(request, told)


def new_password() -> str:
    """Long enough by any rule; letters that are not misread, in groups."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    groups = ["".join(secrets.choice(letters) for _ in range(4)) for _ in range(4)]
    return "-".join(groups).replace(groups[0], groups[0].upper(), 1)


async def _add(request: web.Request, told: dict[str, str]) -> web.StreamResponse:
    centre, username = request.app[CENTRE], told.get("username", "")
    english = request[LANGUAGE] == "en"
    wrong = _wrong(request, told)
    if wrong:
        return await _admin(request, wrong[1] if english else wrong[0], status=422)
    password = new_password()
    hashed = await auth.hashed(password)
    async with centre.work() as work:
        if await accounts.by_name(work.connection, username) is None:
            role, unit = Role(told["role"]), told.get("department") or None
            new = accounts.NewOfficer(
                username, told.get("name") or username, role, unit, hashed, password
            )
            await accounts.add(work.connection, centre.cipher, new, work.at)
            about = {"username": username, "role": role.value, "department": unit}
            await acts.record(work.connection, work.at, request[ACTOR], "account_added", about)
            return await _admin(request, made=(username, password), status=201)
    taken = "That name is taken." if english else "这个用户名已经有了，请换一个。"
    return await _admin(request, taken, status=409)


def _wrong(request: web.Request, told: dict[str, str]) -> tuple[str, str] | None:
    username, role = told.get("username", ""), told.get("role", "")
    if not (2 <= len(username) <= 40 and username.replace("-", "").replace("_", "").isalnum()):
        return "用户名为 2 至 40 个字母、数字或短横线。", "User name: 2 to 40 letters or digits."
    if role not in {one.value for one in ACCOUNTS}:
        return "请选择角色。", "Choose a role."
    unit = told.get("department", "")
    known = unit in request.app[CENTRE].rules.tree.departments
    if Role(role) in (Role.CLERK, Role.LEADER) and not known:
        return "承办单位的账号须选择单位。", "A department's account needs its department."
    return None


async def _change_one(request: web.Request, told: dict[str, str]) -> web.StreamResponse:
    centre, password = request.app[CENTRE], new_password()
    hashed = await auth.hashed(password)
    async with centre.work() as work:
        officer = await accounts.by_name(work.connection, told.get("username", ""))
        if officer is None:
            raise web.HTTPNotFound
        if told.get("do") == "enable" and officer.disabled:
            await accounts.enable(work.connection, officer.id)
        elif told.get("do") == "disable":
            if officer.id == request[ACTOR].officer_id:
                return await _admin(request, _own(request), status=409)
            await accounts.disable(work.connection, officer.id)
        elif told.get("do") == "reset" and not officer.machine:
            await accounts.set_password(work.connection, centre.cipher, officer, hashed, password)
        else:
            raise web.HTTPBadRequest
        about = {"username": officer.username}
        await acts.record(work.connection, work.at, request[ACTOR], f"account_{told['do']}", about)
    if told["do"] == "reset":
        return await _admin(request, made=(officer.username, password))
    return see_other("/office/admin")


def _own(request: web.Request) -> str:
    """The last security administrator would lock everybody out by a slip of the hand."""
    english = request[LANGUAGE] == "en"
    return (
        "You cannot disable your own account." if english else "不能停用自己的账号，请由他人操作。"
    )


async def retry(request: web.Request) -> web.StreamResponse:
    """A rung that kept failing: tried again at the watch's next look."""
    posted = await forms.posted(request)
    told = posted.get("stumble", [""])[-1]
    stumble = int(told) if told.isdigit() and len(told) < 10 else 0
    if not await supervise.retry_now(request.app[CENTRE], stumble, request[ACTOR]):
        zh, en = "这一步已经执行，不必重试。", "It has been taken; no retry is needed."
        return await _admin(request, en if request[LANGUAGE] == "en" else zh, status=409)
    return see_other("/office/admin")


async def account(request: web.Request) -> web.Response:
    return render(request, "office/account.html", {"problem": "", "done": False})


async def new_secret(request: web.Request) -> web.StreamResponse:
    """A new password: the old one once more, long enough, and every session ends."""
    posted = await forms.posted(request)
    old, new, again = (posted.get(name, [""])[-1][:200] for name in ("old", "new", "again"))
    centre, english = request.app[CENTRE], request[LANGUAGE] == "en"
    async with centre.look() as look:
        officer = await accounts.by_name(look.connection, request[ACTOR].name)
    right = officer is not None and await auth.confirmed(centre, officer, old)
    if officer is None or not right:
        wrong = "The current password is wrong." if english else "当前密码不正确。"
    elif new != again:
        wrong = "The two new passwords differ." if english else "两次输入的新密码不一致。"
    elif auth.too_weak(new) or new == old:
        zh = "新密码至少 12 位，含大写、小写、数字、符号中的三类，且不同于旧密码。"
        wrong = "At least 12 signs of three kinds, not the old one." if english else zh
    else:
        hashed = await auth.hashed(new)
        async with centre.work() as work:
            await accounts.set_password(work.connection, centre.cipher, officer, hashed)
            await acts.record(work.connection, work.at, request[ACTOR], "password_changed", {})
        return see_other("/office/login")
    return render(request, "office/account.html", {"problem": wrong, "done": False}, 422)


def routes() -> list[Route]:
    admins = frozenset(accounts.ADMINISTRATORS)

    def page(method: str, path: str, handler: Any, who: frozenset[Role], summary: str) -> Route:
        return Route(method, path, handler, who, summary, api=False)

    return [
        page("GET", "/office/admin", admin, admins, "管理"),
        page("POST", "/office/admin/accounts", change, frozenset({Role.SECADMIN}), "账号"),
        page("POST", "/office/admin/stumbles", retry, frozenset({Role.SYSADMIN}), "重试催督"),
        page("GET", "/office/account", account, STAFF, "我的账号"),
        page("POST", "/office/account", new_secret, STAFF, "修改密码"),
    ]
