"""Who signs in: two factors, each code once; passwords, sessions, invitations; a second person."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher

from hotline.domain.words import ACCOUNTS, Role
from hotline.store import accounts, factors, invitations, notices
from hotline.web import auth, factor
from hotline.web.app import _every_route
from hotline.web.problems import SignInWrong
from hotline.web.routing import ANYONE
from hotline.wiring import MovingClock
from tests.support.scale import Scale
from tests.web.api_support import HASHED, OWN_PAGE, PASSWORD, Client, form_token, served, token

pytestmark = pytest.mark.usefixtures("quick_hashes")
SHOWN = {"base_url": "https://12345.example.org"}  # to a network, not to this machine alone
PARTS = {"number": "20261123-000001", "name": "cases", "id": "1", "token": "t", "code": "cgj"}
PARTS |= {"call_id": "none", "n": "1", "key": "x", "step": "x"}


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id all the same, at a low cost."""
    cheap = PasswordHasher(time_cost=1, memory_cost=256, parallelism=1)
    monkeypatch.setattr(auth, "hasher", cheap)


@pytest.fixture
async def public(empty_sqlite: Path, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Client]:
    async with served(empty_sqlite, tmp_path, clock, serve=SHOWN) as made:
        yield made


async def enrolled(client: Client, role: str) -> pyotp.TOTP:
    """An account with a second factor, whose authenticator is in our hands."""
    secret = factor.new_secret()
    async with client.centre.work() as work:
        officer = await accounts.by_name(work.connection, role)
        assert officer is not None
        await factors.begin(work.connection, work.cipher, officer.id, secret)
        await factors.confirm(work.connection, officer.id, work.at)
    return pyotp.TOTP(secret)


def near(authenticator: pyotp.TOTP, clock: MovingClock, steps: int) -> str:
    """The code of some half-minutes before or after now."""
    return authenticator.at(clock.at + timedelta(seconds=30 * steps))


async def tries(client: Client, username: str, code: str, password: str = PASSWORD) -> int:
    told = {"username": username, "password": password, "code": code}
    return int((await client.post("/api/v1/sessions", json=told)).status)


def path_of(route: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda part: PARTS[part[1]], route)


@pytest.mark.slow
async def test_no_staff_route_of_a_public_hotline_opens_to_one_factor(public: Client) -> None:
    """Row 27: every staff route, by every role that may use it."""
    tokens = {role: await token(public, role.value) for role in ACCOUNTS}
    closed = 0
    for route in _every_route():
        if route.who == ANYONE or route.early:
            continue
        for role in sorted(route.who):
            headers = {**tokens[role], "Sec-Fetch-Site": "same-origin"}
            answer = await public.request(
                route.method, path_of(route.path), headers=headers, allow_redirects=False
            )
            page = not route.api and route.method == "GET"
            assert answer.status == (303 if page else 403), (route.method, route.path, role)
            closed += 1
    assert closed > 300


@pytest.mark.slow
async def test_with_both_factors_a_public_hotline_opens(public: Client, clock: MovingClock) -> None:
    authenticator = await enrolled(public, "dispatcher")
    told = {"username": "dispatcher", "password": PASSWORD, "code": authenticator.at(clock.at)}
    answer = await public.post("/api/v1/sessions", json=told)
    assert answer.status == 201
    headers = {"Authorization": f"Bearer {(await answer.json())['token']}"}
    assert (await public.get("/api/v1/cases", headers=headers)).status == 200


@pytest.mark.slow
async def test_a_machines_token_needs_no_factor(public: Client) -> None:
    async with public.centre.work() as work:
        new = accounts.NewOfficer("gateway", "gateway", Role.DISPATCHER)
        made = await accounts.add(work.connection, work.cipher, new, work.at)
        secret, _ = await accounts.open_session(work.connection, made, work.at, lasting=True)
    headers = {"Authorization": f"Bearer {secret}"}
    assert (await public.get("/api/v1/cases", headers=headers)).status == 200


@pytest.mark.slow
async def test_at_the_machine_itself_what_lacks_may_wait_and_is_said(client: Client) -> None:
    headers = await token(client, "dispatcher")
    assert (await client.get("/api/v1/cases", headers=headers)).status == 200
    assert "仅限本机试用" in await (await client.get("/office/", headers=headers)).text()
    for name in ("X-Forwarded-For", "Forwarded"):
        answer = await client.get("/api/v1/cases", headers={**headers, name: "198.51.100.7"})
        assert (answer.status, (await answer.json())["title"]) == (403, "factor_needed")
    answer = await client.get("/api/v1/cases", headers={**headers, "Host": "12345.example.org"})
    assert answer.status == 403


async def test_an_account_that_is_not_the_demos_goes_without_nothing_even_there(
    client: Client,
) -> None:
    """`user add` at the machine makes a person's account: the factor and the change are asked of it."""
    async with client.centre.work() as work:
        new = accounts.NewOfficer("real", "真人", Role.DISPATCHER, None, HASHED)
        await accounts.add(work.connection, work.cipher, new, work.at)
        await accounts.mark_demo(work.connection, ["real"])  # it has a password of its own
    headers = await token(client, "real")
    answer = await client.get("/api/v1/cases", headers=headers)
    assert (answer.status, (await answer.json())["title"]) == (403, "factor_needed")
    page = await client.get("/office/", headers=headers, allow_redirects=False)
    assert (page.status, page.headers["Location"]) == (303, "/office/account")


async def test_a_code_is_taken_once_within_its_time_and_with_the_right_password(
    client: Client, clock: MovingClock
) -> None:
    authenticator = await enrolled(client, "agent")
    assert await tries(client, "agent", "") == 401
    assert await tries(client, "agent", authenticator.at(clock.at), "wrong") == 401
    assert await tries(client, "agent", authenticator.at(clock.at)) == 201
    assert await tries(client, "agent", authenticator.at(clock.at)) == 401, "a replay"
    assert await tries(client, "agent", near(authenticator, clock, -1)) == 401, "an older one"
    assert await tries(client, "agent", near(authenticator, clock, 1)) == 201, "a fast clock"
    clock.move_to(clock.at + timedelta(minutes=5))
    assert await tries(client, "agent", near(authenticator, clock, -2)) == 401, "too old"
    assert await tries(client, "agent", near(authenticator, clock, 2)) == 401, "too early"


@pytest.mark.slow
async def test_the_same_code_at_once_from_two_places_lets_one_in(
    client: Client, clock: MovingClock
) -> None:
    import asyncio

    code = (await enrolled(client, "agent")).at(clock.at)
    found = await asyncio.gather(*(tries(client, "agent", code) for _ in range(4)))
    assert sorted(found) == [201, 401, 401, 401]


@pytest.mark.slow
async def test_guessed_codes_lock_the_account(client: Client, clock: MovingClock) -> None:
    """Row 27: after five nothing is looked at any more, the right code least of all."""
    authenticator = await enrolled(client, "agent")
    for guess in range(5):
        assert await tries(client, "agent", f"{guess:06}") == 401
    assert await tries(client, "agent", authenticator.at(clock.at)) == 401
    clock.move_to(clock.at + timedelta(minutes=15, seconds=1))
    assert await tries(client, "agent", authenticator.at(clock.at)) == 201


@pytest.mark.slow
@pytest.mark.soak
async def test_of_ten_thousand_guesses_only_five_a_quarter_of_an_hour_are_looked_at(
    client: Client, clock: MovingClock, monkeypatch: pytest.MonkeyPatch, scale: Scale
) -> None:
    """Row 27: whoever has the password and guesses day and night has a hit in sixty years."""
    authenticator, looked, let_in = await enrolled(client, "agent"), 0, 0
    takes = factor.takes

    async def counted(*told: Any) -> bool:
        nonlocal looked
        looked += 1
        return await takes(*told)

    monkeypatch.setattr(factor, "takes", counted)
    started = clock.at
    for n in range(scale.codes):
        clock.move_to(started + timedelta(seconds=4 * n))
        right = {near(authenticator, clock, step) for step in (-1, 0, 1)}
        code = next(
            told for told in (f"{(n + k) % 10**6:06}" for k in range(9)) if told not in right
        )
        try:
            await auth.sign_in(client.centre, "agent", PASSWORD, f"198.51.100.{n % 250}", code)
            let_in += 1
        except SignInWrong:
            pass
    quarters = 4 * scale.codes // 900 + 1
    assert let_in == 0 and 5 <= looked <= 5 * quarters


async def page_of(client: Client, path: str, **how: str) -> str:
    answer = await client.get(path, headers=how)
    assert answer.status == 200, (path, answer.status)
    return await answer.text()


async def enters(client: Client, username: str, password: str = PASSWORD, code: str = "") -> int:
    client.session.cookie_jar.clear()
    form = {"username": username, "password": password, "code": code}
    answer = await client.post("/office/login", data=form, headers=OWN_PAGE, allow_redirects=False)
    return int(answer.status)


async def sends(client: Client, path: str, page: str, **form: str) -> tuple[int, str]:
    told = {"token": form_token(await page_of(client, page)), **form}
    answer = await client.post(path, data=told, headers=OWN_PAGE, allow_redirects=False)
    return answer.status, await answer.text()


@pytest.mark.slow
async def test_the_factor_is_set_up_on_the_page_and_a_recovery_code_works_once(
    client: Client, clock: MovingClock
) -> None:
    other = await token(client, "agent")
    await enters(client, "agent")
    page = await page_of(client, "/office/account")
    assert "<svg" in page
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert found
    authenticator = pyotp.TOTP(found[1].replace(" ", ""))
    told = {"do": "begin", "password": PASSWORD, "code": "000000"}
    status, _ = await sends(client, "/office/account/factor", "/office/account", **told)
    assert status == 422
    told["code"] = authenticator.at(clock.at)
    status, page = await sends(client, "/office/account/factor", "/office/account", **told)
    codes = re.findall(r"<li>([0-9A-Z-]{19})</li>", page)
    assert status == 200 and len(codes) == 10
    assert (await client.get("/api/v1/cases", headers=other)).status == 401, "others were ended"
    assert "仅限本机试用" not in await page_of(client, "/office/account")
    assert await enters(client, "agent", code=codes[0].lower()) == 303
    assert await enters(client, "agent", code=codes[0]) == 401
    assert await enters(client, "agent", code=told["code"]) == 401, "it was shown before"
    async with client.centre.look() as look:
        secrets = (await look.connection.exec_driver_sql("SELECT hash FROM recovery_code")).all()
    assert len(secrets) == 9 and not any(code in str(secrets) for code in codes)


@pytest.mark.parametrize(
    "weak",
    ["short-A1", "alllowercaseletters", "Dispatcher-2026", "P@ssw0rd12345", "Qwerty-123456",
     "Aa1Aa1Aa1Aa1Aa1"],
)  # fmt: skip
def test_passwords_that_everybody_tries_are_weak(weak: str) -> None:
    assert auth.too_weak(weak, "dispatcher")


@pytest.mark.slow
async def test_a_password_is_not_taken_again_and_ends_every_session(client: Client) -> None:
    new = ["Correct-horse-23456", "Correct-horse-34567"]
    elsewhere = await token(client, "agent")
    for old, fresh in ((PASSWORD, new[0]), (new[0], new[1])):
        assert await enters(client, "agent", old) == 303
        told = {"old": old, "new": fresh, "again": fresh}
        status, _ = await sends(client, "/office/account", "/office/account", **told)
        assert status == 303
    assert (await client.get("/api/v1/cases", headers=elsewhere)).status == 401
    assert await enters(client, "agent", new[1]) == 303
    for used in (PASSWORD, *new):
        told = {"old": new[1], "new": used, "again": used}
        status, page = await sends(client, "/office/account", "/office/account", **told)
        assert status == 422 and "最近用过" in page


@pytest.mark.slow
async def test_an_old_password_must_be_changed_before_anything_else(
    public: Client, clock: MovingClock
) -> None:
    authenticator = await enrolled(public, "agent")
    clock.move_to(clock.at + timedelta(days=91))
    told = {"username": "agent", "password": PASSWORD, "code": authenticator.at(clock.at)}
    headers = {
        "Authorization": f"Bearer {(await (await public.post('/api/v1/sessions', json=told)).json())['token']}"
    }
    answer = await public.get("/api/v1/cases", headers=headers)
    assert (await answer.json())["title"] == "password_change_needed"
    assert (await public.get("/office/account", headers=headers)).status == 200


@pytest.mark.slow
async def test_of_too_many_sessions_the_longest_unused_ends(
    client: Client, clock: MovingClock
) -> None:
    opened = []
    for _ in range(auth.MOST_SESSIONS + 1):
        clock.move_to(clock.at + timedelta(seconds=1))
        opened.append(await token(client, "agent"))
    answers = [(await client.get("/api/v1/cases", headers=one)).status for one in opened]
    assert answers == [401] + [200] * auth.MOST_SESSIONS


@pytest.mark.slow
async def test_a_session_ends_after_twelve_hours_however_busy(
    client: Client, clock: MovingClock
) -> None:
    headers = await token(client, "agent")
    for _ in range(35):
        clock.move_to(clock.at + timedelta(minutes=20))
        assert (await client.get("/api/v1/topics")).status == 200
        assert (await client.get("/api/v1/cases", headers=headers)).status == 200
    clock.move_to(clock.at + timedelta(minutes=20))
    assert (await client.get("/api/v1/cases", headers=headers)).status == 401


async def second(client: Client) -> None:
    """Another security administrator."""
    async with client.centre.work() as work:
        new = accounts.NewOfficer("second", "安全乙", Role.SECADMIN, None, HASHED, demo=True)
        await accounts.add(work.connection, work.cipher, new, work.at)


async def asks(client: Client, **form: str) -> tuple[int, str]:
    return await sends(client, "/office/admin/accounts", "/office/admin", **form)


async def decides(client: Client, do: str, right: str = "1") -> tuple[int, str]:
    return await sends(client, "/office/admin/rights", "/office/admin", do=do, right=right)


async def test_a_role_is_granted_by_two_and_its_owner_sets_the_password_once(
    client: Client, clock: MovingClock
) -> None:
    await second(client)
    await enters(client, "secadmin")
    wanted = {"do": "add", "username": "li", "name": "李四", "role": "dispatcher"}
    assert (await asks(client, **wanted))[0] == 303
    async with client.centre.look() as look:
        assert await accounts.by_name(look.connection, "li") is None
    status, page = await decides(client, "approve")
    assert status == 409 and "不能复核自己" in page
    await enters(client, "second")
    status, page = await decides(client, "approve")
    code = re.findall(r'class="big">([0-9A-Z-]{31})<', page)[0]
    assert status == 200
    assert (await decides(client, "approve"))[0] == 409, "decided twice"
    assert await tries(client, "li", "", "!") == 401, "invited is not let in"
    client.session.cookie_jar.clear()
    form = {"code": code, "new": "weak", "again": "weak"}
    invited = "/office/invitation"
    answer = await client.post(invited, data=form, headers=OWN_PAGE, allow_redirects=False)
    assert answer.status == 422, "and a weak password does not cost the code"
    form |= {"new": "Li-si-2026-好的", "again": "Li-si-2026-好的"}
    for status in (303, 422):
        answer = await client.post(invited, data=form, headers=OWN_PAGE, allow_redirects=False)
        assert answer.status == status
    assert await tries(client, "li", "", "Li-si-2026-好的") == 201


@pytest.mark.slow
async def test_an_invitation_ends_after_half_an_hour(client: Client, clock: MovingClock) -> None:
    async with client.centre.work() as work:
        officer = await accounts.by_name(work.connection, "agent")
        assert officer is not None
        code = await invitations.invite(work.connection, officer.id, work.at)
    assert await tries(client, "agent", "") == 401, "the old password ends with the invitation"
    clock.move_to(clock.at + timedelta(minutes=30))
    form = {"code": code, "new": "Li-si-2026-好的", "again": "Li-si-2026-好的"}
    answer = await client.post("/office/invitation", data=form, headers=OWN_PAGE)
    assert answer.status == 422 and "已过期" in await answer.text()


async def a_code(client: Client) -> tuple[accounts.Officer, str]:
    """An invitation of the agent, and whose it is."""
    async with client.centre.work() as work:
        officer = await accounts.by_name(work.connection, "agent")
        assert officer is not None
        return officer, await invitations.invite(work.connection, officer.id, work.at)


@pytest.mark.parametrize("by", ["password", "mail", "another code", "disabling"])
async def test_an_invitation_ends_with_what_it_was_given_for(client: Client, by: str) -> None:
    """Row 28: 130 bits, kept as a hash, and no longer good once something newer was said."""
    officer, code = await a_code(client)
    assert len(code.replace("-", "")) * 5 >= 128
    async with client.centre.look() as look:
        kept = str((await look.connection.exec_driver_sql("SELECT * FROM invitation")).all())
    assert len(kept) > 64 and code not in kept and code.replace("-", "") not in kept
    async with client.centre.work() as work:
        connection, cipher = work.connection, work.cipher
        if by == "password":
            await accounts.set_password(connection, cipher, officer, HASHED, at=work.at)
        elif by == "mail":
            await notices.set_email(connection, cipher, "agent", "agent@example.com")
        elif by == "disabling":
            await accounts.disable(connection, officer.id)
            await accounts.enable(connection, officer.id, work.at)
        else:
            await invitations.invite(connection, officer.id, work.at)
    form = {"code": code, "new": "Li-si-2026-好的", "again": "Li-si-2026-好的"}
    answer = await client.post("/office/invitation", data=form, headers=OWN_PAGE)
    assert answer.status == 422
    assert await tries(client, "agent", "", "Li-si-2026-好的") == 401


@pytest.mark.slow
@pytest.mark.parametrize(
    ("do", "username", "role"),
    [("role", "agent", "director"), ("enable", "clerk", "clerk"), ("reset", "auditor", "auditor")],
)
async def test_what_gives_a_right_waits_for_a_second_person(
    client: Client, do: str, username: str, role: str
) -> None:
    await second(client)
    headers = await token(client, username)
    if do == "enable":
        async with client.centre.work() as work:
            officer = await accounts.by_name(work.connection, username)
            assert officer is not None
            await accounts.disable(work.connection, officer.id)
    await enters(client, "secadmin")
    unit = {"department": "cgj"} if role == "clerk" else {}
    assert (await asks(client, do=do, username=username, role=role, **unit))[0] == 303
    async with client.centre.look() as look:
        before = await accounts.by_name(look.connection, username)
    assert before is not None
    if do != "enable":
        assert (await client.get("/office/account", headers=headers)).status == 200
    await enters(client, "second")
    assert (await decides(client, "approve"))[0] in (200, 303)
    async with client.centre.look() as look:
        after = await accounts.by_name(look.connection, username)
    assert after is not None and after != before
    assert (after.role.value, after.disabled) == (role, False)


@pytest.mark.slow
async def test_no_one_holds_two_administrators_roles(client: Client) -> None:
    await enters(client, "secadmin")
    async with client.centre.look() as look:
        auditor = await accounts.by_name(look.connection, "auditor")
    assert auditor is not None
    for role in ("sysadmin", "agent"):
        wanted = {"do": "add", "username": "twice", "name": auditor.name, "role": role}
        status, page = await asks(client, **wanted)
        assert status == 409 and "不得兼任" in page
    own = await asks(client, do="role", username="secadmin", role="auditor")
    assert own[0] == 409, "nobody changes the own role"


@pytest.mark.slow
async def test_each_administrators_acts_are_only_its_own(client: Client) -> None:
    """Row 45: every act of administration, tried by the two others and by nobody special."""
    acts = {
        "/office/admin/accounts": "secadmin",
        "/office/admin/rights": "secadmin",
        "/office/admin/stumbles": "sysadmin",
    }
    for role in ("sysadmin", "secadmin", "auditor", "director"):
        await enters(client, role)
        form = {"token": form_token(await page_of(client, "/office/account")), "do": "disable"}
        for path, owner in acts.items():
            if role != owner:
                answer = await client.post(path, data=form, headers=OWN_PAGE)
                assert answer.status == 403, (role, path)
