"""The cockpit: what it counts is what its links list, it compares with the usual, for whom it is."""

import asyncio
import json
import re
from datetime import datetime, timedelta

from sqlalchemy import insert, update

from hotline.domain.shanghai import midnight
from hotline.domain.words import Role
from hotline.flow.centre import Centre
from hotline.store import cockpit
from hotline.store.find import Wanted, find
from hotline.store.privacytables import InterestRow
from hotline.store.tables import CaseRow, DeadlineRow, RungRow
from tests.makers import an_officer
from tests.support.signed import fill
from tests.web.api_support import Client, signed_in

TOPICS = [{"level1": "应急消防", "level2": "突发与群体事件"}, {"level1": "城建", "level2": "路灯"}]
DIRECTOR = an_officer(Role.DIRECTOR)
FIGURE = re.compile(r'<a href="(/office/(?:orders)?\?[^"]+)"[^>]*>(\d+)</a>')

USUAL = re.compile(r'<a href="(/office/[?][^"]+)" title="前四周同期共 (\d+) 件">')


async def spread(centre: Centre) -> datetime:
    """Eighty cases, eight a day, in every state of the figures; the newest of them are today's."""
    now = centre.now()
    await fill(centre, [("路灯不亮", "望江大道路灯不亮。")] * 80, now - timedelta(days=10))
    units, channels = ("zjj", "cgj", None), ("web", "phone")
    async with centre.store.write() as connection:
        for n in range(80):
            told = {
                "received_at": now - timedelta(hours=3 * n, minutes=5),
                "lead": units[n % 3],
                "channel": channels[n % 2],
                "level": (None, 2, 4)[n % 3 if n % 2 else 0],
                "state": "closed" if n % 7 == 0 else "processing",
                "due_at": now + timedelta(hours=12 - 3 * (n % 9)),
                "district": ("望江区", "")[n % 5 == 0],
                "topic": ("应急消防/突发与群体事件/群体聚集线索", "城建/路灯/不亮")[n % 8 > 0],
            }
            await connection.execute(update(CaseRow).where(CaseRow.id == n + 1).values(**told))
    return now


async def climbing(centre: Centre, now: datetime) -> None:
    """Lights of today and of yesterday, on cases with two and with one; rungs soon and later."""
    rungs = [
        {"level": level, "kind": kind, "at": now.isoformat(), "left": None, "over": None}
        for level, kind in ((0, "remind"), (1, "yellow"), (2, "red"), (3, "supervise"))
    ]
    deadline = {
        **{"promise": "reply", "part": "", "state": "running", "started_at": now, "due_at": now},
        **{"limit_n": 5, "limit_unit": "working_days", "source": "", "terms_version": "1"},
        **{"calendar_version": "1", "provisional": False, "rungs": rungs, "changes": []},
    }
    async with centre.store.write() as connection:
        for n in range(1, 13):
            soon = now + timedelta(minutes=20 * n - 40)
            told = {"case_id": n, "n": 1, "climbed": n % 4, "next_at": soon}
            await connection.execute(insert(DeadlineRow), deadline | told)
            await connection.execute(insert(RungRow), light(n, n % 3, now - timedelta(hours=3 * n)))
        await connection.execute(insert(RungRow), light(2, 2, now, rung=1))
        await connection.execute(insert(RungRow), light(3, 2, now, outcome="overtaken", rung=1))
        told = {"case_id": 2, "n": 2, "climbed": 0, "next_at": now}
        await connection.execute(insert(DeadlineRow), deadline | told)


def light(case: int, kind: int, at: datetime, **more: object) -> dict[str, object]:
    name = ("yellow", "red", "supervise")[kind]
    told = {"case_id": case, "deadline_n": 1, "rung": 0, "level": kind + 1, "kind": name}
    told |= {"rung_at": at, "climbed_at": at, "outcome": "notified", "entry_seq": 1}
    return told | more


async def listed(centre: Centre, wanted: Wanted, now: datetime) -> int:
    async with centre.look() as look:
        found = await find(look.connection, DIRECTOR, Wanted(**{**vars(wanted), "limit": 200}), now)
    assert found.next_cursor is None
    return len(found.rows)


async def test_each_figure_is_as_long_as_the_list_it_leads_to(any_centre: Centre) -> None:
    now = await spread(any_centre)
    await climbing(any_centre, now)
    async with any_centre.store.write() as connection:  # and the director is kept out of one
        kept = {"case_id": 2, "id": 1, "kind": "officer", "of": DIRECTOR.name}
        said = {"why": "亲属", "by": "auditor", "at": now}
        await connection.execute(insert(InterestRow), kept | said)
    async with any_centre.look() as look:
        asked = (look.connection, DIRECTOR)
        figures = [
            *await cockpit.by_channel(*asked, midnight(now), now),
            *(await cockpit.lit(*asked, now))[0],
            *(await cockpit.ladder(*asked, now))[0],
            *await cockpit.crowds(*asked, TOPICS, now),
            *await cockpit.backlog(*asked, now),
            *await cockpit.overdue(*asked, now),
            *await cockpit.districts(*asked, now),
        ]
    every = figures + [grave for one in figures for grave in one.graver]
    every += [one.before for one in figures if one.before]
    assert sum(one.n > 0 for one in every) > 15, "a comparison of nothings says nothing"
    for one in every:
        assert await listed(any_centre, one.wanted, now) == one.n, one


async def test_the_ladder_names_its_rungs_and_a_case_counts_once_a_figure(
    any_centre: Centre,
) -> None:
    now = await spread(any_centre)
    await climbing(any_centre, now)
    async with any_centre.look() as look:
        rungs, first = await cockpit.ladder(look.connection, DIRECTOR, now)
        lit, newest = await cockpit.lit(look.connection, DIRECTOR, now)
    assert [(one.key, one.n) for one in rungs] == [
        ("any", 4),
        ("0", 2),
        ("1", 1),
        ("2", 1),
        ("3", 1),
    ]
    assert [one["rung"] for one in first] == [1, 2, 0, 3, 0]
    assert [(one.key, one.n) for one in lit] == [("yellow", 1), ("red", 1), ("supervise", 1)], (
        "twice on one case"
    )
    assert [one["kind"] for one in newest[:2]] == ["supervise", "red"], "not what was overtaken"


async def test_a_light_is_told_as_it_comes_on_and_once(client: Client) -> None:
    now = await spread(client.centre)
    await climbing(client.centre, now)
    await signed_in(client, "director")
    async with client.get("/api/v1/events") as stream:
        await stream.content.readuntil(b"still here\n\n")
        async with client.centre.store.write() as connection:
            await connection.execute(insert(RungRow), light(5, 1, client.centre.now(), rung=2))
        async with asyncio.timeout(10):
            told = (await stream.content.readuntil(b"event: light\ndata: {")).count(b"light")
            line = await stream.content.readline()
            rest = await stream.content.readuntil(b"still here\n\n")
            rest += await stream.content.readuntil(b"still here\n\n")
    found = json.loads(b"{" + line)
    assert told == 1 and b"light" not in rest
    assert (found["kind"], found["level"], found["said"]) == ("red", 2, "红灯")


async def test_the_usual_is_the_same_weekday_up_to_the_same_time(any_centre: Centre) -> None:
    now = any_centre.now()
    await fill(any_centre, [("路灯不亮", "路灯不亮。")] * 4, now)
    moments = [
        now - timedelta(weeks=1, minutes=1),
        now - timedelta(weeks=2, minutes=1),
        now - timedelta(weeks=1) + timedelta(minutes=1),  # later in the day
        now - timedelta(days=1),  # another weekday
    ]
    async with any_centre.store.write() as connection:
        for n, at in enumerate(moments, 1):
            changed = update(CaseRow).where(CaseRow.id == n).values(received_at=at, channel="web")
            await connection.execute(changed)
    async with any_centre.look() as look:
        whole, web = await cockpit.by_channel(look.connection, DIRECTOR, midnight(now), now)
    assert (whole.n, whole.usual) == (0, 0.5)
    assert (web.key, web.n, web.usual) == ("web", 0, 0.5)


async def test_the_page_leads_to_lists_that_hold_as_many_rows(client: Client) -> None:
    await climbing(client.centre, await spread(client.centre))
    await signed_in(client, "director")
    page = await (await client.get("/office/cockpit")).text()
    figures, usual = FIGURE.findall(page), USUAL.findall(page)
    assert len(figures) > 20 and len(usual) == 3, "all, and each of two channels"
    assert int(usual[0][1]) > 0
    figures += usual
    for address, n in figures:
        rows, link = 0, address.replace("&amp;", "&")
        while link:
            answer = await client.get(link)
            told = await answer.text()
            assert answer.status == 200, link
            rows += len(re.findall(r"<tr>\s*<td data-label", told))
            more = re.search(r'href="([^"]+)">下一页', told)
            link = more[1].replace("&amp;", "&") if more else ""
        assert rows == int(n), address


async def test_a_moment_that_is_none_is_told_and_not_ignored(client: Client) -> None:
    await signed_in(client, "director")
    answer = await client.get("/office/?since=gestern")
    assert answer.status == 422
    assert "2026-11-25T08:00:00+08:00" in await answer.text()


async def test_the_weeks_before_need_the_span_that_they_repeat(client: Client) -> None:
    await signed_in(client, "director")
    answer = await client.get("/office/?weeks=4&since=2026-11-23")
    assert answer.status == 422 and "起止时间" in await answer.text()
    told = await (await client.get("/api/v1/cases?weeks=4&since=2026-11-23")).json()
    assert told["errors"][0]["code"] == "no_span", "no schema can tie one of them to another"
