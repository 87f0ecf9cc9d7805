from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from pipeline.model.access import AccessGrant, AccessPurpose
from pipeline.model.errors import NotFound
from pipeline.model.ids import CallId, RecordingId, new_id
from pipeline.store.access_grants import add_grant, add_revocation, find_grant, get_grant, list_grants, read_reason
from tests.conftest import make_tenant

REC, CALL = RecordingId("rec_1"), CallId("call_1")


def a_grant(tx, keys, *, hours: float = 8, reason: str = "canary reason", **given) -> AccessGrant:
    plain = {"actor": "user:ada", "purpose": AccessPurpose.FRAUD, "scope_kind": "recording", "scope_id": REC}
    ends_at = tx.now + timedelta(hours=hours)
    grant = AccessGrant(id=new_id("acc"), starts_at=tx.now, ends_at=ends_at, granted_by="user:bob", **(plain | given))
    add_grant(tx, grant, reason=reason, keys=keys)
    return grant


def find(tx, *, actor="user:ada", purpose=AccessPurpose.FRAUD, recording=REC, call=CALL):
    return find_grant(tx, actor=actor, purpose=purpose, recording=recording, call=call)


def test_a_grant_is_found_for_its_actor_purpose_and_scope_while_it_is_in_force(database, tenant, keys, clock):
    with database.transaction(tenant.id) as tx:
        grant = a_grant(tx, keys)
        assert (find(tx), get_grant(tx, grant.id), list_grants(tx)) == (grant, grant, (grant,))
        others = (
            find(tx, actor="user:eve"),
            find(tx, purpose=AccessPurpose.ABUSE),
            find(tx, recording=RecordingId("rec_2")),
            find(tx, recording=None, call=None),
        )
        assert others == (None, None, None, None)
        of_call = a_grant(tx, keys, purpose=AccessPurpose.ABUSE, scope_kind="call", scope_id=CALL)
        assert find(tx, purpose=AccessPurpose.ABUSE, recording=RecordingId("rec_2")) == of_call
        assert read_reason(tx, grant.id, keys=keys) == "canary reason"
    clock.move(hours=8)
    with database.transaction(tenant.id) as tx:
        assert find(tx) is None


def test_a_revocation_ends_it_once(database, tenant, keys, clock):
    with database.transaction(tenant.id) as tx:
        grant = a_grant(tx, keys)
    clock.move(hours=1)
    with database.transaction(tenant.id) as tx:
        assert [add_revocation(tx, grant.id, actor="user:bob") for _ in range(2)] == [True, False]
        assert find(tx) is None
        assert get_grant(tx, grant.id).revoked_at == clock.now()


def test_the_database_itself_keeps_no_longer_grant_and_nothing_of_it_is_changed(database, tenant, keys):
    with pytest.raises(IntegrityError), database.transaction(tenant.id) as tx:
        a_grant(tx, keys, hours=24.1)
    with database.transaction(tenant.id) as tx:
        grant = a_grant(tx, keys, hours=24)
        assert "canary" not in str(tx.connection.execute(text("select t::text from earmark.access_grants t")).all())
    for table in ("access_grants", "access_revocations"):
        with pytest.raises(ProgrammingError, match="permission denied"), database.transaction(tenant.id) as tx:
            tx.connection.execute(text(f"update earmark.{table} set actor = 'user:eve'"))
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as tx:
        assert list_grants(tx) == ()
        for read in (lambda: get_grant(tx, grant.id), lambda: read_reason(tx, grant.id, keys=keys)):
            with pytest.raises(NotFound):
                read()
