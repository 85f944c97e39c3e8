"""Who gets in: roles, sessions, locked accounts, odd credentials, other sites."""

import asyncio
from datetime import timedelta

import pytest

from hotline.domain.words import Role
from hotline.web import auth, live
from hotline.web.routes import routes
from hotline.web.routing import ANYONE
from hotline.wiring import MovingClock
from tests.web.api_support import (
    OWN_PAGE,
    PASSWORD,
    Client,
    form_token,
    signed_in,
    token,
)


async def test_no_staff_route_lets_a_stranger_or_the_wrong_role_in(client: Client) -> None:
    tokens = {
        role: await token(client, role.value) for role in (Role.SYSADMIN, Role.CLERK, Role.AUDITOR)
    }
    guarded = [route for route in routes() if route.who != ANYONE and "events" not in route.path]
    assert len(guarded) >= 9
    for route in guarded:
        path = (
            route.path.replace("{number}", "20261123-000001")
            .replace("{name}", "cases")
            .replace("{id}", "20261123-000001.1")
            .replace("{token}", "t")
            .replace("{code}", "cgj")
            .replace("{call_id}", "c1")
            .replace("{n}", "1")
            .replace("{id}", "1")
        )
        answer = await client.request(route.method, path)
        assert answer.status == 401, path
        for role, headers in tokens.items():
            if role not in route.who:
                answer = await client.request(route.method, path, headers=headers)
                assert answer.status == 403, (path, role)


async def test_five_wrong_passwords_shut_the_account_for_the_right_one_too(client: Client) -> None:
    for _ in range(5):
        wrong = {"username": "agent", "password": "wrong"}
        assert (await client.post("/api/v1/sessions", json=wrong)).status == 401
    right = {"username": "agent", "password": PASSWORD}
    assert (await client.post("/api/v1/sessions", json=right)).status == 401


async def test_a_session_ends_when_it_is_idle_and_when_it_is_left(
    client: Client, clock: MovingClock
) -> None:
    headers = await token(client, "dispatcher")
    assert (await client.get("/api/v1/cases", headers=headers)).status == 200
    clock.move_to(clock.at + timedelta(minutes=31))
    assert (await client.get("/api/v1/cases", headers=headers)).status == 401
    headers = await token(client, "dispatcher")
    assert (await client.delete("/api/v1/sessions", headers=headers)).status == 204
    assert (await client.get("/api/v1/cases", headers=headers)).status == 401


async def test_a_cookie_from_another_site_opens_nothing(client: Client) -> None:
    secret = (await token(client, "dispatcher"))["Authorization"].split()[1]
    cookie = {"Cookie": f"{auth.COOKIE}={secret}", "Sec-Fetch-Site": "cross-site"}
    answer = await client.delete("/api/v1/sessions", headers=cookie)
    assert answer.status == 403
    answer = await client.delete("/api/v1/sessions", headers={"Cookie": f"{auth.COOKIE}={secret}"})
    assert answer.status == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "Bearer 密码"}, 401),
        ({"Cookie": f"{auth.COOKIE}=\xe9\xff"}, 401),
        ({"Authorization": "Bearer " + "x" * 5000}, 401),
    ],
)
async def test_odd_credentials_are_no_credentials(
    client: Client, headers: dict[str, str], status: int
) -> None:
    assert (await client.get("/api/v1/cases", headers=headers)).status == status


async def test_guesses_at_a_locked_account_do_not_keep_it_locked(
    client: Client, clock: MovingClock
) -> None:
    wrong = {"username": "agent", "password": "wrong"}
    for _ in range(5):
        await client.post("/api/v1/sessions", json=wrong)
    for _ in range(14):
        clock.move_to(clock.at + timedelta(minutes=1))
        await client.post("/api/v1/sessions", json=wrong)
    clock.move_to(clock.at + timedelta(minutes=1, seconds=1))
    await token(client, "agent")


async def test_wrong_old_passwords_count_and_the_fifth_signs_out(client: Client) -> None:
    await signed_in(client, "agent")
    page = await (await client.get("/office/account")).text()
    form = {"token": form_token(page), "old": "wrong", "new": "x", "again": "x"}
    for _ in range(5):
        assert (await client.post("/office/account", data=form, headers=OWN_PAGE)).status == 422
    assert (await client.get("/office/account")).status == 401
    right = {"username": "agent", "password": PASSWORD}
    assert (await client.post("/api/v1/sessions", json=right)).status == 401


async def test_a_stream_of_events_ends_with_its_session(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PAUSE", 0.01)
    headers = await token(client, "dispatcher")
    stream = await client.get("/api/v1/events", headers=headers)
    assert b"event: counts" in await stream.content.readline()
    await client.delete("/api/v1/sessions", headers=headers)
    rest = await asyncio.wait_for(stream.content.read(), 5)
    assert rest.endswith(b": still here\n\n")
