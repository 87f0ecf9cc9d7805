"""Transactions that see every tenant. An import contract says who may use this."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Text, cast, exists, func, select, text, update

from pipeline.model.api_key import NOTED_EVERY, KeyHolder, is_same_secret
from pipeline.model.ids import TenantId
from pipeline.store.api_keys import read_row
from pipeline.store.session import Database, reachable
from pipeline.store.tables import audit_events, tenants
from pipeline.store.tables_settings import api_keys, settings_history, webhook_endpoints
from pipeline.store.tables_versions import policy_versions, redecision_receipts, redecisions


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


def list_published(database: Database) -> tuple[tuple[TenantId, str], ...]:
    """Name every tenant to whom a version of a policy was published, and the policy."""
    with system_transaction(database) as connection:
        rows = connection.execute(
            select(policy_versions.c.tenant, policy_versions.c.policy_id)
            .group_by(policy_versions.c.tenant, policy_versions.c.policy_id)
            .having(func.count() > 1)
            .order_by(policy_versions.c.tenant, policy_versions.c.policy_id)
        )
        return tuple((TenantId(tenant), policy) for tenant, policy in rows)


def list_redeciding(database: Database) -> tuple[TenantId, ...]:
    """Name every tenant that has a job with a chunk that is not done."""
    done = select(redecision_receipts.c.job, func.count().label("done")).group_by(redecision_receipts.c.job).subquery()
    with system_transaction(database) as connection:
        rows = connection.execute(
            select(redecisions.c.tenant)
            .join_from(redecisions, done, redecisions.c.id == done.c.job, isouter=True)
            .where(redecisions.c.chunks > func.coalesce(done.c.done, 0))
            .distinct()
            .order_by(redecisions.c.tenant)
        )
        return tuple(TenantId(tenant) for tenant in rows.scalars())


def list_resettled(database: Database, names: Collection[str]) -> tuple[tuple[TenantId, str], ...]:
    """Name every tenant that changed one of these settings since its artifacts were judged for that, and the cause."""
    name = func.jsonb_array_elements(settings_history.c.changes).table_valued("value").c.value.op("->>")("name")
    newest = (
        select(settings_history.c.tenant, ("settings:" + cast(func.max(settings_history.c.id), Text)).label("cause"))
        .where(exists(select(1).where(name.in_(list(names)))))
        .group_by(settings_history.c.tenant)
        .subquery()
    )
    query = (
        select(newest)
        .join(tenants, tenants.c.tenant == newest.c.tenant)
        .where(tenants.c.sealed != b"")
        .where(~exists().where(redecisions.c.tenant == newest.c.tenant, redecisions.c.cause == newest.c.cause))
        .order_by(newest.c.tenant)
    )
    with system_transaction(database) as connection:
        return tuple((TenantId(tenant), cause) for tenant, cause in connection.execute(query))


def find_tenant_by_api_key(database: Database, api_key_sha256: str) -> TenantId | None:
    """Find whose API key has this digest."""
    with system_transaction(database) as connection:
        found = connection.execute(
            select(tenants.c.tenant).where(tenants.c.api_key_sha256 == api_key_sha256, tenants.c.status == "active")
        ).scalar()
        return None if found is None else TenantId(found)


def find_holder(database: Database, id: str, secret_sha256: str, *, now: datetime) -> KeyHolder | None:
    """Find for whom a key speaks, and note its use at most once a minute; None where it opens nothing."""
    query = (
        select(api_keys)
        .join(tenants, (tenants.c.tenant == api_keys.c.tenant) & (tenants.c.status == "active"))
        .where(api_keys.c.id == id)
    )
    with system_transaction(database) as connection:
        row = connection.execute(query).first()
        if row is None or not is_same_secret(row.secret_sha256, secret_sha256) or not read_row(row).is_live(now):
            return None
        if row.last_used_at is None or now - row.last_used_at >= NOTED_EVERY:
            mine = (api_keys.c.tenant == row.tenant) & (api_keys.c.id == id)
            connection.execute(update(api_keys).where(mine).values(last_used_at=now))
        return KeyHolder(tenant=TenantId(row.tenant), scopes=read_row(row).scopes, key=id)


def list_tenants_with_endpoints(database: Database) -> tuple[TenantId, ...]:
    """Name every active tenant that has an endpoint and something in its log that was not looked at."""
    newest = (
        select(func.max(audit_events.c.seq))
        .where(audit_events.c.tenant == webhook_endpoints.c.tenant)
        .correlate(webhook_endpoints)
        .scalar_subquery()
    )
    query = (
        select(webhook_endpoints.c.tenant)
        .join(tenants, tenants.c.tenant == webhook_endpoints.c.tenant)
        .where(webhook_endpoints.c.removed_at.is_(None), tenants.c.sealed != b"", webhook_endpoints.c.seen_seq < newest)
        .distinct()
        .order_by(webhook_endpoints.c.tenant)
    )
    with system_transaction(database) as connection:
        return tuple(TenantId(tenant) for tenant in connection.execute(query).scalars())
