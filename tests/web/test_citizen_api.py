"""The citizen's interface from outside: clear problems in Chinese, nothing half stored, no 5xx."""

import json
from datetime import timedelta
from typing import Any

import pytest

from hotline.flow import intake
from hotline.store import inbox
from tests.conftest import shared
from tests.web.api_support import (
    JSON,
    PNG,
    Client,
    a_file,
    complaint,
    filed,
    token,
    triaged,
    uploaded,
)


async def test_a_post_is_answered_with_number_and_code_and_can_be_followed(client: Client) -> None:
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
    client: Client, body: Any, field: str
) -> None:
    answer = await client.post("/api/v1/complaints", data=json.dumps(body), headers=JSON)
    told = await answer.json()
    assert answer.status == 422 and answer.content_type == "application/problem+json"
    assert field in [one["field"] for one in told["errors"]]
    assert any("一" <= letter <= "鿿" for letter in told["detail"])
    assert await intake.triage_pending(client.centre) == 0


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
    client: Client, data: bytes, headers: dict[str, str], status: int
) -> None:
    answer = await client.post("/api/v1/complaints", data=data, headers=headers)
    assert answer.status == status and (await answer.json())["detail"]


async def test_errors_come_in_english_when_asked(client: Client) -> None:
    headers = {**JSON, "Accept-Language": "en"}
    answer = await client.post("/api/v1/complaints", data="{}", headers=headers)
    assert "is required" in (await answer.json())["detail"]


async def test_one_key_one_complaint_and_another_body_is_refused(client: Client) -> None:
    key = {"Idempotency-Key": "k-1"}
    first = await (await client.post("/api/v1/complaints", json=complaint(), headers=key)).json()
    again = await (await client.post("/api/v1/complaints", json=complaint(), headers=key)).json()
    assert first == again
    other = await client.post("/api/v1/complaints", json=complaint(title="别的"), headers=key)
    assert other.status == 422 and first["query_code"] not in await other.text()


@pytest.mark.slow
async def test_naughty_strings_in_every_field_are_kept_or_refused_never_a_crash(
    client: Client,
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
    await triaged(client)
    headers = await token(client, "dispatcher")
    for text in strings[::7]:
        for path in (f"/api/v1/cases/{text[:20].encode().hex()}", "/api/v1/cases"):
            answer = await client.get(
                path, params={"q": text, "topic": text, "department": text}, headers=headers
            )
            assert answer.status in (200, 404, 422), (text, answer.status)


async def test_a_file_is_taken_by_its_content_and_served_as_a_download(client: Client) -> None:
    kept = await (await client.post("/api/v1/attachments", data=a_file("../../灯.png"))).json()
    assert kept["name"] == "灯.png" and kept["type"] == "image/png"
    bad = await client.post(
        "/api/v1/attachments", data=a_file("a.png", b"<script>alert(1)</script>")
    )
    assert bad.status == 422
    told = await (
        await client.post("/api/v1/complaints", json=complaint(attachments=[kept["token"]]))
    ).json()
    await triaged(client)
    headers = await token(client, "dispatcher")
    case = await (await client.get(f"/api/v1/cases/{told['number']}", headers=headers)).json()
    assert case["attachments"][0]["token"] == kept["token"]
    answer = await client.get(f"/api/v1/attachments/{kept['token']}", headers=headers)
    assert answer.status == 200 and await answer.read() == PNG
    assert answer.headers["Content-Disposition"].startswith("attachment")


async def test_an_odd_code_answers_like_a_wrong_one(client: Client) -> None:
    path = "/api/v1/complaints/20261123-000001"
    for code in ("é", "查询码", "", "A" * 5000):
        assert (await client.get(path, headers={"Query-Code": code})).status == 404


async def test_bodies_that_lie_about_themselves_are_refused(client: Client) -> None:
    squeezed = {**JSON, "Content-Encoding": "gzip"}
    # What cannot be unpacked ends its connection with the answer: it is asked last.
    for data, headers in ((b'{"title":"a","title":"b"}', JSON), (b"not gzip", squeezed)):
        answer = await client.post("/api/v1/complaints", data=data, headers=headers)
        assert answer.status in (400, 422), await answer.text()


async def test_a_post_with_a_file_replays_under_its_key_after_triage_too(client: Client) -> None:
    body, key = complaint(attachments=[await uploaded(client)]), {"Idempotency-Key": "with-file"}
    first = await (await client.post("/api/v1/complaints", json=body, headers=key)).json()
    await triaged(client)
    again = await client.post("/api/v1/complaints", json=body, headers=key)
    assert (again.status, await again.json()) == (201, first)


async def test_a_supplements_file_belongs_to_the_case_and_an_unknown_one_is_refused(
    client: Client,
) -> None:
    told = await (await client.post("/api/v1/complaints", json=complaint())).json()
    await triaged(client)
    path, code = f"/api/v1/complaints/{told['number']}", {"Query-Code": told["query_code"]}
    bad = {"content": "补充", "attachments": ["nothing"]}
    answer = await client.post(f"{path}/supplements", json=bad, headers=code)
    assert answer.status == 409 and (await answer.json())["errors"][0]["field"] == "attachments"
    kept = await uploaded(client)
    good = {"content": "补充", "attachments": [kept]}
    assert (await client.post(f"{path}/supplements", json=good, headers=code)).status == 200
    headers = await token(client, "dispatcher")
    case = await (await client.get(f"/api/v1/cases/{told['number']}", headers=headers)).json()
    assert [one["token"] for one in case["attachments"]] == [kept]


async def test_more_files_than_allowed_are_counted_in_words(client: Client) -> None:
    answer = await client.post("/api/v1/complaints", json=complaint(attachments=["x"] * 11))
    assert answer.status == 422 and "10" in (await answer.json())["detail"]


async def test_an_addition_under_a_known_key_is_taken_once_and_another_one_is_refused(
    client: Client,
) -> None:
    told = await filed(client)
    path = f"/api/v1/complaints/{told['number']}/supplements"
    headers = {"Query-Code": told["query_code"], "Idempotency-Key": "same"}
    first = await client.post(path, json={"content": "又坏了一盏"}, headers=headers)
    again = await client.post(path, json={"content": "又坏了一盏"}, headers=headers)
    assert (first.status, again.status) == (200, 200)
    assert await first.json() == await again.json()
    other = await client.post(path, json={"content": "另一件事"}, headers=headers)
    assert other.status == 422 and (await other.json())["title"] == "key_mismatch"


async def test_a_repeat_after_the_answer_was_forgotten_says_so_and_files_nothing_new(
    client: Client,
) -> None:
    key = {"Idempotency-Key": "old"}
    first = await (await client.post("/api/v1/complaints", json=complaint(), headers=key)).json()
    async with client.centre.work() as work:
        await inbox.forget_answers(work.connection, work.at + timedelta(days=8))
    late = await client.post("/api/v1/complaints", json=complaint(), headers=key)
    told = await late.json()
    assert (late.status, told["title"]) == (409, "key_expired")
    assert first["number"] in told["detail"]


async def test_a_cases_files_together_stay_within_the_limit(client: Client) -> None:
    client.centre.case_bytes = 2 * len(PNG)
    told = await filed(client, attachments=[await uploaded(client, f"{n}.png") for n in "ab"])
    body = {"content": "再补一张", "attachments": [await uploaded(client, "c.png")]}
    path, code = f"/api/v1/complaints/{told['number']}", {"Query-Code": told["query_code"]}
    answer = await client.post(f"{path}/supplements", json=body, headers=code)
    assert answer.status == 409
    assert (await answer.json())["errors"][0]["field"] == "attachments"
    three = complaint(attachments=[await uploaded(client, f"{n}.png") for n in "abc"])
    answer = await client.post("/api/v1/complaints", json=three)
    assert answer.status == 422 and "合计" in (await answer.json())["detail"]
