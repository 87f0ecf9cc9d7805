from __future__ import annotations

from pipeline.model.recording import RecordingState as S
from pipeline.steps.withhold import withhold
from pipeline.store.recordings import mark_state, merge_facts
from pipeline.store.reviews import list_reviews


def test_what_is_withheld_stands_before_a_person_at_the_highest_risk_with_its_reason(line):
    recording = line.through(line.record(), "settle_consent", "capture")
    assert line.run(withhold, recording, "word_times") == {"state": "withheld", "reason": "word_times"}
    assert (line.state(recording), line.now(recording).reason) == (S.WITHHELD, "word_times")
    assert line.facts(recording)["withheld"] == "word_times"
    assert line.events("recording:redaction:withheld") == [{"reason": "word_times"}]
    with line.tx() as tx:
        (item,) = list_reviews(tx)
    assert (item.recording, item.risk, item.reasons) == (recording.id, 100, ("withheld", "word_times"))


def test_withholding_again_is_audited_and_reviewed_once(line):
    recording = line.record()
    for _ in range(3):
        line.run(withhold, recording, "span")
    assert line.tags(recording.id) == ["recording:redaction:withheld"]
    with line.tx() as tx:
        assert len(list_reviews(tx)) == 1


def test_an_earlier_proof_is_taken_back(line):
    recording = line.record()
    with line.tx() as tx:
        merge_facts(tx, recording.id, {"is_redaction_proved": True})
    line.run(withhold, recording, "span")
    assert line.facts(recording)["is_redaction_proved"] is False


def test_what_was_refused_stays_refused(line):
    recording = line.record()
    with line.tx() as tx:
        mark_state(tx, recording.id, S.REFUSED, reason="caller_declined")
    line.run(withhold, recording, "span")
    assert (line.state(recording), line.now(recording).reason) == (S.REFUSED, "caller_declined")
