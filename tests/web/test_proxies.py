"""Who asks is the true peer; what a header says of it is believed from configured proxies only."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

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
