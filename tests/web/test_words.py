"""Back to the page where a session ended, and what the browser is told of a form that was taken."""

import pytest

from hotline.web import taken
from tests.web.api_support import OWN_PAGE, PASSWORD, Client, filed, form_token, signed_in


async def test_who_signs_in_again_is_led_back_to_the_page(client: Client) -> None:
    number = (await filed(client))["number"]
    page = await client.get(f"/office/cases/{number}?done=accept")
    assert page.status == 401
    assert f'name="back" value="/office/cases/{number}?done=accept"' in await page.text()
    sent = await client.post(f"/office/cases/{number}/actions", data={}, headers=OWN_PAGE)
    assert f'name="back" value="/office/cases/{number}"' in await sent.text()


@pytest.mark.parametrize(
    ("back", "leads"),
    [
        ("/office/cases/20261124-000001?a=1", "/office/cases/20261124-000001?a=1"),
        ("https://elsewhere.example/office/", "/office/"),
        ("//elsewhere.example/office/", "/office/"),
        ("/office/\\elsewhere", "/office/"),
        ("/office/x\r\nSet-Cookie: a=b", "/office/"),
        ("/office/logout", "/office/"),
        ("/complaints/new", "/office/"),
    ],
)
async def test_a_sign_in_leads_to_pages_of_the_desks_only(
    client: Client, back: str, leads: str
) -> None:
    form = {"username": "dispatcher", "password": PASSWORD, "back": back}
    answer = await client.post("/office/login", data=form, headers=OWN_PAGE, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, leads)


async def test_a_wrong_password_does_not_lose_the_way_back(client: Client) -> None:
    form = {"username": "dispatcher", "password": "wrong", "back": "/office/orders"}
    answer = await client.post("/office/login", data=form, headers=OWN_PAGE)
    assert answer.status == 401
    assert 'name="back" value="/office/orders"' in await answer.text()


async def test_only_a_form_that_was_taken_is_named(client: Client) -> None:
    number = (await filed(client))["number"]
    await signed_in(client, "dispatcher")
    path = f"/office/cases/{number}"
    page = await (await client.get(path)).text()
    token, version = form_token(page), page.split('name="version" value="')[1].split('"')[0]

    async def sends(**typed: str) -> tuple[int, str | None]:
        answer = await client.post(
            path + "/actions",
            data={"token": token, **typed},
            headers=OWN_PAGE,
            allow_redirects=False,
        )
        told = answer.cookies.get(taken.COOKIE)
        return answer.status, told.value if told else None

    assert await sends(action="decline", version="1", reason="") == (422, None)
    assert (await sends(action="accept", version="99"))[1] is None
    status, told = await sends(action="accept", version=version)
    assert (status, told) == (303, f"%2Foffice%2Fcases%2F{number}%2Factions")
