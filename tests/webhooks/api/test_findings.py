from __future__ import annotations

import pytest

from pipeline.decisions.corrections import Reviewer, second
from pipeline.model.entity import EntityType
from pipeline.model.errors import NotPermitted
from pipeline.model.ids import RecordingId
from pipeline.model.review import ChangeKind, ChangeState
from pipeline.store.recordings import get_recording
from tests.corrections import NUMBER, change
from tests.webhooks.api.conftest import MAKER


def finding(program, type: str = "PERSON"):
    return next(one for one in program.get(program.at("findings"))["items"] if one["type"] == type)


def test_a_finding_is_confirmed_called_not_personal_and_taken_back(program):
    found = finding(program)
    here = program.at(f"findings/{found['key']}")
    assert program.refused(here, {"version": 9, "kind": "confirm"}) == 409
    assert program.refused(here, {"version": 1, "kind": "not_personal"}) == 422
    assert program.refused(program.at("findings/9.9.9"), {"version": 1, "kind": "confirm"}) == 404
    [change] = program.do(here, {"version": 1, "kind": "not_personal", "code": "company"})
    assert (change["actor"], change["kind"], change["code"]) == (f"key:{program.name}", "not_personal", "company")
    assert "canaryname" not in str(found) + str(change)
    undone = program.do(f"changes/{change['id']}/undo")
    assert undone["state"] == "undone"
    assert [one["state"] for one in program.get(program.at("changes"))["items"]] == ["undone"]


def test_a_missed_place_is_hidden_by_time_or_by_words_and_outside_the_sound_refused(program):
    place = {"version": 1, "type": "PERSON", "channel": 0, "start_ms": 5000, "end_ms": 5150}
    made = program.do(program.at("missed"), place)
    assert (made["kind"], made["state"]) == ("add", "waiting")
    assert made["time"]["start_ms"] <= 5000
    outside = place | {"start_ms": 90_000_000, "end_ms": 90_000_001}
    assert program.refused(program.at("missed"), outside) == 422
    assert program.refused(program.at("missed"), place | {"turn": 99}) in (404, 422)


def test_what_is_of_high_risk_waits_for_a_person_who_did_not_make_the_key(program):
    context, recording = program.stage.context, get(program)
    risky = {"type": EntityType.US_SSN, "state": ChangeState.AWAITING_SECOND, "actor": f"key:{program.name}"}
    made = change(program.line, recording, ChangeKind.NOT_PERSONAL, NUMBER, **risky)
    [waits] = program.get("changes")["items"]
    assert (waits["id"], waits["actor"]) == (made.id, f"key:{program.name}")
    for somebody in (MAKER, f"key:{program.name}"):
        by = Reviewer(actor=somebody, keys=context.keys, queue=context.queue)
        with program.tx() as tx, pytest.raises(NotPermitted):
            second(tx, [made.id], agrees=True, by=by)
    assert not [path for path in program.client.app.openapi()["paths"] if "second" in path]


def get(program):
    with program.tx() as tx:
        return get_recording(tx, RecordingId(program.recording))
