"""How the installation stands as a whole: counts and ages over all tenants, for figures that name nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, text

from pipeline.model.audit import AuditTag
from pipeline.model.ids import TenantId
from pipeline.model.subject import NOT_ANSWERED
from pipeline.store.session import Database
from pipeline.store.system_session import system_transaction
from pipeline.store.tables import tenants

_COMPARED_WITHIN: Final = timedelta(hours=3)
_COUNTS: Final = text(
    """
    select
      (select count(*) from earmark.artifacts where purged_at is null and retain_until = :today
         and disposition <> 'held') as due,
      (select count(*) from earmark.artifacts where purged_at is null and retain_until < :today
         and disposition <> 'held') as overdue,
      (select count(*) from earmark.notices_to_tenant where state = 'open') as notices,
      (select count(*) from (select max(r.at) as at from earmark.reconciliations r join earmark.tenants t using (tenant)
         where t.status = 'active' group by r.tenant) last where at < :compared) as uncompared
    """
)
_REQUESTS: Final = text(
    """
    select case when due_on < :today then 'overdue' when late_on <= :today then 'last_sixth'
      when half_on <= :today then 'second_half' else 'first_half' end as clock, count(*) as many
    from earmark.subject_requests where state = any(:waiting) group by 1
    """
)
_UNSIGNED: Final = text(
    """
    select min(first.at) from earmark.tenants t
    left join lateral (select max(seq) as seq from earmark.audit_checkpoints c where c.tenant = t.tenant) last on true
    join lateral (select e.at from earmark.audit_events e where e.tenant = t.tenant and e.seq > coalesce(last.seq, 0)
      and e.tag <> :checkpoint order by e.seq limit 1) first on true
    """
)
CLOCKS: Final = ("first_half", "second_half", "last_sixth", "overdue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Counts and ages. `unsigned_s` is how long the oldest entry of any audit log has stood beyond a checkpoint."""

    due: int
    overdue: int
    notices: int
    uncompared: int
    requests: dict[str, int]
    unsigned_s: float


def read_standing(database: Database, *, now: datetime) -> Standing:
    """Count over all tenants.

    Raises:
        StoreUnreachable: the database cannot be reached.
    """
    today = now.date()
    with system_transaction(database) as connection:
        counts = connection.execute(_COUNTS, {"today": today, "compared": now - _COMPARED_WITHIN}).one()
        waiting = sorted(state.value for state in NOT_ANSWERED)
        requests = connection.execute(_REQUESTS, {"today": today, "waiting": waiting}).all()
        oldest = connection.execute(_UNSIGNED, {"checkpoint": AuditTag.AUDIT_CHECKPOINT.value}).scalar()
    return Standing(
        due=counts.due,
        overdue=counts.overdue,
        notices=counts.notices,
        uncompared=counts.uncompared,
        requests=dict.fromkeys(CLOCKS, 0) | {row.clock: row.many for row in requests},
        unsigned_s=0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
    )


def find_any_tenant(database: Database) -> tuple[TenantId, ...]:
    """Name one tenant whose key is not destroyed; nobody where there is none."""
    query = select(tenants.c.tenant).where(tenants.c.sealed != b"").limit(1)
    with system_transaction(database) as connection:
        return tuple(TenantId(tenant) for tenant in connection.execute(query).scalars())
