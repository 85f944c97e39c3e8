"""Real calls in the tests: Kamailio and SIPp on loopback, their dialogs told to the served hotline."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline.flow import missed
from hotline.wiring import Parts, system_clock
from tests.journeys.test_browser import shared_loop
from tests.support import sip
from tests.web.api_support import Client, served, token

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(sip.why_not()), reason=sip.why_not() or "all is there"),
]


@shared_loop
async def client(empty_sqlite: Path, tmp_path: Path) -> AsyncIterator[Client]:
    calls = {"generic_token": "bridge"}
    clock = Parts().clock  # a real call takes real time
    assert clock is system_clock
    async with served(empty_sqlite, tmp_path, clock, calls=calls) as made:  # type: ignore[arg-type]
        yield made


async def test_one_real_call_is_answered_and_one_given_up(client: Client, tmp_path: Path) -> None:
    cti = str(client.make_url("/api/v1/cti/bridge"))
    async with sip.exchange(tmp_path, cti) as exchange:
        await exchange.call(answered=True)
        await exchange.call(answered=False)
    headers = await token(client, "shift_lead")
    async with asyncio.timeout(15):
        while True:
            told = await (await client.get("/api/v1/calls", headers=headers)).json()
            if [one["phase"] for one in told["items"]] == ["ended", "ended"]:
                break
            await asyncio.sleep(0.05)
    given_up, answered = told["items"]
    assert (answered["outcome"], answered["agent"]) == ("answered", "8001")
    assert 0.3 <= answered["talk_s"] <= 5
    assert (given_up["outcome"], given_up["number"]) == ("abandoned", "139****5678")
    (task,) = await missed.waiting(client.centre)
    assert task.task.masked == "139****5678"
    report = await (await client.get("/api/v1/reports/calls", headers=headers)).json()
    totals = report["totals"]
    assert (totals["offered"], totals["answered"], totals["abandoned"]) == (2, 1, 1)
