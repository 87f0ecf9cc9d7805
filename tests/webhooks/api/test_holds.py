from __future__ import annotations

import pytest

from pipeline.decisions.holds import approve_release
from pipeline.model.errors import NotPermitted
from tests.webhooks.api.conftest import MAKER


def place(program, **other):
    wanted = {"matter": "M-1", "scope": "recording", "subject": program.recording, "reason": "canary"}
    return program.do("holds", wanted | other)


def test_a_hold_is_placed_its_locks_read_back_and_its_release_asked_for(program):
    hold = place(program)
    assert (hold["placed_by"], "canary" in str(hold)) == (f"key:{program.name}", False)
    covered = program.get(f"holds/{hold['id']}/covered")["items"]
    assert {one["lock"] for one in covered} == {"locked"}
    asked = program.do(f"holds/{hold['id']}/release", {"reason": "over"})
    assert (asked["release_requested_by"], asked["released_at"]) == (f"key:{program.name}", None)
    assert program.do(f"holds/{hold['id']}/keep", {"reason": "not yet"})["release_requested_by"] is None
    assert [one["id"] for one in program.get("holds")["items"]] == [hold["id"]]
    assert program.get(f"holds/{hold['id']}")["id"] == hold["id"]


def test_a_release_that_a_key_asked_for_is_allowed_by_a_person_who_did_not_make_the_key(program):
    hold = place(program)["id"]
    program.do(f"holds/{hold}/release", {"reason": "over"})
    assert program.refused(f"holds/{hold}/approve", {"reason": "me"}) == 404
    for somebody in (f"key:{program.name}", f"key:{program.with_key().name}", MAKER):
        with program.tx() as tx, pytest.raises(NotPermitted):
            approve_release(tx, hold=hold, actor=somebody)
    with program.tx() as tx:
        assert approve_release(tx, hold=hold, actor="user:ada").released_by == "user:ada"


def test_what_cannot_be_held_is_refused_and_matters_open_and_close(empty):
    for wrong in ({"scope": "world"}, {"subject": "rec_x"}, {"scope": "party", "subject": "1"}, {"reason": " "}):
        body = {"matter": "M-1", "scope": "recording", "subject": "x", "reason": "x"} | wrong
        assert empty.refused("holds", body) in (404, 422)
    empty.do("matters", {"matter": "M-2", "title": "canary", "owners": ["ada"]})
    [matter] = empty.get("matters")["items"]
    assert (matter["owners"], "canary" in str(matter)) == (["user:ada"], False)
    assert empty.do("matters/M-2/close")["closed_by"] == f"key:{empty.name}"
    assert empty.refused("matters/M-3/close") in (404, 409, 422)


def test_conditions_are_counted_and_then_held(program):
    asked = {"kind": "recording.redacted", "captured_from": "2020-01-01"}
    seen = program.do("holds/preview", asked)
    assert (seen["recordings"], seen["is_whole"], program.get("holds")["items"]) == (1, True, [])
    hold = program.do("holds/by-query", {"matter": "M-1", "reason": "canary", "conditions": asked})
    assert (hold["scope_kind"], "canary" in str(hold)) == ("query", False)
    covered = program.get(f"holds/{hold['id']}/covered")["items"]
    assert (len(covered), {one["lock"] for one in covered}) == (seen["artifacts"], {"locked"})
    for wrong in ({}, {"number": "1"}, {"kind": "moon"}, {"flag": "Not A Flag"}, {"more": "x"}):
        assert program.refused("holds/preview", wrong) == 422
        assert program.refused("holds/by-query", {"matter": "M-1", "reason": "x", "conditions": wrong}) == 422
