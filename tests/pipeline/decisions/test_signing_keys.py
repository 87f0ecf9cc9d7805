from __future__ import annotations

import pytest

from pipeline.decisions.signing_keys import rotate
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import TenantId
from pipeline.store.audit import list_events
from pipeline.store.signing_keys import get_signer, list_public_keys


def test_a_rotation_is_audited_with_who_and_why(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        get_signer(tx, keys=keys)
        new = rotate(tx, keys=keys, actor="cli", reason="yearly")
        event = [e.entry for e in list_events(tx) if e.entry.tag == "tenant:key:made"][-1]
    assert (event.actor, event.target, event.facts["reason"]) == ("cli", new.kid, "yearly")


def test_without_a_reason_nothing_is_rotated(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        with pytest.raises(InvalidInput):
            rotate(tx, keys=keys, actor="cli", reason=" ")
        assert list_public_keys(tx) == ()


def test_nobody_has_no_key_to_rotate(database, tenant, keys):
    with pytest.raises(NotFound), database.transaction(TenantId("nobody")) as tx:
        rotate(tx, keys=keys, actor="cli", reason="yearly")
