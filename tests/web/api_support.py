"""What the tests of the interface share: a served hotline, its accounts, one ordinary complaint."""

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, FormData
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from jsonschema import Draft202012Validator

from channels.memory import MemorySender
from hotline.config import Settings
from hotline.domain.words import ACCOUNTS, Role
from hotline.flow import intake
from hotline.flow.centre import Centre
from hotline.store import accounts
from hotline.web import openapi
from hotline.web.app import make_app
from hotline.wiring import MovingClock, Parts, build
from tests.conftest import one_reader
from tests.web.counted import Counting

PASSWORD = "Correct-horse-12345"
# A real argon2id hash at a low cost: what a check costs is written in the hash itself.
HASHED = PasswordHasher(time_cost=1, memory_cost=256, parallelism=1).hash(PASSWORD)
JSON = {"Content-Type": "application/json"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100


class Client(TestClient[Any, Any]):
    """A client that knows the hotline behind its server."""

    centre: Centre
    clock: MovingClock
    document: dict[str, Any]
    counting: Counting

    async def _request(self, method: str, path: Any, **how: Any) -> Any:
        """Every answer that a test gets is held against the document."""
        response = await super()._request(method, path, **how)
        if response.content_type in ("application/json", "application/problem+json"):
            _holds(self.document, response, await response.json())
        return response


def _holds(document: dict[str, Any], response: ClientResponse, told: Any) -> None:
    """Raises unless the operation has such an answer; a path nobody has may only be a 404."""
    paths = (one for one in document["paths"] if _pattern(one).fullmatch(response.url.path))
    found = next(paths, None)
    operation = document["paths"].get(found, {}).get(response.method.lower())
    if operation is None:
        assert response.status in (401, 404, 405), (response.method, response.url.path)
        return
    answers = operation["responses"]
    assert str(response.status) in answers, (operation["operationId"], response.status)
    schema = answers[str(response.status)]["content"][response.content_type].get("schema", {})
    Draft202012Validator({**schema, "components": document["components"]}).validate(told)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", path))


@asynccontextmanager
async def served(
    template: Path, folder: Path, clock: MovingClock, **changes: Any
) -> AsyncIterator[Client]:
    """A hotline on a copy of the seeded database, with one account a role, on loopback."""
    shutil.copy(template, folder / "hotline.db")
    told = {"limits": {"public": "off"}, **changes}
    settings = Settings(database_url=f"sqlite:///{folder / 'hotline.db'}", data=folder, **told)
    centre = await build(
        settings, Parts(clock=clock, senders={"citizen": MemorySender()}, make_reader=one_reader)
    )
    async with centre.work() as work:
        for role in ACCOUNTS:
            unit = "cgj" if role in (Role.CLERK, Role.LEADER) else None
            new = accounts.NewOfficer(role.value, role.zh, role, unit, HASHED, demo=True)
            await accounts.add(work.connection, centre.cipher, new, work.at)
    app = make_app(centre, settings, watch=False)
    counting = Counting()
    counting.begins(app, centre)
    async with Client(TestServer(app)) as made:
        made.centre, made.clock, made.counting = centre, clock, counting
        made.document = app[openapi.DOCUMENT]
        yield made
    await centre.close()
    assert counting.wrong() == []


async def token(client: Client, role: str, password: str = PASSWORD) -> dict[str, str]:
    answer = await client.post("/api/v1/sessions", json={"username": role, "password": password})
    assert answer.status == 201, await answer.text()
    return {"Authorization": f"Bearer {(await answer.json())['token']}"}


def complaint(**changes: Any) -> dict[str, Any]:
    return {
        "title": "路灯不亮",
        "content": "路灯坏了三天",
        "contact": {"phone": "13800001234"},
        **changes,
    }


async def filed(client: Client, **changes: Any) -> dict[str, Any]:
    """A complaint posted and triaged: its number and query code."""
    answer = await client.post("/api/v1/complaints", json=complaint(**changes))
    assert answer.status == 201, await answer.text()
    await triaged(client)
    told: dict[str, Any] = await answer.json()
    return told


async def triaged(client: Client) -> None:
    while await intake.triage_pending(client.centre):
        pass


async def case_of(client: Client, number: str, headers: dict[str, str]) -> dict[str, Any]:
    answer = await client.get(f"/api/v1/cases/{number}", headers=headers)
    assert answer.status == 200, await answer.text()
    told: dict[str, Any] = await answer.json()
    return told


async def acted(
    client: Client, number: str, headers: dict[str, str], action: str, **facts: Any
) -> dict[str, Any]:
    """One action on the newest version; it must go through."""
    version = (await case_of(client, number, headers))["version"]
    body = {"action": action, "version": version, **facts}
    answer = await client.post(f"/api/v1/cases/{number}/actions", json=body, headers=headers)
    assert answer.status == 200, (action, await answer.text())
    told: dict[str, Any] = await answer.json()
    return told


def a_file(name: str = "灯.png", body: bytes = PNG) -> FormData:
    data = FormData(quote_fields=False)
    data.add_field("file", body, filename=name)
    return data


async def uploaded(client: Client, name: str = "灯.png", body: bytes = PNG) -> str:
    answer = await client.post("/api/v1/attachments", data=a_file(name, body))
    assert answer.status == 201, await answer.text()
    found: str = (await answer.json())["token"]
    return found


OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


async def signed_in(client: Client, role: str) -> None:
    """A browser's way in: the cookie stays with the client."""
    form = {"username": role, "password": PASSWORD}
    answer = await client.post("/office/login", data=form, headers=OWN_PAGE, allow_redirects=False)
    assert answer.status == 303, await answer.text()


def form_token(page: str) -> str:
    """What the page's own forms send along."""
    found = re.search(r'name="token" value="([0-9a-f]+)"', page)
    assert found, "no form on the page"
    return found[1]
