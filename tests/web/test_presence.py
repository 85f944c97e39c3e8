"""Two people on one case: they see each other, across nodes; who saves second sees what changed."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.domain.errors import NoSuchCase
from hotline.domain.words import Role
from hotline.flow import presence
from hotline.flow.centre import Centre
from hotline.store import accounts
from hotline.store.presence import ALIVE
from hotline.web import presence as atcase
from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.flow.orders_support import received
from tests.makers import an_officer
from tests.web.api_support import OWN_PAGE, Client, acted, filed, form_token, signed_in, token


async def somebody(centre: Centre, username: str, name: str) -> Any:
    async with centre.work() as work:
        new = accounts.NewOfficer(username, name, Role.DISPATCHER, None, "x")
        made = await accounts.add(work.connection, work.cipher, new, work.at)
    actor = an_officer(Role.DISPATCHER, name=name)
    return type(actor)(**{**actor.__dict__, "officer_id": made})


async def test_officers_of_two_nodes_see_each_other_until_they_leave(
    any_centre: Centre, url: str, tmp_path: Path, clock: MovingClock
) -> None:
    number = await received(any_centre)
    other = await a_centre(url, tmp_path, clock)  # a second node on the same database
    wang, li = await somebody(any_centre, "wang", "王"), await somebody(any_centre, "li", "李")
    case_id = (await presence.look(any_centre, wang, number)).case_id
    await presence.here(any_centre, wang, case_id)
    await presence.here(any_centre, wang, case_id)
    early = await presence.here(other, li, case_id)
    for centre, actor, seen in ((any_centre, wang, "李"), (other, li, "王")):
        found = await presence.look(centre, actor, number)
        assert [one.name for one in found.others] == [seen]
    clock.move_to(clock.at + timedelta(seconds=1))
    late = await presence.here(other, li, case_id)  # the page anew, before the old one was missed
    await presence.gone(other, li, case_id, early)
    assert (await presence.look(any_centre, wang, number)).others
    await presence.gone(other, li, case_id, late)
    assert not (await presence.look(any_centre, wang, number)).others
    clock.move_to(clock.at + ALIVE + timedelta(seconds=1))  # a browser that never said good-bye
    assert not (await presence.look(other, li, number)).others
    await other.close()


async def test_the_stream_of_a_case_tells_of_others_and_of_a_new_version(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atcase, "LOOK", 0.01)
    number = str((await filed(client))["number"])
    dispatcher, lead = await token(client, "dispatcher"), await token(client, "shift_lead")
    stream = await client.get(f"/api/v1/events?case={number}", headers=dispatcher)

    async def told() -> dict[str, Any]:
        async with asyncio.timeout(5):
            while await stream.content.readline() != b"event: presence\n":
                pass
            found: dict[str, Any] = json.loads((await stream.content.readline())[6:])
            return found

    assert (await told())["others"] == []
    second = await client.get(f"/api/v1/events?case={number}", headers=lead)
    [other] = (await told())["others"]
    assert (other["name"], other["role"]) == (Role.SHIFT_LEAD.zh, Role.SHIFT_LEAD.zh)
    page = await (await client.get(f"/office/cases/{number}", headers=dispatcher)).text()
    assert "正在看这件诉求" in page, "said without scripts as well"
    version = (await acted(client, number, dispatcher, "note", text="已核"))["version"]
    assert (await told())["version"] == version
    second.close()
    stream.close()


async def test_a_case_that_one_may_not_see_tells_nothing_and_a_stream_ends_with_the_right(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atcase, "LOOK", 0.01)
    monkeypatch.setattr(atcase, "BEAT", 0.01)
    number = str((await filed(client))["number"])
    clerk, dispatcher = await token(client, "clerk"), await token(client, "dispatcher")
    path = f"/api/v1/events?case={number}"
    assert (await client.get(path, headers=clerk)).status == 404
    assert (await client.get("/api/v1/events?case=x", headers=clerk)).status == 422
    stream = await client.get(path, headers=dispatcher)
    who = {"officers": ["dispatcher"], "reason": "亲属"}
    lead = await token(client, "shift_lead")
    await client.post(f"/api/v1/cases/{number}/interests", json=who, headers=lead)
    async with asyncio.timeout(5):
        await stream.content.read()  # it ends
    with pytest.raises(NoSuchCase):
        await presence.look(client.centre, an_officer(Role.CLERK, "cgj"), number)


async def test_who_saves_second_sees_what_changed_and_keeps_every_word(client: Client) -> None:
    number = str((await filed(client))["number"])
    await signed_in(client, "dispatcher")
    page = await (await client.get(f"/office/cases/{number}")).text()
    form = {"token": form_token(page), "action": "ask", "version": "1", "seq": "1"}
    form |= {"missing": "路灯的杆号\n路口", "text": "请补充"}
    lead = await token(client, "shift_lead")
    changes = {"reason": "有人受伤", "urgency": "urgent"}
    await acted(client, number, lead, "correct", **changes)
    path = f"/office/cases/{number}/actions"
    answer = await client.post(path, data=form, headers=OWN_PAGE, allow_redirects=False)
    assert answer.status == 409
    shown = await answer.text()
    part = shown[shown.index('id="meanwhile"') :]
    part = part[: part.index("</section>")]
    assert "更正" in part and "有人受伤" in part and "一般 → 紧急" in part
    assert "路灯的杆号\n路口" in shown and "请补充" in shown
