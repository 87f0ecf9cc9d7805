from __future__ import annotations

import pytest

from pipeline.model.errors import VendorUnavailable
from pipeline.telemetry.metrics import REGISTRY
from pipeline.workflows.observed import observed_step, outcome_of


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


@pytest.mark.parametrize(
    ("receipt", "outcome"),
    [
        ({"state": "withheld", "decided": 3}, "withheld"),
        ({"failed": "StepFailed"}, "failed"),
        ({"is_done": False, "reason": "StoreUnreachable"}, "failed"),
        ({"is_due": True, "failed": 0}, "done"),
        ({"is_due": True, "failed": 2}, "failed"),
        (None, "done"),
    ],
)
def test_a_workflow_ended_as_its_receipt_says(receipt, outcome):
    assert outcome_of(receipt) == outcome


def test_a_step_that_ends_a_line_is_counted_by_how_and_why():
    labels = {"state": "withheld", "reason": "speech_without_words"}
    before = sample("earmark_recordings_ended_total", **labels)
    step = observed_step("withhold", lambda *_: labels)
    assert step("acme", "rec_1", "speech_without_words") == labels
    assert step.__name__ == "withhold"
    assert sample("earmark_recordings_ended_total", **labels) == before + 1


def test_an_attempt_that_fails_is_timed_as_what_it_failed_with():
    def away(*_: object) -> None:
        raise VendorUnavailable("twilio", "fetch media")

    labels = {"step": "capture", "outcome": "VendorUnavailable"}
    before = sample("earmark_step_seconds_count", **labels)
    with pytest.raises(VendorUnavailable):
        observed_step("capture", away)("acme", "rec_1")
    assert sample("earmark_step_seconds_count", **labels) == before + 1
