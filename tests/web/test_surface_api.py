"""What the interface tells of itself: its document, its health, its figures."""

from datetime import timedelta
from pathlib import Path

from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from hotline.web.app import _every_route
from tests.web.api_support import (
    Client,
    complaint,
    filed,
    token,
)


async def test_the_document_is_valid_and_names_every_route(client: Client) -> None:
    document = await (await client.get("/api/v1/openapi.json")).json()
    validate(document)
    named = {
        (path, method.upper()) for path, found in document["paths"].items() for method in found
    }
    assert named == {(route.path, route.method) for route in _every_route() if route.api}


async def test_a_name_that_no_criterion_can_have_is_refused_as_the_document_says(
    client: Client,
) -> None:
    headers = await token(client, "inspector")
    schema = {"$ref": "#/components/schemas/SheetForm", "components": client.document["components"]}
    for name, fits in (("secret_told", True), ("\u5da4", False), ("", False)):
        body = {"version": 1, "faults": {name: ""}}
        assert Draft202012Validator(schema).is_valid(body) is fits
        answer = await client.put("/api/v1/sheets/1/draft", json=body, headers=headers)
        assert answer.status == (
            404 if fits else 422
        )  # of its form, before any sheet is looked for


async def test_a_parameter_may_be_left_empty_as_the_document_says_and_is_told_once(
    client: Client,
) -> None:
    headers = await token(client, "dispatcher")
    asked = client.document["paths"]["/api/v1/cases"]["get"]["parameters"]
    sort = next(one["schema"] for one in asked if one["name"] == "sort")
    for value, status in (("", 200), ("number", 422), ("received_at", 200)):
        answer = await client.get(f"/api/v1/cases?sort={value}", headers=headers)
        assert answer.status == status
        assert Draft202012Validator(sort).is_valid(value) is (status == 200)
    twice = await client.get("/api/v1/cases?sort=&sort=received_at", headers=headers)
    told = (await twice.json())["errors"]
    assert (twice.status, told[0]["field"], told[0]["code"]) == (422, "sort", "repeated")


async def test_health_readiness_and_figures_tell_the_same_as_the_database(client: Client) -> None:
    assert (await client.get("/healthz")).status == 200
    await client.post("/api/v1/complaints", json=complaint())
    await client.post("/api/v1/complaints", json={})
    ready = await (await client.get("/readyz")).json()
    assert ready["ready"] is True
    text = await (await client.get("/metrics")).text()
    assert 'hotline_receipts_today{channel="web",outcome="refused"} 1.0' in text


async def test_every_queue_has_its_length_and_its_age_among_the_figures(
    client: Client,
) -> None:
    await filed(client)
    await client.post("/api/v1/complaints", json=complaint())
    client.clock.move_to(client.clock.at + timedelta(seconds=90))
    text = await (await client.get("/metrics")).text()
    for queue in ("triage", "outbox", "parked", "call_tasks", "alerts", "state:registered"):
        assert f'hotline_queue_length{{queue="{queue}"}}' in text, queue
        assert f'hotline_queue_oldest_seconds{{queue="{queue}"}}' in text, queue
    assert 'hotline_queue_oldest_seconds{queue="triage"} 90.0' in text
    assert "hotline_node_silent_seconds{node=" in text and "hotline_disk_free_bytes" in text


async def test_readiness_is_refused_with_its_reason_while_liveness_stands(client: Client) -> None:
    client.centre.stopping.set()
    answer = await client.get("/readyz")
    assert (answer.status, (await answer.json())["why"]) == (503, "stopping")
    client.centre.stopping.clear()
    await client.centre.store.close()
    database = client.centre.store.url.database or ""
    Path(database).rename(f"{database}.away")
    Path(database).mkdir()
    answer = await client.get("/readyz")
    assert (answer.status, (await answer.json())["why"]) == (503, "database")
    assert (await client.get("/healthz")).status == 200
    Path(database).rmdir()
    Path(f"{database}.away").rename(database)
