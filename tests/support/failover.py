"""Two PostgreSQL servers, one following the other, that take turns: what a city's cluster does."""

import contextlib
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.support.postgres import Cluster, cluster

FOLLOWS = 30.0  # seconds until the follower has caught up


@dataclass
class Pair:
    """`leader` writes; `follower` has every commit (synchronous), or is told later."""

    leader: Cluster
    follower: Cluster
    synchronous: bool = True

    def url(self, name: str) -> str:
        """Both hosts in one address: whichever of them leads is spoken to."""
        hosts = "&".join(f"host=127.0.0.1:{port}" for port in sorted(self.ports))
        return f"postgresql://postgres@/{name}?{hosts}&target_session_attrs=primary"

    @property
    def ports(self) -> tuple[int, int]:
        return self.leader.port, self.follower.port

    def follow(self, through: int | None = None) -> None:
        """Makes the follower anew from the leader, `through` a port between them if there is one."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.follower.stop()
        _emptied(self.follower)
        where = f"host=127.0.0.1 port={through or self.leader.port} user=postgres"
        told = [
            "-d",
            f"{where} application_name=follower",
            "-D",
            str(self.follower.folder / "data"),
        ]
        copies = str(self.follower.binaries / "pg_basebackup")
        self.follower.run(copies, *told, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        self.follower.start()
        self._waits_for("follower" if self.synchronous else "")
        wanted = "sync" if self.synchronous else "async"
        end = time.monotonic() + FOLLOWS
        while self._asked("SELECT sync_state FROM pg_stat_replication") != wanted:
            assert time.monotonic() < end, "the follower does not follow"
            time.sleep(0.05)

    def fail_over(self) -> None:
        """The leader dies as in a crash; the follower leads and waits for nobody."""
        with contextlib.suppress(subprocess.CalledProcessError):  # dead already
            self.leader.stop("immediate")
        self.leader, self.follower = self.follower, self.leader
        data = str(self.leader.folder / "data")
        self.leader.run(str(self.leader.binaries / "pg_ctl"), "-D", data, "-w", "promote")
        self._waits_for("")

    def _waits_for(self, whom: str) -> None:
        self._asked(f"ALTER SYSTEM SET synchronous_standby_names = '{whom}'")
        self._asked("SELECT pg_reload_conf()")

    def _asked(self, question: str) -> str:
        where = [
            "-h",
            "127.0.0.1",
            "-p",
            str(self.leader.port),
            "-U",
            "postgres",
            "-Atqc",
            question,
        ]
        command = self.leader.as_user(str(self.leader.binaries / "psql"), *where)
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@contextlib.contextmanager
def pair(*, synchronous: bool = True) -> Iterator[Pair]:
    with cluster() as one, cluster() as other:
        yield Pair(one, other, synchronous)


def _emptied(server: Cluster) -> None:
    data = server.folder / "data"
    shutil.rmtree(data)
    data.mkdir(mode=0o700)
    if server.user:
        account = pwd.getpwnam(server.user)
        os.chown(data, account.pw_uid, account.pw_gid)
