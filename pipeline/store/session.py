"""Transactions of one tenant. Row-level security shows nothing to a transaction that named no tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from pipeline.model.errors import InvalidInput, StoreCannotWrite, StoreUnreachable
from pipeline.model.ids import TenantId
from pipeline.ports.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One tenant's open transaction. What commits, commits together; an error rolls all of it back."""

    tenant: TenantId
    connection: Connection = field(repr=False)
    now: datetime
    version: int | None
    """How often the tenant had been changed when it was entered; None where there is no such tenant."""
    via: str = ""
    """By what whoever acts came, where that is known; every audit event says it."""


_CANNOT_WRITE: Final = ("53100", "25006")
"""PostgreSQL's codes for a full disk, and for a server that only follows another one."""
_ENTER: Final = text(
    """
    with named as materialized (select set_config('app.tenant', :tenant, true) as tenant)
    select (select version from earmark.tenants t where t.tenant = named.tenant) from named
    """
)
"""The version is looked for with the name that was set, so it cannot be read before the row policy knows the tenant."""
_HELD_S: Final = 30
"""Nothing of ours leaves a transaction idle for so long: what does has lost its host."""
_FEW: Final = 2
"""Acts across tenants and looks at queues are short and seldom: so many connections, and as many more when needed."""
_WAIT_FOR_LOCKS: Final = text("select set_config('lock_timeout', :wait, true)")


@dataclass(frozen=True, slots=True)
class Addresses:
    """By which roles one database is reached: SQLAlchemy URLs (`postgresql+psycopg://...`), each of one role."""

    app: str = field(repr=False)
    """Sees the rows of the one tenant that a transaction names."""
    system: str = field(repr=False)
    """Reads the few columns of every tenant's rows that `pipeline.store.system_session` asks for."""
    engine: str = field(default="", repr=False)
    """Uses the durable engine's tables and sees none of ours; empty where no work is taken up."""

    def are_apart(self) -> bool:
        """Say whether each names a role of its own: by the app's, acts across tenants would find nobody."""
        roles = [make_url(url).username for url in (self.app, self.system, self.engine) if url]
        return len(set(roles)) == len(roles)


class Database:
    """The one PostgreSQL. Opened as a role that owns nothing and bypasses nothing."""

    def __init__(
        self, at: Addresses | str, *, clock: Clock, pool_size: int = 8, patience_s: int | None = None, via: str = ""
    ) -> None:
        """Prepare connections; none is made before the first transaction.

        Args:
            at: the addresses; or the app's alone, with which nothing across tenants can be done.
            clock: what `Transaction.now` is read from, once a transaction.
            pool_size: connections kept open.
            patience_s: how long to wait for a connection, for a lock or for one statement; None: as long as work in the
                background may. Somebody is on the telephone and hears nothing while a web process waits.
            via: by what whoever acts came, such as the user of the machine; it goes into every audit event.
        """
        self._clock = clock
        self._via = via
        app, system, engine = (at, "", "") if isinstance(at, str) else (at.app, at.system, at.engine)
        self.engine: Engine = _pool(app, pool_size, patience_s)
        self._system = _pool(system, _FEW, patience_s) if system else None
        self._queue = _pool(engine, _FEW, patience_s) if engine else None

    @property
    def system_engine(self) -> Engine:
        """The connections of the role that reads across tenants.

        Raises:
            InvalidInput: its address was not given.
        """
        if self._system is None:
            raise InvalidInput("nothing can be read across tenants: EARMARK_DATABASE__SYSTEM_URL is not set")
        return self._system

    @property
    def queue_engine(self) -> Engine:
        """The connections of the durable engine's role, for what is read of its queues.

        Raises:
            InvalidInput: its address was not given.
        """
        if self._queue is None:
            raise InvalidInput("queues cannot be looked at: EARMARK_DATABASE__ENGINE_URL is not set")
        return self._queue

    @contextmanager
    def transaction(self, tenant: TenantId) -> Iterator[Transaction]:
        """Open a transaction that sees and writes only the tenant's rows.

        Raises:
            StoreUnreachable: the database cannot be reached, went away, is full, or did not answer in time.
        """
        with self.shared_transaction() as enter:
            yield enter(tenant)

    @contextmanager
    def shared_transaction(self, *, lock_wait_ms: int | None = None) -> Iterator[Callable[[TenantId], Transaction]]:
        """Open one transaction in which several tenants' work is done, one tenant after the other.

        What is yielded enters a tenant: from then on only that tenant's rows are seen and written, and what was entered
        before must not be used any more.

        Args:
            lock_wait_ms: give up instead of waiting longer for a lock; None: the connection's own patience.

        Raises:
            StoreUnreachable: as for one tenant's transaction.
        """
        with reachable(), self.engine.begin() as connection:
            if lock_wait_ms is not None:
                connection.execute(_WAIT_FOR_LOCKS, {"wait": f"{lock_wait_ms}ms"})

            def enter(tenant: TenantId) -> Transaction:
                version = connection.execute(_ENTER, {"tenant": tenant}).scalar()
                now = self._clock.now()
                return Transaction(tenant=tenant, connection=connection, now=now, version=version, via=self._via)

            yield enter

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
        for engine in filter(None, (self.engine, self._system, self._queue)):
            engine.dispose()


def _pool(url: str, size: int, patience_s: int | None) -> Engine:
    return create_engine(
        url,
        pool_size=size,
        max_overflow=size,
        pool_pre_ping=True,
        pool_timeout=patience_s or 30,
        connect_args=connection_patience(patience_s),
    )


def connection_patience(seconds: int | None = None) -> dict[str, Any]:
    """Say how long to wait for the server, and how long it waits for us.

    A host that vanishes in the middle of a transaction holds its locks until the server lets it go.
    """
    held = f"-c idle_in_transaction_session_timeout={_HELD_S * 1000} -c tcp_keepalives_idle=10 "
    held += "-c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
    if seconds is None:
        return {"connect_timeout": 5, "tcp_user_timeout": _HELD_S * 1000, "keepalives_idle": 10, "options": held}
    return {
        "connect_timeout": max(2, seconds),  # the driver's library takes 1 for 2
        "tcp_user_timeout": seconds * 1000,
        "options": f"{held} -c statement_timeout={seconds * 1000} -c lock_timeout={seconds * 1000}",
    }


@contextmanager
def reachable() -> Iterator[None]:
    """Turn the driver's "cannot reach" into ours, so that no caller takes it for "absent"."""
    try:
        yield
    except PoolExhausted:
        raise StoreUnreachable("database", reason="no connection is free") from None
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _CANNOT_WRITE:
            raise StoreCannotWrite("database", reason=type(error.orig).__name__) from None
        if not isinstance(error, OperationalError) and not error.connection_invalidated:
            raise
        raise StoreUnreachable("database", reason=type(error.orig).__name__) from None
