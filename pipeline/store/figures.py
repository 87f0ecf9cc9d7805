"""Counts over a period for the dashboard, each one statement on an indexed column. Counts and codes, and no content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import text

from pipeline.model.period import Period
from pipeline.store.session import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many of a kind; `step` is the first day of the step of the period, None where time plays no part."""

    key: str
    count: int
    step: date | None = None


_CONSENT: Final = """
    with begun as materialized (
      select id, date_trunc(:step, started_at at time zone 'UTC')::date as step from earmark.calls
      where tenant = :tenant and started_at >= :begins and started_at < :ends),
    stands as (
      select distinct on (e.call_id, e.leg_role, e.ordinal) e.call_id,
        array_position(cast(:worst_first as text[]), e.outcome) as place
      from begun join earmark.consent_events e on e.tenant = :tenant and e.call_id = begun.id
      where e.purpose = 'record'
      order by e.call_id, e.leg_role, e.ordinal, (e.outcome = 'withdrawn') desc, e.at desc, e.id desc),
    worst as (select call_id, min(place) as place from stands group by call_id)
    select begun.step, coalesce((cast(:worst_first as text[]))[worst.place], 'not_asked') as key, count(*) as many
    from begun left join worst on worst.call_id = begun.id group by 1, 2 order by 1, 2
"""
WORST_FIRST: Final = ("withdrawn", "declined", "hung_up", "no_answer", "unclear", "wrong_key", "granted")
"""One person's no is the call's; a call whose every person agreed is granted."""
_HIDDEN: Final = """
    select split_part(found, '=', 1) as key, sum(coalesce(nullif(split_part(found, '=', 2), ''), '1')::bigint) as many
    from earmark.recordings,
      unnest(string_to_array(coalesce(facts->>'entity_counts', facts->>'entity_types', ''), ',')) as found
    where tenant = :tenant and created_at >= :begins and created_at < :ends and found <> ''
    group by 1 order by 2 desc, 1
"""
_FAILURES: Final = """
    select state || coalesce(':' || reason, '') as key, count(*) as many from earmark.recordings
    where tenant = :tenant and state in ('failed', 'withheld', 'absent', 'refused')
      and created_at >= :begins and created_at < :ends
    group by 1 order by 2 desc, 1
"""
_DELETIONS: Final = """
    select date_trunc(:step, retain_until::timestamp)::date as step, 'due' as key, count(*) as many
    from earmark.artifacts
    where tenant = :tenant and retain_until is not null and retain_until >= :since and retain_until <= :until group by 1
    union all
    select date_trunc(:step, purged_at at time zone 'UTC')::date, 'done', count(*) from earmark.artifacts
    where tenant = :tenant and purged_at is not null and purged_at >= :begins and purged_at < :ends group by 1
    order by 1, 2
"""
_WAITING: Final = """
    select width_bucket(extract(epoch from cast(:now as timestamptz) - opened_at)::float8, cast(:edges as float8[]))
      as place, count(*) as many
    from earmark.review_items where tenant = :tenant and state = 'open' group by 1 order by 1
"""
_HOUR: Final = 3600
_EDGES: Final = (0, _HOUR, 24 * _HOUR, 3 * 24 * _HOUR, 7 * 24 * _HOUR)
AGES: Final = ("under_1_hour", "under_1_day", "under_3_days", "under_7_days", "7_days_or_more")
_OVERDUE: Final = """
    select count(*) from earmark.artifacts
    where tenant = :tenant and purged_at is null and retain_until is not null and retain_until <= :today
      and disposition <> 'held'
"""
_STATES: Final = "select state as key, count(*) as many from earmark.recordings where tenant = :tenant group by 1"
_OLDEST: Final = "select min(opened_at) from earmark.review_items where tenant = :tenant and state = 'open'"


def count_consent(tx: Transaction, period: Period) -> tuple[Count, ...]:
    """Count the calls that began in a period, by what came of asking to record."""
    return _counted(tx, _CONSENT, **_span(period), step=period.step.value, worst_first=list(WORST_FIRST))


def count_hidden(tx: Transaction, period: Period) -> tuple[Count, ...]:
    """Count what was hidden in the recordings noted in a period, by its type, the most frequent first.

    A recording of before numbers were noted counts once for each type.
    """
    return _counted(tx, _HIDDEN, **_span(period))


def count_failures(tx: Transaction, period: Period) -> tuple[Count, ...]:
    """Count the recordings noted in a period that came to nothing, by `state:reason`, the most frequent first."""
    return _counted(tx, _FAILURES, **_span(period))


def count_deletions(tx: Transaction, period: Period) -> tuple[Count, ...]:
    """Count artifacts whose day came in a period (`due`), and those that were destroyed in it (`done`)."""
    days = {"since": period.since, "until": period.until, "step": period.step.value}
    return _counted(tx, _DELETIONS, **_span(period), **days)


def count_waiting(tx: Transaction) -> tuple[Count, ...]:
    """Count what waits for a reviewer now, by how long it has."""
    values = {"tenant": tx.tenant, "now": tx.now, "edges": list(_EDGES)}
    found = {max(row.place, 1): row.many for row in tx.connection.execute(text(_WAITING), values)}
    return tuple(Count(key=age, count=found.get(place, 0)) for place, age in enumerate(AGES, start=1))


def count_states(tx: Transaction) -> dict[str, int]:
    """Count the tenant's recordings by their state."""
    return {one.key: one.count for one in _counted(tx, _STATES)}


def count_overdue(tx: Transaction) -> int:
    """Count the artifacts whose day has come, that no hold is on, and that are still there."""
    values = {"tenant": tx.tenant, "today": tx.now.date()}
    return int(tx.connection.execute(text(_OVERDUE), values).scalar() or 0)


def find_longest_waiting(tx: Transaction) -> datetime | None:
    """Say since when the oldest of what waits for a reviewer does; None where nothing waits."""
    found: datetime | None = tx.connection.execute(text(_OLDEST), {"tenant": tx.tenant}).scalar()
    return found


def _counted(tx: Transaction, query: str, **values: Any) -> tuple[Count, ...]:
    rows = tx.connection.execute(text(query), {"tenant": tx.tenant, **values})
    return tuple(Count(key=r.key, count=int(r.many), step=getattr(r, "step", None)) for r in rows)


def _span(period: Period) -> dict[str, datetime]:
    return {"begins": period.begins_at, "ends": period.ends_at}
