from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from pipeline.model.audit import AuditTag
from pipeline.model.checkpoint import Checkpoint
from pipeline.store.audit import add_event, list_events
from pipeline.store.checkpoints import (
    SignedCheckpoint,
    add_checkpoint,
    find_last_checkpoint,
    list_checkpoints,
    lock_checkpoints,
    read_unsigned,
)
from tests.conftest import make_tenant

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
ONE = SignedCheckpoint(
    checkpoint=Checkpoint(tenant="acme", seq=1, hash="a" * 64, at=AT, previous=None),
    sha256="b" * 64,
    kid="kid",
    object_key="audit/acme/2026/11/000000000001",
)


def test_checkpoints_are_read_back_in_order_and_stand_in_the_log(database, keys, tenant):
    second = replace(ONE, checkpoint=replace(ONE.checkpoint, seq=2, previous=ONE.sha256), sha256="c" * 64)
    with database.transaction(tenant.id) as tx:
        lock_checkpoints(tx)
        assert find_last_checkpoint(tx) is None
        add_checkpoint(tx, ONE)
        add_checkpoint(tx, second)
        assert list_checkpoints(tx) == (ONE, second)
        assert find_last_checkpoint(tx) == second
        facts = [dict(e.entry.facts) for e in list_events(tx) if e.entry.tag == AuditTag.AUDIT_CHECKPOINT]
    assert facts[0] == {"seq": 1, "hash": "a" * 64, "sha256": "b" * 64, "kid": "kid"}
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as tx:
        assert list_checkpoints(tx) == ()


def test_an_event_is_signed_once(database, tenant):
    with pytest.raises(IntegrityError), database.transaction(tenant.id) as tx:
        add_checkpoint(tx, ONE)
        add_checkpoint(tx, ONE)


def test_a_checkpoint_of_its_own_is_no_news(database, tenant):
    with database.transaction(tenant.id) as tx:
        before = read_unsigned(tx)
        assert (before.last_seq, before.signed_seq, before.signed_at, before.has_news) == (1, 0, None, True)
        add_checkpoint(tx, ONE)
        after = read_unsigned(tx)
        assert (after.last_seq, after.signed_seq, after.signed_at, after.has_news) == (2, 1, AT, False)
        add_event(tx, AuditTag.REVIEW_OPENED, actor="system", target="x")
        assert read_unsigned(tx).has_news
