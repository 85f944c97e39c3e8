"""Row 31: sqlmap from outside, on loopback, over everything that a request can carry.

Its own program asks a served hotline: every operation of the document with its query and its JSON
body, the pages' forms and filters, headers and cookies. Only at its full size, an hour: in seconds
it gets through one of 140 targets. Every run proves that it would have told, and
that lists are sorted by names of theirs alone (`test_surface_api.py`, `test_orders.py`); the check
lets only a few named modules put a statement together (S608 in `pyproject.toml`).
"""

import asyncio
import json
import random
import shutil
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hotline.domain.words import Role
from tests.support.scale import Scale
from tests.web.api_support import OWN_PAGE, Client, form_token
from tests.web.test_matrix import STREAM, Things, things
from tests.web.test_schema import machine

# Without end, or they end the very session that asks.
NEVER = (STREAM, "/api/v1/sessions", "/api/v1/openapi.json", "/api/v1/docs")
SQLMAP = shutil.which("sqlmap")
SLICE = 120  # seconds for one target, and more where there is time for all
CUT = "\nended by its slice of the time\n"
MARKED = {"Query-Code": "ABCD-EFGH*", "Idempotency-Key": "k*", "X-Forwarded-For": "192.0.2.1*"}
FILTERS = {
    "/office/": "q state department type topic level overdue sort cursor saved",
    "/office/orders": "q state level department cursor",
    "/office/messages": "cursor",
    "/office/calls": "cursor state",
    "/office/roster": "department",
    "/office/rules": "q topic district department",
    "/office/records": "q number caller purpose call cursor",
    "/office/knowledge": "q topic state cursor",
    "/office/knowledge/lacking": "topic department",
    "/office/quarantine": "cursor state q",
    "/office/figures": "from to by department topic",
    "/office/figures/cases": "from to measure department cursor",
    "/office/figures/sample": "month",
    "/office/admin": "q role unit after before",
    "/office/restrictions": "state q",
    "/office/phone/panel": "call caller q",
    "/office/new": "call caller",
    "/knowledge": "q cursor",
    "/figures": "month from to",
}
FORMS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/complaints/new", {"title": "a", "content": "b", "contact.phone": "13800001234", "key": "k"}),
    ("/complaints/find", {"number": "20260105-000001", "code": "ABCD-EFGH"}),
    ("/office/login", {"username": "a", "password": "b", "code": "1"}),
    ("/office/account", {"old": "a", "new": "b", "again": "b"}),
)


@dataclass(frozen=True)
class Target:
    """One request as it goes over the wire: its first line, what it carries beside the headers."""

    method: str
    path: str
    body: str = ""
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def written(self, host: str, headers: dict[str, str]) -> str:
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in {**headers, **self.headers}.items()]
        lines += [f"Content-Type: {self.kind}"] if self.body else []
        return "\r\n".join([*lines, "", self.body])


# Signing in ends nobody's session, as its other method would.
SIGN_IN = Target(
    "POST", "/api/v1/sessions", json.dumps({"username": "a", "password": "b", "code": "1"})
)


def sample(schema: dict[str, Any], known: dict[str, Any]) -> Any:
    """A value of the schema's kind, as plain as can be."""
    if "$ref" in schema:
        schema = known[schema["$ref"].rsplit("/", 1)[-1]]
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if one.get("type") != "null":
            return sample(one, known)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {name: sample(of, known) for name, of in schema.get("properties", {}).items()}
    if kind == "array":
        return [sample(schema["items"], known)] if "items" in schema else []
    plain: dict[Any, Any] = {"integer": 1, "number": 1, "boolean": True}
    return plain.get(kind, "2026-01-05" if schema.get("format", "").startswith("date") else "a1")


def operations(document: dict[str, Any], of: Things) -> list[Target]:
    known = document["components"]["schemas"]
    parts = {"number": of.case, "token": of.file, "code": of.roster, "name": "cases"}
    found = []
    for path, methods in document["paths"].items():
        if path in NEVER:
            continue
        for method, one in methods.items():
            asked = [p for p in one.get("parameters", ()) if p["in"] == "query"]
            query = "&".join(f"{p['name']}={sample(p['schema'], known)}" for p in asked)
            there = path
            for p in one.get("parameters", ()):
                if p["in"] == "path":
                    # The star says where in an address something is to be tried.
                    value = f"{parts.get(p['name'], '1')}" + ("" if asked else "*")
                    there = there.replace("{" + p["name"] + "}", value)
            content = one.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema")
            body = json.dumps(sample(schema, known)) if schema else ""
            found.append(Target(method.upper(), f"{there}?{query}" if query else there, body))
    return found


def pages(token: str) -> list[Target]:
    kind = "application/x-www-form-urlencoded"
    asked = [
        Target("GET", f"{path}?{'&'.join(f'{name}=1' for name in names.split())}")
        for path, names in FILTERS.items()
    ]
    for path, fields in FORMS:
        told = "&".join(f"{name}={value}" for name, value in {**fields, "token": token}.items())
        asked.append(Target("POST", path, told, kind))
    return asked


async def tried(target: Target, host: str, headers: dict[str, str], folder: Path, most: int) -> str:
    """What sqlmap said of it; the process ends with its slice of the time, and CUT is added."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    asked, said = folder / "request.txt", folder / "said.txt"
    asked.write_text(target.written(host, headers), "utf-8", newline="")
    with said.open("w") as out:
        ran = await asyncio.create_subprocess_exec(
            *(str(SQLMAP), "-r", str(asked), "--batch", "--level", "3", "--risk", "2"),
            *("--dbms", "SQLite", "--flush-session", "--disable-coloring", "--skip-waf"),
            *("--output-dir", str(folder), "--ignore-code", "*", "--time-sec", "2"),
            *("--skip", "token,Host,Authorization", "--timeout", "10", "--retries", "1"),
            *("--answers", "redirect=N,cookie=N", "--ignore-stdin"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
        try:
            await asyncio.wait_for(ran.wait(), most)
        except TimeoutError:
            ran.kill()
            await ran.wait()
            out.write(CUT)
    return said.read_text("utf-8", "replace")


def injectable(said: str) -> bool:
    return "identified the following injection point" in said


needs_it = pytest.mark.skipif(SQLMAP is None, reason="sqlmap is not installed")


@needs_it
@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_nothing_that_a_request_carries_reaches_the_database_as_a_statement(
    client: Client, tmp_path: Path, scale: Scale, capsys: pytest.CaptureFixture[str]
) -> None:
    if not scale.injecting:
        pytest.skip("only at its full size")
    of = await things(client, "cgj")
    secret = await machine(client, Role.DIRECTOR)
    answer = await client.get("/office/account", headers={"Cookie": f"hotline_session={secret}"})
    targets = [*pages(form_token(await answer.text())), *operations(client.document, of), SIGN_IN]
    random.Random(1).shuffle(targets)
    host = str(client.make_url("/").authority)
    headers = {"User-Agent": "a", "Referer": f"http://{host}/", "Query-Code": of.code, **OWN_PAGE}
    headers |= {"X-Forwarded-For": "192.0.2.1", "Accept-Language": "zh"}
    # The star says where in a header something is to be tried.
    targets.insert(0, Target("GET", f"/api/v1/complaints/{of.case}", headers=MARKED))
    ends, found, cut, done = time.monotonic() + scale.injecting, [], [], 0
    for target in targets:
        left = int(ends - time.monotonic())
        share = max(SLICE, left // (len(targets) - done))
        if left < 5:
            break
        by = {"Cookie": f"hotline_session={secret}"}
        if "/api/" in target.path:
            by = {"Authorization": f"Bearer {secret}"}
        said = await tried(target, host, {**headers, **by}, tmp_path / "sqlmap", min(share, left))
        done += 1
        found += [(target, said[-3000:])] if injectable(said) else []
        cut += [f"{target.method} {target.path}"] if said.endswith(CUT) else []
    with capsys.disabled():
        print(f"\nsqlmap: {done} of {len(targets)} targets, {len(found)} findings, cut: {cut}")
    client.counting.done.clear()  # many of these change nothing, and leave nothing to record
    assert found == []
    assert done


@needs_it
@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_it_would_have_told(tmp_path: Path) -> None:
    """The sabotaged twin: a search that puts its question into the statement."""
    base = sqlite3.connect(":memory:", check_same_thread=False)
    base.executescript("create table t (n, x); insert into t values (1, 'a'), (2, 'b')")

    async def search(request: web.Request) -> web.Response:
        try:
            rows = base.execute(f"select x from t where n = {request.query['q']}").fetchall()
        except sqlite3.Error:
            return web.Response(status=422, text="wrong")
        return web.Response(text=f"<p>{rows}</p>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/search", search)
    async with TestServer(app) as twin:
        host = str(twin.make_url("/").authority)
        said = await tried(Target("GET", "/search?q=1"), host, {}, tmp_path / "sqlmap", 60)
    assert injectable(said), said[-3000:]
