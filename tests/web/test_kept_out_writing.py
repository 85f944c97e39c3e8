"""Whoever is kept out of a case changes nothing of it, and hears of it what they hear of no case at all.

The writing half of the walk beside this: the routes come from the table, and each that names a case,
or a thing that hangs on one, is asked twice with a body of its own: of the secret, and of nothing.
One that stands in neither list below fails here, so that a new route cannot be forgotten.
"""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import text

from hotline.domain.words import ACCOUNTS, Role
from hotline.store import posted
from tests.flow.test_calls import answered
from tests.support.letters import a_letter, arrives, settled
from tests.web.api_support import (
    OWN_PAGE,
    Client,
    acted,
    complaint,
    filed,
    form_token,
    token,
    triaged,
)
from tests.web.test_calls import played
from tests.web.test_kept_out import WORDS, Secret, by_all, kept_out
from tests.web.test_kept_out import client as _client
from tests.web.test_matrix import POLICIES, Policy
from tests.web.test_planted import texts

pytestmark = pytest.mark.slow
client = _client

FILES = ("/api/v1/cases", "/office/new")  # last: what the walk files is like the secret itself
WRITES = sorted(
    (one for one in POLICIES.values() if one.method != "GET" and one.who),
    key=lambda one: one.path in FILES,
)
OF_NO_CASE = re.compile(
    r"sessions|/notices/|/messages/|/views|/roster|/rules|/model/|/seat$|callbacks/next|/departments"
    r"|bulletins|missed|/restrictions/|/articles(?!/lacking/c)|knowledge/(new|\{)|figures/|/exports"
    r"|/polls|/reply-templates|/policy$|inspections|/sheets$|/account|logout|/directory|/search$"
    r"|admin/(accounts|rights|reveals/)|alerts/|reveals/checked"
)


# Where not every role is told the same, or what it does shows in what the next is told.
BY = {
    **dict.fromkeys(("/api/v1/cases/bulk", "/office/bulk", "/office/bulk/run"), Role.DISPATCHER),
    **dict.fromkeys(("/api/v1/cases", "/office/knowledge/lacking"), Role.AGENT),
    "/api/v1/articles/lacking/consultations/{number}": Role.AGENT,
}
# What is typed is judged or filed, whether there is such a call or not.
ALIKE = {
    "POST /api/v1/calls/{call_id}/guess 0",
    "POST /office/phone/guess 0",
}


@dataclass(frozen=True)
class Named:
    """A case and what hangs on it, by the names that an address or a body has for them."""

    number: str
    order: str
    call: str
    task: str  # a call task, a request of the citizen, a rung that fails
    sheet: str
    typical: str
    title: str
    # Of what a route takes away there is one for each that does.
    consultations: tuple[str, ...]  # that were answered
    letters: tuple[str, ...]
    addresses: tuple[str, ...]


def both(of: Secret, letters: tuple[str, ...]) -> tuple[Named, Named]:
    first, *others = of.numbers
    marked = tuple(n * 64 for n in "01")
    things = (of.order, of.call, "1", "1", str(of.typical), WORDS)
    nothing = "20261123-009999"
    gone = (f"{nothing}.1", "none", "999", "999", "999", "无此一事")
    return (
        Named(first, *things, tuple(others), letters, marked),
        Named(nothing, *gone, (nothing,) * 4, ("999",) * 2, ("f" * 64,) * 2),
    )


Body = dict[str, Any]
NOTE = {"action": "note", "text": "x", "version": 1}
HEARD = {"outcome": "declined", "version": 1}
CALL = "c2"  # of the same agent, tied to nothing
STRANGERS = ("2", "3")
MARKS = {"version": 1, "marks": {}, "note": "x"}


def linked(letter: str) -> Callable[[Named], Body]:
    """A letter that names no case, with the number of one."""
    return lambda of: {"id": letter, "act": "link", "number": of.number}


def several(of: Named, **more: Any) -> Body:
    return {"kind": "transfer", "to": "zjj", **more}


# What is said to a route, by its path; `id` is the address's where it is another than usual.
SAID: dict[str, list[Callable[[Named], Body]]] = {
    "/api/v1/cases": [
        lambda of: complaint(title=of.title, content=of.title, channel="phone", call_id=of.call)
    ],
    "/api/v1/cases/bulk": [
        lambda of: several(of, step="preview", cases=[{"number": of.number}]),
        lambda of: several(of, step="run", cases=[{"number": of.number, "version": 1}]),
        lambda of: {
            "kind": "merge",
            "to": of.number,
            "cases": [{"number": "20261123-008888"}],
        },
    ],
    "/api/v1/cases/{number}/actions": [lambda of: NOTE],
    "/api/v1/cases/{number}/reveal": [lambda of: {"fields": ["phone"], "purpose": "核实"}],
    "/api/v1/cases/{number}/reply-hints": [lambda of: {"public_reply": "已处理。"}],
    "/api/v1/cases/{number}/interests": [lambda of: {"officers": ["inspector"], "reason": "x"}],
    "/api/v1/cases/{number}/interests/{id}": [lambda of: {"id": "1"}],
    "/api/v1/cases/{number}/hold": [lambda of: {"reason": "x"}],
    "/api/v1/call-tasks/{id}/tries": [
        lambda of: {"id": of.task, "person": "王", "outcome": "busy", "text": "x"}
    ],
    "/api/v1/repeats": [
        lambda of: {"title": of.title, "content": of.title + "举报他们收钱。", "district": ""}
    ],
    "/api/v1/quarantine/{id}/judgement": [
        linked(STRANGERS[0]),
        lambda of: {"id": of.letters[0], "act": "dismiss", "reason": "广告"},
    ],
    "/api/v1/marked-addresses/{id}/clearing": [lambda of: {"id": of.addresses[0], "reason": "x"}],
    "/api/v1/calls/{call_id}/cases": [
        lambda of: {"number": of.number, "urge": True, "call_id": CALL},
        lambda of: {"number": of.number, "call_id": CALL},
        lambda of: {"number": "20261123-008888"},
    ],
    "/api/v1/calls/{call_id}/emergency": [lambda of: {"service": "110"}],
    "/api/v1/calls/{call_id}/steps": [lambda of: {"step": "persuade", "text": "x"}],
    "/api/v1/calls/{call_id}/commands": [lambda of: {"do": "hold"}],
    "/api/v1/calls/{call_id}/guess": [lambda of: {"content": "路灯坏了"}],
    "/api/v1/calls/{call_id}/restrictions": [lambda of: {"rule": "last", "reason": "x", "days": 1}],
    "/api/v1/callbacks/{number}/call": [lambda of: {}],
    "/api/v1/callbacks/{number}/outcome": [lambda of: HEARD],
    "/api/v1/callbacks/{number}/lay-back": [lambda of: {}],
    "/api/v1/articles/lacking/consultations/{number}": [lambda of: {"number": of.consultations[0]}],
    "/api/v1/privacy-requests/{id}/decision": [
        lambda of: {"id": of.task, "outcome": "refused", "answer": "x"}
    ],
    "/api/v1/sheets/{id}/draft": [lambda of: MARKS],
    "/api/v1/sheets/{id}/submission": [lambda of: MARKS],
    "/api/v1/sheets/{id}/return": [lambda of: {"reason": "x"}],
    "/api/v1/sheets/{id}/appeal": [lambda of: {"grounds": "x"}],
    "/api/v1/sheets/{id}/ruling": [lambda of: {**MARKS, "upheld": False, "reason": "x"}],
    "/office/new": [lambda of: {"title": "灯", "content": "路灯坏了", "call_id": of.call}],
    "/office/new/repeats": [lambda of: {"title": of.title, "content": of.title}],
    "/office/cases/{number}/actions": [lambda of: NOTE],
    "/office/cases/{number}/reply-hints": [lambda of: {"action": "reply"}],
    "/office/cases/{number}/reply-template": [lambda of: {"action": "reply", "template": "1"}],
    "/office/cases/{number}/decide": [lambda of: {"department": "zjj", "version": "1"}],
    "/office/cases/{number}/reveal": [lambda of: {"fields": "phone", "purpose": "核实"}],
    "/office/cases/{number}/interests": [lambda of: {"officers": "inspector", "reason": "x"}],
    "/office/cases/{number}/interests/{id}/end": [lambda of: {"id": "1"}],
    "/office/orders/{id}/actions": [
        lambda of: {"id": of.order, "action": "answer_order", "text": "x", "version": "1"}
    ],
    "/office/calls/{id}/tries": [lambda of: {"id": of.task, "person": "王", "outcome": "busy"}],
    "/office/admin/stumbles": [lambda of: {"stumble": of.task, "id": of.task}],
    "/office/admin/reveals": [lambda of: {"number": of.number}],
    "/office/marked-addresses/{id}": [lambda of: {"id": of.addresses[1], "reason": "x"}],
    "/office/quarantine/{id}": [
        linked(STRANGERS[1]),
        lambda of: {"id": of.letters[1], "act": "dismiss", "reason": "广告"},
    ],
    "/office/callbacks/{number}/call": [lambda of: {}],
    "/office/callbacks/{number}/outcome": [lambda of: {"outcome": "declined", "version": "1"}],
    "/office/callbacks/{number}/lay-back": [lambda of: {}],
    "/office/phone/guess": [lambda of: {"call_id": of.call, "content": "路灯坏了"}],
    "/office/phone/calls/{call_id}": [
        lambda of: {"key": "tie", "number": of.number, "call_id": CALL},
        lambda of: {"key": "step", "step": "persuade", "text": "x"},
    ],
    "/office/knowledge/lacking": [
        lambda of: {"do": "take", "number": of.consultations[1]},
        lambda of: {"do": "pass", "number": of.consultations[2]},
    ],
    "/office/privacy/{id}/decision": [
        lambda of: {"id": of.task, "outcome": "refused", "answer": "x"}
    ],
    "/office/privacy/hold": [
        lambda of: {"number": of.number, "reason": "x"},
        lambda of: {"number": of.number, "doing": "end"},
    ],
    "/office/published": [lambda of: {"number": of.consultations[3]}],
    "/office/published/{id}/steps/{step}": [
        lambda of: {"step": "save", "title": "x", "problem": "x", "handling": "x", "revision": "1"},
        lambda of: {"step": "withdraw", "reason": "x"},
    ],
    "/office/bulk": [lambda of: several(of, case=of.number, to_transfer="zjj")],
    "/office/bulk/run": [lambda of: several(of, seen=f"{of.number}:1", to_transfer="zjj")],
    "/office/sheets/{id}": [
        lambda of: {"step": "save", "seen": "1"},
        lambda of: {"step": "back", "reason": "x"},
    ],
}


def address(policy: Policy, of: Named, body: Body) -> str:
    known = {"number": of.number, "call_id": of.call, "id": of.sheet}
    if "/published/" in policy.path:
        known["id"] = of.typical
    names = re.findall(r"\{(\w+)\}", policy.path)
    known |= {name: str(body.pop(name)) for name in names if name in body}
    assert set(names) <= set(known), f"what does {policy.path} name? tell this walk"
    return re.sub(r"\{(\w+)\}", lambda part: known[part[1]], policy.path)


async def said(
    client: Client, policy: Policy, of: Named, n: int, headers: dict[str, str]
) -> tuple[int, str]:
    """The answer, with what was named put alike."""
    body = dict(SAID[policy.path][n](of))
    path = address(policy, of, body)
    how: dict[str, Any] = {"headers": {**headers, **OWN_PAGE}}
    if policy.path.startswith("/office"):
        page = await (await client.get("/office/account", headers=headers)).text()
        how["data"] = {**body, "token": form_token(page)}
    elif policy.method != "DELETE":
        how["json"] = body
    answer = await client.request(policy.method, path, allow_redirects=False, **how)
    assert answer.status < 500, path
    shown = texts(await answer.read()).replace(path, "path")
    for name in ("order", "number", "title"):
        shown = shown.replace(getattr(of, name), name)
    away = answer.headers.get("Location", "")
    return answer.status, _plain(shown + away.replace(of.number, "number"))


def _plain(shown: str) -> str:
    """The words alone, and of them none that are others at every look: a new number, the time."""
    if shown.startswith("{"):
        return re.sub(r'"(number|query_code|received_at)": "[^"]*"', "", shown)
    shown = re.sub(r"\d+\s*<[^>]*>\s*\d+ 条未读", "", shown)
    return re.sub(r"\d\d:\d\d(:\d\d)?", "", re.sub(r"\s+|<[^>]*>", " ", shown))


def asked(most: int) -> Iterator[tuple[Policy, int, Role]]:
    for k, policy in enumerate(WRITES):
        if OF_NO_CASE.search(policy.path) and policy.path not in SAID:
            continue
        assert policy.path in SAID, f"does {policy.path} name a case? tell this walk"
        roles = [BY[policy.path]] if policy.path in BY else sorted(policy.who)
        for n in range(len(SAID[policy.path])):
            for m in range(min(most, len(roles))):
                yield policy, n, roles[(k + m) % len(roles)]


RECORD = (
    "SELECT number, version, state, last_seq FROM cases WHERE number IN ({}) ORDER BY id",
    "SELECT count(*) FROM reveal",
    "SELECT number, call_id, kind FROM call_case WHERE number IN ({}) ORDER BY 1, 2, 3",
    "SELECT id, number, tray, judgement FROM letter WHERE number IN ({}) ORDER BY id",
    "SELECT count(*) FROM interest",
    "SELECT count(*) FROM marked_address",
)


async def record(client: Client, of: Secret) -> list[Any]:
    """All that is kept of the cases, and what was looked at."""
    numbers, found = ", ".join(f"'{one}'" for one in of.numbers), []
    async with client.centre.look() as look:
        for query in RECORD:
            rows = await look.connection.execute(text(query.format(numbers)))
            found.append([tuple(row) for row in rows])
    return found


@pytest.fixture
async def secret(client: Client) -> AsyncIterator[tuple[Secret, dict[Role, dict[str, str]]]]:
    """As beside, and of what is taken away as many as there are routes that take it."""
    tokens = {role: await token(client, role.value) for role in ACCOUNTS}
    of = await by_all(client, tokens)
    more = [await asked_and_answered(client, tokens[Role.AGENT], n) for n in range(3)]
    await played(client, answered(CALL, 300))
    await letters(client, of.numbers[0])
    yield replace(of, numbers=(*of.numbers, *more)), tokens


async def asked_and_answered(client: Client, agent: dict[str, str], n: int) -> str:
    told = {"title": f"怎么办{n}号证", "content": f"想问怎么办{n}号证。", "type": "consult"}
    number = str((await filed(client, **told))["number"])
    said = f"请带身份证到第{n}服务点的窗口办理，工作日受理，当场可取。"
    await acted(client, number, agent, "answer", text=said, solved=True)
    return number


async def letters(client: Client, number: str) -> None:
    """Two that wait in the tray and name no case, and one more that belongs to the secret."""
    for n in (2, 3, 4):
        told = {"message_id": f"<other{n}@x>", "sender": f"other{n}@example.net"}
        await arrives(client.centre, a_letter(f"别的事{n}", "井盖丢了", X_Spam_Flag="YES", **told))
        await settled(client.centre)
    async with client.centre.work() as work:
        await work.connection.execute(text(f"UPDATE letter SET number = '{number}' WHERE id = 4"))
        await posted.mark(work.connection, "1" * 64, number, "退信", work.at)


async def walked(
    client: Client,
    named: tuple[Named, Named],
    tokens: dict[Role, dict[str, str]],
    most: int,
    *,
    tries: int = 1,
) -> tuple[set[str], dict[str, str]]:
    """The routes that answer everybody alike of the secret and of nothing; and those that do not.

    `tries`: a hint that is not ready in time is left out of a page, so what differs once is asked again;
    what differs each time differs.
    """
    tried, otherwise = set(), {}
    for policy, n, role in asked(most):
        real, nothing = named
        for _ in range(tries):
            of_nothing = await said(client, policy, nothing, n, tokens[role])
            of_it = await said(client, policy, real, n, tokens[role])
            if of_it == of_nothing:
                break
        name = f"{policy.method} {policy.path} {n}"
        tried.add(name)
        if of_it != of_nothing:
            otherwise[name] = f"{role.value}: {of_it[0]} {of_it[1][-600:]} | {of_nothing[-600:]}"
    return tried - set(otherwise), otherwise


async def test_before_somebody_is_kept_out_each_of_them_tells_a_case_from_none(
    client: Client, secret: Any
) -> None:
    of, tokens = secret
    named = both(of, (str(of.letter), "4"))
    alike, _ = await walked(client, named, tokens, 3)
    assert alike == ALIKE


async def test_who_is_kept_out_changes_nothing_and_hears_what_they_hear_of_no_case(
    client: Client, secret: Any
) -> None:
    of, tokens = secret
    named = both(of, (str(of.letter), "4"))
    await kept_out(client, of)
    before = await record(client, of)
    _, otherwise = await walked(client, named, tokens, 2, tries=3)
    assert otherwise == {}
    assert await record(client, of) == before


async def test_a_call_that_was_filed_tells_nobody_who_is_kept_out_what_it_was_filed_as(
    client: Client,
) -> None:
    tokens = {role: await token(client, role.value) for role in (Role.AGENT, Role.DIRECTOR)}
    agent = tokens[Role.AGENT]
    seat = {"state": "ready", "extension": "8001"}
    assert (await client.put("/api/v1/seat", json=seat, headers=agent)).status == 200
    await played(client, answered("c1", 0))
    body = complaint(channel="phone", call_id="c1")
    first = await (await client.post("/api/v1/cases", json=body, headers=agent)).json()
    await triaged(client)
    path = f"/api/v1/cases/{first['number']}/interests"
    wish = {"officers": ["agent"], "reason": "被举报对象"}
    kept = await client.post(path, json=wish, headers=tokens[Role.DIRECTOR])
    assert kept.status == 200, await kept.text()
    for told in (body, {**body, "content": "另一件事，井盖丢了"}):
        answer = await client.post("/api/v1/cases", json=told, headers=agent)
        assert answer.status == 201 and first["number"] not in await answer.text()
