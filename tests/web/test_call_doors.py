"""The two doors of the telephone in a few requests; test_calls walks through them at length."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.telephone.rehearsal import posted
from channels.telephone.signing import sign
from hotline.wiring import MovingClock
from tests.flow.test_calls import abandoned
from tests.web.api_support import Client, served

SECRET = "a secret that the switch knows"


@pytest.fixture
async def client(empty_sqlite: Path, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Client]:
    calls = {"secret": SECRET, "generic_token": "bridge"}
    async with served(empty_sqlite, tmp_path, clock, calls=calls) as made:
        yield made


async def test_a_signed_event_is_taken_once_and_a_forged_or_stale_one_never(
    client: Client,
) -> None:
    body = json.dumps([posted(one) for one in abandoned()]).encode()
    answers = []
    for late, secret in ((0, SECRET), (0, SECRET), (0, "another"), (-301, SECRET)):
        time = str(int(client.clock().timestamp()) + late)
        headers = {"X-Hotline-Time": time, "X-Hotline-Signature": sign(secret, time, body)}
        headers["Content-Type"] = "application/json"
        answer = await client.post("/api/v1/calls/events", data=body, headers=headers)
        told = await answer.json()
        answers.append((answer.status, told.get("accepted"), told.get("duplicates")))
    assert answers == [(202, 3, 0), (202, 0, 3), (401, None, None), (401, None, None)]


async def test_a_bridges_form_is_answered_with_an_object(client: Client) -> None:
    form = {"event": "newCall", "callId": "g1", "from": "13800001234", "to": "12345"}
    answer = await client.post("/api/v1/cti/bridge", data=form)
    assert (answer.status, await answer.json()) == (200, {})
