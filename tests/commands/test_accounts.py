"""`hotline user` and `hotline token`: accounts by the operator, recorded, never weak."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline.commands import token, user, verify
from hotline.commands.failing import Failed
from hotline.commands.opening import centre_of
from hotline.commands.user import Wanted
from hotline.config import Settings
from hotline.domain.words import Role
from hotline.flow.centre import Centre
from hotline.store import accounts, acts, notices
from hotline.web import auth
from hotline.web.problems import SignInWrong
from tests.commands.support import settings_in


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    return settings_in(tmp_path, sqlite_url)


@pytest.fixture
async def opened(settings: Settings) -> AsyncIterator[Centre]:
    async with centre_of(settings) as centre:
        yield centre


def last_word(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.split()[-1]


async def test_an_account_signs_in_with_the_password_that_was_printed(
    settings: Settings, opened: Centre, capsys: pytest.CaptureFixture[str]
) -> None:
    await user.add(settings, Wanted("zhang", Role.CLERK, "zjj"))
    password = last_word(capsys)
    officer, _, _ = await auth.sign_in(opened, "zhang", password, "127.0.0.1")
    assert (officer.role, officer.department) == (Role.CLERK, "zjj")
    await user.reset(settings, "zhang")
    again = last_word(capsys)
    with pytest.raises(SignInWrong):
        await auth.sign_in(opened, "zhang", password, "127.0.0.1")
    await auth.sign_in(opened, "zhang", again, "127.0.0.1")
    await user.disable(settings, "zhang")
    with pytest.raises(SignInWrong):
        await auth.sign_in(opened, "zhang", again, "127.0.0.1")


async def test_an_account_is_added_with_the_address_where_its_notices_go_as_well(
    settings: Settings, opened: Centre
) -> None:
    await user.add(settings, Wanted("zhang", Role.CLERK, "zjj", "zhang@example.org"))
    async with opened.look() as look:
        assert await notices.emails(look.connection, opened.cipher, department="zjj") == [
            "zhang@example.org"
        ]
    with pytest.raises(Failed, match="邮箱地址格式不对"):
        await user.add(settings, Wanted("li", Role.CLERK, "zjj", "nowhere"))


async def test_a_password_from_standard_input_is_neither_kept_nor_printed(
    settings: Settings,
    opened: Centre,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("A-long-Passw0rd 好\n"))
    await user.add(settings, Wanted("li", Role.SECADMIN), from_stdin=True)
    assert "Passw0rd" not in capsys.readouterr().out
    async with opened.look() as look:
        assert "li" not in await accounts.first_passwords(look.connection, opened.cipher)
    await auth.sign_in(opened, "li", "A-long-Passw0rd 好", "127.0.0.1")


async def test_a_weak_password_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for weak in ("", "short-A1", "alllowercaseletters", "A1-" * 100):
        monkeypatch.setattr("sys.stdin", io.StringIO(weak + "\n"))
        with pytest.raises(Failed):
            await user.add(settings, Wanted("wang", Role.AGENT), from_stdin=True)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted("x", Role.AGENT),
        Wanted("空 格", Role.AGENT),
        Wanted("a" * 41, Role.AGENT),
        Wanted("zhao", Role.CLERK),
        Wanted("zhao", Role.LEADER, "nowhere"),
    ],
)
async def test_what_cannot_be_an_account_is_refused_and_leaves_nothing(
    settings: Settings, opened: Centre, wanted: Wanted
) -> None:
    for command in (user.add, token.add):
        with pytest.raises(Failed):
            await command(settings, wanted)
    async with opened.look() as look:
        assert await accounts.listed(look.connection) == []


async def test_a_name_is_given_once(settings: Settings) -> None:
    await user.add(settings, Wanted("zhang", Role.AGENT))
    for command in (user.add, token.add):
        with pytest.raises(Failed):
            await command(settings, Wanted("zhang", Role.DIRECTOR))


async def test_a_token_is_the_last_word_and_opens_the_door(
    settings: Settings, opened: Centre, capsys: pytest.CaptureFixture[str]
) -> None:
    await token.add(settings, Wanted("gateway", Role.DISPATCHER))
    secret = last_word(capsys)
    async with opened.look() as look:
        session = await accounts.session(look.connection, secret, look.at)
    assert session is not None and session.officer.username == "gateway"
    with pytest.raises(Failed):
        await user.reset(settings, "gateway")
    await user.listed(settings)
    assert "gateway\tdispatcher\t-\tmachine" in capsys.readouterr().out


async def test_unknown_accounts_are_said(settings: Settings) -> None:
    for command in (user.disable, user.reset):
        with pytest.raises(Failed, match="no such account"):
            await command(settings, "nobody")


async def test_what_the_operator_did_is_on_record(settings: Settings, opened: Centre) -> None:
    await user.add(settings, Wanted("zhang", Role.AGENT))
    await user.reset(settings, "zhang")
    await user.disable(settings, "zhang")
    await token.add(settings, Wanted("gateway", Role.AGENT))
    async with opened.look() as look:
        listed = [act["act"] for act in await acts.listed(look.connection)]
    wanted = ["token_added", "account_disable", "account_reset", "account_added"]
    assert [act for act in listed if act in wanted] == wanted
    assert await verify.run(settings) == 0
