from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from pipeline.model.entity import EntityType
from pipeline.model.errors import NotFound
from pipeline.model.ids import RecordingId, new_id
from pipeline.model.reveal import Reveal, RevealPurpose
from pipeline.model.span import TimeSpan
from pipeline.store.reveals import (
    add_reveal,
    get_reveal,
    list_asked,
    list_reveals_of,
    mark_answered,
    read_reveal_reason,
)

REC = RecordingId("rec_1")


def asked(tx, keys, *, reason="the canary says so") -> Reveal:
    made = Reveal(
        id=new_id("rvl"),
        recording=REC,
        version=1,
        type=EntityType.PERSON,
        channel=0,
        time=TimeSpan(100, 300),
        purpose=RevealPurpose.FRAUD,
        asked_by="user:ada",
        asked_at=tx.now,
    )
    add_reveal(tx, made, reason=reason, keys=keys)
    return made


def test_what_was_asked_is_kept_and_why_stands_sealed(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        made = asked(tx, keys)
        assert get_reveal(tx, made.id, is_locked=True) == made
        assert list_reveals_of(tx, REC) == list_asked(tx) == (made,)
        assert read_reveal_reason(tx, made.id, keys=keys) == "the canary says so"
        assert "canary" not in str(tx.connection.execute(text("select * from earmark.reveals")).all())
        with pytest.raises(NotFound):
            get_reveal(tx, "rvl_0")
        with pytest.raises(NotFound):
            read_reveal_reason(tx, "rvl_0", keys=keys)


def test_what_is_answered_or_too_old_does_not_wait(database, tenant, keys, clock):
    with database.transaction(tenant.id) as tx:
        one, _ = asked(tx, keys), asked(tx, keys)
        mark_answered(tx, one.id, actor="user:bob", ends_at=tx.now + timedelta(minutes=5))
        assert get_reveal(tx, one.id).ends_at == tx.now + timedelta(minutes=5)
        assert len(list_asked(tx)) == 1
    clock.move(minutes=61)
    with database.transaction(tenant.id) as tx:
        assert list_asked(tx) == ()


@pytest.mark.parametrize(("actor", "minutes"), [("user:ada", 5), ("user:bob", 6)])
def test_the_database_lets_nobody_allow_their_own_nor_longer_than_five_minutes(database, tenant, keys, actor, minutes):
    with database.transaction(tenant.id) as tx:
        made = asked(tx, keys)
    with pytest.raises(Exception, match="violates check constraint"), database.transaction(tenant.id) as tx:
        mark_answered(tx, made.id, actor=actor, ends_at=tx.now + timedelta(minutes=minutes))
