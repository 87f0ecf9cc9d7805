from __future__ import annotations

import pytest

from pipeline.model.recording import RecordingState as S
from pipeline.steps.fail import fail
from pipeline.store.recordings import mark_state
from pipeline.store.reviews import list_reviews

FAILED = "recording:work:failed"


def reviews(line):
    with line.tx() as tx:
        return [(i.recording, i.risk, i.reasons) for i in list_reviews(tx)]


@pytest.mark.parametrize("state", [S.ANNOUNCED, S.COMPLETED, S.AUTHORISED, S.CAPTURED, S.WITHHELD])
def test_work_that_cannot_go_on_ends_in_a_failure_with_its_name_before_a_person(line, state):
    recording = line.record()
    with line.tx() as tx:
        mark_state(tx, recording.id, state)
    assert line.run(fail, recording, "VendorRefused") == {"state": "failed", "reason": "VendorRefused"}
    assert (line.state(recording), line.now(recording).reason) == (S.FAILED, "VendorRefused")
    assert line.events(FAILED) == [{"error": "VendorRefused"}]
    assert reviews(line) == [(recording.id, 100, ("failed", "VendorRefused"))]


def test_failing_again_is_told_once(line):
    recording = line.record()
    for _ in range(3):
        line.run(fail, recording, "VendorRefused")
    assert (len(line.events(FAILED)), len(reviews(line))) == (1, 1)


@pytest.mark.parametrize("state", [S.PUBLISHED, S.REFUSED, S.ABSENT, S.PURGED])
def test_what_is_over_stays_what_it_is_and_the_failure_is_told_all_the_same(line, state):
    recording = line.record()
    with line.tx() as tx:
        mark_state(tx, recording.id, state, reason="before")
    for _ in range(2):
        assert line.run(fail, recording, "StoreUnreachable") == {"state": state.value, "reason": "StoreUnreachable"}
    assert (line.state(recording), line.now(recording).reason) == (state, "before")
    assert line.events(FAILED) == [{"error": "StoreUnreachable"}]


def test_the_sealed_original_stays(line):
    recording = line.through(line.record(), "settle_consent", "capture")
    line.run(fail, recording, "VendorRefused")
    assert line.kinds(recording) == ["recording.original"]
