"""What the policies promise besides: notices to a tenant, demands of law."""

from __future__ import annotations

from alembic import context, op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CHANGES = """
create table earmark.notices_to_tenant (
  id text primary key, tenant text not null, kind text not null, subject_kind text not null, subject_id text not null,
  cause text not null, state text not null, noted_at timestamptz not null, sent_at timestamptz,
  check (state in ('open', 'sent') and (state = 'sent') = (sent_at is not null)));
create unique index on earmark.notices_to_tenant (tenant, kind, subject_kind, subject_id, cause) where state = 'open';
create index on earmark.notices_to_tenant (tenant, noted_at, id) where state = 'open';
create table earmark.legal_requests (
  id text primary key, tenant text not null, kind text not null, received_on date not null, scope jsonb not null,
  sealed bytea not null, opened_by text not null, opened_at timestamptz not null);
create index on earmark.legal_requests (tenant, opened_at);
create table earmark.legal_acts (
  id bigint generated always as identity primary key, tenant text not null, request_id text not null,
  act text not null, detail jsonb not null, sealed bytea, actor text not null, at timestamptz not null);
create index on earmark.legal_acts (tenant, request_id, id);
"""

GRANTS = {
    "notices_to_tenant": "select, insert, update (state, sent_at)",
    "legal_requests": "select, insert",
    "legal_acts": "select, insert",
}
"""What the app may do; no row of these is ever removed, and what was noted is never changed."""

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
