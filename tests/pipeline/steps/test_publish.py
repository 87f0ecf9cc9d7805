from __future__ import annotations

import pytest

from pipeline.decisions.children import note_child
from pipeline.model.errors import IllegalTransition
from pipeline.model.recording import RecordingState as S
from pipeline.steps.decide import decide_artifacts
from pipeline.steps.publish import publish
from pipeline.steps.withhold import withhold
from pipeline.store.recordings import mark_state, merge_facts
from pipeline.store.reviews import list_reviews
from pipeline.store.tenant_notices import list_notices

PUBLISHED = "recording:redaction:published"
PROVED = {
    "is_redaction_proved": True,
    "is_speaker_map_known": True,
    "is_notice_heard": True,
    "entities": 3,
    "muted_ms": 900,
}


def captured(line, **facts):
    recording = line.record()
    with line.tx() as tx:
        mark_state(tx, recording.id, S.CAPTURED)
        merge_facts(tx, recording.id, PROVED | facts)
    return recording


def review(line):
    with line.tx() as tx:
        return [(i.risk, i.reasons) for i in list_reviews(tx)]


def test_a_proved_recording_is_published_audited_and_put_before_a_reviewer(line):
    recording = captured(line)
    assert line.run(publish, recording) == {"state": "published", "entities": 3}
    assert line.state(recording) is S.PUBLISHED
    assert line.events(PUBLISHED) == [{"entities": 3, "muted_ms": 900}]
    assert review(line) == [(10, ())]


def test_publishing_again_is_audited_and_reviewed_once(line):
    recording = captured(line)
    for _ in range(3):
        line.run(publish, recording)
    assert (line.events(PUBLISHED), len(review(line))) == ([{"entities": 3, "muted_ms": 900}], 1)


@pytest.mark.clause("nejix", "9", "we will promptly delete it")
@pytest.mark.acceptance(15)
def test_a_childs_recording_is_quarantined_and_goes_before_nobody(line):
    recording = line.through(line.record(), "settle_consent", "capture", "transcribe", "detect", "redact_audio",
                             "redact_text")  # fmt: skip
    with line.tx() as tx:
        note_child(tx, recording.id, age=9, actor="user:1")
    line.run(decide_artifacts, recording)
    assert line.run(publish, recording) == {"state": "withheld", "reason": "quarantined: child"}
    assert line.state(recording) is S.WITHHELD
    assert review(line) == []
    assert line.events(PUBLISHED) == []


@pytest.mark.clause("nejix", "9", "we will promptly delete it")
@pytest.mark.clause("connekz", "7", "collect data from children under 18")
def test_the_tenant_is_told_of_an_age_that_was_stated_once_the_recording_is_quarantined(line):
    recording = line.through(line.record(), "settle_consent", "capture", "transcribe", "detect", "redact_audio",
                             "redact_text")  # fmt: skip
    with line.tx() as tx:
        merge_facts(tx, recording.id, {"stated_age": 9})
    line.run(decide_artifacts, recording)
    for _ in range(2):
        line.run(publish, recording)
    with line.tx() as tx:
        told = [(n.kind, n.subject_id, n.cause) for n in list_notices(tx)]
    assert told == [("child", recording.id, "quarantined")]


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        ({"entity_types": "PERSON,US_SSN,CREDIT_CARD"}, ("type:US_SSN", "type:CREDIT_CARD")),
        ({"is_speaker_map_known": False}, ("speakers_unknown",)),
        ({"is_notice_heard": None}, ("notice_not_heard",)),
        ({"widened": 1}, ("widened",)),
        ({"widened": 1, "unhidden_types": "PERSON,PIN"}, ("widened", "unhidden:PERSON", "unhidden:PIN")),
        ({"unhidden_types": ""}, ()),
        ({"widened": 0, "entity_types": "PERSON"}, ()),
    ],
)
def test_each_doubt_raises_the_risk_and_is_named(line, facts, reasons):
    line.run(publish, captured(line, **facts))
    assert review(line) == [(10 + 15 * len(reasons), reasons)]


def test_the_risk_of_what_was_proved_stays_below_that_of_what_was_not(line):
    types = "CREDIT_CARD,CREDIT_CARD_CVV,US_SSN,MEDICAL_RECORD,PASSWORD,NATIONAL_ID,IBAN_CODE"
    line.run(publish, captured(line, entity_types=types, is_notice_heard=False))
    assert review(line)[0][0] == 95


def test_a_withheld_recording_is_never_published(line):
    recording = captured(line)
    line.run(withhold, recording, "span")
    with line.tx() as tx:
        merge_facts(tx, recording.id, PROVED)
    assert line.run(publish, recording) == {"state": "withheld", "reason": "span"}
    assert (line.state(recording), line.events(PUBLISHED)) == (S.WITHHELD, [])


@pytest.mark.parametrize("proof", [{"is_redaction_proved": False}, {"is_redaction_proved": None}])
def test_what_was_not_proved_is_never_published(line, proof):
    recording = captured(line, **proof)
    with pytest.raises(IllegalTransition):
        line.run(publish, recording)
    assert (line.state(recording), line.events(PUBLISHED), review(line)) == (S.CAPTURED, [], [])


@pytest.mark.parametrize("state", [S.COMPLETED, S.AUTHORISED, S.REFUSED, S.ABSENT, S.FAILED, S.PURGED])
def test_what_has_not_come_this_far_or_is_past_it_is_never_published(line, state):
    recording = line.record()
    with line.tx() as tx:
        merge_facts(tx, recording.id, PROVED)
        mark_state(tx, recording.id, state)
    with pytest.raises(IllegalTransition):
        line.run(publish, recording)
    assert (line.state(recording), line.events(PUBLISHED)) == (state, [])
