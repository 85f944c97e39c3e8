"""The JSON interface from outside: clear problems in Chinese, nothing half stored, no 5xx."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer
from openapi_spec_validator import validate

from hotline.config import Settings
from hotline.domain.words import ACCOUNTS, Role
from hotline.flow import intake
from hotline.store import accounts
from hotline.web import auth
from hotline.web.app import make_app
from hotline.web.routes import routes
from hotline.web.routing import ANYONE
from hotline.wiring import MovingClock, Parts, build
from tests.conftest import one_reader, shared

PASSWORD = "Correct-horse-12345"
HASHED = auth.hasher.hash(PASSWORD)


@pytest.fixture
async def client(sqlite_url: str, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Any]:
    settings = Settings(database_url=sqlite_url, data=tmp_path, limits={"public": "off"})  # type: ignore[arg-type]
    centre = await build(settings, Parts(clock=clock, make_reader=one_reader))
    async with centre.work() as work:
        for role in ACCOUNTS:
            unit = "cgj" if role in (Role.CLERK, Role.LEADER) else None
            new = accounts.NewOfficer(role.value, role.zh, role, unit, HASHED)
            await accounts.add(work.connection, centre.cipher, new, work.at)
    app = make_app(centre, settings, watch=False)
    async with TestClient(TestServer(app)) as made:
        made.centre = centre  # type: ignore[attr-defined]
        yield made
    await centre.close()


async def token(client: Any, role: str) -> dict[str, str]:
    answer = await client.post("/api/v1/sessions", json={"username": role, "password": PASSWORD})
    assert answer.status == 201, await answer.text()
    return {"Authorization": f"Bearer {(await answer.json())['token']}"}


def complaint(**changes: Any) -> dict[str, Any]:
    return {
        "title": "路灯不亮",
        "content": "路灯坏了三天",
        "contact": {"phone": "13800001234"},
        **changes,
    }


async def test_a_post_is_answered_with_number_and_code_and_can_be_followed(client: Any) -> None:
    answer = await client.post("/api/v1/complaints", json=complaint())
    told = await answer.json()
    assert answer.status == 201 and set(told) >= {
        "number",
        "query_code",
        "received_at",
        "state",
        "state_text",
    }
    path = f"/api/v1/complaints/{told['number']}"
    found = await client.get(path, headers={"Query-Code": told["query_code"]})
    assert found.status == 200 and (await found.json())["state_text"]
    wrong = await client.get(path, headers={"Query-Code": "0000-0000"})
    missing = await client.get(
        "/api/v1/complaints/20260101-000001", headers={"Query-Code": "0000-0000"}
    )
    assert (wrong.status, await wrong.json()) == (404, await missing.json())


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        (complaint(title=""), "title"),
        (complaint(title="长" * 201), "title"),
        (complaint(title=5), "title"),
        (complaint(content=" \x00 "), "content"),
        (complaint(content="\ud800"), "content"),
        (complaint(type="rant"), "type"),
        (complaint(contact={"phone": "12"}), "contact.phone"),
        (complaint(contact={}), "contact"),
        (complaint(place={"lon": 999}), "place.lon"),
        (complaint(place="here"), "place"),
        (complaint(anonymous="perhaps"), "anonymous"),
        (complaint(attachments=["nothing"]), "attachments"),
        (complaint(state="closed"), "state"),
        ([], "body"),
    ],
)
async def test_a_wrong_field_is_named_in_chinese_and_nothing_is_kept(
    client: Any, body: Any, field: str
) -> None:
    answer = await client.post("/api/v1/complaints", data=json.dumps(body), headers=JSON)
    told = await answer.json()
    assert answer.status == 422 and answer.content_type == "application/problem+json"
    assert field in [one["field"] for one in told["errors"]]
    assert any("一" <= letter <= "鿿" for letter in told["detail"])
    assert await intake.triage_pending(client.centre) == 0


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("data", "headers", "status"),
    [
        (b"{", JSON, 400),
        (b"\xff\xfe{}", JSON, 400),
        (b'{"title": NaN}', JSON, 400),
        (b"[" * 5000, JSON, 400),
        (b"title=x", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
async def test_what_cannot_be_read_is_said_plainly(
    client: Any, data: bytes, headers: dict[str, str], status: int
) -> None:
    answer = await client.post("/api/v1/complaints", data=data, headers=headers)
    assert answer.status == status and (await answer.json())["detail"]


async def test_errors_come_in_english_when_asked(client: Any) -> None:
    headers = {**JSON, "Accept-Language": "en"}
    answer = await client.post("/api/v1/complaints", data="{}", headers=headers)
    assert "is required" in (await answer.json())["detail"]


async def test_one_key_one_complaint_and_another_body_is_refused(client: Any) -> None:
    key = {"Idempotency-Key": "k-1"}
    first = await (await client.post("/api/v1/complaints", json=complaint(), headers=key)).json()
    again = await (await client.post("/api/v1/complaints", json=complaint(), headers=key)).json()
    assert first == again
    other = await client.post("/api/v1/complaints", json=complaint(title="别的"), headers=key)
    assert other.status == 422 and first["query_code"] not in await other.text()


@pytest.mark.slow
async def test_naughty_strings_in_every_field_are_kept_or_refused_never_a_crash(
    client: Any,
) -> None:
    strings = json.loads(shared("corpora/blns/blns.json").read_text("utf-8"))
    seen = set()
    for text in strings:
        body = complaint(
            title=f"前{text}"[:200], content=f"文{text}", place={"address": text[:300]}
        )
        answer = await client.post("/api/v1/complaints", json=body)
        seen.add(answer.status)
        assert answer.status in (201, 422), (text, await answer.text())
    assert 201 in seen
    while await intake.triage_pending(client.centre):
        pass
    headers = await token(client, "dispatcher")
    for text in strings[::7]:
        for path in (f"/api/v1/cases/{text[:20].encode().hex()}", "/api/v1/cases"):
            answer = await client.get(
                path, params={"q": text, "topic": text, "department": text}, headers=headers
            )
            assert answer.status in (200, 404, 422), (text, answer.status)


async def test_the_same_case_is_shown_masked_and_stale_is_told_with_the_version(
    client: Any,
) -> None:
    told = await (await client.post("/api/v1/complaints", json=complaint())).json()
    while await intake.triage_pending(client.centre):
        pass
    headers, path = await token(client, "dispatcher"), f"/api/v1/cases/{told['number']}"
    case = await (await client.get(path, headers=headers)).json()
    assert case["citizen"] == {"phone": "138****1234"} and "accept" in case["allowed_actions"]
    act = {"action": "accept", "version": case["version"]}
    done = await client.post(f"{path}/actions", json=act, headers=headers)
    assert (await done.json())["state"] == "pending_dispatch"
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
    client: Any, body: dict[str, Any]
) -> None:
    headers = await token(client, "dispatcher")
    answer = await client.post("/api/v1/cases/20261123-000001/actions", json=body, headers=headers)
    assert answer.status == 422 and (await answer.json())["errors"][0]["field"]


async def test_no_staff_route_lets_a_stranger_or_the_wrong_role_in(client: Any) -> None:
    tokens = {
        role: await token(client, role.value) for role in (Role.SYSADMIN, Role.CLERK, Role.AUDITOR)
    }
    guarded = [route for route in routes() if route.who != ANYONE and "events" not in route.path]
    assert len(guarded) >= 9
    for route in guarded:
        path = (
            route.path.replace("{number}", "20261123-000001")
            .replace("{name}", "cases")
            .replace("{token}", "t")
        )
        answer = await client.request(route.method, path)
        assert answer.status == 401, path
        for role, headers in tokens.items():
            if role not in route.who:
                answer = await client.request(route.method, path, headers=headers)
                assert answer.status == 403, (path, role)


async def test_five_wrong_passwords_shut_the_account_for_the_right_one_too(client: Any) -> None:
    for _ in range(5):
        wrong = {"username": "agent", "password": "wrong"}
        assert (await client.post("/api/v1/sessions", json=wrong)).status == 401
    right = {"username": "agent", "password": PASSWORD}
    assert (await client.post("/api/v1/sessions", json=right)).status == 401


async def test_a_session_ends_when_it_is_idle_and_when_it_is_left(
    client: Any, clock: MovingClock
) -> None:
    from datetime import timedelta

    headers = await token(client, "dispatcher")
    assert (await client.get("/api/v1/cases", headers=headers)).status == 200
    clock.move_to(clock.at + timedelta(minutes=31))
    assert (await client.get("/api/v1/cases", headers=headers)).status == 401
    headers = await token(client, "dispatcher")
    assert (await client.delete("/api/v1/sessions", headers=headers)).status == 204
    assert (await client.get("/api/v1/cases", headers=headers)).status == 401


async def test_a_cookie_from_another_site_opens_nothing(client: Any) -> None:
    secret = (await token(client, "dispatcher"))["Authorization"].split()[1]
    cookie = {"Cookie": f"{auth.COOKIE}={secret}", "Sec-Fetch-Site": "cross-site"}
    answer = await client.delete("/api/v1/sessions", headers=cookie)
    assert answer.status == 403
    answer = await client.delete("/api/v1/sessions", headers={"Cookie": f"{auth.COOKIE}={secret}"})
    assert answer.status == 403


async def test_the_document_is_valid_and_names_every_route(client: Any) -> None:
    document = await (await client.get("/api/v1/openapi.json")).json()
    validate(document)
    named = {
        (path, method.upper()) for path, found in document["paths"].items() for method in found
    }
    assert named == {(route.path, route.method) for route in routes() if route.api}


async def test_health_readiness_and_figures_tell_the_same_as_the_database(client: Any) -> None:
    assert (await client.get("/healthz")).status == 200
    await client.post("/api/v1/complaints", json=complaint())
    await client.post("/api/v1/complaints", json={})
    ready = await (await client.get("/readyz")).json()
    assert ready["ready"] is True
    text = await (await client.get("/metrics")).text()
    assert 'hotline_receipts_today{channel="web",outcome="refused"} 1.0' in text


async def test_a_file_is_taken_by_its_content_and_served_as_a_download(client: Any) -> None:

    def upload(name: str, body: bytes) -> FormData:
        data = FormData(quote_fields=False)
        data.add_field("file", body, filename=name)
        return data

    png = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100
    kept = await (await client.post("/api/v1/attachments", data=upload("../../灯.png", png))).json()
    assert kept["name"] == "灯.png" and kept["type"] == "image/png"
    bad = await client.post(
        "/api/v1/attachments", data=upload("a.png", b"<script>alert(1)</script>")
    )
    assert bad.status == 422
    told = await (
        await client.post("/api/v1/complaints", json=complaint(attachments=[kept["token"]]))
    ).json()
    while await intake.triage_pending(client.centre):
        pass
    headers = await token(client, "dispatcher")
    case = await (await client.get(f"/api/v1/cases/{told['number']}", headers=headers)).json()
    assert case["attachments"][0]["token"] == kept["token"]
    answer = await client.get(f"/api/v1/attachments/{kept['token']}", headers=headers)
    assert answer.status == 200 and await answer.read() == png
    assert answer.headers["Content-Disposition"].startswith("attachment")


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
async def test_a_cursor_that_was_never_given_out_is_refused(client: Any, cursor: str) -> None:
    headers = await token(client, "dispatcher")
    answer = await client.get("/api/v1/cases", params={"cursor": cursor}, headers=headers)
    assert answer.status == 422


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "Bearer 密码"}, 401),
        ({"Cookie": f"{auth.COOKIE}=\xe9\xff"}, 401),
        ({"Authorization": "Bearer " + "x" * 5000}, 401),
    ],
)
async def test_odd_credentials_are_no_credentials(
    client: Any, headers: dict[str, str], status: int
) -> None:
    assert (await client.get("/api/v1/cases", headers=headers)).status == status


async def test_an_odd_code_answers_like_a_wrong_one(client: Any) -> None:
    path = "/api/v1/complaints/20261123-000001"
    for code in ("é", "查询码", "", "A" * 5000):
        assert (await client.get(path, headers={"Query-Code": code})).status == 404


async def test_bodies_that_lie_about_themselves_are_refused(client: Any) -> None:
    squeezed = {**JSON, "Content-Encoding": "gzip"}
    # What cannot be unpacked ends its connection with the answer: it is asked last.
    for data, headers in ((b'{"title":"a","title":"b"}', JSON), (b"not gzip", squeezed)):
        answer = await client.post("/api/v1/complaints", data=data, headers=headers)
        assert answer.status in (400, 422), await answer.text()


async def a_file(client: Any) -> str:
    data = FormData(quote_fields=False)
    data.add_field("file", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, filename="灯.png")
    return str((await (await client.post("/api/v1/attachments", data=data)).json())["token"])


async def test_a_post_with_a_file_replays_under_its_key_after_triage_too(client: Any) -> None:
    body, key = complaint(attachments=[await a_file(client)]), {"Idempotency-Key": "with-file"}
    first = await (await client.post("/api/v1/complaints", json=body, headers=key)).json()
    while await intake.triage_pending(client.centre):
        pass
    again = await client.post("/api/v1/complaints", json=body, headers=key)
    assert (again.status, await again.json()) == (201, first)


async def test_a_supplements_file_belongs_to_the_case_and_an_unknown_one_is_refused(
    client: Any,
) -> None:
    told = await (await client.post("/api/v1/complaints", json=complaint())).json()
    while await intake.triage_pending(client.centre):
        pass
    path, code = f"/api/v1/complaints/{told['number']}", {"Query-Code": told["query_code"]}
    bad = {"content": "补充", "attachments": ["nothing"]}
    answer = await client.post(f"{path}/supplements", json=bad, headers=code)
    assert answer.status == 409 and (await answer.json())["errors"][0]["field"] == "attachments"
    kept = await a_file(client)
    good = {"content": "补充", "attachments": [kept]}
    assert (await client.post(f"{path}/supplements", json=good, headers=code)).status == 200
    headers = await token(client, "dispatcher")
    case = await (await client.get(f"/api/v1/cases/{told['number']}", headers=headers)).json()
    assert [one["token"] for one in case["attachments"]] == [kept]


async def test_more_files_than_allowed_are_counted_in_words(client: Any) -> None:
    answer = await client.post("/api/v1/complaints", json=complaint(attachments=["x"] * 11))
    assert answer.status == 422 and "10" in (await answer.json())["detail"]
