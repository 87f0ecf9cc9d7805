from __future__ import annotations

import json
from datetime import timedelta

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome
from pipeline.steps.keep_receipts import METADATA_FIELDS, keep_receipts
from tests.builders import SCRIPT, a_recording

RECEIPT, METADATA = ArtifactKind.CONSENT_RECEIPT, ArtifactKind.CALL_METADATA


@pytest.fixture
def recording(line):
    return line.record(roles=(LegRole.CALLER, LegRole.AGENT))


def document(line, recording, kind) -> dict:
    return json.loads(line.context.vault.read(line.artifact(recording, kind)))


def test_the_receipt_says_who_agreed_to_what_how_when_and_to_which_words(line, recording):
    assert line.run(keep_receipts, recording) == {"receipts": 4}
    receipt = document(line, recording, RECEIPT)
    assert receipt["recording_sid"] == recording.recording_sid
    assert (receipt["mode"], receipt["tokens"]) == ("notice_continue", ["N", "P", "O", "T"])
    assert {s["purpose"] for s in receipt["standings"]} == {"record", "transcribe", "store", "vendor_process"}
    (event, *_) = receipt["events"]
    assert (event["leg"], event["outcome"], event["method"], event["attempts"]) == ("caller", "granted", "dtmf", 1)
    assert event["script"] == {"id": SCRIPT.id, "locale": SCRIPT.locale, "sha256": SCRIPT.sha256}
    assert event["at"] == "2026-11-21T09:00:00+00:00"
    assert [leg["role"] for leg in receipt["legs"]] == ["agent", "caller"]


def test_a_withdrawal_is_in_the_receipt_with_its_moment(line, recording):
    line.withdraw(recording.call, after_s=4)
    line.run(keep_receipts, recording)
    standings = document(line, recording, RECEIPT)["standings"]
    assert {s["outcome"] for s in standings} == {Outcome.WITHDRAWN}
    assert {s["withdrawn_at"] for s in standings} == {"2026-11-21T09:00:04+00:00"}


def test_the_receipt_has_no_number_and_the_metadata_only_the_callers(line, recording):
    line.run(keep_receipts, recording)
    assert "+1212555" not in json.dumps(document(line, recording, RECEIPT))
    metadata = document(line, recording, METADATA)
    assert metadata["caller_phone_number"] == "+12125550100"
    assert "+12125550101" not in json.dumps(metadata)
    assert (metadata["duration_s"], metadata["direction"]) == (6, "inbound")
    assert set(METADATA_FIELDS) == {"duration", "timestamps", "caller_phone_number"}


def test_keeping_them_again_changes_nothing(line, recording):
    assert line.run(keep_receipts, recording) == line.run(keep_receipts, recording)
    assert line.kinds(recording) == [METADATA.value, RECEIPT.value]


def test_what_is_answered_later_makes_another_receipt_and_the_first_stays(line, recording, clock):
    line.run(keep_receipts, recording)
    clock.move(seconds=1)
    line.withdraw(recording.call, after_s=3)
    line.run(keep_receipts, recording)
    assert line.kinds(recording) == [METADATA.value, RECEIPT.value, RECEIPT.value]
    assert document(line, recording, RECEIPT)["standings"][0]["outcome"] == "withdrawn"


def test_a_recording_without_a_call_has_nothing_to_prove_it(line):
    with line.tx() as tx:
        stray = a_recording(tx, None, after_s=timedelta(0).total_seconds())
    assert line.run(keep_receipts, stray) == {"receipts": 0}
    assert line.kinds(stray) == []
