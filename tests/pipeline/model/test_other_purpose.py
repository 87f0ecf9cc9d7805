from __future__ import annotations

from pipeline.model.consent import Purpose
from pipeline.model.other_purpose import PURPOSE_ID, TAKEN


def test_what_a_call_is_asked_for_is_no_other_purpose():
    assert {purpose.value for purpose in Purpose} == TAKEN


def test_a_purpose_is_an_id_and_never_a_sentence():
    assert PURPOSE_ID.fullmatch("quality_study_2026")
    assert not any(PURPOSE_ID.fullmatch(text) for text in ("", "Quality", "a b c", "ab", "x" * 41, "+12125550142"))
