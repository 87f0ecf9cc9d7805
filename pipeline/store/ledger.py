"""The ledger of what must stay gone: signed lines in the object store, outside of every tenant's own prefix.

It is only added to, and no purge and no closure reaches it. A database or a bucket that is brought back from an older
copy is older than the ledger, so the ledger must not be brought back with them: restore `tenants/`, never `ledger/`.
Where it was all the same, the lines that the database still has are written again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from pipeline.model.errors import Conflict, NotFound
from pipeline.model.ids import TenantId, tenant_id
from pipeline.ports.artifacts import Artifacts
from pipeline.store.session import Transaction
from pipeline.store.tables_disposal import ledger_lines

_ROOT: Final = "ledger"


def ledger_prefix(tenant: TenantId) -> str:
    """Give the prefix that all of a tenant's lines, and nobody else's, begin with."""
    return f"{_ROOT}/{tenant_id(tenant)}/"


def line_key(tenant: TenantId, purge: str, name: str, *, on: date) -> str:
    """Say where a line lies."""
    return f"{ledger_prefix(tenant)}{on:%Y/%m/%d}/{purge}/{name}"


def write_line(objects: Artifacts, key: str, statement: str) -> str:
    """Add a signed line; give the one that is there, which an earlier attempt may have signed at another moment.

    Raises:
        StoreUnreachable, StoreDenied: nothing is known to be written, and nothing may be destroyed before it is.
    """
    body = statement.encode()
    try:
        objects.put_if_absent(key, body, metadata={}, tags={"kind": "ledger", "disposition": "keep"})
    except Conflict:
        return objects.get(key).decode()
    return statement


def list_lines(objects: Artifacts, tenant: TenantId) -> Iterator[str]:
    """Name a tenant's lines in the order of their days."""
    for entry in objects.list_versions(ledger_prefix(tenant)):
        if entry.is_latest and not entry.is_delete_marker:
            yield entry.key


def list_ledger_tenants(objects: Artifacts) -> tuple[TenantId, ...]:
    """Name every tenant that the ledger has lines of, also one that the database does not know any more."""
    return tuple(dict.fromkeys(TenantId(entry.key.split("/")[1]) for entry in objects.list_versions(f"{_ROOT}/")))


def read_line(objects: Artifacts, key: str) -> str | None:
    """Read a line; None where it is gone."""
    try:
        return objects.get(key).decode()
    except NotFound:
        return None


def note_line(tx: Transaction, key: str) -> None:
    """Note that a line was taken up by this database."""
    tx.connection.execute(
        insert(ledger_lines).values(tenant=tx.tenant, object_key=key, at=tx.now).on_conflict_do_nothing()
    )


def list_noted(tx: Transaction) -> frozenset[str]:
    """List the lines that this database has taken up: one that was brought back from a copy lacks the newer ones."""
    query = select(ledger_lines.c.object_key).where(ledger_lines.c.tenant == tx.tenant)
    return frozenset(tx.connection.execute(query).scalars())
