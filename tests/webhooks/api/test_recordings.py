from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.model.consent import Outcome
from pipeline.model.recording import RecordingState as S
from pipeline.store.calls import find_call_by_sid
from pipeline.store.recordings import mark_state, note_recording
from tests.builders import a_call, a_recording, answer
from tests.webhooks.conftest import API_KEY


def ask(stage, path: str, key: str = API_KEY, **query: str):
    return stage.client.get(f"/api/v1/{path}", params=query, headers={"Authorization": f"Bearer {key}"})


@pytest.fixture
def owner(stage):
    return stage.tenant()


@pytest.fixture
def tx(stage, owner):
    return lambda: stage.context.database.transaction(owner.id)


def test_a_recording_that_twilio_did_not_keep_is_there_with_the_reason_and_what_to_do(stage, owner, tx):
    with tx() as opened:
        made = a_recording(opened, None, state=S.ANNOUNCED)
        note_recording(opened, replace(made, state=S.ABSENT, reason="vendor_absent_16102", error_code=16102))
    [shown] = ask(stage, "recordings", state="absent").json()["items"]
    assert (shown["id"], shown["state"], shown["error_code"], shown["is_trouble"]) == (made.id, "absent", 16102, True)
    assert "only silence" in shown["means"]
    assert shown["error_page"].endswith("/16102")
    assert ask(stage, f"recordings/{made.id}").json() == shown
    assert ask(stage, "recordings", state="failed").json() == {"items": [], "next": None}


def test_pages_follow_one_another(stage, owner, tx):
    with tx() as opened:
        made = {a_recording(opened, None).id for _ in range(5)}
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = ask(stage, "recordings", limit="2", **cursor).json()
        seen += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert len(seen) == 5
    assert set(seen) == made


def test_a_call_shows_where_each_permission_stands_and_its_recordings(stage, owner, tx):
    call = stage.call(owner)
    call.follow(call.ring())
    stage.withdraw(call)
    with tx() as opened:
        found = find_call_by_sid(opened, call.call_sid)
        made = a_recording(opened, found.id)
        mark_state(opened, made.id, S.REFUSED, reason="caller_withdrawn")
    shown = ask(stage, f"calls/{call.call_sid}").json()
    assert shown["call_sid"] == call.call_sid
    assert {(c["leg"], c["purpose"], c["outcome"]) for c in shown["consents"]} >= {
        ("caller", "record", "withdrawn"),
        ("caller", "train", "withdrawn"),
    }
    assert shown["consents"][0]["withdrawn_at"] is not None
    assert [r["id"] for r in shown["recordings"]] == [made.id]
    assert "the caller took the permission back" in shown["recordings"][0]["means"]


def test_no_answer_holds_a_number(stage, owner, tx):
    call = stage.call(owner)
    call.follow(call.ring())
    text = ask(stage, f"calls/{call.call_sid}").text + ask(stage, "recordings").text
    assert not [number for number in ("2125550142", "3035550100") if number in text]


def test_another_tenants_key_finds_nothing(stage, owner, tx):
    stage.tenant("other", api_key="ek_other")
    with tx() as opened:
        call = a_call(opened, stage.context.keys)
        answer(opened, call, Outcome.GRANTED)
        made = a_recording(opened, call)
    call_sid = ask(stage, f"recordings/{made.id}").json()["call_sid"]
    for path in (f"recordings/{made.id}", f"calls/{call_sid}"):
        assert ask(stage, path).status_code == 200
        assert ask(stage, path, key="ek_other").status_code == 404
    assert ask(stage, "recordings", key="ek_other").json()["items"] == []


@pytest.mark.parametrize("path", ["recordings", "recordings/rec_" + "0" * 26, "calls/CA" + "0" * 32])
def test_without_a_known_key_nothing_is_shown(stage, owner, path):
    assert stage.client.get(f"/api/v1/{path}").status_code == 401
    assert ask(stage, path, key="wrong").status_code == 401


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("recordings", {"cursor": "x"}, 422),
        ("recordings", {"cursor": "a" * 400}, 422),
        ("recordings", {"state": "gone"}, 422),
        ("recordings", {"since": "yesterday"}, 422),
        ("recordings", {"since": "2026-11-21T09:00:00"}, 422),
        ("recordings", {"limit": "0"}, 422),
        ("recordings", {"limit": "201"}, 422),
        ("recordings/nonsense", {}, 422),
        ("recordings/rec_" + "0" * 26, {}, 404),
        ("calls/CA" + "0" * 32, {}, 404),
        ("calls/CA1", {}, 422),
    ],
)
def test_what_cannot_be_meant_or_is_not_there_is_a_problem_document(stage, owner, path, query, status):
    told = ask(stage, path, **query)
    assert told.status_code == status
    assert told.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "since", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-21T09:00:00Z", "1e9", "-1", "0"]
)
def test_a_moment_at_the_edge_of_time_is_no_fault(stage, owner, since):
    assert ask(stage, "recordings", since=since).status_code in (200, 422)


def test_a_moment_narrows_the_list(stage, owner, tx, clock):
    with tx() as opened:
        a_recording(opened, None)
    clock.move(hours=1)
    with tx() as opened:
        made = a_recording(opened, None)
    since = clock.now().isoformat()
    assert [one["id"] for one in ask(stage, "recordings", since=since).json()["items"]] == [made.id]


@pytest.mark.clause("nejix", "4", "You may delete individual records earlier")
def test_a_recording_is_deleted_by_its_owner_alone_and_with_a_reason(stage, owner, tx):
    """Per-record delete through the API."""

    def delete(recording: str, key: str = API_KEY, **query: str):
        headers = {"Authorization": f"Bearer {key}"}
        return stage.client.delete(f"/api/v1/recordings/{recording}", params=query, headers=headers)

    with tx() as opened:
        made = a_recording(opened, None)
    assert delete(made.id).status_code == 422
    assert delete(made.id, "ek_" + "x" * 43, reason="asked").status_code == 401
    assert delete("rec_" + "0" * 26, reason="asked").status_code == 404
    answered = delete(made.id, reason="asked by mail")
    assert (answered.status_code, answered.json()["is_held"]) == (202, False)
    assert stage.context.queue.purges == [(owner.id, made.id, answered.json()["request"])]
    assert delete(made.id, reason="again").json()["request"] == answered.json()["request"]
