from __future__ import annotations

from pipeline.policies.keeping import load_keeping
from pipeline.policies.loader import list_policies
from pipeline.steps.differences import METADATA_FOR


def test_what_twilio_lists_of_a_deleted_recording_is_followed_as_long_as_the_comparison_does():
    assert load_keeping()["twilio"].metadata_days == METADATA_FOR.days


def test_deepgram_keeps_nothing_because_every_request_says_so():
    fact = load_keeping()["deepgram"]
    assert fact.keeps == "nothing"
    assert "mip_opt_out=true" in fact.because


def test_the_facts_are_no_policy():
    assert "processors" not in list_policies()
