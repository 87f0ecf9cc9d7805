from __future__ import annotations

from http import HTTPStatus

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from pipeline.model import errors
from webhooks.problems import install, status_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotFound(), 404),
        (errors.Conflict(), 409),
        (errors.NotPermitted(), 403),
        (errors.InvalidInput(), 422),
        (errors.IllegalTransition(), 409),
        (errors.HoldInForce(), 409),
        (errors.VendorUnavailable("twilio", "stop"), 503),
        (errors.VendorRefused("twilio", "stop"), 503),
        (errors.StoreUnreachable("database"), 503),
        (errors.IntegrityError(), 500),
    ],
)
def test_each_error_has_its_status(error, status):
    assert status_of(error) == HTTPStatus(status)


@pytest.fixture
def app() -> TestClient:
    app = FastAPI()
    install(app)

    @app.get("/fails/{how}")
    def fails(how: str) -> None:
        known = {"ours": errors.InvalidInput("secret-word"), "unforeseen": RuntimeError("secret-word")}
        raise known[how]

    @app.get("/counts/{number}")
    def counts(number: int) -> int:
        return number

    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/fails/ours", 422),
        ("/fails/unforeseen", 500),
        ("/fails/missing", 500),
        ("/counts/secret-word", 422),
        ("/x", 404),
    ],
)
@pytest.mark.clause("nejix", "1", "referral URL, and error logs")
def test_every_error_is_a_problem_document_that_repeats_nothing(app, target, status):
    answer = app.get(target)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["type"], body["status"]) == ("about:blank", status)
    assert body["title"] == HTTPStatus(status).phrase
    assert "secret-word" not in answer.text
    assert "Traceback" not in answer.text


def test_a_method_that_is_not_there_is_a_problem_document_too(app):
    answer = app.post("/counts/1")
    assert (answer.status_code, answer.json()["title"]) == (405, "Method Not Allowed")
    assert answer.headers["allow"] == "GET"
