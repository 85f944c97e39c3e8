"""Every route by every role, on the own department's, another department's and nobody's own things.

The table in policy.csv says who may use what, apart from the code: a route that is not in it, or
lets in others than it says, fails here before anybody finds it elsewhere.
"""

import csv
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from hotline import seed
from hotline.domain.acts import centre as acts
from hotline.domain.words import ACCOUNTS, DEPARTMENT, Cause, Role
from hotline.flow import work
from hotline.store import accounts, files
from hotline.web.app import _every_route
from tests.flow.orders_support import SUPERVISOR
from tests.makers import an_officer
from tests.web.api_support import (
    HASHED,
    OWN_PAGE,
    Client,
    complaint,
    filed,
    form_token,
    token,
    uploaded,
)

WORKERS = set(ACCOUNTS) - {Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR}
GROUPS = {
    "anyone": set(),
    "staff": set(ACCOUNTS),
    "workers": WORKERS,
    "filers": {Role.AGENT, Role.DISPATCHER, Role.SHIFT_LEAD},
}
STREAM = "/api/v1/events"  # never ends: who may open it is tested beside the doors


@dataclass(frozen=True)
class Policy:
    """Who may use a route, and what kind of thing its address names."""

    method: str
    path: str
    of: str
    who: frozenset[Role]


def policies() -> dict[tuple[str, str], Policy]:
    with (Path(__file__).parent / "policy.csv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table, delimiter="|"))
    found = {}
    for row in rows:
        who = GROUPS.get(row["who"], None)
        roles = frozenset(Role(one) for one in row["who"].split()) if who is None else who
        found[row["method"], row["path"]] = Policy(
            row["method"], row["path"], row["of"], frozenset(roles)
        )
    assert len(found) == len(rows), "a route stands twice in the table"
    return found


POLICIES = policies()


def test_every_route_has_a_policy_and_lets_in_whom_it_says() -> None:
    made = {(route.method, route.path): route.who for route in _every_route()}
    assert made == {key: one.who for key, one in POLICIES.items()}


@pytest.mark.slow
async def test_the_router_has_no_door_beside_the_table(client: Client) -> None:
    """Counted from the router: nothing is served that is not in the table, but the static files."""
    assert client.app is not None
    served = {
        (route.method, route.resource.canonical)
        for route in client.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert {one for one in served if one[1] != "/static"} == set(POLICIES)


@dataclass(frozen=True)
class Things:
    """What belongs to one department: a case, its order, its file, the unit itself."""

    case: str
    order: str
    file: str
    roster: str
    code: str  # the citizen's own


async def things(client: Client, unit: str) -> Things:
    token_ = await uploaded(client, body=b"a note of " + unit.encode())
    told = await filed(client, title=f"{unit} 的路灯", attachments=[token_])
    number = told["number"]
    dispatcher = an_officer(Role.DISPATCHER)
    case = (await work.view(client.centre, number, dispatcher)).case
    if case.lead is not None:
        await work.act(client.centre, number, acts.Recall(reason="另派"), dispatcher)
    elif case.state.value == "registered":
        await work.act(client.centre, number, acts.Accept(), dispatcher)
    await work.act(client.centre, number, acts.Transfer(department=unit), dispatcher)
    order = acts.Supervise(level=2, cause=Cause.OTHER, text="限期办结。")
    await work.act(client.centre, number, order, SUPERVISOR)
    async with client.centre.look() as look:
        kept = await files.find(look.connection, client.centre.cipher, token_)
    assert kept is not None and kept.case_id is not None
    return Things(number, f"{number}.1", token_, unit, told["query_code"])


@dataclass
class City:
    """Two departments with a case each, and a session of every role; clerk and leader are cgj's."""

    own: Things
    other: Things
    tokens: dict[Role, dict[str, str]]


@pytest.fixture
async def city(client: Client) -> AsyncIterator[City]:
    tokens = {role: await token(client, role.value) for role in ACCOUNTS}
    yield City(await things(client, "cgj"), await things(client, "zjj"), tokens)


def address(policy: Policy, of: Things) -> str:
    parts = {"number": of.case, "token": of.file, "code": of.roster, "name": "cases"}
    parts |= {"call_id": "none", "n": "1", "key": "x", "step": "x", "mark": "x"}
    parts |= {"version": seed.notices()[-1]}
    parts |= {"id": of.order if policy.of == "order" else "1", "action": "urge"}
    return re.sub(r"\{(\w+)\}", lambda part: parts[part[1]], policy.path)


BODIES: dict[str, dict[str, Any]] = {
    "/api/v1/cases/{number}/actions": {"action": "note", "text": "x", "version": 1},
    "/api/v1/departments/{code}/roster": {"version": 99, "people": []},
    "/api/v1/cases/{number}/reveal": {"fields": ["phone"], "purpose": "x"},
}


async def asked(
    client: Client, policy: Policy, of: Things, headers: dict[str, str] | None = None
) -> int:
    """With no more than a body of the right kind, so that whoever is let in changes little."""
    how: dict[str, Any] = {"headers": {**(headers or {}), "Sec-Fetch-Site": "same-origin"}}
    body = BODIES.get(policy.path) if policy.method != "GET" else None
    how |= {"json": body} if body else {}
    answer = await client.request(policy.method, address(policy, of), allow_redirects=False, **how)
    return int(answer.status)


@pytest.mark.slow
async def test_every_role_at_every_door(client: Client, city: City) -> None:
    """Row 10: nobody, the wrong role, the wrong department; no door opens that should not."""
    tried, opened = 0, []
    closed: list[tuple[Any, ...]] = []
    for policy in POLICIES.values():
        if not policy.who or policy.path in (STREAM, "/api/v1/sessions", "/office/logout"):
            continue
        if await asked(client, policy, city.own) != 401:
            opened.append((policy.method, policy.path, "nobody"))
        for role in ACCOUNTS:
            for of in (city.own, city.other):
                status, tried = await asked(client, policy, of, city.tokens[role]), tried + 1
                allowed = role in policy.who
                foreign = of is city.other and role in DEPARTMENT and policy.of in OWNED
                wanted = {403} if not allowed else {404, 403} if foreign else set()
                if wanted and status not in wanted:
                    opened.append((policy.method, policy.path, role.value, of.roster, status))
                if not wanted and policy.method == "GET" and status not in (200, 303, 404, 422):
                    closed.append((policy.method, policy.path, role.value, status))
    assert not opened and not closed
    assert tried > 1500


OWNED = frozenset({"case", "order", "file", "roster"})


@pytest.mark.slow
async def test_what_belongs_to_another_department_is_not_told_in_lists(
    client: Client, city: City
) -> None:
    lists = [
        one for one in POLICIES.values() if one.method == "GET" and one.who and "{" not in one.path
    ]
    for policy in lists:
        for role in DEPARTMENT & policy.who:
            if policy.path == STREAM:
                continue
            answer = await client.get(policy.path, headers=city.tokens[role])
            shown = await answer.text()
            assert city.other.case not in shown, (policy.path, role)


@pytest.mark.slow
async def test_a_citizens_code_opens_the_own_complaint_and_no_other(
    client: Client, city: City
) -> None:
    for policy in POLICIES.values():
        if policy.of != "citizen":
            continue
        for code, of in ((city.other.code, city.own), (city.own.code, city.other), ("", city.own)):
            headers = {"Query-Code": code} if code else {}
            body: dict[str, Any] = {
                "kind": "access",
                "content": "x",
                "facts": "x",
                "solved": True,
                "satisfaction": 5,
            }
            names = {"supplements": ["content"], "rating": ["solved", "satisfaction"]}
            names |= {"reopening": ["facts"], "privacy": ["kind"]}
            told = {name: body[name] for name in names.get(policy.path.rsplit("/", 1)[-1], [])}
            how = {"json": told} if policy.method == "POST" else {}
            answer = await client.request(
                policy.method, address(policy, of), headers=headers, **how
            )
            assert answer.status in (404, 429), (policy.path, answer.status)


@pytest.mark.slow
async def test_ids_in_bodies_are_held_to_the_same_law(client: Client, city: City) -> None:
    """A file of another's case is not drawn over; a case that one may not see is no parent."""
    again = await client.post("/api/v1/complaints", json=complaint(attachments=[city.own.file]))
    assert again.status == 422
    async with client.centre.look() as look:
        kept = await files.find(look.connection, client.centre.cipher, city.own.file)
        assert kept and await look.cases.number_of(kept.case_id or 0) == city.own.case
    clerk = city.tokens[Role.CLERK]
    version = (await (await client.get(f"/api/v1/cases/{city.own.case}", headers=clerk)).json())[
        "version"
    ]
    for facts in (
        {"action": "merge", "parent": city.other.case},
        {"action": "transfer", "department": "zjj"},
        {"action": "approve"},
    ):
        answer = await client.post(
            f"/api/v1/cases/{city.own.case}/actions",
            json={**facts, "version": version},
            headers=clerk,
        )
        assert answer.status == 403 or (await answer.json())["title"] == "not_possible", facts
        assert city.other.case not in await answer.text()


COLUMNS = (
    "number query_code state lead department level due_at id received_at urgency role outcome"
    " parent contact.role place.id"
).split()


@pytest.mark.slow
async def test_no_column_is_set_that_a_form_does_not_name(client: Client, city: City) -> None:
    """Row 30: mass assignment is a wrong field, on every way in."""
    agent, one = city.tokens[Role.AGENT], f"/api/v1/cases/{city.own.case}"
    for field in COLUMNS:
        outer, _, inner = field.partition(".")
        body: dict[str, Any] = complaint(place={"address": "望江大道"})
        body[outer] = {**body[outer], inner: "x"} if inner else "x"
        for path, told in (
            ("/api/v1/complaints", body),
            ("/api/v1/cases", body),
            ("/api/v1/sessions", {"username": "agent", "password": "x", outer: "x"}),
            (f"{one}/reveal", {"fields": ["phone"], "purpose": "x", outer: "x"}),
            (f"{one}/actions", {"action": "note", "text": "x", "version": 1, outer: "x"}),
        ):
            answer = await client.post(path, json=told, headers=agent)
            assert answer.status == 422, (path, field, answer.status)


@pytest.mark.slow
async def test_the_form_of_another_session_is_not_taken(client: Client) -> None:
    """A page's token is bound to the session that it was shown in."""
    async with client.centre.work() as unit:
        new = accounts.NewOfficer("other", "乙", Role.DISPATCHER, None, HASHED, demo=True)
        await accounts.add(unit.connection, unit.cipher, new, unit.at)
    mine, theirs = await token(client, "dispatcher"), await token(client, "other")
    stolen = form_token(await (await client.get("/office/account", headers=theirs)).text())
    form = {"token": stolen, "old": "x", "new": "x", "again": "x"}
    answer = await client.post("/office/account", data=form, headers={**mine, **OWN_PAGE})
    assert answer.status == 403


def models(of: Any, seen: set[type[BaseModel]]) -> None:
    """A model and every model inside it."""
    if isinstance(of, type) and issubclass(of, BaseModel):
        if of not in seen:
            seen.add(of)
            for field in of.model_fields.values():
                models(field.annotation, seen)
    for inner in get_args(of):
        models(inner, seen)


def test_no_two_forms_or_answers_share_a_name() -> None:
    """In the document the second would stand in the first one's place, for both."""
    seen: set[type[BaseModel]] = set()
    for route in _every_route():
        models(route.body, seen)
        models(route.told, seen)
    counted = Counter(model.__name__ for model in seen)
    assert {name for name, n in counted.items() if n > 1} == set()
