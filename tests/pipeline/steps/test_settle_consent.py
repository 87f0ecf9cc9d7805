from __future__ import annotations

import pytest

from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome
from pipeline.model.recorder import RecorderAct
from pipeline.model.recording import RecordingState as S
from pipeline.steps.settle_consent import settle_consent
from pipeline.store.recordings import mark_state
from tests.builders import a_recording

AUTHORISED = "recording:consent:authorised"


def test_a_permitted_recording_is_authorised_and_audited_before_anything_is_fetched(line):
    recording = line.record()
    receipt = line.run(settle_consent, recording)
    assert receipt == {"is_authorised": True, "reason": "granted", "cut_at_ms": None}
    assert line.state(recording) is S.AUTHORISED
    assert line.tags(recording.id) == [AUTHORISED]
    assert line.asked == []


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.GRANTED])
def test_what_was_not_permitted_is_not_authorised_and_nothing_moves(line, outcome):
    recording = line.record(outcomes=[outcome])
    assert line.run(settle_consent, recording) == {
        "is_authorised": False,
        "reason": f"caller_{outcome.value}",
        "cut_at_ms": None,
    }
    assert line.state(recording) is S.COMPLETED
    assert line.tags(recording.id) == []


@pytest.mark.clause("nejix", "preamble", "By accessing or using the Services you agree")
@pytest.mark.contradiction(8)
@pytest.mark.acceptance(5)
def test_a_recording_without_a_call_or_with_a_person_who_was_not_asked_is_refused(line):
    with line.tx() as tx:
        stray = a_recording(tx, None)
    assert line.run(settle_consent, stray)["reason"] == "call_unknown"
    forwarded = line.record(roles=(LegRole.CALLER, LegRole.CALLEE))
    assert line.run(settle_consent, forwarded)["reason"] == "callee_not_asked"


@pytest.mark.clause("nejix", "1", "depending on your account configuration")
def test_a_tenant_that_does_not_record_refuses_every_recording(line):
    recording = line.record()
    line.choose(is_recording_on=False)
    assert line.run(settle_consent, recording)["reason"] == "recording_off"


def test_a_withdrawal_in_the_middle_is_noted_as_the_place_to_cut(line):
    recording = line.record(after_s=0)
    line.withdraw(recording.call, after_s=4)
    assert line.run(settle_consent, recording)["cut_at_ms"] == 4000
    assert line.facts(recording)["cut_at_ms"] == 4000


def test_settling_again_notes_and_audits_nothing_more(line):
    recording = line.record()
    receipts = [line.run(settle_consent, recording) for _ in range(3)]
    assert receipts[0] == receipts[1] == receipts[2]
    assert line.tags(recording.id) == [AUTHORISED]


def test_a_withdrawal_told_between_two_attempts_still_cuts(line):
    recording = line.record(after_s=0)
    line.run(settle_consent, recording)
    line.withdraw(recording.call, after_s=4)
    assert line.run(settle_consent, recording)["cut_at_ms"] == 4000
    assert line.facts(recording)["cut_at_ms"] == 4000
    assert [e["cut_at_ms"] for e in line.events(AUTHORISED)] == [None, 4000]


def test_what_is_refused_at_a_second_attempt_is_refused(line):
    recording = line.record(after_s=2)
    line.run(settle_consent, recording)
    line.withdraw(recording.call, after_s=1)
    assert line.run(settle_consent, recording) == {
        "is_authorised": False,
        "reason": "caller_withdrawn",
        "cut_at_ms": None,
    }


@pytest.mark.parametrize("state", [S.CAPTURED, S.PUBLISHED, S.WITHHELD, S.REFUSED, S.FAILED])
def test_settling_never_moves_a_recording_that_went_on(line, state):
    recording = line.record()
    with line.tx() as tx:
        mark_state(tx, recording.id, state)
    line.run(settle_consent, recording)
    assert (line.state(recording), line.tags(recording.id), line.facts(recording)) == (state, [], {})


def test_what_was_cut_and_paused_is_noted_with_its_reason_and_its_places(line):
    recording = line.record(after_s=0)
    line.told(recording.call, RecorderAct.STARTED, after_s=0)
    line.told(recording.call, RecorderAct.PAUSED, after_s=1)
    line.told(recording.call, RecorderAct.RESUMED, after_s=2)
    line.told(recording.call, RecorderAct.PAUSED, after_s=4.5)
    line.withdraw(recording.call, after_s=5)
    line.run(settle_consent, recording)
    facts = line.facts(recording)
    assert (facts["cut_at_ms"], facts["cut_reason"], facts["pauses"]) == (5000, "caller_withdrawn", "1000-2000,4500-")
    (event,) = line.events(AUTHORISED)
    assert event == {"reason": "granted", "source": "StartCallRecordingTwiML", **facts}


@pytest.mark.parametrize("source", ["Trunking", "DialVerb", "SomethingNew"])
def test_another_companys_recorder_on_a_call_we_know_is_judged_like_ours(line, source):
    assert line.run(settle_consent, line.record(source=source))["is_authorised"]
    assert line.run(settle_consent, line.record(source=source, outcomes=[]))["reason"] == "caller_not_asked"
    told = line.record(source=source, tokens=("N", "R"))
    assert line.run(settle_consent, told)["reason"] == "notice_not_inside"


@pytest.mark.acceptance(5)
def test_two_recordings_of_one_call_are_settled_apart(line):
    first = line.record(after_s=0)
    with line.tx() as tx:
        second = a_recording(tx, first.call, after_s=9)
    line.withdraw(first.call, after_s=5)
    assert line.run(settle_consent, first)["cut_at_ms"] == 5000
    assert line.run(settle_consent, second)["reason"] == "caller_withdrawn"
    assert (line.state(first), line.state(second)) == (S.AUTHORISED, S.COMPLETED)
