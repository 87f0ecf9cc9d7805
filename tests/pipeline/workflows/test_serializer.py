from __future__ import annotations

import inspect

import pytest
from dbos import error as dbos_errors
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import errors
from pipeline.model.errors import (
    IntegrityError,
    NotFound,
    PipelineError,
    StoreUnreachable,
    VendorUnavailable,
    Withheld,
)
from pipeline.workflows.serializer import JsonSerializer, StepFailed

CANARY = "canaryname"
write, read = JsonSerializer().serialize, JsonSerializer().deserialize
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(), v, max_size=3),
    max_leaves=8,
)


@given(values)
def test_a_receipt_read_back_is_the_one_written(value):
    if isinstance(value, dict) and set(value) == {"__error__"}:
        return
    assert read(write(value)) == value


@pytest.mark.parametrize("value", [object(), b"words", {1, 2}, {"words": b"x"}])
def test_what_is_no_receipt_is_refused_before_it_reaches_a_table(value):
    with pytest.raises(TypeError):
        write(value)


@pytest.mark.parametrize(
    "error",
    [
        NotFound("no call call_1"),
        IntegrityError(),
        Withheld("word_times"),
        VendorUnavailable("twilio", "fetch media", status=404, reason="not there yet"),
        StoreUnreachable("put", reason="full"),
    ],
)
def test_an_error_of_ours_comes_back_as_itself_with_all_it_said(error):
    again = read(write(error))
    assert type(again) is type(error)
    assert (str(again), vars(again)) == (str(error), vars(error))
    assert again.retryable == error.retryable


@pytest.mark.parametrize("name", [n for n, k in inspect.getmembers(errors, inspect.isclass) if k is not type])
def test_every_error_of_the_tree_keeps_its_class(name):
    kind = getattr(errors, name)
    if not issubclass(kind, PipelineError):
        return
    error = kind.__new__(kind)
    Exception.__init__(error, "m")
    assert type(read(write(error))) is kind


class Foreign(Exception):
    """An error with all the places where words may hide."""

    def __init__(self) -> None:
        super().__init__(CANARY, {"said": CANARY})
        self.errors = lambda: [CANARY]
        self.body = CANARY
        self.add_note(CANARY)


@pytest.mark.parametrize(
    "error",
    [
        ValueError(CANARY),
        KeyError(CANARY),
        UnicodeDecodeError("utf-8", CANARY.encode(), 0, 1, CANARY),
        Foreign(),
        ExceptionGroup(CANARY, [ValueError(CANARY)]),
        dbos_errors.DBOSMaxStepRetriesExceeded("detect", 5, [ValueError(CANARY)]),
        dbos_errors.DBOSMaxStepRetriesExceeded(CANARY, 5, []),
    ],
)
def test_a_foreign_errors_message_never_reaches_the_json(error):
    text = write(error)
    assert CANARY not in text
    again = read(text)
    assert type(again) is StepFailed
    assert str(again).startswith("unforeseen ")
    assert not again.retryable


def test_a_note_on_an_error_of_ours_is_left_out():
    error = NotFound("no call call_1")
    error.add_note(CANARY)
    error.__cause__ = ValueError(CANARY)
    assert CANARY not in write(error)


def test_attempts_that_ran_out_are_told_by_the_last_error():
    last = VendorUnavailable("twilio", "fetch media", status=503)
    again = read(write(dbos_errors.DBOSMaxStepRetriesExceeded("capture", 5, [ValueError(CANARY), last])))
    assert (type(again), str(again)) == (VendorUnavailable, str(last))


def test_an_error_that_this_version_does_not_know_is_a_failed_step():
    again = read('{"__error__":{"kind":"OfTomorrow","message":"m","facts":{}}}')
    assert (type(again), str(again)) == (StepFailed, "m")


def test_the_format_has_the_name_that_stands_beside_each_value():
    assert JsonSerializer().name() == "earmark_json"
