"""Lines of the review queue to begin a test with."""

from __future__ import annotations

from pipeline.model.ids import RecordingId
from pipeline.model.recording import RecordingState
from pipeline.model.risk import ConsentSign, Mark, RiskCode, RiskPart
from pipeline.store.review_queue import Assessed, put_assessment
from pipeline.store.reviews import open_review
from pipeline.store.session import Transaction
from tests.builders import a_call, a_recording


def a_line(
    tx: Transaction,
    keys,
    *,
    risk: int = 40,
    state: RecordingState = RecordingState.PUBLISHED,
    types: tuple[str, ...] = ("PERSON",),
    consent: ConsentSign = ConsentSign.GRANTED,
    policy: str | None = None,
    marks: tuple[Mark, ...] = (Mark.HIDDEN,),
) -> RecordingId:
    """A recording before the reviewers, assessed."""
    recording = a_recording(tx, a_call(tx, keys), state=state).id
    open_review(tx, recording, risk=0, reasons=())
    part = RiskPart(code=RiskCode.UNSURE, points=risk, count=3)
    assessed = Assessed(
        parts=(part,) if risk else (),
        marks=marks,
        entity_types=types,
        entities=len(types),
        consent=consent,
        policy_digest=policy,
    )
    assert put_assessment(tx, recording, assessed)
    return recording
