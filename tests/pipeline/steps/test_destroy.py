from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from pipeline.decisions.holds import place
from pipeline.model.artifact import ArtifactKind as K
from pipeline.model.audit import AuditTag
from pipeline.model.decision_terms import Clause
from pipeline.model.errors import StoreUnreachable
from pipeline.model.purge import Ground, Item, ItemKind, ItemState, Subject
from pipeline.model.retention import RetentionBasis
from pipeline.steps.context import shelf_of
from pipeline.steps.destroy import destroy, versions_at
from pipeline.steps.plan_purge import plan
from pipeline.store.audit import add_event
from pipeline.store.purges import list_items, open_purge
from pipeline.store.recordings import mark_metadata_gone
from pipeline.store.vault import Shelf

GROUND = Ground(cause=RetentionBasis.CHILD, clause=Clause(document="nejix", section="9", key="k"))


@pytest.fixture
def recording(line):
    return line.record()


@pytest.fixture
def planned(line, recording):
    made = line.context.vault.keep(shelf_of(recording), K.RECORDING_ORIGINAL, b"sound")
    with line.tx() as tx:
        purge = open_purge(tx, Subject(kind="recording", id=recording.id), GROUND)
    return purge, plan(line.context, line.owner.id, purge, [made]), made


def one(items, kind):
    return next(item for item in items if item.kind is kind)


def test_an_object_is_tagged_due_before_it_goes(line, planned, monkeypatch):
    purge, items, made = planned
    tagged = []
    objects = type(line.context.vault.objects)
    real = objects.purge
    monkeypatch.setattr(objects, "purge", lambda self, key: tagged.append(self.read_tags(key)) or real(self, key))
    assert destroy(line.context, line.owner.id, purge, one(items, ItemKind.OBJECT)) is ItemState.GONE
    assert tagged[0]["disposition"] == "due"
    assert versions_at(line.context.vault.objects, made.object_key) == ()


def test_a_second_worker_finds_it_done_and_audits_nothing(line, planned):
    purge, items, _ = planned
    item = one(items, ItemKind.OBJECT)
    assert [destroy(line.context, line.owner.id, purge, item) for _ in range(2)] == [ItemState.GONE] * 2
    assert len(line.events("artifact:artifact:purged")) == 1
    assert line.events("artifact:artifact:repurged") == []


@pytest.mark.parametrize("kind", [ItemKind.OBJECT, ItemKind.VENDOR])
def test_what_is_held_by_now_is_kept(line, recording, planned, kind):
    purge, items, made = planned
    with line.tx() as tx:
        place(tx, line.context.vault, matter="m", scope=("call", recording.call), actor="u", reason="r")
    assert destroy(line.context, line.owner.id, purge, one(items, kind)) is ItemState.KEPT
    assert versions_at(line.context.vault.objects, made.object_key)
    assert line.at_vendor(recording)


def test_a_copy_made_of_what_is_held_by_now_is_kept(line, recording, planned):
    _, _, made = planned
    shelf = Shelf(tenant=line.owner.id, recording=None, call=None, on=date(2026, 11, 21), request="dsr_1")
    copy = line.context.vault.keep(shelf, K.EXPORT, b"zip", parents=(made.id,))
    with line.tx() as tx:
        purge = open_purge(tx, Subject(kind="artifact", id=copy.id), GROUND)
        place(tx, line.context.vault, matter="m", scope=("recording", recording.id), actor="u", reason="r")
    [item] = plan(line.context, line.owner.id, purge, [copy])
    assert destroy(line.context, line.owner.id, purge, item) is ItemState.KEPT


def test_a_slow_store_and_a_slow_vendor_keep_no_consent_waiting(line, recording, planned, monkeypatch):
    purge, items, _ = planned
    noted = []

    def note_meanwhile(*_):
        with line.context.vault.database.transaction(line.owner.id) as tx:
            tx.connection.execute(text("set local lock_timeout = '2s'"))
            add_event(tx, AuditTag.TENANT_CHANGED, actor="test", target="acme")
        noted.append(True)
        raise StoreUnreachable("purge")

    monkeypatch.setattr(type(line.context.vault.objects), "purge", note_meanwhile)
    destroy(line.context, line.owner.id, purge, one(items, ItemKind.OBJECT))
    monkeypatch.setattr(type(line.context.vendor), "delete", note_meanwhile)
    destroy(line.context, line.owner.id, purge, one(items, ItemKind.VENDOR))
    assert noted == [True, True]


def test_metadata_is_followed_for_forty_days_and_gone_when_the_comparison_saw_it_gone(line, recording, planned, clock):
    purge, items, _ = planned
    metadata = one(items, ItemKind.METADATA)
    assert destroy(line.context, line.owner.id, purge, metadata) is ItemState.DOOMED
    destroy(line.context, line.owner.id, purge, one(items, ItemKind.VENDOR))
    assert destroy(line.context, line.owner.id, purge, metadata) is ItemState.FOLLOWED
    with line.tx() as tx:
        [found] = list_items(tx, purge.id, kind=ItemKind.METADATA)
    assert found.until == (clock.now() + timedelta(days=40)).date()
    with line.tx() as tx:
        mark_metadata_gone(tx, [recording.id])
    assert destroy(line.context, line.owner.id, purge, found) is ItemState.GONE


def test_one_key_is_listed_without_those_that_begin_like_it(line, planned):
    _, _, made = planned
    assert len(versions_at(line.context.vault.objects, made.object_key)) == 1
    assert versions_at(line.context.vault.objects, made.object_key[:-1]) == ()


def test_a_company_that_keeps_a_copy_which_nobody_can_delete_keeps_it_open(line, planned):
    from pipeline.store.purges import add_items

    purge, _, _ = planned
    item = Item(kind=ItemKind.PROCESSOR, target="twilio")
    with line.tx() as tx:
        add_items(tx, purge, [item])
    assert destroy(line.context, line.owner.id, purge, item) is ItemState.DOOMED
    with line.tx() as tx:
        [found] = list_items(tx, purge.id, kind=ItemKind.PROCESSOR)
    assert found.reason == "keeps_a_copy"
