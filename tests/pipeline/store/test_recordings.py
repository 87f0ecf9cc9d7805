from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from pipeline.model.errors import IllegalTransition, NotFound
from pipeline.model.ids import RecordingId, new_id
from pipeline.model.recording import RecordingState as S
from pipeline.store.recordings import (
    add_tombstone,
    get_recording,
    is_vendor_copy_deleted,
    list_recordings,
    lock_recording_by_sid,
    mark_state,
    mark_vendor_copy_deleted,
    merge_facts,
    note_recording,
    read_encryption,
    read_facts,
)
from tests.builders import a_call, a_recording
from tests.conftest import make_tenant

NONE = RecordingId("rec_none")


def test_a_recording_is_read_back_as_it_was_noted(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        noted = a_recording(tx, a_call(tx, keys))
        assert get_recording(tx, noted.id) == noted == lock_recording_by_sid(tx, noted.recording_sid)
    assert (noted.noted_at, noted.duration_s, noted.channels) == (tx.now, 6, 2)


@settings(max_examples=25)
@given(st.permutations([S.ANNOUNCED, S.COMPLETED, S.ANNOUNCED, S.COMPLETED]))
def test_news_in_any_order_makes_one_recording_in_one_state(database, keys, tenant, order):
    sid = "RE" + new_id("x")[2:].encode().hex()[:32]
    with database.transaction(tenant.id) as tx:
        ids = {a_recording(tx, None, state=state, sid=sid).id for state in order}
        assert len(ids) == 1
        assert lock_recording_by_sid(tx, sid).state is S.COMPLETED


def test_later_news_fills_in_what_was_not_known_and_keeps_what_was(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        first = a_recording(tx, None, state=S.ANNOUNCED, channels=0)
        news = replace(
            first,
            id=RecordingId("rec_other"),
            state=S.COMPLETED,
            call=a_call(tx, keys),
            channels=2,
            duration_s=9,
            started_at=tx.now + timedelta(hours=1),
        )
        now = note_recording(tx, news, encryption={"type": "rsa"})
    assert (now.id, now.started_at) == (first.id, first.started_at)
    assert (now.state, now.call, now.channels, now.duration_s) == (S.COMPLETED, news.call, 2, 9)
    with database.transaction(tenant.id) as tx:
        assert read_encryption(tx, first.id) == {"type": "rsa"}
        late = note_recording(tx, replace(news, call=None, channels=0, duration_s=None, started_at=None))
        assert late == now
        assert read_encryption(tx, first.id) == {"type": "rsa"}


def test_a_recording_without_encryption_has_none(database, tenant):
    with database.transaction(tenant.id) as tx:
        assert read_encryption(tx, a_recording(tx, None).id) is None


def test_marking_moves_forward_and_says_so_and_late_news_changes_nothing(database, tenant):
    with database.transaction(tenant.id) as tx:
        noted = a_recording(tx, None)
        assert mark_state(tx, noted.id, S.WITHHELD, reason="audio: NOT_SILENT")
        assert not mark_state(tx, noted.id, S.CAPTURED, reason="late")
        assert not mark_state(tx, noted.id, S.WITHHELD)
        now = get_recording(tx, noted.id)
        assert (now.state, now.reason) == (S.WITHHELD, "audio: NOT_SILENT")


def test_an_end_never_becomes_another_end(database, tenant):
    with database.transaction(tenant.id) as tx:
        noted = a_recording(tx, None)
        mark_state(tx, noted.id, S.REFUSED, reason="caller_declined")
        with pytest.raises(IllegalTransition):
            mark_state(tx, noted.id, S.FAILED, reason="x")
        assert get_recording(tx, noted.id).reason == "caller_declined"


def test_what_is_unknown_is_not_found_by_whoever_would_change_it(database, tenant):
    with database.transaction(tenant.id) as tx:
        with pytest.raises(NotFound, match="rec_none"):
            get_recording(tx, NONE)
        with pytest.raises(NotFound, match="rec_none"):
            mark_state(tx, NONE, S.FAILED)
        with pytest.raises(NotFound, match="rec_none"):
            merge_facts(tx, NONE, {})
        with pytest.raises(NotFound):
            lock_recording_by_sid(tx, "RE" + "0" * 32)
        assert (read_facts(tx, NONE), read_encryption(tx, NONE)) == ({}, None)
        assert not is_vendor_copy_deleted(tx, NONE)
        assert not mark_vendor_copy_deleted(tx, NONE)


def test_facts_of_several_steps_stand_beside_each_other_and_the_last_word_counts(database, tenant):
    with database.transaction(tenant.id) as tx:
        noted = a_recording(tx, None)
        merge_facts(tx, noted.id, {"words": 3, "is_notice_heard": True})
        merge_facts(tx, noted.id, {"words": 4, "cut_at_ms": None})
        assert read_facts(tx, noted.id) == {"words": 4, "is_notice_heard": True, "cut_at_ms": None}


def test_the_vendors_copy_is_seen_to_go_once(database, tenant):
    with database.transaction(tenant.id) as tx:
        noted = a_recording(tx, None)
        assert not is_vendor_copy_deleted(tx, noted.id)
        assert [mark_vendor_copy_deleted(tx, noted.id) for _ in range(2)] == [True, False]
        assert is_vendor_copy_deleted(tx, noted.id)


def test_a_tombstone_is_written_once_and_its_first_reason_stays(database, tenant):
    with database.transaction(tenant.id) as tx:
        for why in ("refused: caller_declined", "purged"):
            add_tombstone(tx, subject_kind="recording", subject_id="rec_1", why=why)
        add_tombstone(tx, subject_kind="recording", subject_id="rec_2", why="purged")
        rows = tx.connection.execute(text("select subject_id, why from earmark.tombstones order by 1")).all()
    assert [tuple(r) for r in rows] == [("rec_1", "refused: caller_declined"), ("rec_2", "purged")]


def test_recordings_are_listed_oldest_first_all_or_of_a_call(database, keys, tenant, clock):
    with database.transaction(tenant.id) as tx:
        call = a_call(tx, keys)
        first = a_recording(tx, call)
    clock.move(seconds=1)
    with database.transaction(tenant.id) as tx:
        second, other = a_recording(tx, call), a_recording(tx, None)
    with database.transaction(tenant.id) as tx:
        assert list_recordings(tx, call=call) == (first, second)
        assert list_recordings(tx)[0] == first
        assert set(list_recordings(tx)) == {first, second, other}


def test_two_tenants_may_have_recordings_of_one_sid_and_neither_sees_the_other(database, keys, tenant):
    other = make_tenant(database, keys, "other")
    sid = "RE" + "7" * 32
    with database.transaction(tenant.id) as tx:
        mine = a_recording(tx, None, sid=sid)
    with database.transaction(other.id) as tx:
        with pytest.raises(NotFound):
            get_recording(tx, mine.id)
        with pytest.raises(NotFound):
            mark_state(tx, mine.id, S.FAILED)
        theirs = a_recording(tx, None, sid=sid, state=S.ANNOUNCED)
        assert list_recordings(tx) == (theirs,)
    with database.transaction(tenant.id) as tx:
        assert get_recording(tx, mine.id) == mine
