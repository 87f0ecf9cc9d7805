"""Who may receive a tenant's data, with evidence; signs of a child that come after the call."""

from __future__ import annotations

from alembic import context, op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CHANGES = """
create table earmark.processor_evidence (
  id bigint generated always as identity primary key, tenant text not null, processor text not null,
  contract text not null, training_off_by text not null, regions text[] not null, keeps_days integer,
  evidence_on date not null, expires_on date not null, actor text not null, at timestamptz not null);
create index on earmark.processor_evidence (tenant, processor, id);
create table earmark.child_signals (
  id bigint generated always as identity primary key, tenant text not null, scope_kind text not null,
  scope_id text not null, sign text not null, age integer, noted_on date not null, actor text not null,
  at timestamptz not null);
create index on earmark.child_signals (tenant, scope_kind, scope_id);
"""

ONLY_ADDED_TO = ("processor_evidence", "child_signals")
"""The app may add to these and read them; it has no grant to change or remove a row."""

SEES_ROW = "tenant = current_setting('app.tenant', true) or current_setting('app.scope', true) = 'system'"


def upgrade() -> None:
    """Make the tables, each under a forced row policy."""
    role = context.config.attributes["app_role"]
    for statement in filter(str.strip, CHANGES.split(";")):
        op.execute(statement)
    for name in ONLY_ADDED_TO:
        op.execute(f"alter table earmark.{name} enable row level security")
        op.execute(f"alter table earmark.{name} force row level security")
        op.execute(f"create policy own_tenant on earmark.{name} using ({SEES_ROW}) with check ({SEES_ROW})")
        op.execute(f"grant select, insert on earmark.{name} to {role}")
