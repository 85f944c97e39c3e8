"""Units stand beside their like only, with intervals; what is left out was asked for and granted."""

from datetime import UTC, datetime, timedelta

from hotline.domain.facts import Line, Origin
from hotline.domain.folding import fold
from hotline.reports import figures
from hotline.reports.factqueries import Both
from hotline.reports.rates import Counts
from tests.makers import TREE

AT = datetime(2026, 10, 5, 2, tzinfo=UTC)


def counts(rated: int, satisfied: int) -> Both:
    held = Counts(cases=40, dispatched=40, asked=rated, rated=rated, satisfied=satisfied)
    return Both(held, held)


def test_units_are_told_class_by_class_each_with_its_interval_and_its_own_past() -> None:
    now = {"wj-jd1": counts(2, 2), "zjj": counts(30, 24), "wj-zjj": counts(12, 6)}
    told = figures.departments(now | {"cgj": counts(20, 10)}, {"zjj": counts(10, 9)}, TREE)
    assert [one["class"] for one in told] == ["bureau", "bureau", "district", "street"]
    by_key = {one["key"]: one for one in told}
    zjj = by_key["zjj"]["measures"]["satisfying"]
    assert zjj["raw"]["low"] < zjj["raw"]["value"] == 0.8 < zjj["raw"]["high"]
    assert zjj["before"] == 0.9 and by_key["cgj"]["measures"]["satisfying"]["before"] is None
    assert by_key["wj-jd1"]["few"] and not by_key["zjj"]["few"], "two voices are no share"
    assert not {"rank", "score"} & set(by_key["zjj"]), "trends, no ranks"


def excluded(*lines: tuple[str, dict[str, object]]) -> bool:
    said = {"state": "processing", "type": "complaint", "topic": "城市管理", "urgency": "normal"}
    told = [("receive", said), *lines]
    made = fold(
        Origin(1, "20261005-000001", AT, "web", False, False),
        [
            Line(n, AT + timedelta(hours=n), action, "director", after)
            for n, (action, after) in enumerate(told, 1)
        ],
        [],
    )
    assert made is not None
    return made.case.excluded


def test_a_case_is_left_out_of_the_adjusted_figures_only_when_the_request_was_granted() -> None:
    asked = ("exclude", {"reason_code": "LITIGATION"})
    grant = {"kind": "exclude", "verdict": "granted"}
    assert excluded(asked, ("grant", grant))
    assert not excluded(asked)
    assert not excluded(asked, ("grant", grant | {"verdict": "refused"}))
    assert not excluded(("grant", grant | {"kind": "extend"}))
