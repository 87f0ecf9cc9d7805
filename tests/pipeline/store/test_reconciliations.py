from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.model.recording import RecordingState as S
from pipeline.store.reconciliations import (
    add_reconciliation,
    count_followed,
    find_last,
    list_announced,
    list_followed,
    list_known,
)
from pipeline.store.recordings import mark_metadata_gone, mark_vendor_copy_deleted, mark_vendor_copy_deleted_again
from tests.builders import a_recording


def test_the_newest_comparison_and_the_newest_wide_one_are_found(database, tenant, clock):
    with database.transaction(tenant.id) as tx:
        assert find_last(tx) is None
    for is_wide in (1, 0):
        with database.transaction(tenant.id) as tx:
            add_reconciliation(tx, since=tx.now, counts={"listed": 3, "is_wide": is_wide})
        clock.move(hours=1)
    with database.transaction(tenant.id) as tx:
        assert find_last(tx).counts["is_wide"] == 0
        assert find_last(tx, is_wide=True).counts == {"listed": 3, "is_wide": 1}


def test_what_is_known_is_read_by_the_vendors_ids_however_many(database, tenant):
    with database.transaction(tenant.id) as tx:
        mine = [a_recording(tx, None, state=S.ANNOUNCED) for _ in range(3)]
        asked = [one.recording_sid for one in mine] + [f"RE{n:032x}" for n in range(2500)]
        assert {sid: known.id for sid, known in list_known(tx, asked).items()} == {r.recording_sid: r.id for r in mine}
        assert {known.id for known in list_announced(tx)} == {r.id for r in mine}


def test_a_deleted_copy_is_followed_until_its_metadata_is_gone_and_anew_when_it_was_back(database, tenant, clock):
    with database.transaction(tenant.id) as tx:
        one, other = a_recording(tx, None), a_recording(tx, None)
        for deleted in (one, other):
            mark_vendor_copy_deleted(tx, deleted.id)
        a_recording(tx, None)
        assert count_followed(tx) == 2
        assert mark_metadata_gone(tx, [one.id]) == 1
        assert mark_metadata_gone(tx, [one.id]) == 0
        assert [known.id for known in list_followed(tx)] == [other.id]
    clock.move(days=3)
    with database.transaction(tenant.id) as tx:
        mark_vendor_copy_deleted_again(tx, one.id)
        assert {known.id: known.vendor_deleted_at for known in list_followed(tx)}[one.id] == clock.now()


def test_the_app_cannot_change_what_was_noted(database, tenant):
    with database.transaction(tenant.id) as tx:
        add_reconciliation(tx, since=tx.now, counts={})
    for statement in ("update earmark.reconciliations set counts = '{}'", "delete from earmark.reconciliations"):
        with pytest.raises(ProgrammingError), database.transaction(tenant.id) as tx:
            tx.connection.execute(text(statement))
