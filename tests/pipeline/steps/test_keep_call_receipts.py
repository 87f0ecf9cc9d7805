from __future__ import annotations

import json
from datetime import timedelta

import pytest

from pipeline.consent.jws import read_unverified
from pipeline.decisions.holds import place
from pipeline.model.artifact import ArtifactKind
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome, Purpose
from pipeline.model.errors import NotFound
from pipeline.model.recording import RecordingState as S
from pipeline.model.retention import RetentionBasis
from pipeline.steps.decide import decide_artifacts, decide_call
from pipeline.steps.keep_call_receipts import keep_call_receipts
from pipeline.steps.keep_receipts import keep_receipts
from pipeline.store.artifacts import list_artifacts
from pipeline.store.calls import add_flag
from pipeline.store.decisions import find_decision
from pipeline.store.recordings import mark_state
from tests.builders import a_call, a_recording, answer


def ended(line, *outcomes: Outcome, **more):
    with line.tx() as tx:
        call = a_call(tx, line.context.vault.keys)
        for outcome in outcomes:
            answer(tx, call, outcome, **more)
    return call


def keep(line, call) -> dict:
    return dict(keep_call_receipts(line.context, line.owner.id, call))


def documents(line, call) -> list[dict]:
    with line.tx() as tx:
        kept = [a for a in list_artifacts(tx, call=call) if a.kind is ArtifactKind.CONSENT_RECEIPT]
    return [json.loads(read_unverified(line.context.vault.read(a).decode())) for a in kept]


@pytest.mark.parametrize(
    "outcome", [Outcome.DECLINED, Outcome.NO_ANSWER, Outcome.HUNG_UP, Outcome.UNCLEAR, Outcome.WRONG_KEY]
)
def test_a_call_that_was_not_recorded_has_receipts_of_what_was_answered(line, outcome):
    call = ended(line, outcome)
    assert keep(line, call) == {"receipts": 4, "is_recorded": False}
    assert {d["outcome"] for d in documents(line, call)} == {outcome.value}
    assert {d["recording_sid"] for d in documents(line, call)} == {None}
    with line.tx() as tx:
        for artifact in list_artifacts(tx, call=call):
            assert artifact.recording is None
            assert f"/{call}/consent.receipt/" in artifact.object_key


def test_keeping_them_again_changes_nothing(line):
    call = ended(line, Outcome.DECLINED)
    assert keep(line, call) == keep(line, call)
    assert len(line.events("consent:receipt:issued")) == len(documents(line, call)) == 4


def test_a_call_that_nobody_was_asked_on_has_none(line):
    assert keep(line, ended(line)) == {"receipts": 0, "is_recorded": False}


@pytest.mark.parametrize("state", [S.COMPLETED, S.AUTHORISED, S.CAPTURED, S.WITHHELD, S.PUBLISHED, S.REFUSED, S.PURGED])
def test_a_recording_that_is_worked_on_brings_the_receipts_itself(line, state):
    call = ended(line, Outcome.GRANTED)
    with line.tx() as tx:
        a_recording(tx, call, state=state)
    assert keep(line, call) == {"receipts": 0, "is_recorded": True}


@pytest.mark.parametrize("state", [S.ANNOUNCED, S.ABSENT, S.FAILED])
def test_a_recording_that_never_came_leaves_the_call_its_own(line, state):
    call = ended(line, Outcome.GRANTED)
    with line.tx() as tx:
        a_recording(tx, call, state=state)
    assert keep(line, call) == {"receipts": 4, "is_recorded": False}


def test_a_recording_that_failed_after_its_receipts_were_kept_has_told_all(line):
    recording = line.record()
    line.run(keep_receipts, recording)
    with line.tx() as tx:
        mark_state(tx, recording.id, S.FAILED)
    assert keep(line, recording.call) == {"receipts": 4, "is_recorded": True}
    assert len(documents(line, recording.call)) == 4


def test_what_was_answered_after_the_last_recording_is_told_by_the_call_itself(line):
    recording = line.record()
    with line.tx() as tx:
        answer(tx, recording.call, Outcome.DECLINED, role=LegRole.CALLEE, at=tx.now + timedelta(minutes=2))
    line.run(keep_receipts, recording)
    assert {d["leg"]["role"] for d in documents(line, recording.call)} == {"caller"}
    assert keep(line, recording.call) == keep(line, recording.call) == {"receipts": 8, "is_recorded": True}
    told = {(d["leg"]["role"], d["recording_sid"], d["outcome"]) for d in documents(line, recording.call)}
    assert told == {("caller", recording.recording_sid, "granted"), ("callee", None, "declined")}
    assert len(documents(line, recording.call)) == 8


def test_no_such_call_is_no_empty_receipt(line):
    with pytest.raises(NotFound):
        keep(line, "call_none")


def decisions(line, call) -> list[dict]:
    with line.tx() as tx:
        return [dict(find_decision(tx, a.id).record) for a in list_artifacts(tx, call=call)]


def test_each_is_decided_and_outlives_a_call_that_permitted_nothing(line):
    call = ended(line, Outcome.DECLINED)
    keep(line, call)
    assert decide_call(line.context, line.owner.id, call) == {"decided": 4}
    for record in decisions(line, call):
        assert record["retention"]["ended_by"] is None
        assert record["retention"]["basis"] == RetentionBasis.HOUSE_CHOICE.value
        assert record["retention"]["until"] == "2032-11-19"
        assert not record["training"]["eligible"]
        assert record["places"] == ["US-NY"]
    with line.tx() as tx:
        for artifact in list_artifacts(tx, call=call):
            assert line.context.vault.objects.read_tags(artifact.object_key)["retain-until"] == "2032-11-19"


def test_deciding_again_adds_nothing(line):
    call = ended(line, Outcome.DECLINED)
    keep(line, call)
    for _ in range(2):
        decide_call(line.context, line.owner.id, call)
    assert len(line.events("artifact:decision:made")) == 4


def test_a_hold_on_the_call_and_the_sign_of_a_child_are_in_the_decision(line):
    call = ended(line, Outcome.DECLINED, purposes=[Purpose.RECORD])
    keep(line, call)
    with line.tx() as tx:
        place(tx, line.context.vault, matter="m-1", scope=("call", call), actor="u", reason="r")
        add_flag(tx, call, "child_signal")
    decide_call(line.context, line.owner.id, call)
    (record,) = decisions(line, call)
    assert record["retention"]["disposition"] == "held"
    with line.tx() as tx:
        (artifact,) = list_artifacts(tx, call=call)
        assert find_decision(tx, artifact.id).facts["events"]["child_signals"][0]["sign"] == "agent_flag"
    assert line.context.vault.objects.read_lock(artifact.object_key).is_held


def test_a_withdrawal_after_everything_was_issued_brings_further_receipts_and_the_first_stay(line, clock):
    recording = line.record()
    line.run(keep_receipts, recording)
    line.run(decide_artifacts, recording)
    clock.move(days=1)
    line.withdraw(recording.call, after_s=0)
    assert keep(line, recording.call) == keep(line, recording.call) == {"receipts": 4, "is_recorded": True}
    outcomes = [d["outcome"] for d in documents(line, recording.call)]
    assert (outcomes.count("granted"), outcomes.count("withdrawn")) == (4, 4)
    assert {d["recording_sid"] for d in documents(line, recording.call)} == {recording.recording_sid}
    assert decide_call(line.context, line.owner.id, recording.call) == {"decided": 4}
    assert decide_call(line.context, line.owner.id, recording.call) == {"decided": 0}
    with line.tx() as tx:
        kept = list_artifacts(tx, call=recording.call)
        assert all(find_decision(tx, artifact.id) for artifact in kept)
