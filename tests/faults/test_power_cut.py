"""The power goes: what was acknowledged is on disk, rebuilt from the log of writes and syncs.

A disk may keep or lose whatever was written since the last sync that completed: each image keeps
all up to that sync, and of the later writes a random part. The twin that does not sync must lose.
"""

import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.scale import Scale
from tests.support.served import ROOT

LETTERS = 60
CALL = re.compile(r"(?P<pid>\d+) +(?P<call>\w+)\((?P<fd>\d+)<(?P<path>[^>]*)>(?P<rest>.*)")
WROTE = re.compile(r', "(?P<body>[^"]*)", \d+, (?P<at>\d+)')
RESUMED = re.compile(r"(?P<pid>\d+) +<\.\.\. f(?:data)?sync resumed>")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.soak,
    pytest.mark.timeout(120),
    pytest.mark.skipif(not shutil.which("strace"), reason="no strace on this machine"),
]


@dataclass
class Log:
    """What happened, in order: writes, syncs that completed, acknowledgements."""

    events: list[tuple[str, str, int, bytes]] = field(default_factory=list)
    syncing: dict[str, tuple[str, int]] = field(default_factory=dict)

    def take(self, line: str) -> None:
        if ended := RESUMED.match(line):
            path, covered = self.syncing.pop(ended["pid"])
            self.events.append(("sync", path, covered, b""))
            return
        found = CALL.match(line)
        if found is None:
            return
        call, rest = found["call"], found["rest"]
        path = _bytes(found["path"]).decode() if "\\x" in found["path"] else found["path"]
        if call in ("fdatasync", "fsync"):
            self.syncing[found["pid"]] = (path, len(self.events))
            if "unfinished" not in rest:
                self.syncing.pop(found["pid"])
                self.events.append(("sync", path, len(self.events), b""))
        elif call == "pwrite64" and (wrote := WROTE.match(rest)):
            self.events.append(("write", path, int(wrote["at"]), _bytes(wrote["body"])))
        elif call == "ftruncate":
            size = int(rest.lstrip(", ").partition(")")[0])
            self.events.append(("cut", path, size, b""))
        elif call == "write" and found["fd"] == "1":
            body = _bytes(rest.split('"')[1])
            self.events.append(("ack", body.decode().split()[1], 0, b""))


def _bytes(told: str) -> bytes:
    return bytes.fromhex(told.replace("\\x", ""))


def traced(folder: Path, template: Path, how: str) -> Log:
    """The writer's life under strace, from a database that lies whole on disk."""
    file, trace = folder / "hotline.db", folder / "trace"
    shutil.copy(template, file)
    calls = "trace=pwrite64,ftruncate,fdatasync,fsync,write"
    strace = ["strace", "-f", "-y", "-xx", "-s", "100000", "-o", str(trace), "-e", calls]
    command = [*strace, sys.executable, "-m", "tests.faults.writer", str(file), how, str(LETTERS)]
    subprocess.run(command, cwd=ROOT, capture_output=True, timeout=100)
    log = Log()
    for line in trace.read_text("latin-1").splitlines():
        log.take(line)
    return log


def images(log: Log, template: Path, place: Path, cuts: int, subsets: int) -> Iterator[set[str]]:
    """Cuts the power at random moments; each time yields what was acknowledged and is not there."""
    chance = random.Random(5)
    for _ in range(cuts):
        upto = chance.randrange(len(log.events))
        before = log.events[:upto]
        acknowledged = {one[1] for one in before if one[0] == "ack"}
        for _ in range(subsets):
            rebuild(before, template, place, chance)
            yield acknowledged - kept(place / "hotline.db")


def rebuild(
    events: list[tuple[str, str, int, bytes]], template: Path, place: Path, chance: random.Random
) -> None:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    files = {"hotline.db": bytearray(template.read_bytes()), "hotline.db-wal": bytearray()}
    safe: dict[str, int] = {}
    for kind, path, at, _ in events:
        if kind == "sync":
            safe[path] = max(safe.get(path, 0), at)
    for n, (kind, path, at, body) in enumerate(events):
        name = Path(path).name
        if kind not in ("write", "cut") or name not in files:
            continue
        if n >= safe.get(path, 0) and chance.random() < 0.5:
            continue  # written, not synced, lost
        file = files[name]
        if kind == "cut":
            del file[at:]
            continue
        file.extend(bytes(max(0, at + len(body) - len(file))))
        file[at : at + len(body)] = body
    for name, file in files.items():
        (place / name).write_bytes(file)


def kept(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
        return {row[0] for row in connection.execute("SELECT key FROM intake")}


def test_no_acknowledged_letter_is_lost_when_the_power_goes(
    tmp_path: Path, empty_sqlite: Path, scale: Scale, capsys: pytest.CaptureFixture[str]
) -> None:
    log = traced(tmp_path, empty_sqlite, "honest")
    assert sum(one[0] == "ack" for one in log.events) == LETTERS
    lost = list(images(log, empty_sqlite, tmp_path / "image", scale.power_cuts, 5))
    with capsys.disabled():
        print(f"\n{len(lost)} images of power cuts, {sum(map(len, lost))} acknowledged lost")
    assert not any(lost)


def test_the_twin_that_does_not_sync_before_it_answers_is_caught(
    tmp_path: Path, empty_sqlite: Path
) -> None:
    log = traced(tmp_path, empty_sqlite, "normal")
    assert sum(one[0] == "ack" for one in log.events) == LETTERS
    assert any(images(log, empty_sqlite, tmp_path / "image", 10, 2))
