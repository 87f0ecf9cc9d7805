from __future__ import annotations


def test_the_api_describes_itself_and_the_webhooks_are_not_in_it(stage):
    described = stage.client.get("/api/v1/openapi.json").json()
    assert "/api/v1/calls/{call_sid}/withdraw" in described["paths"]
    assert all(path.startswith("/api/v1/") for path in described["paths"])
    assert described["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"


def test_a_deepgram_callback_finds_nothing_since_none_is_asked_for(stage):
    stage.tenant()
    assert stage.client.post("/deepgram/acme/job_1", json={}).status_code == 404
