"""Who gets in: roles, sessions, locked accounts, odd credentials, other sites."""

import asyncio
import errno
from datetime import timedelta

import pytest

from hotline.domain.words import Role
from hotline.store import accounts, invitations, passwords, rights
from hotline.web import auth, live
from hotline.web.routes import routes
from hotline.web.routing import ANYONE
from hotline.wiring import MovingClock
from tests.web.api_support import (
    HASHED,
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
            .replace("{key}", "k")
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


@pytest.mark.parametrize(("role", "minutes"), [("dispatcher", 30), ("auditor", 15)])
async def test_an_idle_session_ends_exact_to_five_seconds(
    client: Client, clock: MovingClock, role: str, minutes: int
) -> None:
    """Row 29: counted from the last request, whenever the one before it was."""
    path, headers = "/office/account", await token(client, role)
    for seconds in (1, 4, 5, 6, 29, 30, 31):
        for spent, status in ((timedelta(seconds=-5), 200), (timedelta(), 401)):
            headers = await token(client, role)
            clock.move_to(clock.at + timedelta(seconds=seconds))
            assert (await client.get(path, headers=headers)).status == 200
            clock.move_to(clock.at + timedelta(minutes=minutes) + spent)
            assert (await client.get(path, headers=headers)).status == status, (seconds, spent)


@pytest.mark.parametrize(
    "how", ["sign-out", "new password", "reset", "disabled", "role", "twelve hours", "new factor"]
)
async def test_what_ends_a_session_ends_every_cookie_of_it(
    client: Client, clock: MovingClock, how: str
) -> None:
    """Row 29: of all ways that a session ends, none leaves a cookie that is still taken."""
    cookies = []
    for _ in range(2):
        client.session.cookie_jar.clear()
        planted = {"Cookie": f"{auth.COOKIE}=chosen-by-somebody-else"}
        await client.get("/office/login", headers=planted)
        await signed_in(client, "agent")
        cookies.append(client.session.cookie_jar.filter_cookies(client.make_url("/"))[auth.COOKIE])
    values = [one.value for one in cookies]
    assert len({*values, "chosen-by-somebody-else"}) == 3, "made anew at each sign-in"
    client.session.cookie_jar.clear()
    async with client.centre.work() as work:
        connection, officer = work.connection, await accounts.by_name(work.connection, "agent")
        assert officer is not None
        if how == "sign-out":
            for value in values:
                await accounts.close_session(connection, value)
        elif how == "new password":
            await accounts.set_password(connection, work.cipher, officer, HASHED, at=work.at)
        elif how == "reset":
            await invitations.invite(connection, officer.id, work.at)
        elif how == "disabled":
            await accounts.disable(connection, officer.id)
        elif how == "role":
            await rights.set_role(connection, officer.id, Role.CALLBACK, None)
        elif how == "new factor":
            await passwords.end_others(connection, officer.id, "the one that asks")
    if how == "twelve hours":
        clock.move_to(clock.at + accounts.ABSOLUTE)
    for value in (*values, "chosen-by-somebody-else"):
        answer = await client.get("/office/account", headers={"Cookie": f"{auth.COOKIE}={value}"})
        assert answer.status == 401


async def test_a_session_goes_on_where_nothing_can_be_written(
    client: Client, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk keeps nobody from reading."""
    headers = await token(client, "dispatcher")

    async def full(*told: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(accounts, "seen", full)
    clock.move_to(clock.at + timedelta(minutes=1))
    assert (await client.get("/api/v1/cases", headers=headers)).status == 200


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
