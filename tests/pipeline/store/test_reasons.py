from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.model.errors import InvalidInput
from pipeline.store.reasons import list_reasons, read_reasons, seal_reason
from tests.conftest import make_tenant


def give(tx, keys, words="canary reason", subject="rec_1") -> str:
    return seal_reason(tx, words, subject=subject, act="retry", keys=keys, actor="user:ada")


def test_a_reason_is_named_by_its_id_and_read_by_whoever_has_the_tenants_key(database, tenant, keys, clock):
    with database.transaction(tenant.id) as tx:
        why = give(tx, keys)
        give(tx, keys, "another", "rec_2")
        (read,) = list_reasons(tx, "rec_1", keys=keys)
        assert (read.id, read.text, read.actor, read.at) == (why, "canary reason", "user:ada", clock.now())
        assert read_reasons(tx, [why, None, "told in plain words"], keys=keys) == {why: "canary reason"}
        assert read_reasons(tx, ["plain"], keys=keys) == {}
        stored = tx.connection.execute(text("select reasons::text from earmark.reasons")).scalars().all()
    assert "canary" not in str(stored) + repr(read)


@pytest.mark.parametrize("words", ["", "  \n", "x" * 501])
def test_a_reason_is_said_and_is_short(database, tenant, keys, words):
    with database.transaction(tenant.id) as tx, pytest.raises(InvalidInput):
        give(tx, keys, words)


def test_another_tenant_reads_none_and_nobody_changes_one(database, tenant, keys):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        why = give(tx, keys)
    with database.transaction(other.id) as tx:
        assert (list_reasons(tx, "rec_1", keys=keys), read_reasons(tx, [why], keys=keys)) == ((), {})
    with pytest.raises(ProgrammingError), database.transaction(tenant.id) as tx:
        tx.connection.execute(text("update earmark.reasons set actor = 'user:eve'"))
