"""Sign-in by the city's own directory: linked accounts only, every claim checked, factors kept."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from joserfc.jwk import OctKey

from hotline.store import accounts, factors
from hotline.wiring import MovingClock
from tests.support.directory import CLIENT, SECRET, Provider
from tests.web.api_support import OWN_PAGE, PASSWORD, Client, form_token, served, signed_in

HOW: dict[str, Any] = {"allow_redirects": False}


@pytest.fixture
async def provider(clock: MovingClock) -> AsyncIterator[Provider]:
    made = Provider(clock)
    await made.server.start_server()
    yield made
    await made.server.close()


@pytest.fixture
async def joined(
    provider: Provider, empty_sqlite: Path, tmp_path: Path, clock: MovingClock
) -> AsyncIterator[Client]:
    told = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET}
    async with served(empty_sqlite, tmp_path, clock, oidc=told) as made:
        yield made


async def round_trip(client: Client, start: str) -> Any:
    """From us to the directory and back, as a browser goes."""
    away = await client.session.get(start, allow_redirects=False)
    back = away.headers["Location"]
    query = back.partition("?")[2]
    return await client.get(f"/office/directory/back?{query}", **HOW)


async def signs_in(client: Client) -> Any:
    begun = await client.get("/office/directory", **HOW)
    assert begun.status == 303
    return await round_trip(client, begun.headers["Location"])


async def links(client: Client, role: str, password: str = PASSWORD) -> Any:
    await signed_in(client, role)
    page = await (await client.get("/office/account")).text()
    form = {"token": form_token(page), "old": password}
    answer = await client.post("/office/directory/link", data=form, headers=OWN_PAGE)
    shown = await answer.text()
    if answer.status != 200:
        return answer
    way = shown.partition('href="')[2]
    start = next(
        part.partition('"')[0].replace("&amp;", "&")
        for part in shown.split('href="')
        if "/authorize" in part.partition('"')[0]
    )
    assert way
    return await round_trip(client, start)


async def leaves(client: Client) -> None:
    client.session.cookie_jar.clear()


async def test_only_who_linked_the_account_gets_in_by_it(joined: Client) -> None:
    assert (await signs_in(joined)).status == 403, "nobody is linked, and none is made"
    assert (await links(joined, "clerk", "wrong password")).status in (409, 422)
    assert (await links(joined, "clerk")).status == 303
    await leaves(joined)
    assert (await signs_in(joined)).headers["Location"] == "/office/"
    assert (await joined.get("/office/", **HOW)).status == 200
    await leaves(joined)
    assert (await links(joined, "agent")).status == 403, "the subject is the clerk's already"


LIES = {
    "another issuer": {"iss": "https://evil.example"},
    "for another": {"aud": "other"},
    "for several, another acts": {"aud": [CLIENT, "other"], "azp": "other"},
    "too old": {"exp": 1},
    "without end": {"exp": None},
    "another nonce": {"nonce": "x"},
    "no nonce": {"nonce": None},
    "nobody": {"sub": None},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=list(LIES))
async def test_a_token_that_is_not_as_it_should_be_opens_nothing(
    joined: Client, provider: Provider, lie: dict[str, Any]
) -> None:
    assert (await links(joined, "clerk")).status == 303
    await leaves(joined)
    provider.changes = lie
    assert (await signs_in(joined)).status == 403
    provider.changes = {}
    assert (await signs_in(joined)).status == 303


async def test_no_other_key_state_or_second_use(joined: Client, provider: Provider) -> None:
    assert (await links(joined, "clerk")).status == 303
    await leaves(joined)
    provider.sign_with = provider.other
    assert (await signs_in(joined)).status == 403
    provider.sign_with, provider.algorithm = OctKey.import_key(SECRET * 3), "HS256"  # type: ignore[assignment]
    assert (await signs_in(joined)).status == 403
    provider.sign_with, provider.algorithm = provider.key, "RS256"
    begun = await joined.get("/office/directory", **HOW)
    away = await joined.session.get(begun.headers["Location"], allow_redirects=False)
    query = away.headers["Location"].partition("?")[2]
    stranger = query.replace("state=", "state=x")
    assert (await joined.get(f"/office/directory/back?{stranger}", **HOW)).status == 403
    assert (await joined.get(f"/office/directory/back?{query}", **HOW)).status == 303
    assert (await joined.get(f"/office/directory/back?{query}", **HOW)).status == 403
    provider.told = {"token_endpoint": "http://10.0.0.1/token"}
    assert (await joined.get("/office/directory", **HOW)).status == 403


async def test_administrators_give_their_code_whatever_the_directory_says(
    joined: Client, provider: Provider, clock: MovingClock
) -> None:
    secrets = {}
    for role in ("secadmin", "clerk"):
        provider.sub = role
        assert (await links(joined, role)).status == 303
        await leaves(joined)
        async with joined.centre.work() as work:
            officer = await accounts.by_name(work.connection, role)
            assert officer is not None
            secrets[role] = pyotp.random_base32()
            await factors.begin(work.connection, work.cipher, officer.id, secrets[role])
            await factors.confirm(work.connection, officer.id, work.at)
    provider.changes = {"amr": ["pwd", "mfa"]}
    provider.sub = "clerk"
    assert (await signs_in(joined)).status == 303, "the directory asked for a second factor"
    await leaves(joined)
    provider.sub = "secadmin"
    asked = await signs_in(joined)
    assert asked.status == 200 and "动态口令" in await asked.text()
    assert (await joined.get("/office/admin", **HOW)).status == 401, "not in yet"
    wrong = await joined.post("/office/directory/code", data={"code": "000000"}, headers=OWN_PAGE)
    assert wrong.status == 401 and "动态口令不正确" in await wrong.text()
    right = pyotp.TOTP(secrets["secadmin"]).at(clock())
    how = {"data": {"code": right}, "headers": OWN_PAGE, **HOW}
    assert (await joined.post("/office/directory/code", **how)).status == 303
    assert (await joined.get("/office/admin", **HOW)).status == 200


async def test_without_a_directory_there_is_no_such_door(client: Client) -> None:
    assert (await client.get("/office/directory", **HOW)).status == 404
    assert "统一身份认证" not in await (await client.get("/office/login")).text()
