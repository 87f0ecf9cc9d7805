from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipeline.decisions.training_features import disable, enable
from pipeline.model.artifact import ArtifactKind
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome, Purpose
from pipeline.model.retention import RetentionBasis
from pipeline.policies.facts import RedactionStatus, Residue
from pipeline.steps.gather_facts import gather, gather_of_tenant
from pipeline.store.endings import Ending, add_ending
from pipeline.store.recordings import merge_facts
from tests.builders import ON_FILE, a_recording, an_artifact_row, answer

ORIGINAL, REDACTED = ArtifactKind.RECORDING_ORIGINAL, ArtifactKind.RECORDING_REDACTED
PROVED = {"is_redaction_proved": True, "is_language_supported": True, "is_speaker_map_known": True}


def facts_of(line, recording, kind=ORIGINAL, noted=None, **more):
    with line.tx() as tx:
        merge_facts(tx, recording.id, noted or {})
        return gather(tx, recording, line.owner, an_artifact_row(tx, recording, kind), **more)


@pytest.mark.parametrize("kind", list(ArtifactKind))
def test_of_a_recording_nobody_looked_at_nothing_good_is_claimed(line, kind):
    with line.tx() as tx:
        recording = a_recording(tx, None)
    artifact = facts_of(line, recording, kind).artifact
    assert artifact.redaction is not RedactionStatus.PASSED
    assert not artifact.is_language_supported
    assert not artifact.is_speaker_map_known
    assert not artifact.has_only_consented_speakers
    assert facts_of(line, recording, kind).call.legs == ()


@pytest.mark.parametrize(
    ("kind", "noted", "status"),
    [
        (ORIGINAL, PROVED, RedactionStatus.NOT_RUN),
        (ArtifactKind.TRANSCRIPT_ORIGINAL, PROVED, RedactionStatus.NOT_RUN),
        (REDACTED, PROVED, RedactionStatus.PASSED),
        (ArtifactKind.TRANSCRIPT_REDACTED, PROVED, RedactionStatus.PASSED),
        (REDACTED, {}, RedactionStatus.FAILED),
        (REDACTED, {"is_redaction_proved": False}, RedactionStatus.FAILED),
        (REDACTED, PROVED | {"withheld": "span"}, RedactionStatus.FAILED),
        (ArtifactKind.CONSENT_RECEIPT, PROVED, RedactionStatus.NOT_RUN),
    ],
)
def test_only_a_redacted_artifact_of_a_proved_recording_passed(line, kind, noted, status):
    assert facts_of(line, line.record(), kind, noted).artifact.redaction is status


@pytest.mark.clause("connekz", "2", "strongly recommend you do not include sensitive")
def test_hiding_a_number_hides_it_but_not_that_health_was_spoken_of(line):
    recording = line.record()
    noted = PROVED | {"entity_types": "PERSON,US_SSN,MEDICAL_RECORD"}
    assert facts_of(line, recording, REDACTED, noted).artifact.residue == (Residue.SPECIAL_CATEGORY,)
    assert set(facts_of(line, recording, ORIGINAL).artifact.residue) == {
        Residue.SPECIAL_CATEGORY,
        Residue.GOVERNMENT_ID,
    }
    unproved = {"is_redaction_proved": False}
    assert Residue.GOVERNMENT_ID in facts_of(line, recording, REDACTED, unproved).artifact.residue


@pytest.mark.contradiction(15)
@pytest.mark.clause("connekz", "2", "Train and improve our AI models")
def test_every_person_must_have_agreed_to_training_and_software_is_not_asked(line):
    recording = line.record(roles=(LegRole.CALLER, LegRole.CALLEE, LegRole.AGENT))

    def is_claimed() -> bool:
        return facts_of(line, recording).artifact.has_only_consented_speakers

    assert not is_claimed()
    with line.tx() as tx:
        answer(tx, recording.call, purposes=[Purpose.TRAIN])
    assert not is_claimed()
    with line.tx() as tx:
        answer(tx, recording.call, purposes=[Purpose.TRAIN], role=LegRole.CALLEE)
    assert is_claimed()
    assert {leg.label for leg in facts_of(line, recording).call.legs} == {"caller", "callee"}


@pytest.mark.parametrize(
    ("withdrawn", "noted", "is_before"),
    [(False, None, True), (True, None, False), (True, 4, True), (True, 3.9, True), (True, 4.1, False)],
)
def test_after_a_withdrawal_only_what_was_cut_by_then_lies_before_it(line, clock, withdrawn, noted, is_before):
    recording = line.record()
    line.withdraw(recording.call, after_s=4) if withdrawn else None
    with line.tx() as tx:
        noted = {} if noted is None else {"cut_at": (tx.now + timedelta(seconds=noted)).isoformat()}
    assert facts_of(line, recording, noted=noted).artifact.is_before_withdrawal is is_before


def test_a_permission_that_was_withdrawn_remembers_that_it_was_given_and_a_later_yes_does_not_count(line, clock):
    given = line.record()
    line.withdraw(given.call, after_s=4)
    never = line.record(outcomes=[])
    line.withdraw(never.call, after_s=4)
    with line.tx() as tx:
        answer(tx, never.call, at=tx.now + timedelta(seconds=9))
    first, second = (facts_of(line, r).call.legs[0] for r in (given, never))
    assert {c.outcome for c in (*first.consents, *second.consents)} == {Outcome.WITHDRAWN}
    assert all(c.was_granted for c in first.consents)
    assert not any(c.was_granted for c in second.consents)
    assert (first.is_satisfied, second.is_satisfied) == (True, False)


@pytest.mark.parametrize("outcome", [o for o in Outcome if o not in (Outcome.GRANTED, Outcome.WITHDRAWN)])
def test_the_law_of_a_leg_is_not_satisfied_by_a_yes_that_was_followed_by_something_else(line, outcome):
    recording = line.record()
    with line.tx() as tx:
        answer(tx, recording.call, outcome, at=tx.now + timedelta(seconds=1))
    (leg,) = facts_of(line, recording).call.legs
    assert not leg.is_satisfied


@pytest.mark.parametrize(
    ("tokens", "noted", "is_satisfied"),
    [
        (("N",), {}, True),
        (("N", "R"), {}, False),
        (("N", "R"), {"is_notice_heard": True, "is_notice_inside": False}, False),
        (("N", "R"), {"is_notice_inside": True}, True),
    ],
)
def test_where_the_notice_must_be_inside_only_a_notice_that_was_heard_counts(line, tokens, noted, is_satisfied):
    recording = line.record(tokens=tokens)
    (leg,) = facts_of(line, recording, noted=noted).call.legs
    assert leg.is_satisfied is is_satisfied


def test_who_has_had_it_is_told_with_where_and_how(line):
    noted = {"processor": "deepgram", "processor_region": "us", "is_processor_training_off": True}
    uses = facts_of(line, line.record(), noted=noted).artifact.processors
    assert [(u.name, u.purpose, u.is_training_off) for u in uses] == [
        ("twilio", "telephony", True),
        ("deepgram", "speech_to_text", True),
    ]
    unsure = facts_of(line, line.record(), noted={"processor": "deepgram"}).artifact.processors[1]
    assert not unsure.is_training_off
    assert facts_of(line, line.record(source="OperatorUpload")).artifact.processors == ()


def test_that_the_vendor_does_not_train_and_where_it_is_rests_on_what_is_on_file(line):
    recording, (twilio, *_) = line.record(), ON_FILE
    for registry, expected in (
        ((), (None, False)),
        ((replace(twilio, expires_on=date(2021, 1, 1)),), ("us", False)),
        ((replace(twilio, regions=("eu",)),), ("eu", True)),
    ):
        one = replace(line, owner=replace(line.owner, registry=registry))
        (use,) = facts_of(one, recording).artifact.processors
        assert (use.region, use.is_training_off) == expected


def test_what_the_tenant_switched_off_is_off(line):
    recording = line.record()
    line = replace(line, owner=replace(line.owner, settings=type(line.owner.settings)()))
    tenant = facts_of(line, recording).tenant
    assert not (tenant.record)
    assert not (tenant.transcribe)
    assert not (tenant.store)
    assert not (tenant.vendor_process)
    assert not tenant.train


def test_periods_run_from_the_recorders_start_and_not_from_the_copy(line, clock):
    recording = line.record()
    clock.move(days=2)
    facts = facts_of(line, recording)
    assert facts.artifact.captured_at == recording.started_at
    assert facts.as_of == clock.now()


def test_the_feature_a_tenant_switched_on_is_a_fact_while_it_is_on(line):
    recording = line.record()
    assert facts_of(line, recording).tenant.feature is None
    with line.tx() as tx:
        enable(tx, "greeting", actor="u", reason="r")
    assert facts_of(line, recording).tenant.feature == "greeting"
    with line.tx() as tx:
        disable(tx, "greeting", actor="u", reason="r")
    assert facts_of(line, recording).tenant.feature is None


def test_of_what_belongs_to_the_tenant_alone_no_person_is_known_and_its_own_endings_are(line):
    with line.tx() as tx:
        manifest = an_artifact_row(tx, line.record(), ArtifactKind.DATASET_MANIFEST)
        closed = Ending(
            scope_kind="tenant", scope_id=line.owner.id, cause=RetentionBasis.CLOSURE, source="c",
            ends_on=date(2026, 12, 5),
        )  # fmt: skip
        add_ending(tx, closed, actor="cli")
        found = gather_of_tenant(tx, line.owner, manifest)
    assert (found.call.legs, found.artifact.captured_at) == ((), manifest.created_at)
    assert found.events.closed_on == date(2026, 12, 5)
