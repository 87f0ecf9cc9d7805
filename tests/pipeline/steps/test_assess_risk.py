from __future__ import annotations

from pipeline.model.consent import Outcome
from pipeline.model.risk import ConsentSign, Mark, RiskCode
from pipeline.steps.assess_risk import assess_risk
from pipeline.steps.withhold import withhold
from pipeline.store.review_queue import get_item
from tests.builders import answer

THROUGH = (
    "settle_consent", "capture", "transcribe", "detect", "redact_audio", "redact_text", "decide", "publish",
)  # fmt: skip


def item(line, recording):
    with line.tx() as tx:
        return get_item(tx, recording.id)


def test_a_published_recording_is_explained_by_parts_that_add_up(line):
    recording = line.through(line.record(), *THROUGH)
    told = line.run(assess_risk, recording)
    assert told["is_queued"]
    found = item(line, recording)
    assert found.risk == told["risk"] == sum(part.points for part in found.parts)
    assert found.marks == (Mark.HIDDEN,)
    assert found.entity_types == ("PERSON", "PHONE_NUMBER")
    assert found.entities == 2
    assert found.consent is ConsentSign.GRANTED
    assert len(found.policy_digest) == 64


def test_a_withdrawal_is_seen_at_the_next_assessment_and_withholding_stands_at_the_top(line):
    recording = line.through(line.record(), *THROUGH)
    before = line.run(assess_risk, recording)["risk"]
    with line.tx() as tx:
        answer(tx, recording.call, Outcome.WITHDRAWN)
    assert line.run(assess_risk, recording)["risk"] > before
    assert item(line, recording).consent is ConsentSign.WITHDRAWN
    other = line.through(line.record(), *THROUGH[:-1])
    line.run(withhold, other, "audio: LEAK")
    assert line.run(assess_risk, other)["risk"] == 100
    found = item(line, other)
    assert found.parts[0].code is RiskCode.WITHHELD
    assert found.marks == (Mark.REDACTION_ERROR,)


def test_a_refused_recording_is_put_before_nobody(line):
    recording = line.record(outcomes=(Outcome.DECLINED,))
    assert not line.run(assess_risk, recording)["is_queued"]


def test_types_that_the_settings_leave_in_sight_are_marked(line):
    line.choose(entity_set="payment")
    recording = line.through(line.record(), *THROUGH)
    line.run(assess_risk, recording)
    assert Mark.TYPES_OFF in item(line, recording).marks
