"""How much is worked on at a time. The engine keeps this for all workers together: the last one started is obeyed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many recordings are worked on side by side.

    Tenants take turns, so one with very many waiting delays another's by no more than what is being worked on.
    """

    concurrency: int
    """In each worker."""
    tenant_concurrency: int = 4
    """Of one tenant, over all workers."""
    tenant_per_minute: int | None = None
    """How many of one tenant begin in a minute, over all workers; None: as many as there are."""

    def for_recordings(self) -> dict[str, Any]:
        """Give the engine's limits of the queue of recordings."""
        limits: dict[str, Any] = {
            "worker_concurrency": self.concurrency,
            "partition_concurrency": self.tenant_concurrency,
        }
        if self.tenant_per_minute is not None:
            limits["partition_limiter"] = {"limit": self.tenant_per_minute, "period": 60.0}
        return limits
