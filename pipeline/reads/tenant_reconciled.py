"""Are tenants' recordings compared with the vendor's, as they should be every hour: a check of `earmark doctor`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from pipeline.model.ids import TenantId
from pipeline.reads.health_report import Finding, Verdict
from pipeline.store.reconciliations import Reconciliation, count_held_there, find_last
from pipeline.store.tenants import get_tenant
from pipeline.store.vault import Vault

CHECK: Final = "reconciliation"
_LATE_AFTER: Final = timedelta(hours=3)


def check_reconciled(vault: Vault, names: Sequence[TenantId], *, now: datetime) -> Iterator[Finding]:
    """Name the tenants with an account whose comparison is late, and what the last one could not put right."""
    compared = 0
    for name in names:
        with vault.database.transaction(name) as tx:
            owner = get_tenant(tx, keys=vault.keys)
            last, held = find_last(tx), count_held_there(tx)
        if not owner.account_sid or not owner.is_active:
            continue
        found = [*_faults(last, now), *_held(held)]
        yield from (Finding(check=CHECK, verdict=verdict, says=f"{name}: {says}") for verdict, says in found)
        compared += not found
    if compared:
        yield Finding(check=CHECK, verdict=Verdict.OK, says=f"{compared} tenants compared with the vendor in time")


def _held(count: int) -> Iterator[tuple[Verdict, str]]:
    if count:
        yield Verdict.WARN, f"{count} recordings stay at the vendor for a legal hold; each goes once nothing holds it"


def _faults(last: Reconciliation | None, now: datetime) -> Iterator[tuple[Verdict, str]]:
    if last is None:
        says = "its recordings were never compared with the vendor's: start a worker, or run earmark reconcile"
        yield Verdict.WARN, says
        return
    if now - last.at > _LATE_AFTER:
        hours = round((now - last.at) / timedelta(hours=1))
        yield (
            Verdict.WARN,
            f"its recordings were not compared with the vendor's for {hours} hours: is a worker running?",
        )
    if last.counts.get("not_stopped"):
        says = (
            f"{last.counts['not_stopped']} recorders that may not run could not be stopped; what they make is refused"
        )
        yield Verdict.FAIL, says
    if last.counts.get("metadata_overdue"):
        count = last.counts["metadata_overdue"]
        yield Verdict.WARN, f"the vendor still lists {count} deleted recordings after forty days"
