"""The rates, on counts small enough to be checked by eye."""

from hotline.reports import measures


def test_a_share_of_nothing_is_no_share() -> None:
    assert measures.rate(0, 0) is None
    assert measures.rate(1, 3) == 0.3333


def test_what_was_not_accepted_or_merged_is_no_case_that_could_be_answered() -> None:
    counts = {"received": 10, "not_accepted": 1, "merged": 1, "answered": 4, "closed": 2}
    found = measures.of_cases({**counts, "reworked": 1})
    assert found["direct_answer_rate"] == 0.5
    assert found["rework_rate"] == 0.5


def test_a_promise_that_is_overdue_and_open_counts_as_broken() -> None:
    counts = {"kept": 3, "kept_late": 1, "overdue": 2, "running": 9, "dropped": 5}
    assert measures.of_promises(counts)["on_time_rate"] == 0.5


def test_a_case_has_one_voice_and_the_citizens_own_goes_first() -> None:
    def said(case: int, source: str, solved: bool | None, level: str | None) -> dict[str, object]:
        return {"case": case, "source": source, "solved": solved, "satisfaction": level}

    found = measures.satisfaction(
        [
            said(1, "follow_up", True, "5"),
            said(1, "rate", False, "1"),
            said(2, "rate", True, "4"),
            said(2, "follow_up", False, "2"),
            said(3, "follow_up", False, "2"),
            said(3, "follow_up", True, "3"),
            said(4, "follow_up", None, None),
        ]
    )
    assert (found["follow_ups"], found["ratings"]) == (5, 2)
    assert (found["answered"], found["solved"]) == (3, 2)
    assert (found["rated"], found["satisfied"]) == (3, 2)
    assert found["by_satisfaction"] == {"5": 0, "4": 1, "3": 1, "2": 0, "1": 1}


def test_silence_is_never_satisfaction() -> None:
    found = measures.satisfaction([])
    assert found["solved_rate"] is None and found["satisfaction_rate"] is None
