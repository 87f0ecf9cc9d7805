from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from pipeline.model.errors import Conflict, InvalidInput, NotFound
from webhooks import problems
from webhooks.pages.problem_pages import problem_page

BROWSER = {"Accept": "text/html,*/*;q=0.8"}


@pytest.fixture
def client():
    app = FastAPI()
    problems.install(app, page_of=problem_page)
    errors = {
        "absent": NotFound("rec_1"),
        "raced": Conflict("rec_1"),
        "bad": InvalidInput("rec_1"),
        "fault": ValueError("rec_1"),
    }

    @app.get("/review/{kind}")
    @app.get("/api/v1/{kind}")
    def fail(kind: str):
        raise errors[kind]

    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(("kind", "status"), [("absent", 404), ("raced", 409), ("bad", 422), ("fault", 500)])
def test_a_browser_is_told_on_a_page_and_everybody_else_in_a_document(client, kind, status):
    page = client.get(f"/review/{kind}", headers=BROWSER)
    assert (page.status_code, page.headers["content-type"].split(";")[0]) == (status, "text/html")
    assert "rec_1" not in page.text
    for path, headers in ((f"/api/v1/{kind}", BROWSER), (f"/review/{kind}", {"Accept": "application/json"})):
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_a_path_that_nobody_serves_is_a_page_too(client):
    assert "no such page" in client.get("/review/a/b", headers=BROWSER).text
