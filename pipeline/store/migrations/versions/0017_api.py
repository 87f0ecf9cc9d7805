"""What programs ask by the API: how often each key did, and what its named writes were answered with, for a day."""

from __future__ import annotations

from alembic import context, op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

CHANGES = """
create table earmark.api_allowances (
  id text primary key, tenant text not null, key_id text not null, full_at timestamptz not null,
  unique (tenant, key_id));
create table earmark.api_answers (
  id text primary key, tenant text not null, key_id text not null, name_sha256 text not null,
  request_sha256 text not null, status integer, sealed bytea, at timestamptz not null,
  unique (tenant, key_id, name_sha256));
create index on earmark.api_answers (tenant, at);
"""

SEES_ROW = "tenant = current_setting('app.tenant', true) or current_setting('app.scope', true) = 'system'"


def upgrade() -> None:
    """Make the tables under a forced row policy."""
    role = context.config.attributes["app_role"]
    for statement in filter(str.strip, CHANGES.split(";")):
        op.execute(statement)
    for table, may in (("api_allowances", "select, insert, update"), ("api_answers", "select, insert, update, delete")):
        op.execute(f"alter table earmark.{table} enable row level security")
        op.execute(f"alter table earmark.{table} force row level security")
        op.execute(f"create policy own_tenant on earmark.{table} using ({SEES_ROW}) with check ({SEES_ROW})")
        op.execute(f"grant {may} on earmark.{table} to {role}")
