"""What a start refuses though every setting by itself is well: doors left open, secrets all can read."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from hotline.config_ways import WrongSetting
from hotline.hosts import LOOPBACK

CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
# What stands in this program's own pages and tests, and what people put in to change it later.
SAMPLES = frozenset(
    {
        "demo-calls",
        "a secret that the switch knows",
        "the switch's secret",
        "the switch's own secret",
        "a shared word",
        "a-very-secret-word",
        "correct-horse-12345",
        "journey-password-12345",
        "p4ss-word",
        "another",
        "bridge",
        "fresh",
        "secret",
        "password",
        "passw0rd",
        "changeme",
        "change-me",
        "change_me",
        "default",
        "example",
        "sample",
        "demo",
        "test",
        "token",
        "admin",
        "root",
        "hotline",
        "cluecon",
        "amp111",
        "mysecret",
        "12345",
        "123456",
        "12345678",
        "123456789",
        "88888888",
        "qwerty",
    }
)


def told(group: BaseModel, name: str = "HOTLINE_") -> Iterator[tuple[str, object]]:
    """Every plain value of the settings with the name it is set by."""
    for field in type(group).model_fields:
        value, full = getattr(group, field), name + field.rstrip("_").upper()
        many = value if isinstance(value, tuple) else (value,)
        for one in many:
            if isinstance(one, BaseModel):
                yield from told(one, f"{full}__")
            else:
                yield full, one


def check_signs(settings: BaseModel) -> None:
    """A line's end inside a setting could begin a command of its own on some wire; WrongSetting."""
    for name, value in told(settings):
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if isinstance(text, str) and CONTROL.search(text):
            raise WrongSetting(f"{name} 含有换行等控制字符 / holds a control character")


def samples(settings: BaseModel) -> list[str]:
    """The settings whose secret anyone may know."""
    secrets = [(name, one) for name, one in told(settings) if isinstance(one, SecretStr)]
    return [name for name, one in secrets if one.get_secret_value().strip().lower() in SAMPLES]


def reached(host: str, base_url: str, proxies: tuple[str, ...]) -> bool:
    """Whether others than this machine may come to it."""
    seen = urlsplit(base_url).hostname if base_url else None
    return host not in LOOPBACK or bool(proxies) or seen not in (None, *LOOPBACK)


def check_secrets(settings: BaseModel, *, open_to_others: bool) -> None:
    """The demo keeps its known secret at the machine itself; anywhere else none is taken."""
    if open_to_others and (found := samples(settings)):
        raise WrongSetting(
            f"{found[0]} 仍是公开的示例密钥，请换成自己的随机值"
            " / is a sample that anyone can read: make your own"
        )


def check_door(host: str, base_url: str, proxies: tuple[str, ...]) -> None:
    """Passwords and cookies cross a network only behind TLS: who ends it must be declared."""
    if host in LOOPBACK or proxies or base_url.lower().startswith("https://"):
        return
    raise WrongSetting(
        f"绑定 {host} 前请设 HOTLINE_SERVE__PROXIES（TLS 代理的地址）或以 https 开头的"
        " HOTLINE_SERVE__BASE_URL / before others can reach it name the TLS proxy, or an https"
        " address in front of it"
    )
