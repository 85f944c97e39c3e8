"""Cases through the interface: masked, versioned, acted on, paged."""

import base64
import json
from typing import Any

import pytest

from tests.web.api_support import (
    PNG,
    Client,
    acted,
    case_of,
    complaint,
    filed,
    token,
    triaged,
    uploaded,
)


async def test_the_same_case_is_shown_masked_and_stale_is_told_with_the_version(
    client: Client,
) -> None:
    told = await (await client.post("/api/v1/complaints", json=complaint())).json()
    await triaged(client)
    headers, path = await token(client, "dispatcher"), f"/api/v1/cases/{told['number']}"
    case = await (await client.get(path, headers=headers)).json()
    assert case["citizen"] == {"phone": "138****1234"} and "accept" in case["allowed_actions"]
    act = {"action": "accept", "version": case["version"]}
    done = await client.post(f"{path}/actions", json=act, headers=headers)
    assert (await done.json())["state"] == "pending_dispatch"
    act["version"] = float(act["version"])  # a whole number all the same
    late = await client.post(f"{path}/actions", json=act, headers=headers)
    assert late.status == 409 and (await late.json())["version"] == case["version"] + 1
    wrong = await client.post(
        f"{path}/actions",
        json={"action": "sign", "version": 2, "handler": "a", "phone": "1"},
        headers=headers,
    )
    assert wrong.status == 409 and (await wrong.json())["title"] == "not_possible"
    lines = (await (await client.get(f"{path}/timeline", headers=headers)).json())["items"]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "fly", "version": 1},
        {"action": "accept"},
        {"action": "accept", "version": "1"},
        {"action": "accept", "version": 10**30},
        {"action": "transfer", "version": 1},
        {"action": "accept", "version": 1, "lead": "zjj"},
    ],
)
async def test_an_action_badly_told_is_refused_with_its_field(
    client: Client, body: dict[str, Any]
) -> None:
    headers = await token(client, "dispatcher")
    answer = await client.post("/api/v1/cases/20261123-000001/actions", json=body, headers=headers)
    assert answer.status == 422 and (await answer.json())["errors"][0]["field"]


def crafted(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        crafted([1, 2]),
        crafted(["2026-01-01T00:00:00+08:00", 10**30]),
        crafted(["2026-01-01T00:00:00+08:00", True]),
        crafted(["0001-01-01T00:00:00+14:00", 1]),
        crafted(["9999-12-31T23:59:59-12:00", 1]),
    ],
)
async def test_a_cursor_that_was_never_given_out_is_refused(client: Client, cursor: str) -> None:
    headers = await token(client, "dispatcher")
    answer = await client.get("/api/v1/cases", params={"cursor": cursor}, headers=headers)
    assert answer.status == 422


async def test_a_departments_files_belong_to_the_case_and_another_cases_are_refused(
    client: Client,
) -> None:
    dispatcher, clerk = await token(client, "dispatcher"), await token(client, "clerk")
    number = (await filed(client))["number"]
    await acted(client, number, dispatcher, "accept", topic="城市管理/市政设施/路灯故障")
    await acted(client, number, dispatcher, "transfer", department="cgj", reason="职责清单")
    await acted(client, number, clerk, "sign", handler="王工", phone="0000-12340006")
    kept = await uploaded(client, "现场.png")
    await acted(client, number, clerk, "note", text="现场照片", attachments=[kept])
    assert [one["token"] for one in (await case_of(client, number, clerk))["attachments"]] == [kept]
    answer = await client.get(f"/api/v1/attachments/{kept}", headers=dispatcher)
    assert answer.status == 200 and await answer.read() == PNG
    theirs = await uploaded(client)
    await filed(client, title="别人的事", attachments=[theirs])
    body = {"action": "note", "text": "拿来", "attachments": [theirs]}
    body["version"] = (await case_of(client, number, clerk))["version"]
    answer = await client.post(f"/api/v1/cases/{number}/actions", json=body, headers=clerk)
    assert answer.status == 409
    assert (await answer.json())["errors"][0]["field"] == "attachments"
