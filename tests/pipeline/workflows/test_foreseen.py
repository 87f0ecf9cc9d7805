from __future__ import annotations

import pytest
from dbos import error as dbos_errors

from pipeline.model.errors import NotFound, StoreUnreachable, VendorUnavailable
from pipeline.workflows.foreseen import foreseen
from pipeline.workflows.serializer import StepFailed


def raising(error: Exception):
    def step(*arguments):
        raise error

    return step


def test_attempts_that_ran_out_are_told_by_their_last_error_as_after_a_death():
    last = VendorUnavailable("twilio", "fetch media", status=503)
    ran_out = dbos_errors.DBOSMaxStepRetriesExceeded("capture", 5, [StoreUnreachable("put"), last])
    with pytest.raises(VendorUnavailable) as caught:
        foreseen(raising(ran_out))
    assert caught.value is last


def test_an_error_of_ours_passes_as_it_is():
    with pytest.raises(NotFound, match="no call call_1"):
        foreseen(raising(NotFound("no call call_1")))


def test_a_foreign_error_becomes_a_failed_step_without_its_message():
    with pytest.raises(StepFailed, match=r"^unforeseen ValueError$") as caught:
        foreseen(raising(ValueError("canaryname")))
    assert caught.value.__suppress_context__


def test_the_engines_own_errors_are_left_to_the_engine():
    with pytest.raises(dbos_errors.DBOSUnexpectedStepError):
        foreseen(raising(dbos_errors.DBOSUnexpectedStepError("w", 1, "a", "b")))


def test_a_step_that_succeeds_gives_its_receipt():
    assert foreseen(lambda *arguments: {"got": arguments}, "acme", "rec") == {"got": ("acme", "rec")}
