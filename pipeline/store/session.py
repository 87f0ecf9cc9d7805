"""Transactions of one tenant. Row-level security shows nothing to a transaction that named no tenant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from pipeline.model.errors import StoreUnreachable
from pipeline.model.ids import TenantId
from pipeline.ports.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One tenant's open transaction. What commits, commits together; an error rolls all of it back."""

    tenant: TenantId
    connection: Connection = field(repr=False)
    now: datetime


class Database:
    """The one PostgreSQL. Opened as a role that owns nothing and bypasses nothing."""

    def __init__(self, url: str, *, clock: Clock, pool_size: int = 8) -> None:
        """Prepare connections; none is made before the first transaction.

        Args:
            url: SQLAlchemy URL (`postgresql+psycopg://...`) of the app's role.
            clock: what `Transaction.now` is read from, once a transaction.
            pool_size: connections kept open.
        """
        self._clock = clock
        self.engine: Engine = create_engine(
            url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True, connect_args={"connect_timeout": 5}
        )

    @contextmanager
    def transaction(self, tenant: TenantId) -> Iterator[Transaction]:
        """Open a transaction that sees and writes only the tenant's rows.

        Raises:
            StoreUnreachable: the database cannot be reached, or went away.
        """
        with reachable(), self.engine.begin() as connection:
            connection.execute(text("select set_config('app.tenant', :t, true)"), {"t": tenant})
            yield Transaction(tenant=tenant, connection=connection, now=self._clock.now())

    def is_reachable(self) -> bool:
        """Ask the database for nothing in particular."""
        try:
            with reachable(), self.engine.connect() as connection:
                connection.execute(text("select 1"))
        except StoreUnreachable:
            return False
        return True

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


@contextmanager
def reachable() -> Iterator[None]:
    """Turn the driver's "cannot reach" into ours, so that no caller takes it for "absent"."""
    try:
        yield
    except PoolExhausted:
        raise StoreUnreachable("database", reason="no connection is free") from None
    except DBAPIError as error:
        if not isinstance(error, OperationalError) and not error.connection_invalidated:
            raise
        raise StoreUnreachable("database", reason=type(error.orig).__name__) from None
