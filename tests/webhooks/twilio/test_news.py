from __future__ import annotations

import json
import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from pipeline.model.recording import RecordingState
from pipeline.store.calls import find_call_by_sid
from pipeline.store.recordings import list_recordings, mark_state, read_encryption
from tests.webhooks.conftest import DENVER, NEW_YORK

STARTED = "Sat, 21 Nov 2026 09:00:05 +0000"


def a_callback(call, recording_sid: str, status: str, **more: str) -> dict[str, str]:
    fields = call.form(
        RecordingSid=recording_sid,
        RecordingUrl="https://evil.example.com/steal.wav",
        RecordingStatus=status,
        RecordingChannels="2",
        RecordingStartTime=STARTED,
        RecordingSource="StartCallRecordingTwiML",
        RecordingTrack="both",
        ErrorCode="0",
        From=NEW_YORK,
        To=DENVER,
    )
    return fields | ({"RecordingDuration": "31"} if status == "completed" else {}) | more


def a_recorded_call(stage):
    call = stage.call(stage.tenant())
    call.follow(call.ring())
    return call, "RE" + secrets.token_hex(16)


def recordings_of(stage, call):
    with stage.context.database.transaction(call.owner.id) as tx:
        return list_recordings(tx)


def tell(call, recording_sid: str, status: str, **more: str) -> int:
    return call.post(call.path("recording"), a_callback(call, recording_sid, status, **more)).status_code


def test_a_completed_recording_is_taken_up_with_its_call_and_its_work_is_started_once(stage):
    call, sid = a_recorded_call(stage)
    assert [tell(call, sid, s) for s in ("in-progress", "completed", "completed")] == [204, 204, 204]
    (recording,) = recordings_of(stage, call)
    with stage.context.database.transaction(call.owner.id) as tx:
        assert recording.call == find_call_by_sid(tx, call.call_sid).id
    assert (recording.state, recording.channels, recording.duration_s) == (RecordingState.COMPLETED, 2, 31)
    assert recording.source == "StartCallRecordingTwiML"
    assert recording.started_at.isoformat() == "2026-11-21T09:00:05+00:00"
    assert stage.queue.enqueued == [(call.owner.id, recording.id)]


@pytest.mark.acceptance(4)
def test_completed_before_in_progress_is_normal(stage):
    call, sid = a_recorded_call(stage)
    for status in ("completed", "in-progress"):
        assert tell(call, sid, status) == 204
    (recording,) = recordings_of(stage, call)
    assert recording.state is RecordingState.COMPLETED
    assert len(stage.queue.enqueued) == 1


STATUSES = ("in-progress", "completed", "absent", "failed")


def a_code(status: str) -> str:
    return {"absent": "16102", "failed": "16105"}.get(status, "0")


@settings(max_examples=40)
@given(subset=st.sets(st.sampled_from(STATUSES), min_size=1), data=st.data())
@pytest.mark.acceptance(4)
def test_any_order_and_repetition_of_any_news_ends_as_its_sorted_form_does(stage, subset, data):
    call = stage.a_known_call()
    in_order = [status for status in STATUSES if status in subset]
    more = data.draw(st.lists(st.sampled_from([*in_order, "paused"]), max_size=4))
    ends = []
    for order in (in_order, data.draw(st.permutations([*in_order, *more]))):
        sid = "RE" + secrets.token_hex(16)
        assert {tell(call, sid, status, ErrorCode=a_code(status)) for status in order} == {204}
        (end,) = [r for r in recordings_of(stage, call) if r.recording_sid == sid]
        ends.append((end.state, end.channels, end.duration_s, end.started_at, end.source, end.reason, end.error_code))
    assert ends[0] == ends[1]
    last = in_order[-1]
    assert ends[0][0].value == {"in-progress": "announced"}.get(last, last)
    assert str(ends[0][-1]) == a_code(last)


@pytest.mark.parametrize(
    ("status", "code"), [("absent", "16102"), ("absent", "16105"), ("failed", "16107"), ("failed", "0")]
)
def test_a_recording_that_was_never_made_is_shown_with_its_reason(stage, status, code):
    call, sid = a_recorded_call(stage)
    tell(call, sid, "in-progress")
    assert tell(call, sid, status, ErrorCode=code) == 204
    (recording,) = recordings_of(stage, call)
    assert (recording.state.value, recording.reason) == (status, f"vendor_{status}_{code}")
    assert recording.error_code == int(code)
    assert stage.queue.enqueued == []


def test_late_news_never_undoes_work_that_has_begun(stage):
    call, sid = a_recorded_call(stage)
    tell(call, sid, "completed")
    (recording,) = recordings_of(stage, call)
    for state in (RecordingState.AUTHORISED, RecordingState.CAPTURED, RecordingState.PUBLISHED, RecordingState.PURGED):
        with stage.context.database.transaction(call.owner.id) as tx:
            mark_state(tx, recording.id, state)
        for status in ("in-progress", "completed", "absent", "failed"):
            assert tell(call, sid, status) == 204
        assert recordings_of(stage, call)[0].state is state
    assert len(stage.queue.enqueued) == 1


def test_two_recordings_of_one_call_are_taken_up_apart(stage):
    call, first = a_recorded_call(stage)
    second = "RE" + secrets.token_hex(16)
    for sid in (first, second):
        tell(call, sid, "completed", RecordingSource="SomethingNewOfTwilios")
    assert len(recordings_of(stage, call)) == len(stage.queue.enqueued) == 2


def test_a_recording_of_a_call_that_is_not_known_is_taken_up_without_a_call_so_that_it_is_refused(stage):
    call = stage.call(stage.tenant())
    tell(call, "RE" + "0" * 32, "completed")
    (recording,) = recordings_of(stage, call)
    assert recording.call is None
    assert stage.queue.enqueued == [(call.owner.id, recording.id)]


def test_news_whose_work_cannot_be_started_is_not_taken_and_is_taken_the_next_time(stage):
    call, sid = a_recorded_call(stage)
    stage.queue.is_broken = True
    assert tell(call, sid, "completed") == 503
    assert recordings_of(stage, call) == ()
    stage.queue.is_broken = False
    assert tell(call, sid, "completed") == 204
    assert len(stage.queue.enqueued) == 1


@pytest.mark.acceptance(6)
def test_neither_an_address_nor_a_number_of_a_callback_is_kept(stage):
    call, sid = a_recorded_call(stage)
    tell(call, sid, "completed")
    with stage.context.database.transaction(call.owner.id) as tx:
        for table in ("inbox", "recordings", "audit_events", "calls", "legs"):
            rows = str(tx.connection.execute(text(f"select * from earmark.{table}")).all())
            assert "evil.example.com" not in rows
            assert NEW_YORK not in rows
            assert DENVER not in rows


@pytest.mark.parametrize(
    "spelling",
    [("encryption_public_key_sid", "encryption_cek", "encryption_iv"), ("public_key_sid", "encrypted_cek", "iv")],
)
def test_both_spellings_of_an_encrypted_recording_are_kept_and_nothing_else_of_them(stage, spelling):
    call, sid = a_recorded_call(stage)
    details = dict.fromkeys(spelling, "value") | {"type": "rsa-aes"}
    tell(call, sid, "completed", EncryptionDetails=json.dumps(details | {"note": "more"}))
    (recording,) = recordings_of(stage, call)
    with stage.context.database.transaction(call.owner.id) as tx:
        assert read_encryption(tx, recording.id) == details


def test_encryption_that_cannot_be_read_is_never_taken_for_plain_audio(stage):
    call, sid = a_recorded_call(stage)
    tell(call, sid, "completed", EncryptionDetails="{not json")
    (recording,) = recordings_of(stage, call)
    with stage.context.database.transaction(call.owner.id) as tx:
        assert read_encryption(tx, recording.id) == {"type": "unreadable"}


@pytest.mark.parametrize(
    "strange",
    [
        {"RecordingChannels": "many"},
        {"RecordingStartTime": "yesterday"},
        {"RecordingDuration": "-1"},
        {"ErrorCode": "x"},
        {"RecordingStartTime": ""},
        {"RecordingStartTime": "Mon, 01 Jan 99999999999999999999 00:00:00 +0000"},
        {"RecordingDuration": "9" * 40},
        {"RecordingStatus": "x" * 900},
        {"New": "field"},
    ],
)
def test_fields_that_cannot_be_read_are_left_out_and_never_an_error(stage, strange):
    call, sid = a_recorded_call(stage)
    assert tell(call, sid, "completed", **strange) == 204


def test_a_recording_sid_of_another_shape_is_refused(stage):
    call, _ = a_recorded_call(stage)
    assert tell(call, "RE/../../Accounts", "completed") == 422
    assert recordings_of(stage, call) == ()


def test_the_status_of_a_call_that_is_not_known_is_taken(stage):
    call = stage.call(stage.tenant())
    assert call.end().status_code == 204
    assert stage.standing(call) == {}


def test_the_end_of_a_recorded_call_changes_no_permission(stage):
    call, _ = a_recorded_call(stage)
    call.end("in-progress")
    call.end()
    call.end()
    assert stage.record_standing(call) == "granted"


def test_a_recorder_that_begins_to_run_after_it_was_stopped_is_stopped_again(stage):
    call, sid = a_recorded_call(stage)
    assert stage.withdraw(call).json()["recorder"] == "not_running"
    stage.recordings.running.add(call.call_sid)
    assert tell(call, sid, "in-progress") == 204
    assert stage.recordings.running == set()


def test_a_recorder_that_nobody_stopped_runs_on(stage):
    call, sid = a_recorded_call(stage)
    stage.recordings.running.add(call.call_sid)
    assert tell(call, sid, "in-progress") == 204
    assert (stage.recordings.running, stage.recordings.stopped) == ({call.call_sid}, [])
