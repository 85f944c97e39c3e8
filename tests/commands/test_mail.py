"""The post on the command line: the tray, and what the doctor says of mailboxes."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hotline.commands import mailcheck, quarantine, verify
from hotline.commands.failing import Failed
from hotline.commands.finding import Mark
from hotline.config import Settings, WrongSetting, load
from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.support.dovecot import PASSWORD, Server
from tests.support.letters import a_letter, arrives, settled


def a_box(server: Server, **changes: Any) -> dict[str, Any]:
    told = {"name": "信箱", "host": "127.0.0.1", "port": server.imap, "security": "none"}
    return {**told, "user": "doctor", "password": PASSWORD, **changes}


async def said(*boxes: dict[str, Any]) -> list[str]:
    settings = Settings(mail={"boxes": boxes})
    return [f"{one.mark}{one.text}" async for one in mailcheck.findings(settings)]


@pytest.mark.mailserver
@pytest.mark.slow
async def test_the_doctor_says_in_plain_words_what_is_wrong_with_a_mailbox(
    post_office: Server,
) -> None:
    await asyncio.to_thread(post_office.deliver, a_letter(), "doctor")
    told = await said(a_box(post_office))
    assert any("“信箱”可用，未读 1 封" in one for one in told), told
    for wrong, words in (
        ({"password": "no"}, "授权码"),
        ({"folder": "投诉"}, "没有文件夹“投诉”"),
        ({"port": 1}, "拒绝连接"),
        ({"host": "mail.invalid"}, "找不到服务器"),
    ):
        told = await said(a_box(post_office, **wrong))
        assert any(one.startswith(Mark.WRONG) and words in one for one in told), told
    assert any("INBOX" in one for one in await said(a_box(post_office, folder="投诉")))


async def test_the_doctor_says_what_an_office_wrote_wrong_in_a_letter(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "receipt.txt").write_text("主题\n\n{{ nobody_knows }}\n", "utf-8")
    settings = Settings(data=tmp_path)
    told = [one.text async for one in mailcheck.findings(settings)]
    assert any("receipt.txt" in one for one in told)


@pytest.mark.slow
async def test_the_tray_on_the_command_line(
    sqlite_url: str, tmp_path: Path, clock: MovingClock, capsys: pytest.CaptureFixture[str]
) -> None:
    centre = await a_centre(sqlite_url, tmp_path, clock)
    await arrives(centre, a_letter("发票\x1b[31m", "代开发票", X_Spam_Flag="YES"))
    await settled(centre)
    await centre.close()
    settings = Settings(database_url=sqlite_url, data=tmp_path)
    assert await quarantine.run(settings, "list") == 0
    assert await quarantine.run(settings, "show", letter=1) == 0
    out = capsys.readouterr().out
    assert "发票" in out and "代开发票" in out and "\x1b" not in out
    with pytest.raises(Failed):
        await quarantine.run(settings, "show", letter=9)
    assert await quarantine.run(settings, "dismiss", letter=1, reason="广告") == 0
    assert await verify.run(settings) == 0


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"HOTLINE_MAIL__LMTP": "nowhere"}, "HOTLINE_MAIL__LMTP"),
        ({"HOTLINE_MAIL__BOXES": '[{"name": "a"}]'}, "HOTLINE_MAIL__BOXES"),
        (
            {"HOTLINE_MAIL__BOXES": '[{"name": "a", "host": "m.example", "security": "none"}]'},
            "HOTLINE_MAIL__BOXES",
        ),
        (
            {"HOTLINE_MAIL__BOXES": '[{"name": "a", "host": "x"}, {"name": "a", "host": "y"}]'},
            "HOTLINE_MAIL__BOXES",
        ),
    ],
)
def test_wrong_settings_of_the_post_stop_the_start(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], words: str
) -> None:
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting, match=words):
        load()
