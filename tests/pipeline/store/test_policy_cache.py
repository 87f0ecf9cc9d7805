from __future__ import annotations

import pytest
from sqlalchemy import event

from pipeline.model.errors import NotFound
from pipeline.policies.loader import load_bundle, load_matrix
from pipeline.store.policy_cache import PolicyCache
from pipeline.store.policy_versions import add_version, find_law, find_policies, keep_first, keep_law
from tests.pipeline.policies.variants import variant


@pytest.fixture
def statements(database):
    seen: list[str] = []

    def note(connection, cursor, statement, *more) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def look(database, tenant, cache):
    with database.transaction(tenant.id) as tx:
        return cache.policies_of(tx, tenant.policy_id)


@pytest.mark.parametrize("is_kept", [True, False])
def test_what_was_read_is_not_read_again(database, tenant, statements, is_kept):
    """A call waits for this: it asks the database nothing but to enter the tenant."""
    if is_kept:
        with database.transaction(tenant.id) as tx:
            keep_first(tx, load_bundle("nejix"))
    cache = PolicyCache()
    first = look(database, tenant, cache)
    statements.clear()
    assert look(database, tenant, cache) is first
    assert len(statements) == 1


def test_a_version_that_was_published_is_seen_by_the_next_transaction(database, tenant):
    cache = PolicyCache()
    with database.transaction(tenant.id) as tx:
        keep_first(tx, load_bundle("nejix"))
    look(database, tenant, cache)
    with database.transaction(tenant.id) as tx:
        add_version(tx, variant(), notice_days=14, actor="test")
    assert look(database, tenant, cache).newest.bundle == variant()


def test_a_policy_that_is_not_there_is_told_each_time(database, tenant):
    cache = PolicyCache()
    with database.transaction(tenant.id) as tx, pytest.raises(NotFound):
        cache.policies_of(tx, "nobodys")


def test_inputs_are_kept_with_the_decision_and_a_rollback_is_not_taken_for_kept(database, tenant, statements):
    cache, matrix = PolicyCache(), load_matrix()
    version = look(database, tenant, cache).newest
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), database.transaction(tenant.id) as tx:
            cache.keep_inputs(tx, version, matrix)
            raise ZeroDivisionError
    for _ in range(2):
        with database.transaction(tenant.id) as tx:
            cache.keep_inputs(tx, version, matrix)
    with database.transaction(tenant.id) as tx:
        assert find_policies(tx, "nejix").newest.digest == version.digest
        assert find_law(tx, matrix.digest) == matrix
        assert not keep_law(tx, matrix)
        statements.clear()
        cache.keep_inputs(tx, version, matrix)
    assert statements == []
