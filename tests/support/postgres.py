"""A private PostgreSQL for the tests: its own cluster on a free port, durable, gone afterwards."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOM = (
    4 * 1024**3
)  # bytes: what two workers' databases and their journals may take, with room to spare


@dataclass(frozen=True)
class Cluster:
    """A running server; `url(name)` is one of its databases."""

    port: int
    binaries: Path
    user: str | None
    folder: Path

    def url(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def run(self, *command: str) -> None:
        subprocess.run(self.as_user(*command), check=True, capture_output=True)

    def as_user(self, *command: str) -> list[str]:
        """The server refuses to run as root: then another account's hands are used."""
        return ["runuser", "-u", self.user, "--", *command] if self.user else list(command)

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder}"
        options += " -c max_connections=200"
        log = str(self.folder / "log")
        self._ctl("-w", "-l", log, "-o", options, "start")

    def stop(self, how: str = "immediate") -> None:
        """`immediate` is what a crash of the server looks like."""
        self._ctl("-w", "-m", how, "stop")

    def _ctl(self, *told: str) -> None:
        self.run(str(self.binaries / "pg_ctl"), "-D", str(self.folder / "data"), *told)

    def create(self, name: str, template: str = "template1") -> str:
        self._client("createdb", "-T", template, name)
        return self.url(name)

    def drop(self, name: str) -> None:
        self._client("dropdb", "--force", "--if-exists", name)

    def _client(self, program: str, *told: str) -> None:
        """Anybody may ask; changing the account for it would cost as much as the asking."""
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        command = [str(self.binaries / program), *where, *told]
        subprocess.run(command, check=True, capture_output=True)


def binaries() -> Path | None:
    """Where the server's programs are, the newest first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    if found:
        return found[0].parent
    on_path = shutil.which("postgres")
    return Path(on_path).parent if on_path else None


def why_not() -> str | None:
    """Why no server can be had here, or None."""
    if binaries() is None:
        return "no PostgreSQL server programs on this machine"
    if os.getuid() == 0 and _other_user() is None:
        return "PostgreSQL refuses to run as root and there is no other account for it"
    return None


def _other_user() -> str | None:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            pwd.getpwnam(name)
            return name
    return None


def memory() -> Path | None:
    """A place in memory with room for a run's databases: making and dropping one costs a fifth.

    A server that is killed keeps what it synced there; only a machine that stops would lose it.
    """
    place = Path("/dev/shm")
    with contextlib.suppress(OSError):
        if os.access(place, os.W_OK) and shutil.disk_usage(place).free > ROOM:
            return place
    return None


@contextlib.contextmanager
def cluster(place: Path | None = None) -> Iterator[Cluster]:
    """A running server with its data in `place`, else on the disk."""
    programs = binaries()
    assert programs is not None
    user = _other_user() if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="hotline-pg-", dir=place))
    folder.chmod(0o711)
    data = folder / "data"
    data.mkdir()
    if user:
        account = pwd.getpwnam(user)
        os.chown(data, account.pw_uid, account.pw_gid)
        os.chown(folder, account.pw_uid, account.pw_gid)
    port = free_port()
    server = Cluster(port, programs, user, folder)
    try:
        server.run(
            str(programs / "initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        server.start()
        yield server
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
