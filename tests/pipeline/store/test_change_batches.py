from __future__ import annotations

import pytest

from pipeline.model.errors import NotFound
from pipeline.model.review import ChangeKind
from pipeline.store.change_batches import add_batch, get_batch, list_batches, mark_batch_undone


def test_a_batch_is_kept_with_its_filter_and_undone_once(database, tenant):
    with database.transaction(tenant.id) as tx:
        made = add_batch(tx, ChangeKind.CONFIRM, filter={"type": "PERSON"}, changes=3, actor="user:ada")
        kept = get_batch(tx, made)
        assert (kept.kind, kept.filter, kept.changes, kept.actor) == ("confirm", {"type": "PERSON"}, 3, "user:ada")
        assert (mark_batch_undone(tx, made), mark_batch_undone(tx, made)) == (True, False)
        (listed,) = list_batches(tx)
        assert (listed.id, listed.undone_at) == (made, tx.now)
        with pytest.raises(NotFound):
            get_batch(tx, "bat_0")
