"""Work on many recordings beside live calls: jobs, their items, and the evidence of consent that came with them."""

from __future__ import annotations

from alembic import context, op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

CHANGES = """
create table earmark.bulk_jobs (
  id text primary key, tenant text not null, kind text not null, state text not null, options jsonb not null,
  sealed bytea, items bigint not null, round integer not null, actor text not null, at timestamptz not null,
  finished_at timestamptz);
create unique index on earmark.bulk_jobs (tenant, kind) where state <> 'finished';
create table earmark.bulk_items (
  id bigint generated always as identity primary key, tenant text not null, job text not null,
  ordinal bigint not null, key text not null, sealed bytea, recording_id text, outcome text, done_at timestamptz,
  unique (tenant, job, key));
create index on earmark.bulk_items (tenant, job, ordinal) where outcome is null;
create index on earmark.bulk_items (tenant, key);
create table earmark.bulk_evidence (
  id text primary key, tenant text not null, job text not null, key text not null, sealed bytea not null,
  recording_id text, unique (tenant, job, key));
create index on earmark.bulk_evidence (tenant, recording_id);
create index artifacts_original_by_name on earmark.artifacts (tenant, name) where kind = 'recording.original'
"""

SEES_ROW = "tenant = current_setting('app.tenant', true) or current_setting('app.scope', true) = 'system'"


def upgrade() -> None:
    """Make the tables under a forced row policy."""
    role = context.config.attributes["app_role"]
    for statement in filter(str.strip, CHANGES.split(";")):
        op.execute(statement)
    for table in ("bulk_jobs", "bulk_items", "bulk_evidence"):
        op.execute(f"alter table earmark.{table} enable row level security")
        op.execute(f"alter table earmark.{table} force row level security")
        op.execute(f"create policy own_tenant on earmark.{table} using ({SEES_ROW}) with check ({SEES_ROW})")
        op.execute(f"grant select, insert, update on earmark.{table} to {role}")
