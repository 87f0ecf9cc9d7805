from __future__ import annotations

import re
from datetime import timedelta

import pytest

from pipeline.decisions.api_keys import make_key
from pipeline.model.api_key import ALL_SCOPES, Scope
from webhooks.api.scopes import scopes_needed

CALL = "/api/v1/calls/CA" + "0" * 32


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", CALL, Scope.CALLS_READ),
        ("POST", f"{CALL}/withdraw", Scope.CALLS_WRITE),
        ("GET", f"{CALL}/receipts", Scope.RECEIPTS_READ),
        ("GET", "/api/v1/receipt-keys", Scope.RECEIPTS_READ),
        ("DELETE", "/api/v1/recordings/rec_1", Scope.RECORDINGS_WRITE),
        ("POST", "/api/v1/subject-requests", Scope.SUBJECTS_WRITE),
    ],
)
def test_a_route_asks_for_one_scope(method, path, scope):
    assert scopes_needed(method, path) == {scope}


def test_a_route_that_nobody_thought_of_asks_for_everything():
    assert scopes_needed("GET", "/api/v1/new-thing") == ALL_SCOPES


def test_every_route_of_the_api_was_thought_of(stage):
    paths = stage.client.app.openapi()["paths"]
    named = [re.sub(r"{.*?}", "x", path) for path in paths if path.startswith("/api/v1/")]
    assert [path for path in named if scopes_needed("GET", path) == ALL_SCOPES] == []


def test_a_key_opens_what_its_scopes_say_and_nothing_else(stage):
    owner = stage.tenant()
    with stage.context.database.transaction(owner.id) as tx:
        made = make_key(tx, "crm", [Scope.RECORDINGS_READ], lasts=timedelta(days=1), actor="user:ada")
    headers = {"Authorization": f"Bearer {made.text}"}
    assert stage.client.get("/api/v1/recordings", headers=headers).status_code == 200
    for method, path in (("POST", f"{CALL}/withdraw"), ("GET", "/api/v1/subject-requests")):
        refused = stage.client.request(method, path, headers=headers)
        assert (refused.status_code, refused.headers["content-type"]) == (403, "application/problem+json")
