from __future__ import annotations

import json
from datetime import timedelta

import pytest

from pipeline.consent.jws import verify
from pipeline.consent.receipt import TYP
from pipeline.model.artifact import ArtifactKind
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome
from pipeline.model.errors import NotFound
from pipeline.model.recording import RecordingState
from pipeline.steps.keep_receipts import keep_receipts
from pipeline.store.artifacts import list_artifacts
from pipeline.store.recordings import mark_state
from pipeline.store.signing_keys import list_public_keys
from tests.builders import a_recording

METADATA = ArtifactKind.CALL_METADATA


@pytest.fixture
def recording(line):
    return line.record(roles=(LegRole.CALLER, LegRole.AGENT))


def receipts(line, recording) -> list[dict]:
    """Every receipt of the recording, opened with the tenant's own keys."""
    with line.tx() as tx:
        pinned = {key.kid: key.public_key for key in list_public_keys(tx)}
        found = [a for a in list_artifacts(tx, recording=recording.id) if a.kind is ArtifactKind.CONSENT_RECEIPT]
    tokens = [line.context.vault.read(artifact).decode() for artifact in found]
    return [json.loads(verify(token, typ=TYP, pinned=pinned).payload) for token in tokens]


def metadata(line, recording) -> dict:
    return json.loads(line.context.vault.read(line.artifact(recording, METADATA)))


def test_each_purpose_of_each_person_has_its_own_signed_receipt(line, recording):
    assert line.run(keep_receipts, recording) == {"receipts": 4}
    made = receipts(line, recording)
    assert {r["purpose"] for r in made} == {"record", "transcribe", "store", "vendor_process"}
    assert {(r["tenant"], r["leg"]["role"], r["outcome"]) for r in made} == {("acme", "caller", "granted")}
    assert {r["recording_sid"] for r in made} == {recording.recording_sid}


def test_a_withdrawal_is_in_the_receipt_with_its_moment(line, recording):
    line.withdraw(recording.call, after_s=4)
    line.run(keep_receipts, recording)
    made = receipts(line, recording)
    assert {r["outcome"] for r in made} == {Outcome.WITHDRAWN}
    assert {r["withdrawn_at"] for r in made} == {"2026-11-21T09:00:04+00:00"}
    assert {tuple(a["outcome"] for a in r["answers"]) for r in made} == {("granted", "withdrawn")}


def test_the_receipts_have_no_number_and_the_metadata_only_the_callers(line, recording):
    line.run(keep_receipts, recording)
    assert "+1212555" not in json.dumps(receipts(line, recording))
    kept = metadata(line, recording)
    assert kept["caller_phone_number"] == "+12125550100"
    assert "+12125550101" not in json.dumps(kept)
    assert (kept["duration_s"], kept["direction"]) == (6, "inbound")
    # Duration, times and the caller's number are what the policies list; the rest says which call it was.
    times = {"started_at", "recording_started_at", "duration_s"}
    assert set(kept) - times - {"format", "call_sid", "direction"} == {"caller_phone_number"}


def test_keeping_them_again_changes_nothing(line, recording):
    assert line.run(keep_receipts, recording) == line.run(keep_receipts, recording)
    assert line.kinds(recording) == [METADATA.value, *["consent.receipt"] * 4]
    assert len(line.events("consent:receipt:issued")) == 4


def test_what_is_answered_later_makes_another_receipt_and_the_first_stays(line, recording, clock):
    line.run(keep_receipts, recording)
    clock.move(seconds=1)
    line.withdraw(recording.call, after_s=3)
    line.run(keep_receipts, recording)
    outcomes = [r["outcome"] for r in receipts(line, recording)]
    assert (outcomes.count("granted"), outcomes.count("withdrawn")) == (4, 4)


def test_a_refused_recording_has_receipts_of_the_refusal_and_no_metadata(line):
    recording = line.record(outcomes=[Outcome.DECLINED])
    with line.tx() as tx:
        mark_state(tx, recording.id, RecordingState.REFUSED)
    line.run(keep_receipts, recording)
    assert set(line.kinds(recording)) == {"consent.receipt"}
    assert {r["outcome"] for r in receipts(line, recording)} == {"declined"}


def test_a_recording_without_a_call_has_nothing_to_prove_it(line):
    with line.tx() as tx:
        stray = a_recording(tx, None, after_s=timedelta(0).total_seconds())
    assert line.run(keep_receipts, stray) == {"receipts": 0}
    assert line.kinds(stray) == []


def test_without_the_tenants_key_nothing_is_kept_unsigned(line, recording):
    line.context.vault.keys.destroy_tenant_key(line.owner.id)
    with pytest.raises(NotFound):
        line.run(keep_receipts, recording)
    assert line.kinds(recording) == []
