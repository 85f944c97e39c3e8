"""A mailbox that is not let into, not opened or full: told in words that say what to do."""

import pytest

from channels.mailbox.imapbox import Box, Broken, Connection
from tests.support.scale import Scale
from tests.support.scripted_imap import Script, scripted


def opened(script: Script, **told: str) -> tuple[int, int]:
    told = {"user": "me@example.org", **told}
    box = Box("a", "127.0.0.1", script.port, "none", **told)  # type: ignore[arg-type]
    connection = Connection(box)
    try:
        return connection.open()
    finally:
        connection.close()


def refused(script: Script, **told: str) -> Broken:
    with scripted(script) as server, pytest.raises(Broken) as broken:
        opened(server, **told)
    return broken.value


def test_an_access_token_signs_in_and_the_server_learns_who_asks_before_a_folder_is_opened() -> (
    None
):
    with scripted(Script(token="fresh", needs_id=True)) as server:
        assert opened(server, token="fresh") == (7, 2)
    assert "user=me@example.org\1auth=Bearer fresh\1\1" in server.heard
    assert server.heard.index("ID") < server.heard.index("SELECT")


def test_a_token_that_has_run_out_is_told_as_a_sign_in_that_failed() -> None:
    found = refused(Script(token="fresh"), token="old")
    assert "令牌" in found.words and found.lasting


def test_an_expired_password_is_told_as_one() -> None:
    found = refused(Script({"LOGIN": "NO [AUTHENTICATIONFAILED] expired"}), password="old")
    assert "授权码" in found.words and found.lasting


def test_a_folder_that_is_not_there_is_named() -> None:
    found = refused(Script({"SELECT": "NO [NONEXISTENT] no such mailbox"}), folder="工单")
    assert "没有文件夹“工单”" in found.words and found.missing_folder


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("NO SELECT Unsafe Login. Please contact kefu@188.com for help", "授权"),
        ("NO [OVERQUOTA] mailbox is full", "邮箱已满"),
        ("NO [AUTHENTICATIONFAILED] session ended", "登录被拒绝"),
    ],
)
def test_a_refusal_to_open_a_folder_that_is_there_sends_nobody_after_its_name(
    answer: str, told: str
) -> None:
    found = refused(Script({"SELECT": answer}))
    assert told in found.words and not found.missing_folder and found.lasting


def test_a_server_that_is_away_is_told_by_its_place_and_is_tried_again() -> None:
    with scripted(Script()) as server:
        pass
    with pytest.raises(Broken) as broken:
        opened(server)
    assert str(server.port) in broken.value.words and not broken.value.lasting


BREAKING = ("\r\n", "\n", "\r", "\0", "\r\nA1 LOGOUT\r\n", '"\r\nA1 NOOP\r\n', "{9}\r\nA1 NOOP\r\n")
QUIET = ('"', "\\", '\\"', " ", "{9}", "{9+}", "(", ")", "*", "%", "&", "]", "~", '" NOOP "')


@pytest.mark.soak
def test_no_word_of_a_mailbox_begins_a_command_of_its_own(scale: Scale) -> None:
    """Row 33: with a line's end nothing is said at all; without one the same commands as ever."""
    with scripted(Script()) as server:
        opened(server, password="p")
        usual = list(server.heard)
        assert {"LOGIN", "SELECT", "STATUS"} <= set(usual)
        server.heard.clear()
        for n in range(scale.injections):
            name = ("user", "password", "folder", "token")[n % 4]
            sign, place = BREAKING[n // 4 % len(BREAKING)], n // 28
            told = {"password": "p", name: f"{'a' * (place % 9)}{sign}{'b' * (place // 9)}"}
            with pytest.raises(Broken, match="控制字符"):
                opened(server, **told)
        assert server.heard == []
        for sign in QUIET:
            server.heard.clear()
            opened(server, **dict.fromkeys(("user", "password", "folder"), f"a{sign}b"))
            assert server.heard == usual, sign
        for name in ("路灯", "é", "a\u2028b"):
            server.heard.clear()
            opened(server, password="p", folder=name)
            assert server.heard == usual, name
