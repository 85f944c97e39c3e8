"""Row 64: what a fresh start makes is private, and nothing starts open, unnamed or with a known secret."""

import re
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from hotline import __main__ as command_line
from hotline import config, config_safe
from hotline.commands import migrate, seed, serve
from hotline.commands.opening import centre_of
from hotline.config import Settings, WrongSetting
from hotline.store import accounts
from tests.commands.support import settings_in

ROOT = Path(__file__).parents[2]
OPEN = {
    "a network address": {"host": "10.0.0.5", "base_url": "https://12345.example"},
    "a proxy": {"proxies": ("127.0.0.1",)},
    "a name for citizens": {"base_url": "https://12345.example"},
}
# A secret that is set by its name, or handed to the settings of a test.
WRITTEN = (
    re.compile(r"HOTLINE_\w*(?:SECRET|PASSWORD|TOKEN)\w*=(?:\$\$\{\w+:-)?([^\s`$\"'},]+)"),
    re.compile(r'"(?:secret|generic_token|client_secret|ami_secret|esl_password)": "([^"]+)"'),
    re.compile(r'^(?:SECRET|PASSWORD)\b.*?= "([ -~]+?)"', re.MULTILINE),
)


def with_secret(secret: str, **serving: object) -> Settings:
    return Settings(calls={"secret": secret}, serve=serving)  # type: ignore[arg-type]


def safe(settings: Settings) -> None:
    serve.check_safe(settings, web=True)


def written() -> set[str]:
    """Every sample secret in the pages for people, the demo and the tests."""
    places = [ROOT / "README.md", ROOT / "Makefile", *(ROOT / "docs").rglob("*.md")]
    places += [one for one in (ROOT / "tests").rglob("*.py") if one != Path(__file__)]
    texts = [one.read_text("utf-8") for one in places]
    return {found for text in texts for sign in WRITTEN for found in sign.findall(text)}


def test_every_secret_of_our_own_pages_demo_and_tests_is_known_as_one() -> None:
    found = {one.lower() for one in written()}
    assert "demo-calls" in found and len(found) >= 5
    assert found - config_safe.SAMPLES == set()


@pytest.mark.parametrize("serving", OPEN.values(), ids=list(OPEN))
def test_a_known_secret_stops_a_start_that_others_can_reach(serving: dict[str, object]) -> None:
    for secret in sorted(config_safe.SAMPLES):
        with pytest.raises(WrongSetting, match="HOTLINE_CALLS__SECRET"):
            safe(with_secret(f" {secret.upper()}", **serving))
    safe(with_secret("Zc1-9kQ0f7sVb2mXw8Le", **serving))
    safe(with_secret("demo-calls"))  # the demo, at the machine itself


def test_every_secret_there_is_to_set_is_looked_at() -> None:
    told = {
        "mail": {"password": "secret", "boxes": [{"name": "a", "password": "secret"}]},
        "calls": dict.fromkeys(("secret", "generic_token", "ami_secret", "esl_password"), "secret"),
        "oidc": {"client_secret": "secret"},
    }
    made = Settings(**told)  # type: ignore[arg-type]
    found = config_safe.samples(made)
    there = [name for name, one in config_safe.told(made) if isinstance(one, SecretStr)]
    assert found == there and len(found) == 7


def test_without_tls_or_a_proxy_nothing_listens_to_the_network(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert Settings().serve.host == "127.0.0.1"
    for host in ("0.0.0.0", "::", "10.0.0.5", "hotline.example"):
        with pytest.raises(WrongSetting, match="PROXIES"):
            safe(with_secret("", host=host))
        with pytest.raises(WrongSetting, match="PROXIES"):
            safe(with_secret("", host=host, base_url="http://12345.example"))
        safe(with_secret("", host=host, proxies=("10.0.0.9",)))
        safe(with_secret("", host=host, base_url="https://12345.example"))
    serve.check_safe(with_secret("", host="0.0.0.0"), web=False)  # nothing listens there
    monkeypatch.setenv("HOTLINE_DATABASE_URL", f"sqlite:///{tmp_path}/hotline.db")
    assert command_line.main(["serve", "--host", "0.0.0.0"]) == 2
    said = capsys.readouterr().err.strip()
    assert "HOTLINE_SERVE__PROXIES" in said and "\n" not in said


@pytest.mark.parametrize("sign", ["\r", "\n", "\0", "\x7f", "\x85", "\u2028"])
def test_no_setting_holds_a_lines_end(monkeypatch: pytest.MonkeyPatch, sign: str) -> None:
    for name in ("HOTLINE_MAIL__USER", "HOTLINE_CALLS__AMI_SECRET", "HOTLINE_CITY"):
        with monkeypatch.context() as held:
            if sign == "\0":  # no environment can hold one
                with pytest.raises(WrongSetting):
                    config_safe.check_signs(Settings(city=f"a{sign}b"))
                continue
            held.setenv(name, f"a{sign}LOGOUT")
            with pytest.raises(WrongSetting, match=name):
                config.load()


async def test_a_fresh_start_has_no_account_and_keeps_its_secrets_to_itself(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "fresh")
    await migrate.run(settings)
    await seed.run(settings)
    async with centre_of(settings) as centre, centre.look() as look:
        assert await accounts.listed(look.connection) == []
    keys = settings.folder / "keys.json"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    for path in settings.folder.rglob("*"):
        kept = path.read_bytes() if path.is_file() and path != keys else b""
        secrets = keys.read_text("ascii").split('"')
        assert not [one for one in secrets if len(one) > 20 and one.encode() in kept], path
