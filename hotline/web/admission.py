"""The policy in front of every handler: limits, identity, role, same site, what an account lacks."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from hotline.domain.errors import NotAllowed
from hotline.flow import unread
from hotline.web import auth, factor, params, problems, taken
from hotline.web.keys import ACTOR, BADGE, CENTRE, LACKS, ORIGIN, SECRET
from hotline.web.limits import LIMITER
from hotline.web.routing import ANYONE, WORKERS, Route

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def guarded(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The route's policy in front of its handler: limits, identity, role, same site, parameters."""

    async def handler(request: web.Request) -> web.StreamResponse:
        if route.limit:
            await request.app[LIMITER].check(request, route.limit)
        if route.who != ANYONE:
            await admit(request, route)
        params.check(request, route)
        response = await route.handler(request)
        if ACTOR in request and not route.api:
            taken.tell(request, response)
        return response

    return handler


async def admit(request: web.Request, route: Route) -> None:
    officer, secret = await auth.identify(request)
    if officer is None:
        raise problems.SignInNeeded
    actor = auth.actor_of(request.app[CENTRE], officer, request[ORIGIN])
    if actor.role not in route.who:
        raise NotAllowed("您的岗位不能使用这项功能。", "Not for your role.")
    _, by_cookie = auth.secret_of(request)
    if by_cookie and request.method in UNSAFE and not auth.same_site(request):
        raise problems.CrossSite
    request[ACTOR], request[SECRET] = actor, secret
    lacking = factor.lacks(officer, request.app[CENTRE].now())
    if lacking and not route.early and not factor.may_wait(officer, request):
        if not route.api and request.method == "GET":
            raise web.HTTPSeeOther("/office/account")
        raise lacking[0]
    request[LACKS] = bool(lacking)
    if not route.api and actor.role in WORKERS:
        request[BADGE] = await unread.badge(request.app[CENTRE], actor)
