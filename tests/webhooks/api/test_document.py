from __future__ import annotations

from webhooks.api.document import with_shared


def test_what_is_shared_is_added_to_the_api_alone_and_the_first_line_is_the_summary():
    made = with_shared(
        {
            "paths": {
                "/twilio/x": {"post": {"responses": {}}},
                "/api/v1/x": {
                    "post": {"description": "Do it.\n\nMore.", "responses": {"200": {}}},
                    "get": {"responses": {}},
                },
            }
        }
    )
    assert list(made["paths"]) == ["/api/v1/x"]
    write, read = made["paths"]["/api/v1/x"]["post"], made["paths"]["/api/v1/x"]["get"]
    assert (write["summary"], [one["name"] for one in write["parameters"]]) == ("Do it.", ["Idempotency-Key"])
    assert "parameters" not in read
    assert {"200", "401", "403", "404", "409", "422", "429", "503"} == set(write["responses"])


def test_the_document_says_that_two_people_are_two_people(empty):
    document = empty.client.get("/api/v1/openapi.json").json()
    assert "allows none" in document["info"]["description"]
    assert document["components"]["securitySchemes"]["key"] == {
        "type": "http", "scheme": "bearer", "description": "The tenant's API key.",
    }  # fmt: skip
