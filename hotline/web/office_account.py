"""Everyone's own account: password, second factor, recovery codes; and the invitation to it."""

from typing import Any

from aiohttp import web

from hotline.domain.errors import Refused
from hotline.flow.centre import Centre
from hotline.store import accounts, acts, doors, factors, invitations, passwords, subjects
from hotline.store.accounts import Officer
from hotline.web import auth, factor, forms, posting
from hotline.web.bodies import origin_of
from hotline.web.keys import ACTOR, CENTRE, LACKS, LANGUAGE, SECRET, SETTINGS
from hotline.web.pages import render, see_other
from hotline.web.problems import CrossSite
from hotline.web.routing import ANYONE, STAFF, Route


class NotTaken(Refused):
    """What was typed is not taken; the page says why."""


async def own(request: web.Request) -> Officer:
    async with request.app[CENTRE].look() as look:
        officer = await accounts.by_name(look.connection, request[ACTOR].name)
    if officer is None:
        raise web.HTTPNotFound
    return officer


async def account(request: web.Request) -> web.Response:
    return await _account(request)


async def _account(
    request: web.Request, problem: Refused | None = None, codes: list[str] | None = None
) -> web.Response:
    centre, officer = request.app[CENTRE], await own(request)
    facts: dict[str, Any] = {"officer": officer, "codes": codes, "problem": ""}
    facts |= {"needs": [one.code for one in factor.lacks(officer, centre.now())]}
    request[LACKS] = bool(facts["needs"])
    if problem is not None:
        facts["problem"] = problem.en if request[LANGUAGE] == "en" else problem.zh
    async with centre.look() as look:
        facts["left"] = await factors.codes_left(look.connection, officer.id)
        facts["linked"] = await subjects.linked(look.connection, officer.id)
    if not officer.factor and not officer.machine:
        secret = await _new_factor(centre, officer)
        told = factor.address(secret, officer.username, request.app[SETTINGS].city)
        facts |= {"secret": secret, "square": factor.square(told)}
    return render(request, "office/account.html", facts, 422 if problem else 200)


async def _new_factor(centre: Centre, officer: Officer) -> str:
    """The secret that waits for its first code; the same until then."""
    async with centre.work() as work:
        found = await factors.secret_of(work.connection, work.cipher, officer.id)
        secret = found or factor.new_secret()
        if found is None:
            await factors.begin(work.connection, work.cipher, officer.id, secret)
    return secret


async def new_secret(request: web.Request) -> web.StreamResponse:
    """A new password: the old one once more, long enough, and every session ends."""
    posted = await forms.posted(request)
    old, new, again = (posted.get(name, [""])[-1][:200] for name in ("old", "new", "again"))
    centre, officer = request.app[CENTRE], await own(request)
    try:
        await _confirm(centre, officer, old)
        await check_new(centre, officer, new, again)
    except NotTaken as wrong:
        return await _account(request, wrong)
    hashed = await auth.hashed(new)
    async with centre.work() as work:
        await accounts.set_password(work.connection, centre.cipher, officer, hashed, at=work.at)
        await acts.record(work.connection, work.at, request[ACTOR], "password_changed", {})
    return see_other("/office/login")


async def _confirm(centre: Centre, officer: Officer, password: str) -> None:
    if not await auth.confirmed(centre, officer, password):
        raise NotTaken("当前密码不正确。", "The current password is wrong.")


async def check_new(centre: Centre, officer: Officer, new: str, again: str) -> None:
    if new != again:
        raise NotTaken("两次输入的新密码不一致。", "The two new passwords differ.")
    if auth.too_weak(new, officer.username):
        raise NotTaken(
            "新密码至少 12 位，含大写、小写、数字、符号中的三类，不含用户名，也不是常见密码。",
            "At least 12 signs of three kinds, without the user name, and no common password.",
        )
    if await auth.used_before(centre, officer, new):
        raise NotTaken(
            "新密码不能与现在的或最近用过的 5 个密码相同。",
            "Not the present password, nor one of the last five.",
        )


async def change_factor(request: web.Request) -> web.StreamResponse:
    """Set up with a first code; new recovery codes, or another telephone, with a code again."""
    posted = await forms.posted(request)
    told = {name: posted.get(name, [""])[-1][:200] for name in ("do", "password", "code")}
    centre, officer = request.app[CENTRE], await own(request)
    try:
        await _confirm(centre, officer, told["password"])
    except NotTaken as wrong:
        return await _account(request, wrong)
    try:
        codes = await _change(request, officer, told["do"], told["code"])
    except NotTaken as wrong:
        await auth.missed(centre, officer)
        return await _account(request, wrong)
    return await _account(request, codes=codes)


async def _change(request: web.Request, officer: Officer, do: str, code: str) -> list[str]:
    centre, codes = request.app[CENTRE], list[str]()
    async with centre.work() as work:
        if not await factor.takes(work, officer, code):
            raise NotTaken(
                "动态口令不正确或已用过；请核对手机时间，等待下一个口令再试。",
                "That code is wrong or was used; wait for the next one.",
            )
        if do == "replace" and officer.factor:
            await factors.forget(work.connection, [officer.id])
        elif do == "codes" and officer.factor:
            codes = await factors.new_codes(work.connection, officer.id)
        elif do == "begin" and not officer.factor:
            codes = await factors.confirm(work.connection, officer.id, work.at)
        else:
            raise web.HTTPBadRequest
        await passwords.end_others(work.connection, officer.id, request[SECRET])
        await acts.record(work.connection, work.at, request[ACTOR], f"factor_{do}", {})
    return codes


async def invitation(request: web.Request) -> web.Response:
    return _invitation(request, None)


def _invitation(request: web.Request, problem: Refused | None) -> web.Response:
    said = "" if problem is None else problem.en if request[LANGUAGE] == "en" else problem.zh
    return render(request, "office/invitation.html", {"problem": said}, 422 if problem else 200)


async def redeem(request: web.Request) -> web.StreamResponse:
    """The owner's first password, by a code that works once; the code never is in an address."""
    if not auth.same_site(request):
        raise CrossSite
    posted = await posting.posted(request)
    code, new, again = (str(posted.get(name, ""))[:200] for name in ("code", "new", "again"))
    try:
        await _redeem(request, code, new, again)
    except NotTaken as wrong:
        return _invitation(request, wrong)
    return see_other("/office/login")


async def _redeem(request: web.Request, code: str, new: str, again: str) -> None:
    """A wrong code costs the address a guess; a weak password does not cost the code."""
    centre, origin = request.app[CENTRE], origin_of(request)
    door, hashed = doors.by_address("sign-in", origin), await auth.hashed(new)
    wrong = NotTaken(
        "邀请码不正确、已使用或已过期（30 分钟），请联系安全管理员重新发放。",
        "That code is wrong, used or too old; ask the security administrator for another.",
    )
    async with centre.look() as look:
        if await doors.shut_for(look.connection, door, look.at):
            raise wrong
    async with centre.work() as work:
        whose = await invitations.redeem(work.connection, code, work.at)
        officer = await accounts.by_id(work.connection, whose) if whose is not None else None
        if officer is not None and not officer.disabled:
            await check_new(centre, officer, new, again)
            await accounts.set_password(work.connection, centre.cipher, officer, hashed, at=work.at)
            who = auth.actor_of(centre, officer, origin)
            await acts.record(work.connection, work.at, who, "invitation_taken", {})
            return
        await doors.wrong_guess(work.connection, door, work.at, auth.FROM_ADDRESS, auth.WINDOW)
    raise wrong


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str) -> Route:
        return Route(method, path, handler, STAFF, summary, api=False, early=True)

    invited = "/office/invitation"
    return [
        page("GET", "/office/account", account, "我的账号"),
        page("POST", "/office/account", new_secret, "修改密码"),
        page("POST", "/office/account/factor", change_factor, "动态口令"),
        Route("GET", invited, invitation, ANYONE, "启用账号", api=False, limit="read"),
        Route("POST", invited, redeem, ANYONE, "启用账号", api=False, limit="sign_in"),
    ]
