"""Settings of the ways in and out, mail and telephone; and what of them would stop the start."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from hotline.hosts import LOOPBACK, check_issuer

__all__ = ["LOOPBACK", "Box", "Calls", "Group", "Mail", "Oidc", "WrongSetting", "check", "place"]


class WrongSetting(Exception):
    """A setting that stops the start, said in one clear line."""


class Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Box(Group):
    """A mailbox that is fetched from; `[[mail.boxes]]` in the settings file."""

    name: str = Field(min_length=1, max_length=60)
    host: str = ""
    port: int = Field(default=993, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    password: SecretStr = SecretStr("")  # QQ, 163: the app password (授权码)
    token_file: Path | None = None  # XOAUTH2 instead: an access token, read at every sign-in
    folder: str = "INBOX"
    department: str = ""  # the unit whose mailbox it is; empty: the hotline's own
    address: str = ""  # by which the letter slot knows it
    seconds: float = Field(default=60.0, gt=0, le=300)  # between looks where there is no IDLE


class Oidc(Group):
    """The city's own directory; empty: nobody signs in by it."""

    issuer: Annotated[str, AfterValidator(check_issuer)] = ""
    hosts: tuple[str, ...] = ()  # others that it may name for its token and keys: host, host:port
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    name: str = "统一身份认证"  # as the sign-in page names it


class Mail(Group):
    lmtp: str = ""  # host:port of the letter slot; empty: closed
    boxes: tuple[Box, ...] = ()
    letter_mb: int = Field(default=50, ge=1, le=200)  # larger letters are not taken
    smtp: str = ""  # host:port of the relay that carries letters out; empty: none leave
    security: Literal["tls", "starttls", "none"] = "starttls"
    user: str = ""
    password: SecretStr = SecretStr("")
    from_: str = Field(default="", alias="from")  # the address that letters come from

    @property
    def relay(self) -> tuple[str, int]:
        """Host and port to send by; a bracketed IPv6 address is taken out of its brackets."""
        return place(self.smtp)


def place(told: str) -> tuple[str, int]:
    host, _, port = told.rpartition(":")
    return host.strip("[]"), int(port)


class Calls(Group):
    secret: SecretStr = SecretStr("")  # signs what is posted to /api/v1/calls/events
    ami: str = ""  # host:port of an Asterisk; empty: none
    ami_user: str = ""
    ami_secret: SecretStr = SecretStr("")
    esl: str = ""  # host:port of a FreeSWITCH; empty: none
    esl_password: SecretStr = SecretStr("")
    recordings: Path | None = None  # the folder in which recordings' references lie
    recordings_days: int = Field(default=730, ge=1, le=36_500)
    generic_token: SecretStr = SecretStr("")


SMTP = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s:\[\]]+):([0-9]{1,5})")


def check(mail: Mail, calls: Calls) -> None:
    """Raises WrongSetting for what could never work, or would tell a secret on the way."""
    _check_letters_in(mail)
    _check_mail(mail)
    _check_calls(calls)


def _check_place(name: str, told: str) -> None:
    found = SMTP.fullmatch(told)
    if found is None or not 0 < int(found[2]) < 65536:
        raise WrongSetting(f"{name} 须为 主机:端口 / must be host:port")


def _check_mail(mail: Mail) -> None:
    """Letters that could never leave, or a password told to everyone on the way: not started."""
    if not mail.smtp:
        return
    _check_place("HOTLINE_MAIL__SMTP", mail.smtp)
    if not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", mail.from_):
        raise WrongSetting("HOTLINE_MAIL__FROM 须为发件邮箱地址 / must be an e-mail address")
    if mail.user and mail.security == "none" and mail.relay[0] not in LOOPBACK:
        raise WrongSetting(
            "HOTLINE_MAIL__SECURITY=none 时不能登录非本机的邮件服务器，密码会以明文传送"
            " / with none a password would cross the network in clear"
        )


def _check_letters_in(mail: Mail) -> None:
    """A slot nobody could reach, two mailboxes of one name, a password sent in clear: not started."""
    if mail.lmtp:
        _check_place("HOTLINE_MAIL__LMTP", mail.lmtp)
    names = ["lmtp", *(box.name for box in mail.boxes)]
    if len(set(names)) < len(names):
        raise WrongSetting("HOTLINE_MAIL__BOXES 邮箱名称重复 / two mailboxes of one name")
    for box in mail.boxes:
        wrong = ""
        if box.host and box.security == "none" and box.host not in LOOPBACK:
            wrong = "security=none 会以明文传送密码，只能用于本机 / a password would go in clear"
        elif not box.host and not box.address:
            wrong = "须填 host（收取）或 address（投递） / needs a host or an address"
        if wrong:
            raise WrongSetting(f"HOTLINE_MAIL__BOXES {box.name}：{wrong}")


def _check_calls(calls: Calls) -> None:
    for name in ("ami", "esl"):
        if place := getattr(calls, name):
            _check_place(f"HOTLINE_CALLS__{name.upper()}", place)
    if calls.ami and calls.esl:
        raise WrongSetting(
            "HOTLINE_CALLS__AMI 与 HOTLINE_CALLS__ESL 只能设置一个 / set one of the two"
        )
