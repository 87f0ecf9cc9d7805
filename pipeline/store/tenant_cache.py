"""Tenants as they were last read, so that not every request opens the sealed secrets again.

A tenant's row carries a version that grows with every change of its settings, numbers and wordings. What is kept here
is used only where a transaction has just read the same version: a switched-off setting or a disarmed number holds from
the next request on. What is kept is forgotten after a minute, so that a destroyed key ends it too.
"""

from __future__ import annotations

import time
from typing import Final

from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant
from pipeline.ports.keys import Keys
from pipeline.store.session import Transaction
from pipeline.store.tenants import find_tenant

_KEEP_S: Final = 60.0
_MOST: Final = 10_000


class TenantCache:
    """The tenants that this process has met in the last minute, secrets open."""

    def __init__(self, *, keys: Keys) -> None:
        self._keys = keys
        self._kept: dict[TenantId, tuple[float, Tenant]] = {}

    def recall(self, tenant: TenantId) -> Tenant | None:
        """Give a tenant as it was last read, which may be out of date; None where it was not read lately."""
        until, known = self._kept.get(tenant, (0.0, None))
        return known if time.monotonic() < until else None

    def find(self, tx: Transaction) -> Tenant | None:
        """Give the transaction's tenant as it stands now; None where there is no such tenant.

        Raises:
            VendorUnavailable: its secrets must be opened, and the keeper of the keys cannot be reached.
        """
        known = self.recall(tx.tenant)
        if known is not None and known.version == tx.version:
            return known
        found = find_tenant(tx, keys=self._keys)
        if found is None:
            self._kept.pop(tx.tenant, None)
            return None
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[found.id] = (time.monotonic() + _KEEP_S, found)
        return found
