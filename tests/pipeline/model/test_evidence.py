from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from pipeline.model.call import LegRole
from pipeline.model.consent import RECORDING_PURPOSES, Method, Outcome
from pipeline.model.errors import InvalidInput
from pipeline.model.evidence import read_evidence

NOW = datetime(2026, 11, 28, tzinfo=UTC)
SID, DIGEST = "RE" + "a" * 32, "b" * 64
HEAD = "recording,leg,purpose,outcome,method,given_on,reference,recorded_at\n"
TWICE = "".join(f"{DIGEST},caller,all,granted,dtmf,2025-01-01,box,2026-01-0{n}\n" for n in (1, 2))
GOOD = f"{SID},caller,all,granted,dtmf,2026-01-02,box 7,\n"


def test_each_line_attests_one_purpose_or_all_four_of_recording():
    body = (HEAD + GOOD + f"{SID},callee,record,declined,speech,2026-01-02T10:00:00+01:00,box 8,\n").encode()
    read = read_evidence(body, now=NOW)
    assert read.sha256 == hashlib.sha256(body).hexdigest()
    *caller, callee = read.by_recording[SID]
    assert [one.purpose for one in caller] == list(RECORDING_PURPOSES)
    assert {(one.leg, one.outcome, one.way) for one in caller} == {(LegRole.CALLER, Outcome.GRANTED, Method.DTMF)}
    assert caller[0].given_on == datetime(2026, 1, 2, 23, 59, 59, tzinfo=UTC)
    assert callee.given_on == datetime(2026, 1, 2, 9, tzinfo=UTC)
    assert "box" not in repr(read.by_recording)


def test_a_file_is_named_by_its_digest_and_the_moment_it_was_recorded():
    line = f"{DIGEST},caller,all,granted,prior_written,2025-12-01,box,2026-01-02T10:00:00\n"
    (first, *_) = read_evidence((HEAD + line).encode(), now=NOW).by_recording[DIGEST]
    assert first.recorded_at == datetime(2026, 1, 2, 10, tzinfo=UTC)


def test_what_was_recorded_on_a_bare_day_began_before_whatever_was_answered_on_it():
    line = f"{DIGEST},caller,all,granted,prior_written,2026-01-02,box,2026-01-02\n"
    (first, *_) = read_evidence((HEAD + line).encode(), now=NOW).by_recording[DIGEST]
    assert first.recorded_at == datetime(2026, 1, 2, tzinfo=UTC) < first.given_on


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("secretname,caller,all,granted,dtmf,2026-01-02,box,", "recording"),
        (f"{SID},agent,all,granted,dtmf,2026-01-02,box,", "leg"),
        (f"{SID},caller,train,granted,dtmf,2026-01-02,box,", "purpose"),
        (f"{SID},caller,all,yes,dtmf,2026-01-02,box,", "outcome"),
        (f"{SID},caller,all,granted,operator_attested,2026-01-02,box,", "method"),
        (f"{SID},caller,all,granted,dtmf,2026-02-30,box,", "given_on"),
        (f"{SID},caller,all,granted,dtmf,2027-01-01,box,", "given_on"),
        (f"{SID},caller,all,granted,dtmf,9999-12-31,box,", "given_on"),
        (f"{SID},caller,all,granted,dtmf,2026-01-02,,", "reference"),
        (f"{SID},caller", "leg|purpose|reference"),
        (f"{DIGEST},caller,all,granted,dtmf,2026-01-02,box,", "recorded_at"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_by_number_and_column_alone(line, column):
    with pytest.raises(InvalidInput, match=f"line 3: ({column})$") as caught:
        read_evidence((HEAD + GOOD + line + "\n").encode(), now=NOW)
    assert "secretname" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b"", "no column recording"),
        (b"recording,leg\n", "no column purpose"),
        ((HEAD + f'{SID},"caller\n').encode(), "no CSV"),
        (f'"a"b,{HEAD}'.encode(), "no CSV at line 1"),
        ((HEAD + TWICE).encode(), "two moments"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_evidence_is_refused(body, told):
    with pytest.raises(InvalidInput, match=told):
        read_evidence(body, now=NOW)
