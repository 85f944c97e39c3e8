"""Who asks is the true peer; what a header says of it is believed from configured proxies only."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from hotline import hosts
from hotline.web import auth, challenge, limits
from hotline.web.keys import ORIGIN
from hotline.web.problems import TooOften
from hotline.wiring import MovingClock
from tests.web.api_support import PASSWORD, Client, served

FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "CF-Connecting-IP": "203.0.113.9",
    "X-Real-IP": "203.0.113.9",
    "Forwarded": "for=203.0.113.9",
    "X-Forwarded-Host": "evil.example",
}


async def origin_of_sign_in(client: Client, headers: dict[str, str]) -> Any:
    body = {"username": "agent", "password": PASSWORD}
    assert (await client.post("/api/v1/sessions", json=body, headers=headers)).status == 201
    async with client.centre.look() as look:
        last = "SELECT origin FROM act ORDER BY seq DESC LIMIT 1"
        return (await look.connection.execute(text(last))).scalar_one()


async def test_a_stranger_cannot_name_another_address(client: Client) -> None:
    assert await origin_of_sign_in(client, FORGED) == "127.0.0.1"


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:0DB8:0:0:0:0:0:1", "2001:db8::1"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("fe80::1%<b>", "fe80::1"),
        ("<script>alert(1)</script>", "127.0.0.1"),
        ("198.51.100.7\t<b>", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
async def test_a_proxy_is_believed_in_its_last_word_if_that_is_an_address(
    empty_sqlite: Path, tmp_path: Path, clock: MovingClock, said: str, taken: str
) -> None:
    told = {"proxies": ("127.0.0.1",), "base_url": "https://12345.example"}
    async with served(empty_sqlite, tmp_path, clock, serve=told) as client:
        headers = {**FORGED, "X-Forwarded-For": said}
        assert await origin_of_sign_in(client, headers) == taken
        page = await client.get("/complaints/find", headers={**headers, "Host": "evil.example"})
        assert "evil.example" not in await page.text()


@pytest.mark.parametrize(
    ("told", "counted"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("64:ff9b::198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("phone", "phone"),
        ("", ""),
    ],
)
def test_an_ipv6_address_counts_by_its_64_and_an_ipv4_one_by_itself(
    told: str, counted: str
) -> None:
    assert hosts.network(told) == counted


async def test_whoever_has_a_64_meets_the_limits_and_doors_of_one_caller(
    empty_sqlite: Path, tmp_path: Path, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try from another address; the neighbours in the next /64 are others."""
    monkeypatch.setattr(limits, "PAUSE", 0.0)
    told = {"proxies": ("127.0.0.1",), "base_url": "https://12345.example"}
    on = {"public": "on"}
    async with served(empty_sqlite, tmp_path, clock, serve=told, limits=on) as client:

        async def guess(n: int, block: str = "2001:db8:1:2") -> int:
            headers = {"X-Forwarded-For": f"{block}::{n}", "Query-Code": "WRONG"}
            path = f"/api/v1/complaints/20261123-{n:06}"
            return (await client.get(path, headers=headers)).status

        assert [await guess(n) for n in range(1, 13)] == [404] * 10 + [429] * 2
        assert await guess(99, "2001:db8:1:3") == 404
        async with client.centre.look() as look:
            keys = "SELECT key FROM door WHERE key LIKE 'address:%' ORDER BY key"
            found = (await look.connection.execute(text(keys))).scalars().all()
        assert found == ["address:2001:db8:1:2::/64", "address:2001:db8:1:3::/64"]
        limiter, gate = client.app[limits.LIMITER], client.app[challenge.GATE]
        for n in range(5):
            await limiter.check(asked(client, f"2001:db8::{n}"), "intake")
        with pytest.raises(TooOften):
            await limiter.check(asked(client, "2001:db8::9"), "intake")
        await limiter.check(asked(client, "2001:db8:0:1::9"), "intake")
        assert await gate.slowly(asked(client, "2001:db8::1"))
        assert not await gate.slowly(asked(client, "2001:db8::2"))


def asked(client: Client, origin: str) -> Any:
    """As much of a request as a limit looks at."""
    return type("Asked", (dict,), {"app": client.app})({ORIGIN: origin})


async def test_wrong_passwords_from_a_64_shut_the_door_of_all_of_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "FROM_ADDRESS", 3)
    for n in range(auth.FROM_ADDRESS):
        with pytest.raises(auth.SignInWrong):
            await auth.sign_in(client.centre, f"nobody{n}", PASSWORD, f"2001:db8::{n:x}")
    with pytest.raises(auth.SignInWrong):
        await auth.sign_in(client.centre, "agent", PASSWORD, "2001:db8::ffff")
    await auth.sign_in(client.centre, "agent", PASSWORD, "2001:db8:0:1::1")
    async with client.centre.look() as look:
        last = "SELECT origin FROM act ORDER BY seq DESC LIMIT 1"
        assert (await look.connection.execute(text(last))).scalar_one() == "2001:db8:0:1::1"
