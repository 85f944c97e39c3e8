"""Who is on duty: the first who is there, a deputy where nobody is; whom to ring first."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.roster import Absence, Duty, Person, on_duty, ring_order

DAY = date(2026, 11, 24)
AWAY = (Absence(DAY, DAY + timedelta(days=2)),)


def person(name: str, duty: Duty = Duty.LIAISON, **more: object) -> Person:
    return Person(name, duty, "0571-12345678", **more)  # type: ignore[arg-type]


def test_the_first_who_is_there_is_on_duty_and_a_deputy_only_where_nobody_is() -> None:
    people = [
        person("甲", deputies=("丙",), absences=AWAY),
        person("乙"),
        person("丙", Duty.HEAD),
    ]
    assert [one.person.name for one in on_duty(people, DAY)] == ["乙", "丙"]
    people[1] = person("乙", absences=AWAY)
    found = on_duty(people, DAY)
    assert [(one.duty, one.person.name, one.instead_of) for one in found] == [
        (Duty.LIAISON, "丙", "甲"),
        (Duty.HEAD, "丙", ""),
    ]
    assert [one.person.name for one in on_duty(people, DAY + timedelta(days=3))][0] == "甲"


def test_both_days_of_an_absence_are_away_and_a_duty_nobody_can_take_is_left_out() -> None:
    people = [person("甲", absences=AWAY, deputies=("甲", "无此人"))]
    assert [bool(on_duty(people, DAY + timedelta(days=n))) for n in (-1, 0, 2, 3)] == [
        True,
        False,
        False,
        True,
    ]


@given(
    st.lists(st.tuples(st.sampled_from(list(Duty)), st.booleans(), st.integers(0, 5)), max_size=6)
)
def test_everyone_who_is_there_is_rung_once_and_nobody_who_is_away(
    told: list[tuple[Duty, bool, int]],
) -> None:
    people = [
        person(f"p{n}", duty, absences=AWAY if away else (), deputies=(f"p{deputy}",))
        for n, (duty, away, deputy) in enumerate(told)
    ]
    rung = ring_order(people, DAY)
    assert sorted(one.name for one in rung) == [f"p{n}" for n, one in enumerate(told) if not one[1]]
