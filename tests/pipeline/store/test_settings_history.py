from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.model.settings_draft import Change
from pipeline.store.settings_history import add_activation, list_activations
from tests.conftest import make_tenant

CHANGE = Change(name="voicemail_s", before=120, after=60)


def test_pages_are_newest_first_and_leave_nothing_out(database, tenant):
    with database.transaction(tenant.id) as tx:
        for n in range(5):
            add_activation(tx, [CHANGE], draft=f"sdr_{n}", drafted_by="user:ada", activated_by="user:ben")
        first = list_activations(tx, limit=3)
        rest = list_activations(tx, before=first[-1].id, limit=3)
    assert [a.draft for a in (*first, *rest)] == [f"sdr_{n}" for n in (4, 3, 2, 1, 0)]
    assert first[0].changes == (CHANGE,)


def test_history_is_only_added_to_and_is_the_tenants_own(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        add_activation(tx, [CHANGE], draft=None, drafted_by="cli", activated_by="cli")
    with pytest.raises(ProgrammingError), database.transaction(tenant.id) as tx:
        tx.connection.execute(text("update earmark.settings_history set activated_by = 'x'"))
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as tx:
        assert list_activations(tx) == ()
