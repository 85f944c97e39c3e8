"""`python -m hotline`: exit codes, one clear line for what is wrong, ready and a graceful stop."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hotline import __main__ as command_line
from hotline.commands import serve
from hotline.config import Serve, Settings, WrongSetting
from tests.conftest import ROOT
from tests.support import nursery

SECONDS = 60


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    return own | {
        "HOTLINE_DATABASE_URL": f"sqlite:///{tmp_path}/hotline.db",
        "PYTHONPATH": str(ROOT),
    }


def hotline(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    folder = environment["HOTLINE_DATABASE_URL"].removeprefix("sqlite://").rpartition("/")[0]
    return nursery.ran(arguments, environment, Path(folder), SECONDS)


@contextmanager
def started(environment: dict[str, str], *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A command that goes on; killed if the test does not stop it."""
    with subprocess.Popen(
        [sys.executable, "-m", "hotline", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


@pytest.fixture
def own_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_DATABASE_URL", f"sqlite:///{tmp_path}/hotline.db")
    # Set, so that what `--config` leaves in the environment is taken back after the test.
    monkeypatch.setenv("HOTLINE_CONFIG", "")


@pytest.mark.usefixtures("own_database")
class TestExitCodes:
    """In this process: the parser, the settings, the refusals."""

    def test_done_is_0(self) -> None:
        assert command_line.main(["migrate"]) == 0
        assert command_line.main(["migrate"]) == 0
        assert command_line.main(["verify"]) == 0

    @pytest.mark.parametrize(
        "arguments",
        [["verify"], ["serve"], ["intake", "/no/such/file.csv"], ["replay", "/no/such/file.csv"]],
    )
    def test_what_fails_is_1_and_one_line_says_why(
        self, arguments: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert command_line.main(arguments) == 1
        told = capsys.readouterr().err.strip()
        assert told and "\n" not in told and "Traceback" not in told

    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["dance"],
            ["serve", "--port", "70000"],
            ["serve", "--port", "web"],
            ["serve", "--only", "tea"],
            ["user"],
            ["user", "add", "zhang"],
            ["user", "add", "zhang", "--role", "king"],
            ["user", "add", "zhang", "--role", "operator"],
            ["intake"],
            ["intake", "x.csv", "--channel", "pigeon"],
            ["replay", "x.csv", "--type", "riddle"],
            ["replay", "x.csv", "--until", "tomorrow"],
        ],
    )
    def test_a_wrong_command_line_is_2(
        self, arguments: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as ended:
            command_line.main(arguments)
        assert ended.value.code == 2
        assert "usage" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("HOTLINE_SERVE__PORT", "many"),
            ("HOTLINE_SERVE__PORT", "-1"),
            ("HOTLINE_LIMITS__PUBLIC", "maybe"),
            ("HOTLINE_DATABASE_URL", "mysql://somewhere/else"),
            ("HOTLINE_DATABASE_URL", "not a url"),
            ("HOTLINE_CONFIG", "/no/such/settings.toml"),
            ("HOTLINE_DISPATCH__PROFILE", "nowhere"),
        ],
    )
    def test_a_wrong_setting_is_2_and_one_line_says_which(
        self,
        name: str,
        value: str,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv(name, value)
        assert command_line.main(["seed"]) == 2
        told = capsys.readouterr().err.strip()
        assert told and "\n" not in told
        assert name in told or value in told

    def test_a_wrong_profile_file_is_2(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        profile = tmp_path / "mine.toml"
        profile.write_text('name = "mine"\nedition = "1"\n', "utf-8")
        monkeypatch.setenv("HOTLINE_DISPATCH__PROFILE", str(profile))
        assert command_line.main(["seed"]) == 2
        assert "limits" in capsys.readouterr().err

    def test_settings_come_from_a_file_and_the_environment_wins(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings = tmp_path / "hotline.toml"
        settings.write_text('database_url = "mysql://a/b"\n', "utf-8")
        assert command_line.main(["--config", str(settings), "migrate"]) == 0
        monkeypatch.delenv("HOTLINE_DATABASE_URL")
        assert command_line.main(["--config", str(settings), "migrate"]) == 2
        assert "sqlite" in capsys.readouterr().err

    def test_mail_alone_without_a_relay_is_refused_and_the_setting_named(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert command_line.main(["serve", "--only", "mail"]) == 2
        assert "HOTLINE_MAIL__SMTP" in capsys.readouterr().err

    def test_a_database_newer_than_the_program_is_refused(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        import sqlite3

        assert command_line.main(["migrate"]) == 0
        with sqlite3.connect(tmp_path / "hotline.db") as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        for arguments in (["serve"], ["migrate"], ["verify"], ["user", "list"]):
            assert command_line.main(arguments) == 1
            assert "9999" in capsys.readouterr().err

    def test_an_older_schema_is_not_changed_by_anything_but_migrate(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        import sqlite3

        assert command_line.main(["migrate"]) == 0
        with sqlite3.connect(tmp_path / "hotline.db") as connection:
            connection.execute("UPDATE alembic_version SET version_num = '0001'")
        for arguments in (["serve"], ["verify"], ["user", "list"], ["seed"]):
            assert command_line.main(arguments) == 1
            assert "hotline migrate" in capsys.readouterr().err

    def test_a_file_that_is_no_database_is_said(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "hotline.db").write_text("this is not a database, only some text" * 50)
        assert command_line.main(["migrate"]) == 1
        assert "database" in capsys.readouterr().err


def test_public_limits_off_are_refused_on_a_public_address() -> None:
    settings = Settings(limits={"public": "off"}, serve=Serve(host="127.0.0.1"))  # type: ignore[arg-type]
    assert serve.bound(settings, None, 0).serve.port == 0
    with pytest.raises(WrongSetting):
        serve.bound(settings, "0.0.0.0", None)


@pytest.mark.slow
def test_the_log_holds_no_citizens_words(capsys: pytest.CaptureFixture[str]) -> None:
    code = """
import logging
import structlog

from hotline.commands import journal

def triage(content):
    raise ValueError(f"cannot read {content}")

journal.to_stderr(30)
log = structlog.get_logger("x")
try:
    triage("张三丰 13800001111")
except ValueError as error:
    log.error("triage.failed", exc_info=error)
    logging.getLogger("library").error("failed", exc_info=error)
"""
    ran = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=SECONDS,
    )  # fmt: skip
    ours, theirs = map(json.loads, ran.stderr.splitlines())
    assert ours["event"] == "triage.failed" and theirs["event"] == "failed"
    assert "triage" in str(ours["exception"])  # where it happened is told
    assert theirs["exception"] == "ValueError" and "triage" in theirs["at"]
    assert "13800001111" not in ran.stderr and "张三丰" not in ran.stderr


@pytest.mark.slow
def test_it_serves_says_ready_and_stops_when_told(environment: dict[str, str]) -> None:
    refused = hotline(environment, "serve", "--port", "0")
    assert refused.returncode == 1 and "hotline migrate" in refused.stderr
    assert hotline(environment, "migrate").returncode == 0
    assert hotline(environment, "seed").returncode == 0
    with started(environment, "serve", "--port", "0") as served:
        assert served.stdout is not None
        ready, address = served.stdout.readline().split()
        assert ready == "ready" and address.startswith("http://127.0.0.1:")
        for path in ("/healthz", "/readyz", "/"):
            with urllib.request.urlopen(address + path, timeout=10) as answer:
                assert answer.status == 200
        busy = hotline(environment, "serve", "--port", address.rpartition(":")[2])
        assert busy.returncode == 1 and "cannot listen" in busy.stderr
        served.send_signal(signal.SIGTERM)
        out, err = served.communicate(timeout=SECONDS)
    assert served.returncode == 0
    assert out == ""  # nothing but the one line on standard output
    assert all(json.loads(line)["event"] for line in err.splitlines())


@pytest.mark.slow
def test_the_watch_runs_without_a_door(environment: dict[str, str]) -> None:
    assert hotline(environment, "migrate").returncode == 0
    with started(environment, "serve", "--only", "watch") as watching:
        assert watching.stdout is not None
        assert watching.stdout.readline() == "ready watch\n"
        signal.sigtimedwait([], 2.5)
        watching.terminate()
        watching.communicate(timeout=SECONDS)
    assert watching.returncode == 0
    told = hotline(environment, "doctor")
    assert "the watch is running" in told.stdout
