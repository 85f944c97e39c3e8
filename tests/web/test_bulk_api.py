"""Several cases at once by the interface: the page's law, an answer for each, once under a key."""

from typing import Any

from jsonschema import Draft202012Validator

from hotline.domain.words import Role
from hotline.flow import bulk
from hotline.store import accounts
from hotline.web import openapi
from hotline.web.app import _every_route
from tests.web.api_support import HASHED, Client, acted, case_of, filed, token

PATH = "/api/v1/cases/bulk"
UNKNOWN = "20200101-000001"


async def asks(
    client: Client, who: dict[str, str], status: int = 200, key: str = "", **body: Any
) -> dict[str, Any]:
    headers = {**who, "Idempotency-Key": key} if key else who
    answer = await client.post(
        PATH, json={"kind": "transfer", "to": "cgj", **body}, headers=headers
    )
    assert answer.status == status, await answer.text()
    told: dict[str, Any] = await answer.json()
    return told


async def some(client: Client, many: int = 3) -> list[str]:
    client.centre.automatic = False
    return [str((await filed(client, title=f"第 {n} 处路灯"))["number"]) for n in range(many)]


def cases(*numbers: str) -> list[dict[str, str]]:
    return [{"number": one} for one in numbers]


def seen(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"number": one["number"], "version": one["version"]} for one in told["items"]]


async def test_what_was_seen_is_done_each_for_itself_and_taken_back(client: Client) -> None:
    numbers, who = await some(client), await token(client, "dispatcher")
    told = await asks(client, who, cases=cases(*numbers, UNKNOWN))
    assert (told["able"], told["refused"], told["undo"]) == (3, 1, "recall")
    assert [one["status"] for one in told["items"]] == [200, 200, 200, 404]
    assert told["items"][0]["title"] == "第 0 处路灯" and told["items"][0]["to"]
    assert (await case_of(client, numbers[0], who))["state"] == "registered", "nothing is done yet"
    wanted = seen({"items": told["items"][:3]})
    await acted(client, numbers[1], who, "accept")
    done = await asks(client, who, step="run", cases=wanted)
    assert [one["status"] for one in done["items"]] == [200, 409, 200]
    assert done["items"][1]["problem"]["code"] == "stale"
    back = [one for one in seen(done) if one["number"] != numbers[1]]
    undone = await asks(client, who, step="run", kind=done["undo"], to="", cases=back)
    assert undone["able"] == 2
    found = [(await case_of(client, one, who))["state"] for one in numbers]
    assert found == ["pending_dispatch"] * 3


async def test_under_a_key_it_is_done_once_and_answered_as_the_first_time(client: Client) -> None:
    numbers, who = await some(client, 2), await token(client, "dispatcher")
    wanted = seen(await asks(client, who, cases=cases(*numbers)))
    first = await asks(client, who, key="once", step="run", cases=wanted)
    assert first["able"] == 2
    assert await asks(client, who, key="once", step="run", cases=wanted) == first
    other = await asks(client, who, 422, key="once", step="run", cases=wanted[:1])
    assert other["title"] == "key_mismatch"
    again = await asks(client, who, step="run", cases=wanted)
    assert {one["problem"]["code"] for one in again["items"]} == {"stale"}, (
        "without one: by version"
    )


async def test_the_limits_are_those_of_the_page(client: Client) -> None:
    numbers, who = await some(client, 1), await token(client, "dispatcher")
    too_many = cases(*(f"20261123-{n:06}" for n in range(bulk.MOST + 1)))
    for body in ({"cases": []}, {"cases": too_many}, {"cases": cases("x")}, {"kind": "x"}):
        told = await asks(client, who, 422, **{"cases": cases(*numbers), **body})
        assert told["title"] == "bad_form", body
    told = await asks(client, who, 422, step="run", cases=cases(*numbers))
    assert told["errors"][0]["field"] == "cases.version", "what was not seen is not done"
    for body in ({"to": ""}, {"kind": "reassign", "to": "甲"}):
        told = await asks(client, who, 409, cases=cases(*numbers), **body)
        assert told["title"] == "not_possible", body


def test_the_document_says_that_a_run_is_told_what_was_seen() -> None:
    """Both ways: it asks a run for the version, and takes a preview without."""
    document = openapi.document(_every_route(), "1")
    schema = document["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]["schema"]
    told = Draft202012Validator({**schema, "components": document["components"]})
    plain = {"kind": "transfer", "to": "cgj", "cases": [{"number": UNKNOWN}]}
    known = {**plain, "cases": [{"number": UNKNOWN, "version": 1}]}
    for body in (plain, known, {**plain, "step": "preview"}, {**known, "step": "run"}):
        assert told.is_valid(body), body
    for body in ({**plain, "step": "run"}, {**known, "step": "x"}):
        assert not told.is_valid(body), body


async def test_a_case_that_one_is_kept_out_of_answers_like_none(client: Client) -> None:
    number, other = await some(client, 2)
    async with client.centre.work() as work:
        new = accounts.NewOfficer("second", "甲", Role.DISPATCHER, None, HASHED, demo=True)
        await accounts.add(work.connection, work.cipher, new, work.at)
    second, who = await token(client, "second"), await token(client, "dispatcher")
    version = (await case_of(client, number, who))["version"]
    body = {"officers": ["dispatcher"], "reason": "亲属"}
    path = f"/api/v1/cases/{number}/interests"
    assert (await client.post(path, json=body, headers=second)).status == 200
    told = await asks(client, who, cases=cases(number, UNKNOWN))
    hidden, none = ({**one, "number": ""} for one in told["items"])
    assert hidden == none and hidden["status"] == 404
    wanted = [{"number": number, "version": v} for v in (version, version + 1)]
    done = await asks(client, who, step="run", cases=[*wanted, {"number": UNKNOWN, "version": 1}])
    assert [{**one, "number": ""} for one in done["items"]] == [{**hidden}] * 3
    told = await asks(client, who, 404, kind="merge", to=number, cases=cases(other))
    assert number not in str(told)
    mine = {"number": other, "version": (await case_of(client, other, who))["version"]}
    into = [
        await asks(client, who, step="run", kind="merge", to=parent, cases=[mine])
        for parent in (number, UNKNOWN)
    ]
    assert into[0]["items"] == into[1]["items"], "nor may another be merged into it"
    assert into[0]["items"][0]["problem"]["code"] == "not_possible"
