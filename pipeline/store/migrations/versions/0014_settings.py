"""Drafts of settings and their history, servers that are told of things, keys with scopes."""

from __future__ import annotations

from alembic import context, op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

CHANGES = """
create table earmark.settings_drafts (
  id text primary key, tenant text not null, state text not null, revision integer not null, based_on bigint not null,
  sealed bytea not null, created_by text not null, editors text[] not null, created_at timestamptz not null,
  changed_at timestamptz not null, decided_by text, decided_at timestamptz, sealed_reason bytea,
  check (state in ('draft', 'submitted', 'activated', 'rejected', 'withdrawn')),
  check ((decided_by is null) = (decided_at is null)),
  check (state <> 'activated' or decided_by is not null));
create index on earmark.settings_drafts (tenant, created_at, id);
create unique index on earmark.settings_drafts (tenant, created_by) where state = 'draft';
create table earmark.settings_history (
  id bigint generated always as identity primary key, tenant text not null, draft_id text, version bigint not null,
  changes jsonb not null, drafted_by text not null, activated_by text not null, at timestamptz not null);
create index on earmark.settings_history (tenant, id);
create table earmark.api_keys (
  id text primary key, tenant text not null, label text not null, scopes text[] not null, secret_sha256 text not null,
  replaces text, created_by text not null, created_at timestamptz not null, expires_at timestamptz not null,
  last_used_at timestamptz, revoked_at timestamptz, check (expires_at > created_at));
create index on earmark.api_keys (tenant, created_at);
create table earmark.webhook_endpoints (
  id text primary key, tenant text not null, sealed bytea not null, events text[] not null, seen_seq bigint not null,
  created_by text not null, created_at timestamptz not null, removed_at timestamptz);
create index on earmark.webhook_endpoints (tenant) where removed_at is null;
create table earmark.webhook_deliveries (
  id text primary key, tenant text not null, endpoint_id text not null, kind text not null, seq bigint,
  payload text not null, state text not null, attempts integer not null, created_at timestamptz not null,
  next_at timestamptz, unique (tenant, endpoint_id, seq),
  check (state in ('waiting', 'delivered', 'given_up') and (state = 'waiting') = (next_at is not null)));
create index on earmark.webhook_deliveries (tenant, endpoint_id, created_at desc, id desc);
create index on earmark.webhook_deliveries (tenant, next_at) where state = 'waiting';
create table earmark.webhook_attempts (
  id bigint generated always as identity primary key, tenant text not null, delivery_id text not null,
  number integer not null, status integer, error text, took_ms integer not null, at timestamptz not null,
  unique (tenant, delivery_id, number))
"""

GRANTS = {
    "settings_drafts": "select, insert, update (state, revision, based_on, sealed, editors, changed_at, decided_by, "
    "decided_at, sealed_reason)",
    "settings_history": "select, insert",
    "api_keys": "select, insert, update (expires_at, last_used_at, revoked_at)",
    "webhook_endpoints": "select, insert, update (sealed, events, seen_seq, removed_at)",
    "webhook_deliveries": "select, insert, update (state, attempts, next_at)",
    "webhook_attempts": "select, insert",
}
"""What the app may do. History and attempts are only added to; no key gets other scopes or another secret."""

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
