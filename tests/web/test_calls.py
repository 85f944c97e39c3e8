"""A switch's way in, and what the desk and the hall are told of it: signed, counted, once."""

import asyncio
import hashlib
import json
import os
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.telephone.events import CallEvent
from channels.telephone.rehearsal import posted
from channels.telephone.signing import sign
from hotline.domain.words import Role
from hotline.flow import calls, recordings
from hotline.store import acts, counters, privacy
from hotline.store import calls as rows
from hotline.wiring import MovingClock
from tests.flow.test_calls import NUMBER, abandoned, answered, event
from tests.makers import MONDAY, an_officer
from tests.web.api_support import (
    OWN_PAGE,
    Client,
    case_of,
    filed,
    form_token,
    served,
    signed_in,
    token,
    triaged,
)

pytestmark = pytest.mark.slow
SECRET, BRIDGE = "a secret that the switch knows", "bridge-token"
EVENTS, CTI = "/api/v1/calls/events", f"/api/v1/cti/{BRIDGE}"


@pytest.fixture
async def client(empty_sqlite: Path, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Client]:
    (tmp_path / "recordings").mkdir()
    told = {
        "secret": SECRET,
        "generic_token": BRIDGE,
        "recordings": tmp_path / "recordings",
    }
    async with served(empty_sqlite, tmp_path, clock, calls=told) as made:
        yield made


def signed(body: bytes, client: Client, late: int = 0, secret: str = SECRET) -> dict[str, str]:
    time = str(int(client.clock().timestamp()) + late)
    return {
        "Content-Type": "application/json",
        "X-Hotline-Time": time,
        "X-Hotline-Signature": sign(secret, time, body),
    }


async def tell(client: Client, told: Any, **how: Any) -> Any:
    body = json.dumps(told, ensure_ascii=False).encode()
    return await client.post(EVENTS, data=body, headers=signed(body, client, **how))


async def played(client: Client, events: Sequence[CallEvent]) -> None:
    """Posted as a switch would, and folded."""
    answer = await tell(client, [posted(one) for one in events])
    assert answer.status == 202, await answer.text()
    await folded(client)


async def folded(client: Client) -> None:
    """The served hotline folds by itself; this waits until it has."""
    async with asyncio.timeout(10):
        while True:
            async with client.centre.look() as look:
                if not await rows.any_unfolded(look.connection):
                    return
            await asyncio.sleep(0.01)


async def counted(client: Client, n: int = 1) -> dict[str, int]:
    """How events and refusals are counted, once so many are."""
    async with asyncio.timeout(10):
        while True:
            async with client.centre.look() as look:
                today = await counters.today(look.connection, look.at)
            found = {outcome: n for channel, outcome, n in today if channel == "call_events"}
            if sum(found.values()) >= n:
                return found
            await asyncio.sleep(0.01)


async def seated(client: Client, state: str) -> None:
    """A call's end reaches the seat as an event of its own, a moment later."""
    headers = await token(client, "agent")
    async with asyncio.timeout(10):
        while (await get(client, "/api/v1/seat", headers))["state"] != state:
            await asyncio.sleep(0.01)


async def get(client: Client, path: str, headers: dict[str, str], status: int = 200) -> Any:
    answer = await client.get(path, headers=headers)
    assert answer.status == status, await answer.text()
    return await answer.json()


async def send(
    client: Client, path: str, headers: dict[str, str], body: Any, status: int = 200
) -> Any:
    answer = await client.post(path, json=body, headers=headers)
    assert answer.status == status, await answer.text()
    return await answer.json()


async def at_desk(client: Client, extension: str = "8001") -> dict[str, str]:
    headers = await token(client, "agent")
    body = {"state": "ready", "extension": extension}
    answer = await client.put("/api/v1/seat", json=body, headers=headers)
    assert answer.status == 200, await answer.text()
    return headers


async def test_one_event_or_five_hundred_are_acknowledged(client: Client) -> None:
    one = posted(abandoned()[0])
    answer = await tell(client, one)
    assert (answer.status, await answer.json()) == (202, {"accepted": 1, "duplicates": 0})
    many = [{**one, "event_id": f"e{n}"} for n in range(499)]
    answer = await tell(client, [one, *many])
    assert await answer.json() == {"accepted": 499, "duplicates": 1}
    assert await counted(client, 501) == {"accepted": 500, "duplicate": 1}


async def test_an_event_in_the_contracts_own_words_is_taken(client: Client) -> None:
    told = {
        "event_id": "e1",
        "call_id": "c1",
        "leg_id": None,
        "kind": "offered",
        "at": "2020-01-01T08:00:00+08:00",
        "direction": "in",
        "from": "13800001234",
        "to": "12345",
        "queue": None,
        "trunk": "a vendor's own",
    }
    assert (await tell(client, told)).status == 202


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"late": -301}, "stale"),
        ({"late": 301}, "stale"),
        ({"secret": "another"}, "forged"),
    ],
)
async def test_a_stale_or_forged_post_changes_nothing_and_is_counted(
    client: Client, how: dict[str, Any], code: str
) -> None:
    answer = await tell(client, posted(abandoned()[0]), **how)
    assert answer.status == 401
    assert (await answer.json())["title"] == f"signature_{code}"
    assert await counted(client) == {code: 1}


@pytest.mark.parametrize("late", [-299, 299])
async def test_within_five_minutes_a_signature_is_fresh(client: Client, late: int) -> None:
    assert (await tell(client, posted(abandoned()[0]), late=late)).status == 202


async def test_an_unsigned_or_altered_body_is_not_believed(client: Client) -> None:
    body = json.dumps(posted(abandoned()[0])).encode()
    headers = signed(body, client)
    unsigned = {"Content-Type": "application/json"}
    for changed, sent in (
        (body.replace(b"13800001234", b"13800001235"), headers),
        (body, unsigned),
        (body, {**headers, "X-Hotline-Time": "soon"}),
        (body, {**headers, "X-Hotline-Signature": "sha256=\xe9"}),
    ):
        assert (await client.post(EVENTS, data=changed, headers=sent)).status == 401
    assert "accepted" not in await counted(client, 4)


ONE: dict[str, Any] = {"event_id": "e1", "call_id": "c1", "kind": "offered"}
ONE |= {"at": "2026-11-23T10:00:00+08:00", "direction": "in", "from": "1", "to": "2"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"event_id": ""}, "event_id"),
        ({"event_id": "x" * 121}, "event_id"),
        ({"call_id": ""}, "call_id"),
        ({"kind": "abandoned"}, "kind"),
        ({"at": "2026-11-23 10:00"}, "at"),
        ({"at": None}, "at"),
        ({"direction": "up"}, "direction"),
        ({"from": 138}, "from"),
        ({"kind": "rated"}, "digit"),
        ({"kind": "rated", "digit": 6}, "digit"),
        ({"kind": "agent_state", "agent": "8001"}, "state"),
        ({"kind": "recorded"}, "recording"),
        ({"wait_s": -1}, "wait_s"),
    ],
)
async def test_a_malformed_event_is_refused_by_its_field(
    client: Client, changes: dict[str, Any], field: str
) -> None:
    answer = await tell(
        client, [ONE, {**ONE, **changes, "event_id": changes.get("event_id", "e2")}]
    )
    assert answer.status == 422
    told = await answer.json()
    assert told["errors"][0]["field"] == f"1.{field}", told
    assert "第 2 个事件" in told["detail"]
    assert await counted(client) == {"malformed": 1}  # the right one beside it was not kept


@pytest.mark.parametrize("told", [[], [ONE] * 501, 7, [7], "x"])
async def test_what_is_no_event_is_refused(client: Client, told: Any) -> None:
    assert (await tell(client, told)).status == 422


async def test_without_a_secret_the_door_is_shut(
    empty_sqlite: Path, tmp_path: Path, clock: MovingClock
) -> None:
    async with served(empty_sqlite, tmp_path, clock) as shut:
        assert (await tell(shut, ONE, secret="")).status == 401
        assert (await shut.post("/api/v1/cti/", json={})).status == 404
        assert (await shut.post("/api/v1/cti/x", json={})).status == 401


GENERIC = {"callId": "g1", "from": NUMBER, "to": "12345", "direction": "in"}


@pytest.mark.parametrize("shape", ["json", "data"])
async def test_an_existing_bridge_tells_a_call_in_the_generic_shape(
    client: Client, clock: MovingClock, shape: str
) -> None:
    more = {"answer": {"answeringNumber": "8001", "user": "Agent"}, "hangup": {"cause": "busy"}}
    more["newCall"] = {"queue": "热线"}
    for seconds, name in ((0, "newCall"), (8, "answer"), (90, "hangup"), (91, "hangup")):
        clock.move_to(MONDAY + timedelta(seconds=seconds))
        answer = await client.post(CTI, **{shape: {"event": name, **GENERIC, **more[name]}})
        assert (answer.status, await answer.json()) == (200, {})
    await folded(client)
    told = await get(client, "/api/v1/calls/g1", await token(client, "shift_lead"))
    assert (told["outcome"], told["wait_s"], told["talk_s"]) == ("answered", 8.0, 82.0)
    assert (told["agent"], told["number"], told["queue"]) == ("8001", "138****1234", "热线")


async def test_a_bridge_that_says_nonsense_is_told_so(client: Client) -> None:
    for wrong in ({}, {"event": "newCall"}, {"event": "moo", "callId": "1"}):
        assert (await client.post(CTI, json=wrong)).status == 422
    assert (
        await client.post(CTI, data=b"{", headers={"Content-Type": "application/json"})
    ).status == 400
    assert (await client.post("/api/v1/cti/wrong", json=GENERIC)).status == 401
    assert await counted(client, 5) == {"malformed": 4, "wrong_token": 1}


async def test_the_report_counts_what_the_records_say(client: Client) -> None:
    day = [
        *answered("c1", 0),  # waited 9 s
        *[
            *answered("c2", 100)[::2],
            event("c2", answered("c2", 0)[1].kind, 118, "b", agent="8002"),
        ],
        *abandoned("c3", 200),
        event("c4", abandoned()[0].kind, 300),
        event("c4", abandoned()[2].kind, 301, cause="overload"),
        event("c1", kind_of("rated"), 120, digit=2),
    ]
    await played(client, day)
    told = await get(client, "/api/v1/reports/calls?by=agent", await token(client, "shift_lead"))
    totals = told["totals"]
    assert (totals["offered"], totals["answered"], totals["abandoned"]) == (4, 2, 1)
    assert (totals["overload"], totals["excluded"], totals["connect_rate"]) == (1, 1, 0.6667)
    assert (totals["answered_in_15"], totals["answered_in_20"]) == (1, 2)
    assert totals["answered_in_15_rate"] == 0.5 and totals["average_wait_s"] == 13.5
    assert (totals["rated"], totals["satisfied"], totals["satisfaction_rate"]) == (1, 0, 0.0)
    assert {row["key"]: row["answered"] for row in told["rows"]} == {"": 0, "8001": 1, "8002": 1}
    hours = await get(client, "/api/v1/reports/calls?by=hour", await token(client, "director"))
    assert [(row["key"], row["offered"]) for row in hours["rows"]] == [("2026-11-23 10", 4)]


def kind_of(name: str) -> Any:
    return type(abandoned()[0].kind)(name)


async def test_after_call_work_is_measured_from_the_seats(
    client: Client, clock: MovingClock
) -> None:
    headers = await at_desk(client)
    await played(client, answered("c1", 0))
    await seated(client, "after_call")
    clock.move_to(MONDAY + timedelta(seconds=125))
    seat = await get(client, "/api/v1/seat", headers)
    assert (seat["state"], seat["ready_at"]) == ("after_call", "2026-11-23T10:02:39+08:00")
    answer = await client.put("/api/v1/seat", json={"state": "ready"}, headers=headers)
    assert (await answer.json())["state"] == "ready"
    told = await get(client, "/api/v1/reports/calls?by=agent", await token(client, "shift_lead"))
    assert (told["totals"]["after_call"], told["totals"]["average_after_call_s"]) == (1, 26.0)


async def test_writing_up_ends_by_itself_after_a_minute(client: Client, clock: MovingClock) -> None:
    headers = await at_desk(client)
    await played(client, answered("c1", 0))
    await seated(client, "after_call")
    clock.move_to(MONDAY + timedelta(seconds=158))
    assert await calls.seats_ready(client.centre) == 0
    clock.move_to(MONDAY + timedelta(seconds=200))
    assert await calls.seats_ready(client.centre) == 1
    await seated(client, "ready")
    seat = await get(client, "/api/v1/seat", headers)
    assert (seat["state"], seat["since"]) == ("ready", "2026-11-23T10:02:39+08:00")


async def test_an_agent_sees_the_own_calls_and_the_shift_lead_all(client: Client) -> None:
    headers = await at_desk(client)
    await played(client, [*answered("c1", 0), *abandoned("c2", 10)])
    mine = await get(client, "/api/v1/calls", headers)
    assert [one["call_id"] for one in mine["items"]] == ["c1"]
    await get(client, "/api/v1/calls/c2", headers, 404)
    lead = await token(client, "shift_lead")
    first = await get(client, "/api/v1/calls?limit=1", lead)
    rest = await get(client, f"/api/v1/calls?limit=5&cursor={first['next_cursor']}", lead)
    assert [one["call_id"] for one in first["items"] + rest["items"]] == ["c2", "c1"]
    await get(client, "/api/v1/calls?cursor=!!", lead, 422)
    await get(client, "/api/v1/calls?outcome=none", lead, 422)


FORM = {"title": "路灯不亮", "content": "望江大道路灯坏了三天", "channel": "phone"}


async def test_one_case_from_a_call_however_often_the_key_is_pressed(client: Client) -> None:
    headers = await at_desk(client)
    await played(client, answered("c1", 0))
    first = await send(client, "/api/v1/cases", headers, {**FORM, "call_id": "c1"}, 201)
    for key in ({}, {"Idempotency-Key": "k1"}, {"Idempotency-Key": "k2"}):
        again = await send(
            client, "/api/v1/cases", {**headers, **key}, {**FORM, "call_id": "c1"}, 201
        )
        assert again == first
    other = {**FORM, "content": "另一件事", "call_id": "c1"}
    told = await send(client, "/api/v1/cases", headers, other, 409)
    assert first["number"] in told["detail"]
    await triaged(client)
    case = await case_of(client, first["number"], headers)
    assert case["citizen"]["phone"] == "138****1234"  # the agent never typed it
    call = await get(client, "/api/v1/calls/c1", headers)
    assert [(tie["number"], tie["kind"]) for tie in call["cases"]] == [(first["number"], "filed")]


async def test_what_has_a_call_came_by_telephone(client: Client) -> None:
    headers = await at_desk(client)
    await send(client, "/api/v1/cases", headers, {**FORM, "channel": "visit", "call_id": "c1"}, 422)


async def test_a_second_call_about_a_case_is_linked_and_urges_once_when_it_does(
    client: Client,
) -> None:
    headers, number = await at_desk(client), (await filed(client))["number"]
    await played(client, [*answered("c1", 0), *answered("c2", 200)])
    linked = await send(client, "/api/v1/calls/c1/cases", headers, {"number": number})
    assert linked == {"number": number, "fresh": True, "urged": False}
    one_record = ("POST /api/v1/calls/{call_id}/cases", 200, 1)
    assert client.counting.done[one_record] == 1, "who linked it is on record"
    body = {"number": number, "urge": True, "text": "已经三天了"}
    assert (await send(client, "/api/v1/calls/c2/cases", headers, body))["urged"] is True
    assert (await send(client, "/api/v1/calls/c2/cases", headers, body))["urged"] is False
    lines = await get(client, f"/api/v1/cases/{number}/timeline", headers)
    assert [line["action"] for line in lines["items"]].count("urge") == 1
    await send(client, "/api/v1/calls/c1/cases", headers, {"number": "20261123-009999"}, 404)


async def test_a_recording_is_played_for_a_purpose_on_record(
    client: Client, tmp_path: Path
) -> None:
    sound = b"RIFF" + bytes(2000)
    (tmp_path / "recordings" / "c1.wav").write_bytes(sound)
    (tmp_path / "secret.wav").write_bytes(sound)
    right = hashlib.sha256(sound).hexdigest()
    uris = {"c1.wav": right, "gone.wav": right, "../secret.wav": right, "/etc/passwd": ""}
    told = [
        event("c1", kind_of("recorded"), 200 + n, recording=recording(uri, sha))
        for n, (uri, sha) in enumerate(uris.items())
    ]
    await played(client, [*answered("c1", 0), *told])
    headers = await token(client, "inspector")
    places = {uri: n for n, uri in enumerate(sorted(uris), 1)}
    base = "/api/v1/calls/c1/recordings"
    answer = await client.get(f"{base}/{places['c1.wav']}?purpose=抽检", headers=headers)
    assert answer.status == 200 and await answer.read() == sound
    for uri in ("gone.wav", "../secret.wav", "/etc/passwd"):
        await get(client, f"{base}/{places[uri]}?purpose=抽检", headers, 404)
    await get(client, f"{base}/1", headers, 422)
    await get(client, f"{base}/9?purpose=抽检", headers, 404)
    (tmp_path / "recordings" / "c1.wav").write_bytes(sound + b"\0")
    await get(client, f"{base}/{places['c1.wav']}?purpose=抽检", headers, 409)
    async with client.centre.look() as look:
        kept = await acts.listed(look.connection)
    heard = [one["about"] for one in kept if one["act"] == "recording_played"]
    assert [one["whole"] for one in heard].count(True) == 1 and len(heard) == 5


async def test_recordings_are_kept_as_long_as_the_policy_says_and_longer_on_hold(
    client: Client, clock: MovingClock, tmp_path: Path
) -> None:
    folder = tmp_path / "recordings"
    for name in ("held.wav", "old.wav", "orphan.mp3", "notes.txt", "new.wav"):
        (folder / name).write_bytes(b"x")
        day = MONDAY - timedelta(days=0 if name == "new.wav" else 1)
        os.utime(folder / name, (day.timestamp(), day.timestamp()))
    number, headers = (await filed(client))["number"], await at_desk(client)
    for n, name in enumerate(("held.wav", "old.wav")):
        told = event(f"h{n}", kind_of("recorded"), 100, recording=recording(name, ""))
        await played(client, [*answered(f"h{n}", 0), told])
    await send(client, "/api/v1/calls/h0/cases", headers, {"number": number})
    async with client.centre.work() as work:
        case = await work.cases.read(number)
        await privacy.hold(
            work.connection, case.id or 0, "诉讼", an_officer(Role.DIRECTOR), work.at
        )
    clock.move_to(MONDAY + timedelta(days=client.centre.recordings_days - 1))
    assert await recordings.expire(client.centre) == 0
    clock.move_to(MONDAY + timedelta(days=client.centre.recordings_days))
    assert await recordings.expire(client.centre) == 2
    assert {one.name for one in folder.iterdir()} == {"held.wav", "notes.txt", "new.wav"}
    async with client.centre.look() as look:
        kept = [one for one in await acts.listed(look.connection) if "expired" in one["act"]]
    assert [one["about"]["files"] for one in kept] == [2]
    assert await recordings.expire(client.centre) == 0


def recording(uri: str, sha256: str) -> Any:
    from channels.telephone.events import Recording

    return Recording(uri, sha256)


async def test_an_agent_hears_the_own_call_for_half_an_hour(
    client: Client, clock: MovingClock, tmp_path: Path
) -> None:
    (tmp_path / "recordings" / "c1.wav").write_bytes(b"x")
    headers = await at_desk(client)
    told = event("c1", kind_of("recorded"), 100, recording=recording("c1.wav", ""))
    await played(client, [*answered("c1", 0), told])
    path = "/api/v1/calls/c1/recordings/1?purpose=核对地址"
    clock.move_to(MONDAY + timedelta(minutes=20))
    assert (await client.get(path, headers=headers)).status == 200
    clock.move_to(MONDAY + timedelta(minutes=32))
    headers = await token(client, "agent")
    await get(client, path, headers, 403)


async def test_110_is_one_key_and_its_moment_is_kept(client: Client) -> None:
    headers = await at_desk(client)
    await played(client, answered("c1", 0)[:2])
    path = "/api/v1/calls/c1/emergency"
    assert await send(client, path, headers, {"service": "110"}) == {"taken": True}
    (act,) = (await get(client, "/api/v1/calls/c1", headers))["acts"]
    assert (act["kind"], act["facts"], act["at"]) == (
        "emergency",
        {"service": "110"},
        "2026-11-23T10:00:00+08:00",
    )
    asked = client.centre.switch.asked[-1]  # type: ignore[attr-defined]
    assert (asked.do.value, asked.agent, asked.number) == ("conference", "8001", "110")
    await send(client, path, headers, {"service": "114"}, 422)


async def test_a_number_is_held_to_a_rule_only_warned_approved_by_another_and_for_a_time(
    client: Client, clock: MovingClock
) -> None:
    headers, lead = await at_desk(client), await token(client, "shift_lead")
    await played(client, answered("c1", 0))
    wish = {"rule": "last", "reason": "连续辱骂", "days": 7}
    path = "/api/v1/calls/c1/restrictions"
    await send(client, path, headers, wish, 409)  # nobody was warned yet
    await send(client, "/api/v1/calls/c1/steps", headers, {"step": "warn", "text": "已告诫"})
    await send(client, path, headers, {**wish, "days": 31}, 422)
    made = (await send(client, path, headers, wish, 201))["id"]
    offered = {"event": "newCall", **GENERIC}
    assert await (await client.post(CTI, json=offered)).json() == {}  # asked for is not approved
    ruling = {"approve": True, "text": "属实"}
    told = await send(client, f"/api/v1/restrictions/{made}/ruling", lead, ruling)
    assert (told["state"], told["until"]) == ("approved", "2026-11-30T10:00:00+08:00")
    await send(client, f"/api/v1/restrictions/{made}/ruling", lead, ruling, 409)
    answer = await (await client.post(CTI, json={**offered, "callId": "g2"})).json()
    assert answer["restriction"]["rule"] == "last" and "110" in answer["restriction"]["announce"]
    clock.move_to(MONDAY + timedelta(days=7, seconds=1))
    assert await (await client.post(CTI, json={**offered, "callId": "g3"})).json() == {}


async def test_nobody_approves_the_own_restriction(client: Client) -> None:
    headers = await token(client, "shift_lead")
    await played(client, answered("c1", 0))
    await send(client, "/api/v1/calls/c1/steps", headers, {"step": "warn", "text": "已告诫"})
    wish = {"rule": "message", "reason": "骚扰", "days": 3}
    made = (await send(client, "/api/v1/calls/c1/restrictions", headers, wish, 201))["id"]
    ruling = {"approve": True, "text": "属实"}
    await send(client, f"/api/v1/restrictions/{made}/ruling", headers, ruling, 403)
    director = await token(client, "director")
    await send(client, f"/api/v1/restrictions/{made}/ruling", director, ruling)
    lifted = await send(
        client, f"/api/v1/restrictions/{made}/lifting", director, {"text": "申诉成立"}
    )
    assert lifted["state"] == "lifted"
    assert len((await get(client, "/api/v1/restrictions?state=lifted", director))["items"]) == 1


async def test_a_bulletin_stands_beside_what_it_is_about(client: Client) -> None:
    lead, headers = await token(client, "shift_lead"), await at_desk(client)
    await played(client, answered("c1", 0)[:2])
    water = {
        "title": "望江区停水",
        "text": "管网抢修，预计今晚八点恢复。",
        "district": "望江区",
        "words": "停水 没水",
        "ends_at": "2026-11-23T22:00:00+08:00",
    }
    made = (await send(client, "/api/v1/bulletins", lead, water, 201))["id"]
    await send(
        client, "/api/v1/bulletins", lead, {**water, "ends_at": "2026-11-23T09:00:00+08:00"}, 409
    )
    await send(client, "/api/v1/bulletins", lead, {**water, "topic": "没有/这个"}, 409)
    await send(client, "/api/v1/bulletins", headers, water, 403)
    path = "/api/v1/calls/c1/guess"
    typed = {"title": "家里停水", "content": "望江区滨江街道从早上开始停水"}
    told = await send(client, path, headers, typed)
    assert [one["title"] for one in told["bulletins"]] == ["望江区停水"]
    assert told["suggestions"]["topic"]["label"]
    lamp = {"title": "路灯不亮", "content": "路灯坏了三天，晚上很黑"}
    assert (await send(client, path, headers, lamp))["bulletins"] == []
    assert (await client.delete(f"/api/v1/bulletins/{made}", headers=lead)).status == 204
    assert (await client.delete(f"/api/v1/bulletins/{made}", headers=lead)).status == 404
    assert (await send(client, path, headers, typed))["bulletins"] == []


async def test_the_board_shows_the_hall_as_it_is_now(client: Client, clock: MovingClock) -> None:
    await at_desk(client)
    await played(client, [*abandoned("c1", 0)[:2], *answered("c2", 0)[:2], *abandoned("c3", 0)])
    await seated(client, "busy")
    clock.move_to(MONDAY + timedelta(seconds=61))
    told = await get(client, "/api/v1/board", await token(client, "shift_lead"))
    assert {one["queue"]: (one["waiting"], one["longest_s"]) for one in told["queues"]} == {
        "热线": (1, 60),
        "-": (0, 0),
    }
    assert [(s["username"], s["extension"], s["state"]) for s in told["seats"]] == [
        ("agent", "8001", "busy")
    ]
    assert (told["missed_open"], told["missed_late"], told["waiting"]) == (1, 0, 1)
    assert told["recent"]["offered"] == 3


async def test_a_missed_call_is_called_back_by_a_key_that_tells_nobody_the_number(
    client: Client,
) -> None:
    headers = await at_desk(client)
    await played(client, abandoned())
    (task,) = (await get(client, "/api/v1/missed-calls?state=open", headers))["items"]
    assert (task["number"], task["overdue"], task["calls"]) == ("138****1234", False, 1)
    path = f"/api/v1/missed-calls/{task['id']}"
    assert await send(client, f"{path}/call", headers, {}) == {"taken": True}
    asked = client.centre.switch.asked[-1]  # type: ignore[attr-defined]
    assert (asked.do.value, asked.agent, asked.number) == ("call", "8001", NUMBER)
    body = {"outcome": "reached", "seen": 0}
    told = await send(client, f"{path}/tries", headers, body)
    assert (told["state"], told["ended_by"], len(told["tries"])) == ("closed", "reached", 1)
    await send(client, f"{path}/tries", headers, body, 409)
    await send(client, f"{path}/call", headers, {}, 409)
    await send(client, "/api/v1/missed-calls/999/tries", headers, body, 404)


async def test_an_agent_without_a_telephone_is_asked_for_its_number(client: Client) -> None:
    headers = await token(client, "agent")
    answer = await client.put("/api/v1/seat", json={"state": "ready"}, headers=headers)
    assert answer.status == 409 and (await answer.json())["errors"][0]["field"] == "extension"
    for wrong in ({"state": "asleep"}, {"state": "ready", "extension": "a b"}):
        assert (await client.put("/api/v1/seat", json=wrong, headers=headers)).status == 422


async def test_keys_of_the_desk_reach_the_switch(client: Client) -> None:
    headers = await at_desk(client)
    await played(client, answered("c1", 0)[:2])
    path = "/api/v1/calls/c1/commands"
    await send(client, path, headers, {"do": "hold"})
    await send(client, path, headers, {"do": "transfer", "to": "8002"})
    asked = [one.do.value for one in client.centre.switch.asked]  # type: ignore[attr-defined]
    assert asked[-2:] == ["hold", "transfer"]
    await send(client, path, headers, {"do": "transfer"}, 422)
    await send(client, path, headers, {"do": "call", "to": "1"}, 422)
    await played(client, answered("c1", 0)[2:])
    await send(client, path, headers, {"do": "hold"}, 409)


async def on_page(client: Client, path: str, form: dict[str, str], back: str) -> tuple[int, str]:
    """A page's own form, sent as the browser would; the page it comes back to."""
    page = await (await client.get(back)).text()
    sent = {**form, "token": form_token(page)}
    answer = await client.post(path, data=sent, headers=OWN_PAGE, allow_redirects=False)
    return answer.status, await answer.text()


async def test_the_pages_say_what_is_wrong_and_stay(client: Client) -> None:
    await signed_in(client, "shift_lead")
    await played(client, abandoned())
    (task,) = (await get(client, "/api/v1/missed-calls", {}))["items"]
    desk, tries = "/office/phone", f"/office/missed/{task['id']}/tries"
    for path, form, back, status, said in (
        ("/office/phone/seat", {"state": "ready"}, desk, 409, "请先填写分机号"),
        ("/office/phone/seat", {"state": "x"}, desk, 422, "坐席状态"),
        (tries, {"outcome": ""}, "/office/missed", 422, "拨打结果"),
        (tries, {"outcome": "busy", "seen": "4"}, "/office/missed", 409, "刷新"),
        ("/office/bulletins", {"title": "停水"}, "/office/bulletins", 422, "请填写内容"),
        ("/office/phone/calls/none", {"key": "emergency", "service": "110"}, desk, 409, "没有找到"),
        ("/office/phone/calls/c1", {"key": "step", "step": "warn"}, desk, 422, "说明"),
    ):
        found = await on_page(client, path, form, back)
        assert found[0] == status and said in found[1], (path, found[0])
    for path in ("board", "board?part=1", "records", "records/c1", "restrictions", "reports"):
        answer = await client.get(f"/office/{path}")
        assert answer.status == 200, path
        assert NUMBER not in await answer.text()
    assert (await client.get("/office/records/none")).status == 404


async def test_the_desk_files_with_the_number_that_rings(client: Client) -> None:
    await signed_in(client, "shift_lead")
    await played(client, answered("c1", 0))
    form = {"title": "路灯不亮", "content": "路灯坏了三天", "channel": "phone", "call_id": "c1"}
    first = await on_page(client, "/office/new", form, "/office/phone?call=c1")
    again = await on_page(client, "/office/new", form, "/office/phone?call=c1")
    assert first[0] == again[0] == 201
    tied = (await get(client, "/api/v1/calls/c1", {}))["cases"]
    assert len(tied) == 1 and tied[0]["number"] in first[1] and tied[0]["number"] in again[1]
    wrong = await on_page(client, "/office/new", {**form, "title": ""}, "/office/phone")
    assert wrong[0] == 422 and 'name="call_id" value="c1"' in wrong[1]


async def test_a_mistake_on_the_desk_comes_back_to_the_desk_with_the_call_and_all_that_was_typed(
    client: Client,
) -> None:
    await signed_in(client, "agent")
    await at_desk(client)
    await played(client, answered("c1", 0)[:2])
    typed = {
        "title": "路灯不亮",
        "content": "路灯坏了三天",
        "contact.phone": "12",
        "type": "complaint",
    }
    typed |= {"place.address": "望江大道12号", "contact.name": "赵先生", "confidential": "on"}
    sent = {**typed, "channel": "phone", "call_id": "c1", "desk": "on"}
    status, page = await on_page(client, "/office/new", sent, "/office/phone?call=c1")
    assert status == 422 and 'id="panel" data-call="c1"' in page
    assert 'name="service" value="110"' in page and 'value="hold"' in page
    assert 'id="contact.phone-wrong"' in page and 'href="#contact.phone"' in page
    for value in ("路灯不亮", "路灯坏了三天", "望江大道12号", "赵先生"):
        assert value in page, value
    assert '<option value="complaint" selected>' in page
    assert (
        'name="confidential" checked' in page and 'name="call_id" value="c1" id="call_id"' in page
    )
    for without in ({**sent, "call_id": ""}, {**sent, "desk": ""}):
        status, page = await on_page(client, "/office/new", without, "/office/phone")
        assert status == 422 and 'id="panel"' in page
    status, page = await on_page(
        client, "/office/new", {**sent, "contact.phone": ""}, "/office/phone?call=c1"
    )
    assert status == 201 and 'href="/office/phone?call=c1"' in page
    other = {**sent, "contact.phone": "", "title": "别的事"}
    status, page = await on_page(client, "/office/new", other, "/office/phone?call=c1")
    assert status == 409 and "别的事" in page and "本次通话已登记为" in page
    assert 'id="panel" data-call="c1"' in page


async def test_the_figures_tell_events_apart_from_receipts(client: Client) -> None:
    await played(client, abandoned())
    told = await (await client.get("/metrics")).text()
    assert 'hotline_call_events_today{outcome="accepted"} 3.0' in told
    assert (
        "hotline_missed_calls_open 1.0" in told
        and "call_events" not in told.split("hotline_receipts_today")[-1].split("\n# ")[0]
    )
