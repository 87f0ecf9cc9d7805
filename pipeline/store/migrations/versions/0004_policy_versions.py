"""Policy versions, notices that were proved, the law that judged, and jobs that decide again: only ever added to."""

from __future__ import annotations

from alembic import context, op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = """
create table earmark.policy_versions (
  id bigint generated always as identity primary key, tenant text not null, policy_id text not null,
  version text not null, digest text not null, document text not null, published_on date not null,
  notified_on date not null, effective_on date not null, notice_days int not null, registered_at timestamptz not null,
  registered_by text not null, unique (tenant, policy_id, version));
create table earmark.policy_notices (
  id bigint generated always as identity primary key, tenant text not null, policy_id text not null,
  version text not null, channel text not null, recipient_ref text not null, status int not null,
  delivered_at timestamptz not null, in_force_from date not null, unique (tenant, policy_id, version, channel));
create table earmark.law_versions (
  id bigint generated always as identity primary key, tenant text not null, digest text not null,
  document text not null, document_sha256 text not null, registered_at timestamptz not null, unique (tenant, digest));
create table earmark.redecisions (
  id text primary key, tenant text not null, cause text not null, artifacts bigint not null, chunks int not null,
  actor text not null, at timestamptz not null, unique (tenant, cause));
create table earmark.redecision_chunks (
  id bigint generated always as identity primary key, tenant text not null, job text not null, ordinal int not null,
  first_key text not null, last_key text not null, artifacts int not null, unique (tenant, job, ordinal));
create table earmark.redecision_receipts (
  id bigint generated always as identity primary key, tenant text not null, job text not null, ordinal int not null,
  decided int not null, changed int not null, at timestamptz not null, unique (tenant, job, ordinal));
create index artifacts_in_order on earmark.artifacts (tenant, (coalesce(recording_id, call_id, id)))
  where purged_at is null;
"""
NAMES = (
    "policy_versions", "policy_notices", "law_versions", "redecisions", "redecision_chunks", "redecision_receipts",
)  # fmt: skip

SEES_ROW = "tenant = current_setting('app.tenant', true) or current_setting('app.scope', true) = 'system'"


def upgrade() -> None:
    """Make the tables. No row of them is ever changed: a delivery, a finished chunk is a row of its own."""
    role = context.config.attributes["app_role"]
    for statement in filter(str.strip, TABLES.split(";")):
        op.execute(statement)
    for name in NAMES:
        op.execute(f"alter table earmark.{name} enable row level security")
        op.execute(f"alter table earmark.{name} force row level security")
        op.execute(f"create policy own_tenant on earmark.{name} using ({SEES_ROW}) with check ({SEES_ROW})")
        op.execute(f"grant select, insert on earmark.{name} to {role}")
