from __future__ import annotations

import pytest

from pipeline.model.purge import Subject
from pipeline.model.retention import RetentionBasis
from pipeline.store import retention_runs as store
from pipeline.store.endings import Ending, add_ending


@pytest.fixture
def tx(database, tenant):
    with database.transaction(tenant.id) as opened:
        yield opened


def test_the_newest_run_is_given_with_its_counts(tx):
    assert store.find_last_run(tx) is None
    store.add_run(tx, on=tx.now.date(), counts={"due": 3})
    found = store.find_last_run(tx)
    assert (found.on, dict(found.counts)) == (tx.now.date(), {"due": 3})


def test_an_ending_is_new_until_it_was_taken_up(tx):
    for source in ("a", "b"):
        ending = Ending(
            scope_kind="call",
            scope_id="call_1",
            cause=RetentionBasis.DELETION_REQUEST,
            source=source,
            ends_on=tx.now.date(),
        )
        add_ending(tx, ending, actor="test")
    first, second = store.list_new_endings(tx)
    assert first[1] == Subject(kind="call", id="call_1")
    store.mark_taken_up(tx, first[0])
    store.mark_taken_up(tx, first[0])
    assert store.list_new_endings(tx) == (second,)


def test_a_justification_reads_back(tx, keys):
    made = store.add_justification(
        tx, kind="summary", reason="why", moved=2, until=tx.now.date(), actor="user:1", keys=keys
    )
    assert store.list_justifications(tx, keys=keys) == (made,)
