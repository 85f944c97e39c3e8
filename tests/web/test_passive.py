"""Row 54: what a scanner would say of every page without touching anything: headers, cookies, forms, scripts.

The rules are those of common passive scanners, written anew; the pages come from the table of routes.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from aiohttp import ClientResponse

from hotline.domain.words import ACCOUNTS
from tests.web.api_support import OWN_PAGE, PASSWORD, Client, token
from tests.web.test_matrix import POLICIES, STREAM, address, things

SECRETS = re.compile(r"[?&](token|session|code|password|secret|phone)=", re.IGNORECASE)
PRIVATE = re.compile(
    r"\b(10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(1[6-9]|2\d|3[01])\.\d+\.\d+)\b"
)
DEBUG = re.compile(r"Traceback \(most recent|File \"/|site-packages|sqlalchemy\.|aiohttp\.web")


class Page(HTMLParser):
    """What of a page a policy would forbid, and its forms."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.forms: list[tuple[dict[str, str | None], list[str]]] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.wrong += [f"{tag} {name}" for name in told if name.startswith("on") or name == "style"]
        for name in ("src", "href", "action", "formaction"):
            value = told.get(name) or ""
            if value.lower().startswith(("javascript:", "data:text")) or SECRETS.search(value):
                self.wrong.append(f"{tag} {name}={value[:80]}")
            if tag in ("script", "link", "img", "iframe", "form") and "//" in value[:8]:
                self.wrong.append(f"{tag} from elsewhere: {value[:80]}")
        self._script = (
            tag == "script" and "src" not in told and told.get("type") != "application/json"
        )
        self.wrong += ["style"] if tag == "style" else []
        if tag == "form":
            self.forms.append((told, []))
        if tag == "input" and self.forms:
            self.forms[-1][1].append(told.get("name") or "")
        if (
            tag == "a"
            and told.get("target") == "_blank"
            and "noopener" not in (told.get("rel") or "")
        ):
            self.wrong.append("a target without noopener")

    def handle_data(self, data: str) -> None:
        if self._script and data.strip():
            self.wrong.append("script in the page")
        self._script = False


def of_headers(answer: ClientResponse, staff: bool) -> Iterator[str]:
    told = answer.headers
    policy = told.get("Content-Security-Policy", "")
    if "unsafe" in policy or "default-src" not in policy or "*" in policy:
        yield f"policy: {policy}"
    if told.get("X-Content-Type-Options") != "nosniff":
        yield "sniffed"
    framed = "frame-ancestors 'none'" in policy or "sandbox" in policy
    if not framed and told.get("X-Frame-Options") != "DENY":
        yield "may be framed"
    if "Referrer-Policy" not in told or not told.get("Content-Type"):
        yield "no referrer policy or type"
    if answer.content_type.startswith("text/") and "charset" not in told.get("Content-Type", ""):
        yield "no charset"
    if staff and "no-store" not in told.get("Cache-Control", ""):
        yield f"cached: {told.get('Cache-Control')}"
    if "X-Powered-By" in told or told.get("Access-Control-Allow-Origin") == "*":
        yield "told to everybody"


def of_body(text: str, staff: bool) -> Iterator[str]:
    page = Page()
    page.feed(text)
    yield from page.wrong
    yield from (found[0] for found in (PRIVATE.search(text), DEBUG.search(text)) if found)
    for told, fields in page.forms:
        if (told.get("method") or "get").lower() == "post":
            if staff and "token" not in fields:
                yield f"form without token: {told.get('action')}"
            if "password" in fields and told.get("method") != "post":
                yield "password by address"


@pytest.mark.slow
async def test_no_page_of_any_role_has_a_finding(client: Client) -> None:
    of, seen = await things(client, "cgj"), 0
    tokens = {role: await token(client, role.value) for role in ACCOUNTS}
    found: list[tuple[Any, ...]] = []
    for n, policy in enumerate(POLICIES.values()):
        if policy.method != "GET" or policy.path == STREAM:
            continue
        roles = sorted(policy.who)
        headers = tokens[roles[n % len(roles)]] if roles else {}
        answer = await client.get(address(policy, of), headers=headers, allow_redirects=False)
        body, seen = await answer.read(), seen + 1
        assert answer.status < 500, policy.path
        staff = bool(policy.who)
        if answer.status != 303:
            found += [(policy.path, one) for one in of_headers(answer, staff)]
        if answer.content_type == "text/html":
            text = body.decode("utf-8")
            found += [
                (policy.path, one) for one in of_body(text, staff and "/office/" in policy.path)
            ]
    assert found == [] and seen > 120


async def test_the_cookie_of_a_session_is_for_this_site_and_for_no_script(client: Client) -> None:
    form = {"username": "agent", "password": PASSWORD}
    answer = await client.post("/office/login", data=form, headers=OWN_PAGE, allow_redirects=False)
    (told,) = answer.headers.getall("Set-Cookie")
    assert "HttpOnly" in told and "SameSite=Lax" in told and "Path=/" in told


def test_a_page_that_does_all_of_it_is_caught() -> None:
    bad = (
        '<p onclick="x()" style="a">10.1.2.3<script>alert(1)</script><style>x</style>'
        '<form method=post action="/x?token=1"><input name=a></form><a target=_blank href="javascript:x">'
        '<script src="//evil.example/x.js"></script>Traceback (most recent call last)'
    )
    assert len(list(of_body(bad, True))) >= 9
