"""What fails again and again stays readable: whole once a kind, then once a minute, then its end."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from escalation.setback import QUIET, Setbacks


class Even:
    """An even clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def even() -> Even:
    return Even()


def failing(setbacks: Setbacks, even: Even, tries: int, error: Exception) -> None:
    """A try a second."""
    for _ in range(tries):
        setbacks.failed(error, "post", tick="post")
        even.at += 1.0


def whole(line: dict[str, Any]) -> bool:
    return line["exc_info"] is not None


def test_an_hour_of_the_same_failure_is_one_whole_line_and_one_short_one_a_minute(
    even: Even,
) -> None:
    setbacks = Setbacks("tick.failed", "tick.works_again", even)
    with capture_logs() as lines:
        failing(setbacks, even, 3600, ConnectionRefusedError())
        setbacks.worked("post", tick="post")
    assert [whole(line) for line in lines[:-1]] == [True] + [False] * (int(3600 / QUIET) - 1)
    assert lines[1]["times"] == 61 and lines[1]["tick"] == "post"
    end = lines[-1]
    assert (end["event"], end["after"]) == ("tick.works_again", "ConnectionRefusedError")
    assert (end["times"], end["seconds"]) == (3600, 3600.0)


def test_another_kind_of_failure_is_told_whole_and_two_that_take_turns_are_told_once_each(
    even: Even,
) -> None:
    setbacks = Setbacks("triage.stopped", "triage.goes_on", even)
    with capture_logs() as lines:
        for _ in range(20):
            failing(setbacks, even, 1, ConnectionRefusedError())
            failing(setbacks, even, 1, TimeoutError())
    assert [(line["error"], whole(line)) for line in lines] == [
        ("ConnectionRefusedError", True),
        ("TimeoutError", True),
    ]


def test_what_failed_again_after_it_had_worked_is_told_whole_again(even: Even) -> None:
    setbacks = Setbacks("triage.stopped", "triage.goes_on", even)
    with capture_logs() as lines:
        setbacks.worked("post")  # nothing to tell: it never failed
        failing(setbacks, even, 1, TimeoutError())
        setbacks.worked("post")
        failing(setbacks, even, 1, TimeoutError())
    assert [line["event"] for line in lines] == [
        "triage.stopped",
        "triage.goes_on",
        "triage.stopped",
    ]
    assert whole(lines[0]) and whole(lines[2])


def test_one_name_that_works_ends_nothing_of_another(even: Even) -> None:
    setbacks = Setbacks("tick.failed", "tick.works_again", even)
    failing(setbacks, even, 2, TimeoutError())
    setbacks.worked("watch")
    assert setbacks.lasting(1.0) == {"post": "TimeoutError"}
    assert setbacks.lasting(60.0) == {}
