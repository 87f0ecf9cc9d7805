from __future__ import annotations

import pytest

from pipeline.intake.import_recording import Upload, attested_by_operator, import_recording
from pipeline.model.consent import Method, Purpose, standings
from pipeline.model.errors import Conflict
from pipeline.model.recording import UPLOADED, RecordingState
from pipeline.policies.loader import load_bundle
from pipeline.store.calls import list_legs
from pipeline.store.consents import list_consents
from pipeline.store.recordings import list_recordings, mark_state


def upload(sha256="a" * 64):
    return Upload(sha256=sha256, channels=2, duration_ms=61_500)


@pytest.fixture
def hand_in(database, tenant, keys):
    def act(file):
        with database.transaction(tenant.id) as tx:
            given = attested_by_operator(at=tx.now)
            return import_recording(tx, tenant, file, given, judged_by=(load_bundle("nejix"), "1"), keys=keys)

    return act


def test_the_operators_attestation_covers_everything_but_training(database, tenant, hand_in):
    recording = hand_in(upload())
    with database.transaction(tenant.id) as tx:
        stands = standings(list_consents(tx, recording.call))
    assert {s.purpose for s in stands} == set(Purpose) - {Purpose.TRAIN}
    assert all(s.is_granted and s.method is Method.OPERATOR_ATTESTED for s in stands)


def test_the_same_file_is_the_same_recording_however_often_it_comes(database, tenant, hand_in):
    first, second = hand_in(upload()), hand_in(upload())
    assert first.id == second.id
    with database.transaction(tenant.id) as tx:
        assert len(list_recordings(tx)) == 1
        assert len(list_legs(tx, first.call)) == 1


def test_another_file_is_another_recording_of_another_call(hand_in):
    first, second = hand_in(upload()), hand_in(upload("b" * 64))
    assert first.id != second.id
    assert first.call != second.call


def test_an_upload_stands_as_a_completed_recording_of_its_own_source(hand_in):
    recording = hand_in(upload())
    assert (recording.state, recording.source) == (RecordingState.COMPLETED, UPLOADED)
    assert (recording.channels, recording.duration_s) == (2, 61)


@pytest.mark.parametrize("state", [RecordingState.REFUSED, RecordingState.PURGED])
def test_a_file_that_was_refused_or_purged_does_not_come_back_by_being_uploaded_again(database, tenant, keys, state):
    given = {"judged_by": (load_bundle("nejix"), "1"), "keys": keys}
    with database.transaction(tenant.id) as tx:
        made = import_recording(tx, tenant, upload(), attested_by_operator(at=tx.now), **given)
        mark_state(tx, made.id, state)
    with database.transaction(tenant.id) as tx, pytest.raises(Conflict, match=state.value):
        import_recording(tx, tenant, upload(), attested_by_operator(at=tx.now), **given)
    with database.transaction(tenant.id) as tx:
        assert [r.state for r in list_recordings(tx)] == [state]
