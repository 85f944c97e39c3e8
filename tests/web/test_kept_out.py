"""Whoever is kept out of a case meets it at no address: every route with a GET, walked with real things.

The addresses come from the table of routes. One with a place for a thing that the walk does not know
fails here, so that a new route cannot be forgotten.
"""

import hashlib
import itertools
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from hotline.domain import scoresheet
from hotline.domain.inspection import Candidate, Stratum, Subject
from hotline.domain.scoresheet import Said
from hotline.domain.shanghai import city_day
from hotline.domain.words import ACCOUNTS, Role
from hotline.flow.facts import catch_up
from hotline.reports import signs
from hotline.store import accounts, calltasks, exports, inspections, posted, sheets, stumbles
from hotline.store.mailtables import LetterRow
from hotline.store.repeattables import AlertRow
from hotline.web import live, office_exports
from hotline.wiring import MovingClock
from tests.domain.test_scoresheet import CALLS, CASES
from tests.flow.test_calls import answered
from tests.support.letters import a_letter, arrives, settled
from tests.support.scale import Scale
from tests.web.api_support import (
    HASHED,
    Client,
    acted,
    case_of,
    filed,
    served,
    token,
    uploaded,
)
from tests.web.test_calls import SECRET as SWITCH
from tests.web.test_calls import event, kind_of, played, recording
from tests.web.test_matrix import POLICIES, STREAM, Policy
from tests.web.test_planted import texts

WORDS = "城管局某科收钱不办事"
SOUND = b"RIFF" + bytes(200)
# Addresses of things that belong to no case.
OF_NO_CASE = re.compile(
    r"/roster/|/rules/|knowledge/\{|articles/\{|/polls/|figures/reports/\{|/departments/|rate/\{"
    r"|reply-templates/\{"
)
# A paper that is there only once the clock has reminded; who may have it is asked of the case before.
LATER = {"/api/v1/cases/{number}/reminder", "/office/cases/{number}/reminder"}
STAFF = [one for one in POLICIES.values() if one.method == "GET" and one.who and one.path != STREAM]


@dataclass(frozen=True)
class Secret:
    """The cases, and all that hangs on them."""

    numbers: tuple[str, ...]
    order: str
    file: str
    call: str
    letter: int
    typical: int
    exports: dict[str, str]  # by officer
    sheets: tuple[str, ...]  # of the second case, and of the call; drawings have the same ids


@pytest.fixture
async def client(empty_sqlite: Path, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Client]:
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "c1.wav").write_bytes(SOUND)
    told = {"secret": SWITCH, "recordings": tmp_path / "recordings"}
    async with served(empty_sqlite, tmp_path, clock, calls=told) as made:
        yield made


async def by_all(client: Client, tokens: dict[Role, dict[str, str]]) -> Secret:
    """A 举报 and a question about the same people, with everything that a case can have."""
    client.centre.automatic = False
    file = await uploaded(client)
    first = await filed(
        client, title=WORDS, content="举报他们收钱。", type="report", attachments=[file]
    )
    question = {"title": f"{WORDS}，找谁", "content": "想问找谁反映。", "type": "consult"}
    number, second = first["number"], str((await filed(client, **question))["number"])
    agent, dispatcher = tokens[Role.AGENT], tokens[Role.DISPATCHER]
    said = f"{WORDS}一事请向市纪委监委反映，电话12388，工作日受理。"
    await acted(client, second, agent, "answer", text=said, solved=True)
    await acted(client, number, dispatcher, "accept")
    await acted(client, number, dispatcher, "transfer", department="cgj")
    supervisor = tokens[Role.SUPERVISOR]
    await acted(client, number, supervisor, "supervise", level=2, cause="other", text=WORDS)
    code = {"Query-Code": first["query_code"]}
    path = f"/api/v1/complaints/{number}/privacy"
    assert (await client.post(path, json={"kind": "access"}, headers=code)).status == 201
    await phoned(client, agent, number)
    letter = await beside(client, number)
    typical = await chosen(client, second)
    await counted(client, second)
    made = await exported(client, tokens)
    sheets = await inspected(client, second)
    return Secret((number, second), f"{number}.1", file, "c1", letter, typical, made, sheets)


async def phoned(client: Client, agent: dict[str, str], number: str) -> None:
    body = {"state": "ready", "extension": "8001"}
    assert (await client.put("/api/v1/seat", json=body, headers=agent)).status == 200
    kept = recording("c1.wav", hashlib.sha256(SOUND).hexdigest())
    await played(
        client, [*answered("c1", 0), event("c1", kind_of("recorded"), 200, recording=kept)]
    )
    tied = await client.post("/api/v1/calls/c1/cases", json={"number": number}, headers=agent)
    assert tied.status == 200, await tied.text()


async def beside(client: Client, number: str) -> int:
    """A call task, an address that letters come back from, a letter, an alert, a rung that fails."""
    marked_spam = a_letter(WORDS, WORDS, X_Spam_Flag="YES")
    await arrives(client.centre, marked_spam)
    await settled(client.centre)
    async with client.centre.work() as work:
        at, columns = work.at, LetterRow.__table__.c
        cause = calltasks.Cause(number, "cgj", WORDS, 1)
        await calltasks.begin(work.connection, cause, at)
        await posted.mark(work.connection, "0" * 64, number, "退信", at)
        letter = int((await work.connection.execute(select(columns.id))).scalars().one())
        await work.connection.execute(text(f"UPDATE letter SET number = '{number}'"))
        case_id = (await work.cases.read(number)).id or 0
        await stumbles.stumbled(work.connection, (1, case_id), "x", at)
        alert = {"topic": "x", "place": "", "raised_at": at, "seen_at": at, "callers": 9}
        alert |= {"usual": 1.0, "bound": 5, "cases": [number], "note": ""}
        await work.connection.execute(insert(AlertRow).values(**alert))
    return letter


async def chosen(client: Client, number: str) -> int:
    from hotline.flow import typicals
    from tests.flow.test_typicals import EDITOR

    return await typicals.choose(client.centre, EDITOR, number)


async def counted(client: Client, number: str) -> None:
    """Among the figures as a case that a department has ended and nobody has asked about yet."""
    await catch_up(client.centre)
    async with client.centre.work() as work:
        ended = "UPDATE fact_case SET department = 'cgj', dispatched_at = received_at,"
        ended += f" closed_at = received_at, reached = 0, solved = NULL WHERE number = '{number}'"
        await work.connection.execute(text(ended))


async def inspected(client: Client, number: str) -> tuple[str, ...]:
    """The case and the call, drawn and scored."""
    today, rules = city_day(client.clock.at), {Subject.CASE: CASES, Subject.CALL: CALLS}
    row = {"first": today, "last": today, "size": 1, "share": 0, "reason": "", "seed": "x"}
    row |= {"found": 1, "found_digest": "x", "drawn": 1, "strata": [], "by": "x"}
    async with client.centre.work() as work:
        for subject, key, whose in (
            (Subject.CASE, number, "cgj"),
            (Subject.CALL, "c1", Role.AGENT.value),
        ):
            told = {"subject": subject.value, "rubric": scoresheet.kept(rules[subject], subject)}
            one = Candidate(key, whose, Stratum.ROUTINE)
            await inspections.add(work.connection, row | told | {"at": work.at}, [one])
        said = scoresheet.data(Said(note=WORDS))
        for sheet in (1, 2):
            done = {"state": "submitted", "submitted_at": work.at, "total": 0, "said": said}
            await sheets.change(work.connection, sheet, **done)
    return ("1", "2")


async def exported(client: Client, tokens: dict[Role, dict[str, str]]) -> dict[str, str]:
    today = city_day(client.clock.at)
    async with client.centre.work() as work:
        for role in office_exports.TAKERS:
            form = (role.value, role.value, None, "csv")
            wish = exports.Wish(f"t-{role.value}", *form, today, today, "核对")
            await exports.ask(work.connection, wish, work.at)
    while await office_exports.work_off(client.centre):
        pass
    return {role.value: f"t-{role.value}" for role in office_exports.TAKERS}


def addresses(policy: Policy, of: Secret, role: Role) -> Iterator[str]:
    """Every address of a route that could tell of the secret."""
    if "{" not in policy.path:
        yield from (policy.path + one for one in QUERIES.get(policy.path, ("",)))
        return
    known = {"number": of.numbers, "call_id": (of.call,), "n": ("1",), "name": REPORTS}
    if policy.path.startswith("/office/exports"):
        known["token"] = (of.exports.get(role.value, "none"),)
    elif "{token}" in policy.path:
        known["token"] = (of.file,)
    if "/orders/" in policy.path:
        known["id"] = (of.order,)
    elif "/quarantine/" in policy.path:
        known["id"] = (str(of.letter),)
    elif "/office/published/" in policy.path:
        known["id"] = (str(of.typical),)
    elif "/sheets/" in policy.path or "/inspections/" in policy.path:
        known["id"] = of.sheets
    names = re.findall(r"\{(\w+)\}", policy.path)
    assert set(names) <= set(known), f"what does {policy.path} name? tell this walk"
    for values in itertools.product(*(known[name] for name in names)):
        found = policy.path
        for name, value in zip(names, values, strict=True):
            found = found.replace(f"{{{name}}}", value)
        yield from (found + one for one in QUERIES.get(policy.path, ("",)))


DESKS = ("/api/v1/notices", "/office/messages")  # each role is told something else
REPORTS = ("calls", "cases", "promises", "satisfaction", "departments", "topics", "supervision")
SEARCHED = ("", f"?q={WORDS}", "?q=13800001234", "?type=report", "?state=open")
QUERIES: dict[str, tuple[str, ...]] = {
    "/api/v1/cases": SEARCHED,
    "/office/": SEARCHED,
    "/api/v1/orders": ("", f"?q={WORDS}"),
    "/office/orders": ("", f"?q={WORDS}"),
    "/office/figures/cases": tuple(f"?name={one}" for one in (*signs.SIGNS, *signs.AGAINST)),
    "/api/v1/alerts": ("", "?state=open"),
    "/api/v1/calls/{call_id}/recordings/{n}": ("?purpose=核对",),
    "/office/figures/sample": ("", "?n=2000"),
    "/api/v1/reports/{name}": ("", "?by=department", "?by=day"),
}


async def walked(
    client: Client, of: Secret, tokens: dict[Role, dict[str, str]], most: int
) -> tuple[set[str], dict[str, str]]:
    """The routes that answer at all, and those that tell of the cases; so many roles a route."""
    answering, telling = set(), {}
    for n, policy in enumerate(STAFF):
        roles = sorted(policy.who)
        many = len(roles) if policy.path in DESKS else min(most, len(roles))
        turned = [roles[(n + k) % len(roles)] for k in range(many)]
        for role in turned:
            for path in () if OF_NO_CASE.search(policy.path) else addresses(policy, of, role):
                answer = await client.get(path, headers=tokens[role])
                body = await answer.read()
                answering |= {policy.path} if answer.status == 200 else set()
                shown = texts(body).replace(f'value="{WORDS}"', "")
                secrets = (*of.numbers, WORDS, *(["RIFF"] if SOUND[:4] == body[:4] else []))
                told = [word for word in secrets if word in shown.replace(f"q={WORDS}", "")]
                echo = all(word in path for word in told)
                if told and not (echo and answer.status != 200):
                    telling[policy.path] = f"{role.value} {path}: {told}"
    return answering, telling


OFTEN = {
    *("/api/v1/cases", "/office/", "/api/v1/orders", "/office/orders", "/api/v1/notices"),
    *("/api/v1/cases/{number}", "/office/cases/{number}", "/api/v1/orders/{id}/paper"),
    *("/api/v1/alerts", "/office/alerts", "/api/v1/call-tasks", "/office/calls"),
    *("/api/v1/calls/{call_id}", "/api/v1/calls/{call_id}/recordings/{n}"),
    *("/office/records/{call_id}", "/office/figures/sample", "/office/figures/cases"),
    *("/api/v1/privacy-requests", "/office/privacy", "/office/marked-addresses"),
    *("/api/v1/quarantine/{id}", "/office/published", "/office/published/{id}"),
    *("/api/v1/articles/lacking/consultations", "/office/knowledge/lacking"),
    *("/api/v1/sheets", "/api/v1/sheets/{id}", "/office/sheets/{id}", "/api/v1/inspections/{id}"),
    *("/office/exports/{token}", "/office/admin", "/office/admin/reveals"),
}


@pytest.mark.slow
@pytest.mark.soak
async def test_who_is_kept_out_meets_the_case_at_no_address(
    client: Client, scale: Scale, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = {role: await token(client, role.value) for role in ACCOUNTS}
    of = await by_all(client, tokens)
    purpose = {"fields": ["phone"], "purpose": "核实"}
    path = f"/api/v1/cases/{of.numbers[0]}/reveal"
    assert (await client.post(path, json=purpose, headers=tokens[Role.DISPATCHER])).status == 200
    answering, telling = await walked(client, of, tokens, 2)
    missing = {one.path for one in STAFF if not OF_NO_CASE.search(one.path)} - answering
    assert not missing - LATER, "of these the walk knows no real thing"
    assert sorted(OFTEN - set(telling)) == [], "before, these told of it"
    await kept_out(client, of)
    _, telling = await walked(client, of, tokens, 99 if scale.examples > 1 else 2)
    assert telling == {}
    await streamed(client, of, monkeypatch)


async def kept_out(client: Client, of: Secret) -> None:
    """By a dispatcher who is none of them; the case goes back to the centre first."""
    async with client.centre.work() as work:
        new = accounts.NewOfficer("other", "甲", Role.DISPATCHER, None, HASHED, demo=True)
        await accounts.add(work.connection, work.cipher, new, work.at)
    other = await token(client, "other")
    body = {"officers": [role.value for role in ACCOUNTS], "reason": "被举报对象"}
    for number in of.numbers:
        path = f"/api/v1/cases/{number}/interests"
        answer = await client.post(path, json=body, headers=other)
        assert answer.status == 200, await answer.text()
    assert (await case_of(client, of.numbers[0], other))["number"] == of.numbers[0]


async def streamed(client: Client, of: Secret, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new order is told to the desks by the stream, and not to who is kept out."""
    monkeypatch.setattr(live, "PAUSE", 0.05)
    async with client.centre.work() as work:
        new = accounts.NewOfficer("chief", "乙", Role.SUPERVISOR, None, HASHED, demo=True)
        await accounts.add(work.connection, work.cipher, new, work.at)
    heard = {}
    chief, kin = await token(client, "chief"), await token(client, "supervisor")
    streams = {
        name: await client.get(STREAM, headers=who)
        for name, who in (("chief", chief), ("kin", kin))
    }
    for name, stream in streams.items():
        heard[name] = (await stream.content.readuntil(b": still here")).decode()
    await acted(client, of.numbers[0], chief, "supervise", level=3, cause="other", text=WORDS)
    for name, stream in streams.items():
        for _ in range(3):
            heard[name] += (await stream.content.readuntil(b": still here")).decode()
        stream.close()
    assert of.numbers[0] not in heard["kin"] and WORDS not in heard["kin"]
    assert of.numbers[0] in heard["chief"]
