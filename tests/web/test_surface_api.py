"""What the interface tells of itself: its document, its health, its figures."""

from openapi_spec_validator import validate

from hotline.web.routes import routes
from tests.web.api_support import (
    Client,
    complaint,
)


async def test_the_document_is_valid_and_names_every_route(client: Client) -> None:
    document = await (await client.get("/api/v1/openapi.json")).json()
    validate(document)
    named = {
        (path, method.upper()) for path, found in document["paths"].items() for method in found
    }
    assert named == {(route.path, route.method) for route in routes() if route.api}


async def test_health_readiness_and_figures_tell_the_same_as_the_database(client: Client) -> None:
    assert (await client.get("/healthz")).status == 200
    await client.post("/api/v1/complaints", json=complaint())
    await client.post("/api/v1/complaints", json={})
    ready = await (await client.get("/readyz")).json()
    assert ready["ready"] is True
    text = await (await client.get("/metrics")).text()
    assert 'hotline_receipts_today{channel="web",outcome="refused"} 1.0' in text
