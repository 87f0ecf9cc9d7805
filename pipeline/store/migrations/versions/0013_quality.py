"""Quality reviews: rates, samples, readings."""

from __future__ import annotations

from alembic import context, op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

CHANGES = """
create table earmark.quality_rates (
  seq bigint generated always as identity primary key, id text not null, tenant text not null,
  rate integer not null check (rate between 0 and 10000),
  second_rate integer not null check (second_rate between 0 and 10000),
  keeps_cases boolean not null, sealed bytea not null, actor text not null, at timestamptz not null);
create index on earmark.quality_rates (tenant, seq);
create table earmark.quality_samples (
  id text primary key, tenant text not null, recording_id text not null, manifest_id text not null,
  transcript_id text not null, audio_id text not null, rate integer not null check (rate between 1 and 10000),
  has_second boolean not null, state text not null check (state in ('open', 'disputed', 'finished')),
  counts jsonb, compared jsonb, sealed bytea, settled_by text, settled_why bytea, case_id text,
  drawn_at timestamptz not null, finished_at timestamptz,
  unique (tenant, recording_id),
  check ((state = 'finished') = (finished_at is not null and counts is not null and sealed is not null)),
  check ((settled_by is null) = (settled_why is null)));
create index on earmark.quality_samples (tenant, drawn_at, id);
create index on earmark.quality_samples (tenant, drawn_at, id) where state = 'open';
create index on earmark.quality_samples (tenant, drawn_at, id) where state = 'disputed';
create table earmark.quality_readings (
  id text primary key, tenant text not null, sample_id text not null,
  part text not null check (part in ('first', 'second')), reader text not null,
  state text not null check (state in ('open', 'done', 'returned')), sealed bytea,
  taken_at timestamptz not null, finished_at timestamptz,
  unique (tenant, sample_id, reader),
  check ((state = 'done') = (sealed is not null)));
create unique index on earmark.quality_readings (tenant, sample_id, part) where state <> 'returned';
create index on earmark.quality_readings (tenant, reader, taken_at, id);
"""

GRANTS = {
    "quality_rates": "select, insert",
    "quality_samples": (
        "select, insert, update (state, counts, compared, sealed, settled_by, settled_why, case_id, finished_at)"
    ),
    "quality_readings": "select, insert, update (state, sealed, finished_at)",
}
"""What the app may do; no row is ever removed, and what was drawn or assigned is never changed."""

SEES_ROW = "tenant = current_setting('app.tenant', true) or current_setting('app.scope', true) = 'system'"


def upgrade() -> None:
    """Make the tables, each under a forced row policy."""
    role = context.config.attributes["app_role"]
    for statement in filter(str.strip, CHANGES.split(";")):
        op.execute(statement)
    for name, allowed in GRANTS.items():
        op.execute(f"alter table earmark.{name} enable row level security")
        op.execute(f"alter table earmark.{name} force row level security")
        op.execute(f"create policy own_tenant on earmark.{name} using ({SEES_ROW}) with check ({SEES_ROW})")
        op.execute(f"grant {allowed} on earmark.{name} to {role}")
