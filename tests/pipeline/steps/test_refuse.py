from __future__ import annotations

import pytest
from sqlalchemy import text

from pipeline.model.errors import IllegalTransition, VendorUnavailable
from pipeline.model.recording import RecordingState as S
from pipeline.steps.refuse import refuse
from pipeline.store.holds import add_hold, ask_release, release_hold
from pipeline.store.reconciliations import count_held_there
from pipeline.store.recordings import is_vendor_copy_deleted, mark_state
from tests.fakes import NotedRecordings

REFUSED = "recording:consent:refused"


def tombstones(line) -> list[tuple[str, str]]:
    with line.tx() as tx:
        rows = tx.connection.execute(text("select subject_id, why from earmark.tombstones"))
        return [tuple(row) for row in rows]


@pytest.mark.acceptance(5)
def test_the_vendors_copy_is_deleted_unread_and_a_tombstone_remembers_why(line):
    recording = line.record()
    receipt = line.run(refuse, recording, "caller_declined")
    assert receipt == {"state": "refused", "reason": "caller_declined"}
    assert line.asked == ["delete"]
    assert not line.at_vendor(recording)
    assert (line.state(recording), line.now(recording).reason) == (S.REFUSED, "caller_declined")
    assert tombstones(line) == [(recording.id, "refused: caller_declined")]
    assert line.events(REFUSED) == [{"reason": "caller_declined", "source": "StartCallRecordingTwiML"}]
    with line.tx() as tx:
        assert is_vendor_copy_deleted(tx, recording.id)


def test_refusing_again_ends_the_same_and_is_audited_once(line):
    recording = line.record()
    for _ in range(3):
        line.run(refuse, recording, "caller_declined")
    assert (len(tombstones(line)), line.tags(recording.id)) == (1, [REFUSED])


class Keeps(NotedRecordings):
    """A vendor that says yes and does nothing."""

    def is_gone(self, account, recording_sid):
        return False


def test_a_vendor_that_still_has_it_is_asked_again_and_nothing_is_claimed(line):
    recording = line.record()
    with pytest.raises(VendorUnavailable, match="still there"):
        line.with_parts(vendor=Keeps()).run(refuse, recording, "caller_declined")
    assert (line.state(recording), tombstones(line), line.tags(recording.id)) == (S.COMPLETED, [], [])


def test_a_file_that_was_handed_in_is_refused_without_asking_a_vendor(line):
    recording = line.record(source="OperatorUpload")
    line.run(refuse, recording, "recording_off")
    assert (line.asked, line.state(recording)) == ([], S.REFUSED)
    with line.tx() as tx:
        assert not is_vendor_copy_deleted(tx, recording.id)


def test_what_has_failed_is_not_called_refused_but_its_copy_is_gone(line):
    recording = line.record()
    with line.tx() as tx:
        mark_state(tx, recording.id, S.FAILED, reason="x")
    with pytest.raises(IllegalTransition):
        line.run(refuse, recording, "caller_declined")
    assert (line.state(recording), tombstones(line), line.at_vendor(recording)) == (S.FAILED, [], False)


def test_what_is_held_stays_at_the_vendor_unread_until_nothing_holds_it(line):
    recording = line.record()
    with line.tx() as tx:
        hold = add_hold(tx, matter="m-1", scope=("call", recording.call), actor="user:1", reason="lawsuit")
    assert line.run(refuse, recording, "caller_declined") == {"state": "refused", "reason": "caller_declined"}
    assert (line.asked, line.at_vendor(recording), tombstones(line)) == ([], True, [])
    assert line.events(REFUSED) == [{"reason": "caller_declined", "source": "StartCallRecordingTwiML", "is_held": True}]
    with line.tx() as tx:
        assert (is_vendor_copy_deleted(tx, recording.id), count_held_there(tx)) == (False, 1)
        ask_release(tx, hold.id, actor="user:1", reason="settled")
        release_hold(tx, hold.id, actor="user:2")
    line.run(refuse, recording, "caller_declined")
    assert (line.at_vendor(recording), len(tombstones(line))) == (False, 1)
    with line.tx() as tx:
        assert count_held_there(tx) == 0
