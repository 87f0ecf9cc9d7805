from __future__ import annotations

import pytest

from pipeline.decisions.children import clear_child, note_child
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import RecordingId
from pipeline.model.retention import RetentionBasis
from pipeline.model.tenant_notice import NoticeKind
from pipeline.policies.decide import decide
from pipeline.policies.loader import load_bundle, load_matrix
from pipeline.steps.decide import decide_artifacts
from pipeline.steps.gather_facts import gather
from pipeline.store.decisions import find_decision
from pipeline.store.tenant_notices import list_notices
from tests.builders import a_recording, an_artifact_row


@pytest.fixture
def recording(database, tenant):
    with database.transaction(tenant.id) as tx:
        return a_recording(tx, None)


def decided(database, tenant, recording):
    with database.transaction(tenant.id) as tx:
        artifact = an_artifact_row(tx, recording, ArtifactKind.RECORDING_ORIGINAL)
        facts = gather(tx, recording, tenant, artifact)
    return facts.events.child_signals, decide(facts, load_bundle("nejix"), load_matrix())


def ended_by(line, recording):
    original = line.artifact(recording, ArtifactKind.RECORDING_ORIGINAL)
    with line.tx() as tx:
        record = find_decision(tx, original.id).record
    return record["retention"]["ended_by"], record["visibility"]


@pytest.mark.clause("nejix", "9", "we will promptly delete it")
def test_a_recording_that_the_tenant_flags_is_a_childs_until_a_person_clears_it(database, tenant, recording):
    with database.transaction(tenant.id) as tx:
        note_child(tx, recording.id, age=9, actor="user:1")
    signals, _ = decided(database, tenant, recording)
    assert [(s.sign, s.age, s.is_cleared) for s in signals] == [("tenant_flag", 9, False)]
    with database.transaction(tenant.id) as tx:
        clear_child(tx, recording.id, reason="the caller is the mother", actor="user:2")
    signals, record = decided(database, tenant, recording)
    assert [s.is_cleared for s in signals] == [True]
    assert "CHILD" in {reason.code for reason in record.training.reasons}


@pytest.mark.clause("nejix", "9", "we will promptly delete it")
def test_what_was_agreed_to_ends_by_the_child_that_is_noted_and_not_once_a_person_cleared_it(line):
    recording = line.through(line.record(), "settle_consent", "capture")
    with line.tx() as tx:
        note_child(tx, recording.id, age=9, actor="user:1")
    line.run(decide_artifacts, recording)
    assert ended_by(line, recording) == (RetentionBasis.CHILD, "quarantined")
    with line.tx() as tx:
        clear_child(tx, recording.id, reason="the caller is the mother", actor="user:2")
    line.run(decide_artifacts, recording)
    assert ended_by(line, recording) == (None, "sealed")


def test_a_sign_after_a_clearing_counts_again(database, tenant, recording):
    with database.transaction(tenant.id) as tx:
        note_child(tx, recording.id, age=9, actor="user:1")
        clear_child(tx, recording.id, reason="the caller is the mother", actor="user:2")
        note_child(tx, recording.id, age=None, actor="user:1")
    signals, _ = decided(database, tenant, recording)
    assert [s.is_cleared for s in signals] == [True, False]


@pytest.mark.parametrize("age", [-1, 21, 99])
def test_an_age_at_which_nobody_is_a_child_is_refused(database, tenant, recording, age):
    with pytest.raises(InvalidInput), database.transaction(tenant.id) as tx:
        note_child(tx, recording.id, age=age, actor="user:1")


def test_clearing_needs_a_reason_and_something_to_clear(database, tenant, recording):
    with database.transaction(tenant.id) as tx:
        with pytest.raises(NotFound):
            clear_child(tx, recording.id, reason="none is heard", actor="user:1")
        note_child(tx, recording.id, age=9, actor="user:1")
        with pytest.raises(InvalidInput):
            clear_child(tx, recording.id, reason=" ", actor="user:1")
        with pytest.raises(NotFound):
            note_child(tx, RecordingId("rec_none"), age=9, actor="user:1")


@pytest.mark.clause("nejix", "9", "we will promptly delete it")
@pytest.mark.clause("connekz", "7", "collect data from children under 18")
def test_the_tenant_is_told_of_each_sign_in_the_same_transaction(database, tenant, recording):
    with pytest.raises(RuntimeError), database.transaction(tenant.id) as tx:
        note_child(tx, recording.id, age=9, actor="user:1")
        raise RuntimeError
    with database.transaction(tenant.id) as tx:
        assert list_notices(tx) == ()
        note_child(tx, recording.id, age=9, actor="user:1")
        (notice,) = list_notices(tx, is_open=True)
    told = (notice.kind, notice.subject_kind, notice.subject_id, notice.cause)
    assert told == (NoticeKind.CHILD, "recording", recording.id, "tenant_flag")
