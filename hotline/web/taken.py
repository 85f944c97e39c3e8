"""What the browser is told when a form of the desks was taken, so that it forgets what was typed."""

from urllib.parse import quote

from aiohttp import web

COOKIE = "hotline_taken"
SECONDS = 60  # until the next page has read it


def tell(request: web.Request, response: web.StreamResponse) -> None:
    """Names the form's address, nothing of what stood in it; a refused form is never named."""
    if request.method != "POST" or response.status >= 400 or response.prepared:
        return
    where = quote(request.rel_url.raw_path, safe="")
    response.set_cookie(COOKIE, where, samesite="Strict", path="/", max_age=SECONDS)
