"""A node tells what it knows of itself: whether it looks after its promises, whether it reads."""

import pytest

from hotline.flow import receiptkeeping, selfcheck
from hotline.flow.centre import Centre
from hotline.web import pulses
from tests.web.api_support import Client


async def test_the_age_of_the_last_whole_check_is_told_and_grows_while_one_cannot_be_made(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulse = client.app[pulses.PULSE]
    clock = Even()
    monkeypatch.setattr(pulse, "even", clock)
    pulse.checked = clock.seconds

    async def slow(_: Centre) -> None:
        raise TimeoutError

    with monkeypatch.context() as patched:
        patched.setattr(receiptkeeping, "unbalanced", slow)
        for age, well in ((30, True), (150, False)):
            clock.seconds = 1000.0 + age
            await pulses.checked(pulse)
            ready = await (await client.get("/readyz")).json()
            told = {"age_seconds": age, "well": well, "unmade": ["conservation"]}
            assert ready["self_check"] == told
    figures = await (await client.get("/metrics")).text()
    assert "hotline_self_check_age_seconds 150.0" in figures
    await pulses.checked(pulse)
    figures = await (await client.get("/metrics")).text()
    assert "hotline_self_check_age_seconds 0.0" in figures


class Even:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


async def test_a_database_that_is_away_does_not_hide_that_nobody_looks(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(client.centre, "look", away)
    pulse = client.app[pulses.PULSE]
    monkeypatch.setattr(pulse, "checked", pulse.checked - 500)
    answer = await client.get("/readyz")
    found = await answer.json()
    assert answer.status == 503 and found["why"] == "database"
    assert found["self_check"]["age_seconds"] >= 500 and not found["self_check"]["well"]
    with pytest.raises(ConnectionRefusedError):
        await pulses.checked(pulse)
    assert pulse.since_check() >= 500


async def test_a_dead_classifier_is_told_by_readiness_which_stays(client: Client) -> None:
    for _ in range(selfcheck.UNREAD):
        client.centre.readings.failed(OSError())
    answer = await client.get("/readyz")
    found = await answer.json()
    assert answer.status == 200 and found["ready"] is True
    assert found["classifier"] == {"unread_in_a_row": 10, "well": False}
    figures = await (await client.get("/metrics")).text()
    assert "hotline_classifier_unread_in_a_row 10.0" in figures
