from __future__ import annotations

from pipeline.model.recording import RecordingState as S
from pipeline.model.tenant_notice import NoticeKind
from pipeline.steps.withhold import withhold
from pipeline.store.recordings import mark_state, merge_facts
from pipeline.store.reviews import list_reviews
from pipeline.store.tenant_notices import list_notices


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


def test_a_card_number_raises_an_alarm_once_wherever_it_was_found(line, capfd):
    heard, found, other = line.record(), line.record(), line.record()
    with line.tx() as tx:
        merge_facts(tx, found.id, {"entity_types": "CREDIT_CARD_CVV,PERSON"})
        merge_facts(tx, other.id, {"entity_types": "CREDIT_CARD_EXPIRY,PERSON"})
    for recording in (heard, heard, found, other):
        line.run(withhold, recording, "audio: UNHIDDEN(CREDIT_CARD+PERSON)" if recording is heard else "span")
    alarmed = ["recording:redaction:withheld", "recording:card:unhidden"]
    assert [line.tags(r.id) for r in (heard, found, other)] == [alarmed, alarmed, alarmed[:1]]
    assert line.facts(found)["card_unhidden_on"]
    with line.tx() as tx:
        told = [(n.kind, n.subject_id) for n in list_notices(tx)]
    assert sorted(told) == sorted((NoticeKind.CARD_NUMBER, r.id) for r in (heard, found))
    shown = capfd.readouterr()
    assert (shown.out + shown.err).count("recording.card_number_unhidden") == 2
