"""What presses most stands first in the list of who decides and who handles, page after page."""

from hotline.domain.acts import centre as acts
from hotline.domain.state import TO_ROUTE, State
from hotline.domain.words import Decline, Kind, Role, Urgency
from hotline.flow import work
from hotline.flow.centre import Centre
from hotline.store.find import Wanted
from tests.flow.orders_support import DISPATCHER, in_hand, received, replied
from tests.makers import an_officer

LEAD = an_officer(Role.SHIFT_LEAD)
RANKS = {"critical": 0, "urgent": 1}


async def pressed(centre: Centre, number: str, urgency: Urgency) -> None:
    await work.act(centre, number, acts.Correct(reason="改紧急程度", urgency=urgency), LEAD)


async def paged(centre: Centre, *states: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    cursor = ""
    while True:
        asked = Wanted(state=states, sort="pressing", limit=2, cursor=cursor)
        page = await work.listed(centre, DISPATCHER, asked)
        rows += page.rows
        if page.next_cursor is None:
            return rows
        cursor = page.next_cursor


async def test_the_urgent_stand_first_and_of_equal_urgency_what_is_owed_first(
    any_centre: Centre,
) -> None:
    """Kinds with different limits; one whose reply is approved owes nothing and stands last."""
    answered = await in_hand(any_centre, "answered")
    await replied(any_centre, answered)
    kinds = (Kind.COMPLAINT, Kind.CONSULT, Kind.REPORT, Kind.SUGGESTION)
    made = [await received(any_centre, f"k{n}", type=kind.value) for n, kind in enumerate(kinds)]
    await pressed(any_centre, made[0], Urgency.URGENT)
    await pressed(any_centre, made[2], Urgency.CRITICAL)
    rows = await paged(any_centre, "open")
    assert [row["number"] for row in rows][:2] == [made[2], made[0]]
    assert rows[-1]["number"] == answered
    owed = [row for row in rows if row["state"] != State.FOLLOW_UP.value]
    assert len(rows) == 5 and len(owed) == 4 and len({row["due_at"] for row in owed}) > 2
    stands = [(RANKS.get(str(row["urgency"]), 2), row["due_at"], row["id"]) for row in owed]
    assert stands == sorted(stands)  # type: ignore[type-var]


async def test_the_dispatchers_own_list_holds_what_waits_for_a_decision_only(
    any_centre: Centre,
) -> None:
    await in_hand(any_centre, "handled")
    waiting = await received(any_centre, "waits")
    decided = await received(any_centre, "accepted")
    await work.act(any_centre, decided, acts.Accept(), DISPATCHER)
    rows = await paged(any_centre, "to_route")
    assert {row["number"] for row in rows} == {waiting, decided}
    assert {State(str(row["state"])) for row in rows} <= TO_ROUTE


async def test_what_has_ended_presses_nobody(any_centre: Centre) -> None:
    ended = await received(any_centre, "declined")
    other = acts.Decline(reason_code=Decline.EMERGENCY, text="请向法院起诉")
    await work.act(any_centre, ended, other, DISPATCHER)
    assert await paged(any_centre, "ended") == []
    found = await work.listed(any_centre, DISPATCHER, Wanted(state=("ended",)))
    assert [row["number"] for row in found.rows] == [ended]
