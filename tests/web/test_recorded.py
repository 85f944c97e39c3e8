"""Every route that writes comes to the record: of acts, of cases, of looks at identity, of receipts.

Followed through the product's source from the table of routes, so that a new route cannot be forgotten.
One that leaves no record stands in `counted` with the reason; a reason that is no longer needed fails
too. That each record is made in the transaction of what it records is tested beside the record; that
there is one for each act, not none and not two, is counted beside every test of the interface.
"""

from typing import Any

import pytest
from sqlalchemy import text

from hotline.store import acts
from hotline.web.app import _every_route
from hotline.web.routing import Route
from tests.support.callgraph import reached
from tests.web.api_support import OWN_PAGE, Client, case_of, filed, form_token, signed_in, token
from tests.web.counted import EXEMPT

RECORDS = {
    ("hotline.store.acts", "record"),
    ("hotline.flow.intake", "receive"),  # the receipt, counted in the equation
    ("hotline.flow.calls", "take"),  # an event of a call or a seat: kept as told, never changed
}
CHAINED = (".cases.save", ".cases.save_all", ".vault.reveal")  # an entry of a case; a look


def recorded(route: Route) -> bool:
    name = route.handler.__qualname__.partition(".<locals>")[0]
    functions, names = reached((route.handler.__module__, name))
    return bool(functions & RECORDS) or any(one.endswith(CHAINED) for one in names)


@pytest.mark.slow
def test_every_route_that_writes_comes_to_the_record_or_says_why_not() -> None:
    writing = [one for one in _every_route() if one.method not in ("GET", "HEAD")]
    assert len(writing) > 130
    silent = {f"{one.method} {one.path}" for one in writing if not recorded(one)}
    assert silent == set(EXEMPT)
    assert all(EXEMPT.values())


@pytest.mark.slow
async def test_who_leaves_is_on_record_once_either_way(client: Client) -> None:
    who = await token(client, "agent")
    assert (await client.delete("/api/v1/sessions", headers=who)).status == 204
    await signed_in(client, "clerk")
    told = {"token": form_token(await (await client.get("/office/account")).text())}
    left = await client.post("/office/logout", data=told, headers=OWN_PAGE, allow_redirects=False)
    assert left.status == 303
    async with client.centre.look() as look:
        found = [(one["act"], one["actor"]) for one in await acts.listed(look.connection, limit=4)]
    assert found == [
        ("sign_out", "clerk:clerk"),
        ("sign_in", "clerk:clerk"),
        ("sign_out", "agent:agent"),
        ("sign_in", "agent:agent"),
    ]


async def records(client: Client) -> int:
    """Acts, looks and entries, of all chains."""
    async with client.centre.look() as look:
        asked = " + ".join(f"(SELECT count(*) FROM {one})" for one in ("act", "reveal", "entry"))
        return int((await look.connection.execute(text(f"SELECT {asked}"))).scalar_one())


@pytest.mark.slow
async def test_what_is_done_once_is_on_record_once(client: Client) -> None:
    """Of a case, of identity, of rights and of an account: one request, one record."""
    told = await filed(client)
    case, mine = f"/api/v1/cases/{told['number']}", f"/api/v1/complaints/{told['number']}"
    names = ("dispatcher", "director", "shift_lead", "leader")
    who = {name: await token(client, name) for name in names}
    who["citizen"] = {"Query-Code": told["query_code"]}
    seen: dict[str, Any] = {"fields": ["phone"], "purpose": "核实地点"}
    kept_out = {"officers": ["inspector"], "reason": "亲属"}
    asked: list[tuple[str, str, str, dict[str, Any] | None]] = [
        ("dispatcher", "POST", f"{case}/reveal", seen),
        ("citizen", "POST", f"{mine}/supplements", {"content": "还是不亮"}),
        ("citizen", "POST", f"{mine}/privacy", {"kind": "access"}),
        ("director", "PUT", f"{case}/hold", {"reason": "诉讼"}),
        ("director", "DELETE", f"{case}/hold", None),
        ("shift_lead", "POST", f"{case}/interests", kept_out),
        ("leader", "DELETE", "/api/v1/sessions", None),
    ]
    made = {}
    for by, method, path, body in asked:
        before = await records(client)
        answer = await client.request(method, path, json=body, headers=who[by])
        assert answer.status < 300, (path, await answer.text())
        made[f"{method} {path}"] = await records(client) - before
    assert made == dict.fromkeys(made, 1)
    before = await records(client)
    version = (await case_of(client, told["number"], who["dispatcher"]))["version"]
    facts = {"action": "correct", "version": version, "reason": "紧急", "urgency": "urgent"}
    answer = await client.post(f"{case}/actions", json=facts, headers=who["shift_lead"])
    assert answer.status == 200, await answer.text()
    assert await records(client) - before == 1
