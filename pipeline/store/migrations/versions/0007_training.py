"""Which recordings are in which dataset, what was recalled, and which feature a tenant switched on for training."""

from __future__ import annotations

from alembic import context, op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = """
create table earmark.datasets (
  id text primary key, tenant text not null, scope text not null, scope_id text, rows integer not null,
  recordings integer not null, index_sha256 text not null, manifest_sha256 text not null, manifest_id text not null,
  previous_id text, actor text not null, at timestamptz not null);
create index on earmark.datasets (tenant, scope, at);
create table earmark.dataset_rows (
  id bigint generated always as identity primary key, tenant text not null, dataset_id text not null,
  row_key text not null, artifact_id text not null, recording_id text not null, kind text not null,
  sha256 text not null, decision_digest text not null, unique (tenant, dataset_id, artifact_id));
create index on earmark.dataset_rows (tenant, recording_id);
create table earmark.recalls (
  id bigint generated always as identity primary key, tenant text not null, recording_id text not null,
  cause text not null, actor text not null, at timestamptz not null, unique (tenant, recording_id, cause));
create table earmark.training_features (
  id bigint generated always as identity primary key, tenant text not null, feature text not null,
  act text not null, actor text not null, at timestamptz not null);
create index on earmark.training_features (tenant, id);
"""

NAMES = ("datasets", "dataset_rows", "recalls", "training_features")

SEES_ROW = "tenant = current_setting('app.tenant', true) or current_setting('app.scope', true) = 'system'"


def upgrade() -> None:
    """Make the tables, each under a forced row policy; the app may add to them and read them, and no more."""
    role = context.config.attributes["app_role"]
    for statement in filter(str.strip, TABLES.split(";")):
        op.execute(statement)
    for name in NAMES:
        op.execute(f"alter table earmark.{name} enable row level security")
        op.execute(f"alter table earmark.{name} force row level security")
        op.execute(f"create policy own_tenant on earmark.{name} using ({SEES_ROW}) with check ({SEES_ROW})")
        op.execute(f"grant select, insert on earmark.{name} to {role}")
