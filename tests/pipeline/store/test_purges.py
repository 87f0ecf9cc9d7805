from __future__ import annotations

from datetime import date

import pytest

from pipeline.model.decision_terms import Clause
from pipeline.model.errors import NotFound
from pipeline.model.purge import Ground, Item, ItemKind, ItemState, PurgeState, Subject, Version
from pipeline.model.retention import RetentionBasis
from pipeline.store import purges as store

SUBJECT = Subject(kind="recording", id="rec_1")
GROUND = Ground(cause=RetentionBasis.CHILD, clause=Clause(document="nejix", section="9", key="promptly delete"))
ITEM = Item(
    kind=ItemKind.OBJECT,
    target="art_1",
    detail="recording.original",
    object_key="tenants/acme/x",
    sealed_sha256="0" * 64,
    versions=(Version(id="1"), Version(id="2", is_delete_marker=True)),
)


@pytest.fixture
def tx(database, tenant):
    with database.transaction(tenant.id) as opened:
        yield opened


def test_a_subject_has_one_open_purge_and_another_once_that_is_done(tx):
    first = store.open_purge(tx, SUBJECT, GROUND)
    assert store.open_purge(tx, SUBJECT, GROUND) == first == store.get_purge(tx, first.id)
    done = store.finish(tx, first)
    assert (done.state, done.finished_at) == (PurgeState.DONE, tx.now)
    second = store.open_purge(tx, SUBJECT, GROUND)
    assert second.id != first.id
    assert store.list_purges(tx, state=PurgeState.OPEN, subject="rec_1") == (second,)


def test_an_item_reads_back_and_is_written_down_once(tx):
    purge = store.open_purge(tx, SUBJECT, GROUND)
    store.add_items(tx, purge, [ITEM])
    store.put_item(tx, purge, Item(kind=ItemKind.OBJECT, target="art_1", state=ItemState.GONE, until=date(2027, 1, 1)))
    store.add_items(tx, purge, [ITEM])
    [found] = store.list_items(tx, purge.id)
    assert (found.state, found.until) == (ItemState.GONE, date(2027, 1, 1))
    assert store.count_doomed(tx, purge.id) == 0


def test_versions_and_markers_are_kept_apart(tx):
    purge = store.open_purge(tx, SUBJECT, GROUND)
    store.add_items(tx, purge, [ITEM])
    assert store.get_item(tx, purge, ITEM).versions == ITEM.versions
    assert store.list_items(tx, purge.id, kind=ItemKind.VENDOR) == ()
    with pytest.raises(NotFound):
        store.get_item(tx, purge, Item(kind=ItemKind.VENDOR, target="RE"))


def test_a_purge_that_waits_says_why_and_how_often_it_was_tried(tx):
    purge = store.open_purge(tx, SUBJECT, GROUND)
    purge = store.keep_open(tx, purge, "StoreUnreachable")
    assert store.keep_open(tx, purge, "still_there") == store.get_purge(tx, purge.id)
    assert (store.get_purge(tx, purge.id).reason, store.get_purge(tx, purge.id).attempts) == ("still_there", 2)


def test_what_a_vendor_still_lists_is_found_again(tx):
    purge = store.open_purge(tx, SUBJECT, GROUND)
    store.add_items(tx, purge, [Item(kind=ItemKind.METADATA, target="RE1", state=ItemState.FOLLOWED)])
    assert store.list_followed(tx) == (purge.id,)


def test_no_purge_of_that_name_is_not_found(tx):
    with pytest.raises(NotFound):
        store.get_purge(tx, "purge_none")
