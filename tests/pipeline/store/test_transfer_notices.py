from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.store.transfer_notices import add_transfer_notice, controller_ref, list_transfer_notices
from tests.conftest import make_tenant

DAYS = {"notified_on": date(2026, 11, 1), "transfer_on": date(2026, 12, 1)}


def test_a_notice_is_found_by_its_controller_however_the_name_is_written(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        made = add_transfer_notice(tx, "Canary Holdings", notice_sha256="b" * 64, actor="cli", keys=keys, **DAYS)
        assert list_transfer_notices(tx, keys=keys, controller=" canary  HOLDINGS ") == (made,)
        assert list_transfer_notices(tx, keys=keys, controller="Canary") == ()
        assert "anary" not in str(tx.connection.execute(text("select t::text from earmark.transfer_notices t")).all())


def test_notices_and_their_references_belong_to_their_tenant_and_are_never_changed(database, tenant, keys):
    other = make_tenant(database, keys, "other")
    with database.transaction(tenant.id) as tx:
        add_transfer_notice(tx, "Canary Holdings", notice_sha256="b" * 64, actor="cli", keys=keys, **DAYS)
        ours = controller_ref(tx, "Canary Holdings", keys=keys)
    with database.transaction(other.id) as tx:
        assert list_transfer_notices(tx, keys=keys) == ()
        assert controller_ref(tx, "Canary Holdings", keys=keys) != ours
    with pytest.raises(ProgrammingError, match="permission denied"), database.transaction(tenant.id) as tx:
        tx.connection.execute(text("update earmark.transfer_notices set notified_on = '2020-01-01'"))
