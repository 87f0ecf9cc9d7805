"""Transactions that see every tenant. An import contract says who may use this."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, select, text

from pipeline.model.ids import TenantId
from pipeline.store.session import Database, reachable
from pipeline.store.tables import tenants


@contextmanager
def system_transaction(database: Database) -> Iterator[Connection]:
    """Open a transaction across tenants, for the few acts that belong to none."""
    with reachable(), database.engine.begin() as connection:
        connection.execute(text("select set_config('app.scope', 'system', true)"))
        yield connection


def list_tenants(database: Database, *, with_key: bool = False) -> tuple[TenantId, ...]:
    """Name every tenant, in order; or only those whose key is not destroyed, which alone can be worked for."""
    query = select(tenants.c.tenant).order_by(tenants.c.tenant)
    if with_key:
        query = query.where(tenants.c.sealed != b"")
    with system_transaction(database) as connection:
        return tuple(TenantId(t) for t in connection.execute(query).scalars())


def find_tenant_by_api_key(database: Database, api_key_sha256: str) -> TenantId | None:
    """Find whose API key has this digest."""
    with system_transaction(database) as connection:
        found = connection.execute(
            select(tenants.c.tenant).where(tenants.c.api_key_sha256 == api_key_sha256, tenants.c.status == "active")
        ).scalar()
        return None if found is None else TenantId(found)
