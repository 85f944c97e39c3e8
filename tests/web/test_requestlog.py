"""The request log keeps a line for what people do, and one a minute for what says nothing."""

from structlog.testing import capture_logs

from hotline.web.requestlog import MINUTE, RequestLog
from tests.web.api_support import Client


class Even:
    """A clock that runs evenly, as far as it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def saw(log: RequestLog, route: str, status: int) -> None:
    log.saw(method="GET", route=route, status=status, seconds=0.001)
    log.sum_up()


def test_a_flood_that_is_refused_is_a_line_a_minute_with_how_many() -> None:
    clock = Even()
    log = RequestLog(clock)
    with capture_logs() as lines:
        for _ in range(3):
            for _ in range(1000):
                saw(log, "/api/v1/complaints", 429)
            clock.seconds += MINUTE
        saw(log, "/office", 200)
    told = [(line["event"], line.get("many", {}).get("429 /api/v1/complaints")) for line in lines]
    # The first at once: whoever reads the log need not wait for a minute.
    assert told == [("requests", 1), ("requests", 1000), ("requests", 1000), *REST]


REST = [("request", None), ("requests", 999)]


def test_the_looks_of_machines_are_summed_up_by_what_they_were_answered_and_none_is_lost() -> None:
    clock = Even()
    log = RequestLog(clock)
    with capture_logs() as lines:
        saw(log, "/healthz", 200)
        for status in (200, 503, 503):
            saw(log, "/readyz", status)
            clock.seconds += 10
        log.sum_up(at_once=True)
        log.sum_up(at_once=True)
    assert [line["many"] for line in lines] == [
        {"200 /healthz": 1},
        {"200 /readyz": 1, "503 /readyz": 2},
    ]
    assert lines[-1]["seconds"] == 30


async def test_what_people_do_keeps_its_line_and_its_number_and_a_sum_has_none(
    client: Client,
) -> None:
    with capture_logs() as lines:
        for _ in range(5):
            await client.get("/readyz")
        for _ in range(2):
            await client.get("/privacy")
    told = [(line["event"], line.get("route")) for line in lines]
    assert told == [("requests", None), ("request", "/privacy"), ("request", "/privacy")]
    assert lines[0]["many"] == {"200 /readyz": 1}
