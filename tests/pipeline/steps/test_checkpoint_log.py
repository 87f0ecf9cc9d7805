from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from pipeline.consent import jws
from pipeline.model.audit import AuditTag
from pipeline.model.checkpoint import CHECKPOINT_TYP, read_checkpoint
from pipeline.model.errors import IntegrityError, NotFound, StoreUnreachable
from pipeline.steps.checkpoint_log import LOCKED_DAYS, checkpoint_log
from pipeline.store.audit import add_event, list_events
from pipeline.store.checkpoints import list_checkpoints
from pipeline.store.signing_keys import list_public_keys
from pipeline.store.vault import Vault


def happen(vault: Vault, tenant, times: int = 3) -> None:
    with vault.database.transaction(tenant.id) as tx:
        for n in range(times):
            add_event(tx, AuditTag.REVIEW_OPENED, actor="system", target=f"x{n}")


def signed(vault: Vault, tenant):
    with vault.database.transaction(tenant.id) as tx:
        return list_checkpoints(tx)


def failing(vault: Vault, *, at: str) -> Vault:
    """The vault with a store in which one call fails, after it was done where it is a put."""

    class Failing(type(vault.objects)):
        def put_if_absent(self, *given, **more):
            made = super().put_if_absent(*given, **more)
            if at == "put":
                raise StoreUnreachable("put")
            return made

        def lock(self, *given, **more):
            if at == "lock":
                raise StoreUnreachable("lock")
            return super().lock(*given, **more)

        def read_lock(self, key):
            found = super().read_lock(key)
            return replace(found, retain_until=None) if at == "read" else found

    return replace(vault, objects=Failing(vault.objects._tree._root))


def test_a_checkpoint_says_where_the_log_was_and_lies_signed_under_object_lock(vault, tenant, clock):
    happen(vault, tenant)
    receipt = checkpoint_log(vault, tenant.id)
    (made,) = signed(vault, tenant)
    token = vault.objects.get(made.object_key)
    with vault.database.transaction(tenant.id) as tx:
        keys = {key.kid: key.public_key for key in list_public_keys(tx)}
        events = {e.entry.seq: e for e in list_events(tx)}
    statement = read_checkpoint(jws.verify(token.decode(), typ=CHECKPOINT_TYP, pinned=keys).payload)
    assert statement == made.checkpoint
    assert receipt == {"is_signed": True, "seq": statement.seq}
    assert (statement.hash, statement.previous) == (events[statement.seq].hash, None)
    assert made.sha256 == hashlib.sha256(token).hexdigest()
    lock = vault.objects.read_lock(made.object_key)
    assert lock.retain_until == clock.now() + timedelta(days=LOCKED_DAYS)
    assert not vault.objects.purge(made.object_key).is_complete


def test_each_checkpoint_follows_the_one_before_it(vault, tenant, clock):
    for _ in range(3):
        happen(vault, tenant)
        clock.move(days=20)
        assert checkpoint_log(vault, tenant.id)["is_signed"]
    first, second, third = signed(vault, tenant)
    assert (second.checkpoint.previous, third.checkpoint.previous) == (first.sha256, second.sha256)


def test_nothing_is_signed_where_nothing_happened(vault, tenant):
    checkpoint_log(vault, tenant.id)
    assert checkpoint_log(vault, tenant.id) == {"is_signed": False, "seq": signed(vault, tenant)[0].checkpoint.seq}
    assert len(signed(vault, tenant)) == 1


@pytest.mark.parametrize("at", ["put", "lock", "read"])
def test_an_attempt_that_failed_halfway_is_taken_up_and_never_signed_beside(vault, tenant, clock, at):
    happen(vault, tenant)
    with pytest.raises((StoreUnreachable, IntegrityError)):
        checkpoint_log(failing(vault, at=at), tenant.id)
    assert signed(vault, tenant) == ()
    clock.move(hours=1)
    happen(vault, tenant)
    assert checkpoint_log(vault, tenant.id)["is_signed"]
    first, second = signed(vault, tenant)
    assert second.checkpoint.previous == first.sha256
    assert all(vault.objects.read_lock(one.object_key).retain_until for one in (first, second))
    assert len(list(vault.objects.list_versions("audit/acme/"))) == 2


def test_several_at_once_make_one_chain(vault, tenant):
    happen(vault, tenant)
    errors = []

    def sign() -> None:
        try:
            happen(vault, tenant, 1)
            checkpoint_log(vault, tenant.id)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=sign) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    found = signed(vault, tenant)
    assert [one.checkpoint.previous for one in found] == [None, *(one.sha256 for one in found[:-1])]


@pytest.mark.parametrize(
    "harm",
    [
        "update earmark.audit_events set actor = 'nobody' where seq = 3",
        "delete from earmark.audit_events where seq = 3",
        "delete from earmark.audit_events where seq = (select max(seq) from earmark.audit_events)",
    ],
    ids=["changed", "removed", "cut"],
)
def test_a_log_that_is_not_whole_is_not_signed(vault, tenant, postgres, database_name, harm):
    """What is cut off before it was signed cannot be seen; what was signed and is cut off can."""
    happen(vault, tenant, 5)
    with pytest.raises(StoreUnreachable):
        checkpoint_log(failing(vault, at="put"), tenant.id)  # signed, and its row was never written
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        owner.execute(harm)
    with pytest.raises(IntegrityError, match="audit log"):
        checkpoint_log(vault, tenant.id)
    assert signed(vault, tenant) == ()


def test_a_statement_that_is_not_ours_stops_the_signing(vault, tenant):
    happen(vault, tenant)
    token = b"not.a.statement"
    key = "audit/acme/2026/11/000000000002"
    vault.objects.put_if_absent(key, token, metadata={}, tags={})
    with pytest.raises(IntegrityError):
        checkpoint_log(vault, tenant.id)


def test_without_a_key_nothing_is_signed(vault, tenant, keys):
    keys.destroy_tenant_key(tenant.id)
    with pytest.raises(NotFound):
        checkpoint_log(vault, tenant.id)
