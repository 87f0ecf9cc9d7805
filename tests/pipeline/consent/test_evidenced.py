from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipeline.consent.evidenced import read_shown
from pipeline.consent.receipt_form import ReceiptPart
from pipeline.model.call import LegRole
from pipeline.model.consent import Method, Outcome, Purpose
from pipeline.policies.permissions import _AFFIRMATIVE

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def receipt(purpose="record", *, role="caller", outcome="granted", method="dtmf", at=AT, **changes) -> ReceiptPart:
    answer = {
        "outcome": outcome, "method": method, "at": at, "round": 1, "attempts": 1, "digit": None, "phrase": None,
        "confidence": None, "script": None,
    }  # fmt: skip
    stated = {
        "format": 2, "tenant": "acme", "call_sid": "CA" + "1" * 32, "recording_sid": "RE" + "2" * 32,
        "recording_started_at": AT, "leg": {"role": role, "ordinal": 1, "joined_at": None, "left_at": None},
        "purpose": purpose, "outcome": outcome, "method": method, "at": at, "withdrawn_at": None, "answers": [answer],
        "jurisdictions": [{"leg": role, "ordinal": 1, "place": "US-NY", "derived_from": "network"}],
    }  # fmt: skip
    return ReceiptPart.model_validate(stated | changes)


def test_answers_count_as_attested_by_their_way_and_a_yes_to_training_not_at_all():
    given = (
        receipt(),
        receipt("transcribe", method="speech"),
        receipt("train"),
        receipt(role="callee", outcome="declined"),
    )
    shown = read_shown(given, started_at=AT)
    assert shown is not None
    assert {(e.leg_role, e.purpose, e.outcome, e.method) for e in shown.events} == {
        (LegRole.CALLER, Purpose.RECORD, Outcome.GRANTED, Method.ATTESTED_EVIDENCE),
        (LegRole.CALLER, Purpose.TRANSCRIBE, Outcome.GRANTED, Method.ATTESTED_IMPLIED),
        (LegRole.CALLEE, Purpose.RECORD, Outcome.DECLINED, Method.ATTESTED_IMPLIED),
    }
    assert [(p.role, p.places) for p in shown.people] == [(LegRole.CALLEE, ("US-NY",)), (LegRole.CALLER, ("US-NY",))]
    assert (shown.tenant, shown.recording_sid) == ("acme", "RE" + "2" * 32)


def test_what_counts_as_an_act_where_the_recording_was_made_counts_here():
    for method in Method:
        [event] = read_shown((receipt(method=method.value),), started_at=AT).events
        assert (event.method is Method.ATTESTED_EVIDENCE) == (method in _AFFIRMATIVE)


def test_a_later_receipt_adds_what_was_taken_back_and_repeats_nothing():
    back = receipt(outcome="withdrawn", at=AT + timedelta(seconds=9))
    shown = read_shown((receipt(), receipt(), back), started_at=AT)
    assert shown is not None
    assert [e.outcome for e in shown.events] == [Outcome.GRANTED, Outcome.WITHDRAWN]


def test_receipts_of_no_recording_or_another_moment_or_of_two_show_nothing():
    assert read_shown((), started_at=AT) is None
    assert read_shown((receipt(recording_sid=None),), started_at=AT) is None
    assert read_shown((receipt(recording_started_at=None),), started_at=AT) is None
    assert read_shown((receipt(),), started_at=AT + timedelta(seconds=3)) is None
    for other in ({"tenant": "b"}, {"call_sid": "CA" + "3" * 32}, {"recording_sid": "RE" + "3" * 32}):
        assert read_shown((receipt(), receipt("transcribe", **other)), started_at=AT) is None
