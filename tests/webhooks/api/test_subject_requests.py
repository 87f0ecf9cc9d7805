from __future__ import annotations

import pytest

from tests.webhooks.conftest import API_KEY

BODY = {"kind": "access", "identifiers": [{"kind": "number", "value": "+6421234567"}], "place": "NZ"}
KEY = {"Authorization": f"Bearer {API_KEY}"}
PATH = "/api/v1/subject-requests"


@pytest.mark.clause("nejix", "7", "We will respond within 30 days")
@pytest.mark.clause("connekz", "5", "access, correct, or request deletion")
def test_a_request_is_taken_in_listed_and_shown_without_who_asks(stage):
    stage.tenant()
    made = stage.client.post(PATH, json=BODY, headers=KEY)
    assert made.status_code == 201
    opened = made.json()
    assert (opened["state"], opened["due_by"]) == ("open", "rights_clocks NZ: Privacy Act 2020 s 44(1)")
    token = opened.pop("token")
    assert stage.client.get(PATH, headers=KEY).json()["items"] == [opened]
    assert stage.client.get(f"{PATH}/{opened['id']}", headers=KEY).json() == opened
    assert "6421234567" not in made.text
    assert stage.client.get(f"/subjects/acme/requests/{token}").status_code == 200
    assert stage.client.get(f"{PATH}/{opened['id']}/export", headers=KEY).status_code == 404


def test_nobody_else_sees_it_and_without_a_key_nothing_is_answered(stage):
    stage.tenant()
    stage.tenant("other")
    opened = stage.client.post(PATH, json=BODY, headers=KEY).json()
    assert stage.client.get(f"{PATH}/{opened['id']}", headers={"Authorization": "Bearer other"}).status_code == 404
    for path in (PATH, f"{PATH}/{opened['id']}", f"{PATH}/{opened['id']}/export"):
        assert stage.client.get(path).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "erasure"},
        {"identifiers": []},
        {"identifiers": [{"kind": "number", "value": "021"}]},
        {"place": "nowhere"},
        {"received_on": "2999-01-01"},
        {"more": 1},
    ],
)
def test_what_cannot_be_used_is_a_problem_and_opens_nothing(stage, wrong):
    stage.tenant()
    assert stage.client.post(PATH, json=BODY | wrong, headers=KEY).status_code == 422
    assert stage.client.get(PATH, headers=KEY).json()["items"] == []
