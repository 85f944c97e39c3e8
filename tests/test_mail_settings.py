"""The relay's settings: read from the environment, wrong ones refused in one clear line."""

import pytest

from channels.mailbox.send import SmtpSender
from hotline import config
from hotline.config import WrongSetting
from hotline.wiring import make_senders

RIGHT = {"SMTP": "mail.example:587", "FROM": "hotline@example.org"}


def loaded(monkeypatch: pytest.MonkeyPatch, **told: str) -> config.Settings:
    for name, value in told.items():
        monkeypatch.setenv(f"HOTLINE_MAIL__{name}", value)
    return config.load()


def test_a_relay_opens_the_way_out_and_its_password_is_told_to_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "mail" not in make_senders(loaded(monkeypatch))
    settings = loaded(monkeypatch, **RIGHT, USER="hotline", PASSWORD="p4ss-word")
    sender = make_senders(settings)["mail"]
    assert isinstance(sender, SmtpSender)
    assert settings.mail.relay == ("mail.example", 587)
    assert "p4ss" not in repr(settings) + repr(sender._relay)


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"SMTP": "mail.example"}, "HOTLINE_MAIL__SMTP"),
        ({"SMTP": "mail.example:99999"}, "HOTLINE_MAIL__SMTP"),
        ({"SMTP": "a b:25"}, "HOTLINE_MAIL__SMTP"),
        ({"FROM": ""}, "HOTLINE_MAIL__FROM"),
        ({"FROM": "hotline"}, "HOTLINE_MAIL__FROM"),
        ({"SECURITY": "ssl"}, "HOTLINE_MAIL__SECURITY"),
        ({"SECURITY": "none", "USER": "x"}, "HOTLINE_MAIL__SECURITY"),
    ],
)
def test_settings_under_which_no_letter_could_leave_stop_the_start(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], name: str
) -> None:
    with pytest.raises(WrongSetting, match=name):
        loaded(monkeypatch, **{**RIGHT, **told})


def test_an_address_in_brackets_is_taken_out_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(monkeypatch, **{**RIGHT, "SMTP": "[::1]:25"}).mail.relay == ("::1", 25)
