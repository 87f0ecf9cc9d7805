from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.consent.attested import Made
from pipeline.model.artifact import ArtifactKind
from pipeline.model.bulk import BulkOutcome
from pipeline.model.recording import RecordingState
from pipeline.store.artifacts import find_original_named, mark_purged
from pipeline.store.calls import get_call
from pipeline.store.recordings import mark_state
from pipeline.store.taking import Candidate, why_not_taken
from tests.builders import a_call, a_recording, an_artifact_row
from tests.evidence import evidence, line

SID = "RE" + "a" * 32


@pytest.fixture
def tx(database, tenant):
    with database.transaction(tenant.id) as opened:
        yield opened


def candidate(*, call_sid="CA" + "a" * 32, named=None, attested=None) -> Candidate:
    made = Made(
        recording_sid=SID,
        call_sid=call_sid,
        source="DialVerb",
        channels=2,
        started_at=datetime(2026, 3, 1, tzinfo=UTC),
        duration_s=6,
    )
    given = evidence(line(SID)).by_recording[SID] if attested is None else attested
    return Candidate(recording_sid=SID, made=made, attested=given, named=named)


def test_what_is_known_or_was_ended_does_not_come_again(tx, tenant, keys):
    assert why_not_taken(tx, candidate(), tenant) is None
    made = a_recording(tx, a_call(tx, keys), sid=SID)
    for state, outcome in (
        (RecordingState.COMPLETED, BulkOutcome.KNOWN),
        (RecordingState.PUBLISHED, BulkOutcome.KNOWN),
        (RecordingState.REFUSED, BulkOutcome.GONE),
        (RecordingState.PURGED, BulkOutcome.GONE),
    ):
        mark_state(tx, made.id, state)
        assert why_not_taken(tx, candidate(), tenant) is outcome
    assert why_not_taken(tx, candidate(), tenant, noted_as=made.id) is None


def test_the_same_bytes_under_another_name_are_known_and_stay_gone(tx, tenant, keys):
    kept = an_artifact_row(tx, a_recording(tx, a_call(tx, keys)), ArtifactKind.RECORDING_ORIGINAL)
    assert why_not_taken(tx, candidate(named=kept.name), tenant) is BulkOutcome.KNOWN
    mark_purged(tx, kept.id)
    assert why_not_taken(tx, candidate(named=kept.name), tenant) is BulkOutcome.GONE
    assert find_original_named(tx, "0" * 64) is None


def test_a_call_that_was_asked_by_us_is_left_and_so_is_what_has_no_evidence_or_is_no_recording(tx, tenant, keys):
    call = get_call(tx, a_call(tx, keys))
    assert why_not_taken(tx, candidate(call_sid=call.call_sid), tenant) is BulkOutcome.KNOWN

    assert why_not_taken(tx, candidate(attested=()), tenant) is BulkOutcome.NO_EVIDENCE
    spoilt = Candidate(recording_sid=SID, made=None, attested=candidate().attested)
    assert why_not_taken(tx, spoilt, tenant) is BulkOutcome.UNUSABLE
