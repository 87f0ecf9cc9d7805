"""How commands open what they are given: a tenant, the queue of work, a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.cli.actor import name_via
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import tenant_id

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.bootstrap import Base
    from pipeline.store.session import Transaction
    from pipeline.workflows.queue import DurableQueue


@contextmanager
def open_desk(*, log_level: str | None = None) -> Iterator[Base]:
    """Open database and vault by the settings; every audit event says which user of the machine it was.

    Args:
        log_level: stands in for the one of the settings.
    """
    from pipeline.bootstrap import open_base
    from pipeline.settings import read_settings

    settings = read_settings(log_level=log_level) if log_level else read_settings()
    with open_base(settings, via=name_via()) as base:
        yield base


@contextmanager
def open_tenant(tenant: str) -> Iterator[tuple[Base, Transaction]]:
    """Open one transaction of a tenant that there is.

    Raises:
        InvalidInput: no id of a tenant.
        NotFound: no such tenant.
    """
    from pipeline.store.tenants import get_tenant

    owner = tenant_id(tenant)
    with open_desk() as base, base.database.transaction(owner) as tx:
        get_tenant(tx, keys=base.keys)
        yield base, tx


@contextmanager
def open_queue(base: Base) -> Iterator[DurableQueue]:
    """Open the queue of durable work; it is closed however the work ends."""
    from pipeline.workflows.queue import DurableQueue

    queue = DurableQueue(base.database, version=base.settings.worker.version)
    try:
        yield queue
    finally:
        queue.close()


def read_bounded(path: Path, most: int) -> bytes:
    """Read a file of at most so many bytes; the message of a failure names the file alone.

    Raises:
        InvalidInput: it is no file, or larger.
    """
    if not path.is_file():
        raise InvalidInput(f"{path.name}: the file is not there")
    with path.open("rb") as file:
        body = file.read(most + 1)
    if len(body) > most:
        raise InvalidInput(f"{path.name}: the file is too large")
    return body
