from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.consent.attested import Made, basis_of, foresee, made_of, made_of_file
from pipeline.model.bulk import BulkOutcome
from pipeline.model.consent import Method
from pipeline.model.ids import TenantId
from pipeline.model.recording import UPLOADED
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings
from pipeline.ports.recordings import VendorRecording
from tests.evidence import evidence, line

AT = datetime(2026, 3, 1, 10, tzinfo=UTC)
SID = "RE" + "a" * 32
LISTED = VendorRecording(
    recording_sid=SID,
    call_sid="CA" + "a" * 32,
    status="completed",
    source="DialVerb",
    channels=2,
    started_at=AT,
    duration_s=6,
)
OWNER = Tenant(
    id=TenantId("acme"),
    display_name="Acme",
    policy_id="nejix",
    account_sid=None,
    settings=TenantSettings(is_recording_on=True, is_transcription_on=True),
    secrets=TenantSecrets(),
)


def told(*lines: str, owner: Tenant = OWNER, **changes):
    made = made_of(replace(LISTED, **changes))
    assert isinstance(made, Made)
    return foresee(made, evidence(*lines).by_recording.get(SID, ()), owner, now=datetime(2026, 11, 28, tzinfo=UTC))


def test_what_everybody_agreed_to_before_it_began_may_be_kept():
    assert told(line(SID)) is None
    assert told(line(SID), line(SID, leg="callee")) is None


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        ((), BulkOutcome.NO_EVIDENCE),
        ((line(SID, given_on="2026-03-01"),), BulkOutcome.NOT_COVERED),  # a bare day counts from its end
        ((line(SID, given_on="2026-03-01T10:00:30"),), BulkOutcome.NOT_COVERED),
        ((line(SID, "no_answer"),), BulkOutcome.NOT_COVERED),
        ((line(SID), line(SID, "unclear", leg="callee")), BulkOutcome.NOT_COVERED),
        ((line(SID, "declined"),), BulkOutcome.REFUSED),
        ((line(SID), line(SID, "withdrawn", given_on="2026-02-01")), BulkOutcome.REFUSED),
        ((line(SID), line(SID, "declined", leg="callee")), BulkOutcome.REFUSED),
    ],
)
def test_unknown_is_left_and_a_known_no_is_refused(lines, outcome):
    assert told(*lines) is outcome


def test_recording_alone_does_not_cover_a_tenant_that_transcribes():
    only = line(SID).replace(",all,", ",record,")
    assert told(only) is BulkOutcome.NOT_COVERED
    silent = replace(OWNER, settings=TenantSettings(is_recording_on=True, is_transcription_on=False))
    assert told(only, owner=silent) is None


def test_a_tenant_that_does_not_record_takes_nothing_in():
    assert told(line(SID), owner=replace(OWNER, settings=TenantSettings())) is BulkOutcome.NOT_COVERED


@pytest.mark.parametrize(
    ("way", "method"),
    [
        ("dtmf", Method.ATTESTED_EVIDENCE),
        ("prior_written", Method.ATTESTED_EVIDENCE),
        ("speech", Method.ATTESTED_IMPLIED),
        ("implied", Method.ATTESTED_IMPLIED),
    ],
)
def test_only_an_act_is_attested_as_one(way, method):
    given = evidence(line(SID).replace("prior_written", way)).by_recording[SID]
    basis = basis_of(made_of(LISTED), given, OWNER, policy_digest="", matrix_version="")
    assert {event.method for event in basis.consents} == {method}


@pytest.mark.parametrize(
    "changes", [{"status": "processing"}, {"is_deleted": True}, {"call_sid": ""}, {"started_at": None}]
)
def test_what_is_no_finished_recording_of_a_call_is_none(changes):
    assert made_of(replace(LISTED, **changes)) is None


def test_a_file_is_a_recording_of_the_moment_that_is_attested():
    digest = "b" * 64
    attested = evidence(line(digest, recorded_at=AT.isoformat())).by_recording[digest]
    made = made_of_file(digest, channels=2, duration_ms=6_500, attested=attested)
    assert (made.source, made.started_at, made.duration_s) == (UPLOADED, AT, 6)
    assert foresee(made, attested, OWNER, now=AT + timedelta(days=90)) is None
    assert made_of_file(digest, channels=2, duration_ms=6_500, attested=()) is None
