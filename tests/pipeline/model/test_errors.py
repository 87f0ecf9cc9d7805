from __future__ import annotations

import inspect

import pytest

from pipeline.model import errors

TREE = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, BaseException)]


@pytest.mark.parametrize("kind", TREE)
def test_every_error_is_one_of_ours_and_drawn_in_the_tree(kind):
    assert issubclass(kind, errors.PipelineError)
    assert kind.__name__ in (errors.__doc__ or "")


def test_an_error_without_a_message_says_its_first_line():
    assert str(errors.NotFound()) == "No such thing for this tenant."
    assert str(errors.NotFound("no call call_1")) == "no call call_1"


def test_only_what_another_attempt_can_mend_is_retryable():
    worth_it = {errors.VendorUnavailable, errors.StoreUnreachable, errors.StoreCannotWrite}
    assert {k for k in TREE if k.retryable} == worth_it


def test_a_vendors_error_names_vendor_operation_and_status():
    error = errors.VendorUnavailable("twilio", "fetch media", status=404, reason="not there yet")
    assert str(error) == "twilio: fetch media (status 404): not there yet"
    assert (error.vendor, error.operation, error.status, error.reason) == (
        "twilio",
        "fetch media",
        404,
        "not there yet",
    )
    assert str(errors.VendorRefused("deepgram", "listen")) == "deepgram: listen"


def test_a_store_error_names_its_operation():
    assert str(errors.StoreUnreachable("put", reason="full")) == "artifact store: put: full"
    assert errors.StoreDenied("lock").operation == "lock"
    assert str(errors.StoreDenied("lock")) == "artifact store: lock"


def test_absent_denied_and_unreachable_are_never_taken_for_each_other():
    kinds = (errors.NotFound, errors.StoreDenied, errors.StoreUnreachable)
    assert not any(issubclass(a, b) for a in kinds for b in kinds if a is not b)


def test_a_withheld_redaction_says_why():
    error = errors.Withheld("word_times")
    assert (error.reason, str(error)) == ("word_times", "withheld: word_times")
