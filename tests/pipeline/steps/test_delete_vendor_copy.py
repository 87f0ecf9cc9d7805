from __future__ import annotations

import pytest

from pipeline.model.errors import VendorUnavailable
from pipeline.steps.delete_vendor_copy import delete_vendor_copy
from pipeline.store.holds import add_hold
from tests.fakes import NotedRecordings

DELETED = "recording:vendor:deleted"


def test_the_vendors_copy_goes_and_is_seen_to_be_gone(line):
    recording = line.record()
    assert line.run(delete_vendor_copy, recording) == {"is_deleted": True}
    assert not line.at_vendor(recording)
    assert line.facts(recording)["is_vendor_copy_deleted"] is True
    assert line.tags(recording.id) == [DELETED]


def test_deleting_again_is_audited_once(line):
    recording = line.record()
    for _ in range(3):
        line.run(delete_vendor_copy, recording)
    assert line.tags(recording.id) == [DELETED]


class Keeps(NotedRecordings):
    def is_gone(self, account, recording_sid):
        return False


def test_a_vendor_that_still_has_it_is_asked_again_and_nothing_is_claimed(line):
    recording = line.record()
    with pytest.raises(VendorUnavailable, match="still there"):
        line.with_parts(vendor=Keeps()).run(delete_vendor_copy, recording)
    assert (line.facts(recording), line.tags(recording.id)) == ({}, [])


def test_a_tenant_may_leave_the_copy_with_the_vendor(line):
    recording = line.record()
    line.choose(deletes_vendor_copy=False)
    assert line.run(delete_vendor_copy, recording) == {"is_deleted": False}
    assert (line.at_vendor(recording), line.asked) == (True, [])


def test_what_a_withdrawal_cut_off_does_not_stay_with_the_vendor_either(line):
    recording = line.record(after_s=0)
    line.withdraw(recording.call, after_s=4)
    line.choose(deletes_vendor_copy=False)
    assert line.run(delete_vendor_copy, recording) == {"is_deleted": True}
    assert not line.at_vendor(recording)


def test_a_file_that_was_handed_in_has_no_copy_elsewhere(line):
    recording = line.record(source="OperatorUpload")
    assert line.run(delete_vendor_copy, recording) == {"is_deleted": False}
    assert line.asked == []


def held(line, recording) -> None:
    with line.tx() as tx:
        add_hold(tx, matter="m-1", scope=("recording", recording.id), actor="user:1", reason="lawsuit")


def test_the_only_whole_copy_of_what_is_held_stays_with_the_vendor(line):
    recording = line.record(after_s=0)
    line.withdraw(recording.call, after_s=4)
    held(line, recording)
    assert line.run(delete_vendor_copy, recording) == {"is_deleted": False}
    assert (line.at_vendor(recording), line.facts(recording)["is_held_at_vendor"]) == (True, True)


def test_what_is_held_and_lies_whole_in_the_vault_still_goes_at_the_vendor(line):
    recording = line.through(line.record(), "settle_consent", "capture")
    held(line, recording)
    assert line.run(delete_vendor_copy, recording) == {"is_deleted": True}
    assert not line.at_vendor(recording)
