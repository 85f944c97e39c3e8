"""Schemathesis over the whole document, with all its checks, as each role and as nobody.

Its own program runs beside a served hotline; `--soak` asks more of every operation.
"""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from hotline.domain.words import ACCOUNTS, Role
from hotline.store import accounts
from tests.support.scale import Scale
from tests.web.api_support import Client
from tests.web.test_matrix import Things, things

HERE = Path(__file__).parent / "schema"
# A stream that never ends, and the end of the very session that asks: both are tested elsewhere.
LEFT_OUT = ("--exclude-path", "/api/v1/events", "--exclude-path", "/api/v1/sessions")
ROLES = (None, *ACCOUNTS)


async def machine(client: Client, role: Role) -> str:
    """A token that no act ends."""
    async with client.centre.work() as work:
        officer = await accounts.by_name(work.connection, role.value)
        assert officer is not None
        secret, _ = await accounts.open_session(work.connection, officer.id, work.at, lasting=True)
    return secret


def told(of: Things, folder: Path) -> Path:
    """The settings, with things that are really there."""
    known = {"path.number": of.case, "path.token": of.file, "path.code": of.roster}
    lines = [f"{json.dumps(name)} = {json.dumps(value)}" for name, value in known.items()]
    text = (HERE / "schemathesis.toml").read_text("utf-8")
    path = folder / "schemathesis.toml"
    path.write_text("\n".join(["[parameters]", *lines, "", text]), "utf-8")
    return path


@dataclass(frozen=True)
class Asking:
    """How much is asked of every operation, and for how many seconds at most."""

    phases: str
    examples: int
    patience: float


async def run(
    client: Client, settings: Path, secret: str | None, asking: Asking
) -> tuple[int, str]:
    report = settings.parent / "report.json"
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings), "run"),
        str(client.make_url("/api/v1/openapi.json")),
        *LEFT_OUT,
        *(
            "--max-examples",
            str(asking.examples),
            "--seed",
            "1",
            "--continue-on-failure",
            "--no-color",
        ),
        *("--phases", asking.phases, "--no-shrink"),
        *("--generation-database", "none", "--request-timeout", "20", "--warnings", "off"),
        *("--report", "json", "--report-json-path", str(report)),
        *(("--header", f"Authorization: Bearer {secret}") if secret else ()),
    ]
    place = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.web.schema.checks", "PYTHONPATH": "."}
    ran = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=place,
        cwd=Path(__file__).parents[2],
    )
    try:
        async with asyncio.timeout(asking.patience):
            said, _ = await ran.communicate()
    finally:
        if ran.returncode is None:  # a child that is left behind fails some other test, later
            ran.kill()
            await ran.communicate()
    return ran.returncode or 0, said.decode("utf-8", "replace")


EVERY_RUN = (Role.DISPATCHER,)
QUICK = Asking("fuzzing", 3, 100)
WHOLE = "coverage,fuzzing,stateful"


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.value if role else "nobody")
async def test_every_operation_keeps_to_the_document(
    client: Client, tmp_path: Path, role: Role | None, scale: Scale
) -> None:
    """In every run a few bodies of each operation, as the role that may most; at full size as every
    role and as nobody, with the edges of each schema and with what one answer leads to."""
    whole = scale.examples > 1
    if not whole and role not in EVERY_RUN:
        pytest.skip("as this role with --soak")
    settings = told(await things(client, "cgj"), tmp_path)
    secret = await machine(client, role) if role else None
    asking = Asking(WHOLE, scale.examples, 5000) if whole else QUICK
    ended, said = await run(client, settings, secret, asking)
    client.counting.done.clear()  # many of these change nothing, and leave nothing to record
    assert ended == 0, said[said.find("= FAILURES") :][:20000]
