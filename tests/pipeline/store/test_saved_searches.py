from __future__ import annotations

import pytest
from sqlalchemy import text

from pipeline.model.errors import IllegalTransition
from pipeline.model.queue_item import QueueFilter
from pipeline.store.saved_searches import MOST, add_search, list_searches, remove_search


def test_a_search_is_its_makers_own_and_its_name_is_sealed(database, tenant, keys):
    wanted = QueueFilter(risk=60, entity="CREDIT_CARD")
    with database.transaction(tenant.id) as tx:
        made = add_search(tx, wanted, name="canaryname and cards", actor="user:ada", keys=keys)
        [found] = list_searches(tx, actor="user:ada", keys=keys)
        assert (found.id, found.filter, found.name) == (made, wanted, "canaryname and cards")
        assert list_searches(tx, actor="user:grace", keys=keys) == ()
        row = tx.connection.execute(text("select * from earmark.saved_searches")).one()
        assert "canary" not in str(row)
        assert row.filters == {"risk": "60", "entity": "CREDIT_CARD"}
        assert not remove_search(tx, made, actor="user:grace")
        assert remove_search(tx, made, actor="user:ada")
        assert list_searches(tx, actor="user:ada", keys=keys) == ()


def test_nobody_keeps_them_without_end(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        for number in range(MOST):
            add_search(tx, QueueFilter(), name=str(number), actor="user:ada", keys=keys)
        with pytest.raises(IllegalTransition):
            add_search(tx, QueueFilter(), name="one more", actor="user:ada", keys=keys)
