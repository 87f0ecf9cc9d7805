from __future__ import annotations

import pytest

from pipeline.model.consent import Outcome
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import Recording
from pipeline.model.recording import RecordingState as S
from pipeline.reads.vendor_trouble import explain


def recording(state: S, reason: str | None = None, error_code: int = 0) -> Recording:
    return Recording(
        id=RecordingId("rec_1"),
        tenant=TenantId("acme"),
        call=None,
        recording_sid="RE1",
        state=state,
        source="",
        channels=2,
        started_at=None,
        duration_s=None,
        reason=reason,
        error_code=error_code,
    )


@pytest.mark.parametrize(
    ("code", "state", "means", "to_do"),
    [
        (16102, S.ABSENT, "only silence", "sound reached the call"),
        (16105, S.ABSENT, "no valid public key", "Set a valid public key"),
        (16107, S.PUBLISHED, "another of the account", "Nothing is lost"),
        (99999, S.FAILED, "error 99999", "page of that error"),
    ],
)
def test_a_code_of_twilios_is_told_with_what_it_means_what_to_do_and_its_page(code, state, means, to_do):
    told = explain(recording(state, error_code=code))
    assert told.is_trouble
    assert means in told.means
    assert to_do in told.to_do
    assert told.source == f"https://www.twilio.com/docs/api/errors/{code}"


@pytest.mark.parametrize("state", [S.ANNOUNCED, S.COMPLETED, S.AUTHORISED, S.CAPTURED, S.PUBLISHED, S.PURGED])
def test_the_usual_way_is_no_trouble(state):
    told = explain(recording(state))
    assert (told.is_trouble, told.to_do, told.source) == (False, "Nothing.", None)


@pytest.mark.parametrize("state", [S.ABSENT, S.FAILED, S.REFUSED, S.WITHHELD])
def test_every_other_end_is_trouble_with_or_without_a_reason(state):
    for reason in (None, "", "a reason of tomorrow"):
        assert explain(recording(state, reason)).is_trouble


@pytest.mark.parametrize(
    ("reason", "means"),
    [
        ("caller_declined", "the caller said no"),
        ("callee2_not_asked", "the callee 2 was never asked"),
        ("callee_transcribe_no_answer", "the callee, asked about transcription, gave no answer"),
        ("call_unknown", "no call that went through Earmark"),
        ("recording_off", "switched off"),
        ("nobody_there", "nobody who is known"),
        ("a_word_of_tomorrow", "of a_word_of_tomorrow"),
    ],
)
def test_a_refusal_names_who_and_what(reason, means):
    told = explain(recording(S.REFUSED, reason))
    assert means in told.means
    assert "deleted" in told.means


def test_a_notice_that_was_not_heard_is_told_as_such_and_not_as_a_redaction():
    assert "notice inside" in explain(recording(S.WITHHELD, "notice_not_inside")).means
    assert "redaction" in explain(recording(S.WITHHELD, "word_times")).means


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.GRANTED])
def test_every_outcome_but_a_grant_has_a_sentence(outcome):
    assert f"of caller_{outcome}" not in explain(recording(S.REFUSED, f"caller_{outcome}")).means


@pytest.mark.parametrize(
    ("reason", "to_do"),
    [
        ("VendorUnavailable", "status page"),
        ("VendorRefused", "credentials"),
        ("IntegrityError", "A person must look"),
        ("vendor_failed_0", "debugger"),
        ("StepFailed", "operator"),
    ],
)
def test_a_failure_says_whose_turn_it_is(reason, to_do):
    assert to_do in explain(recording(S.FAILED, reason)).to_do
