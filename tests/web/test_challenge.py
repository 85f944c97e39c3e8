"""The challenge of the public forms: asked under suspicion, solved once, and with a way round for people."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.web import challenge
from hotline.web.challenge import solves
from hotline.wiring import MovingClock
from tests.web.api_support import OWN_PAGE, Client, complaint, served

ALWAYS = {"public": "on", "challenge": "always"}


@pytest.fixture
async def strict(empty_sqlite: Path, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Client]:
    async with served(empty_sqlite, tmp_path, clock, limits=ALWAYS) as made:
        yield made


def solved(token: str) -> str:
    return next(str(n) for n in range(10**7) if solves(token, str(n)))


async def posted(client: Client, token: str = "", number: str = "") -> Any:
    headers = {challenge.HEADER: f"{token}:{number}"} if token else {}
    return await client.post("/api/v1/complaints", json=complaint(), headers=headers)


async def given(client: Client) -> str:
    """A challenge as the page gives it out: looked at as often as one likes."""
    page = await (await client.get("/complaints/new")).text()
    return re.search(r'name="challenge_token" value="([^"]+)"', page)[1]  # type: ignore[index]


async def test_it_is_asked_for_from_the_ninth_of_an_address_on(
    empty_sqlite: Path, tmp_path: Path, clock: MovingClock
) -> None:
    async with served(empty_sqlite, tmp_path, clock, limits={"public": "on"}) as client:
        assert client.app is not None
        gate, stranger = client.app[challenge.GATE], _request(client, "127.0.0.10")
        for _ in range(8):
            assert not await gate.asks(_request(client, "127.0.0.1"))
            await gate.came(_request(client, "127.0.0.1"))
        assert await gate.asks(_request(client, "127.0.0.1")) and not await gate.asks(stranger)
        answer = await posted(client)
        told = await answer.json()
        assert answer.status == 429 and told["title"] == "challenge_needed"
        token = told["challenge"]["token"]
        assert (await posted(client, token, solved(token))).status == 201
        for _ in range(600):
            await gate.came(_request(client, "127.0.0.1"))
        assert await gate.asks(stranger), "under load everybody is asked"


async def test_a_solution_counts_once_in_time_for_its_form_and_as_it_was_given(
    strict: Client, clock: MovingClock
) -> None:
    """Row 42: replayed, expired, forged, guessed and of another form: none is taken."""
    token = await given(strict)
    number = solved(token)
    salt, form, at, signature = token.split(".")
    other = ".".join((salt, "rating", at, signature))
    later = ".".join((salt, form, str(int(at) + 60), signature))
    for wrong in ((token, "x"), (other, number), (later, number), ("a.b.c.d", "1"), ("", "")):
        assert not await challenge._passed(_request(strict), "complaint", *wrong), wrong
    unsolved = next(str(n) for n in range(99) if not solves(token, str(n)))
    assert not await challenge._passed(_request(strict), "complaint", token, unsolved)
    forged = ".".join(("0" * 32, form, at, signature))
    assert not await challenge._passed(_request(strict), "complaint", forged, solved(forged))
    assert not await challenge._passed(_request(strict), "rating", token, number)
    assert (await posted(strict, token, number)).status == 201
    replays = [
        await challenge._passed(_request(strict), "complaint", token, number) for _ in range(200)
    ]
    assert not any(replays)
    for n in range(10_000):  # a signature guessed, a salt of one's own: nothing is even counted
        made = ".".join((f"{n:032x}", form, at, f"{n:064x}"))
        assert not await challenge._passed(_request(strict), "complaint", made, number)
    token = await given(strict)
    number = solved(token)
    clock.move_to(clock() + timedelta(minutes=6))
    assert not await challenge._passed(_request(strict), "complaint", token, number)


def _request(client: Client, origin: str = "127.0.0.9") -> Any:
    """As much of a request as the check looks at."""
    return type("Asked", (dict,), {"app": client.app})({challenge.ORIGIN: origin})


async def test_who_cannot_waits_a_minute_and_is_heard(strict: Client, clock: MovingClock) -> None:
    """Without scripts: the same form, sent again after a minute; one in ten minutes."""
    form = {"title": "路灯不亮", "content": "坏了三天", "contact.phone": "13800001234"}

    async def sends(token: str) -> Any:
        told = {**form, "challenge_token": token, "challenge_number": ""}
        how: dict[str, Any] = {"headers": OWN_PAGE, "allow_redirects": False}
        return await strict.post("/complaints/new", data=told, **how)

    token = await given(strict)
    early = await sends(token)
    page = await early.text()
    assert early.status == 429 and "等一分钟" in page and "坏了三天" in page
    clock.move_to(clock() + timedelta(seconds=61))
    assert (await sends(token)).status == 303
    assert (await sends(token)).status == 429, "once"
    again = await given(strict)
    clock.move_to(clock() + timedelta(seconds=61))
    assert (await sends(again)).status == 429, "one in ten minutes"


async def test_with_public_limits_off_it_is_never_asked_for(client: Client) -> None:
    for _ in range(6):
        assert (await posted(client)).status == 201
