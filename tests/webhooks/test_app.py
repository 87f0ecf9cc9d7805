from __future__ import annotations

import pytest

from tests.webhooks.conftest import API_KEY


def test_the_api_describes_itself_and_the_webhooks_are_not_in_it(stage):
    described = stage.client.get("/api/v1/openapi.json").json()
    assert "/api/v1/calls/{call_sid}/withdraw" in described["paths"]
    assert all(path.startswith("/api/v1/") for path in described["paths"])
    assert described["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"


def test_a_deepgram_callback_finds_nothing_since_none_is_asked_for(stage):
    stage.tenant()
    assert stage.client.post("/deepgram/acme/job_1", json={}).status_code == 404


@pytest.mark.clause("nejix", "6", "We use these only with your consent")
def test_no_answer_sets_a_cookie(stage):
    """Nobody signs in by a page yet, so there is nothing that a cookie could be needed for."""
    call = stage.call(stage.tenant())
    announced = call.ring()
    pages = [path for path in stage.client.get("/api/v1/openapi.json").json()["paths"] if "recording_id" not in path]
    told = [call.post(call.path("voice"), call.form(Direction="inbound")), call.end()]
    for path in ("/healthz", "/readyz", "/metrics", *(page.replace("{call_sid}", call.call_sid) for page in pages)):
        told += [stage.client.request(m, path, headers={"Authorization": f"Bearer {API_KEY}"}) for m in ("GET", "POST")]
    assert announced.find("Gather") is not None
    assert {answer.status_code for answer in told} >= {200, 405}
    assert len(told) > 20
    assert [answer.url for answer in told if "set-cookie" in answer.headers] == []
    assert len(stage.client.cookies) == 0
