"""What the policies promise besides: notices to a tenant, demands of law, access, other purposes, transfers."""

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
create table earmark.access_grants (
  id text primary key, tenant text not null, actor text not null, purpose text not null, scope_kind text not null,
  scope_id text not null, starts_at timestamptz not null, ends_at timestamptz not null, sealed bytea not null,
  granted_by text not null, at timestamptz not null,
  check (ends_at > starts_at and ends_at <= starts_at + interval '24 hours'));
create index on earmark.access_grants (tenant, actor, purpose, ends_at);
create table earmark.access_revocations (
  id bigint generated always as identity primary key, tenant text not null, grant_id text not null,
  actor text not null, at timestamptz not null, unique (tenant, grant_id));
create table earmark.purpose_consents (
  id text primary key, tenant text not null, purpose text not null, scope_kind text not null, scope_id text not null,
  leg_role text not null, ordinal integer not null, evidence_kind text not null, evidence_sha256 text not null,
  given_on date not null, actor text not null, at timestamptz not null);
create index on earmark.purpose_consents (tenant, purpose, scope_kind, scope_id);
create table earmark.purpose_revocations (
  id bigint generated always as identity primary key, tenant text not null, consent_id text not null,
  actor text not null, at timestamptz not null, unique (tenant, consent_id));
create table earmark.transfer_notices (
  id text primary key, tenant text not null, controller_ref text not null, notified_on date not null,
  transfer_on date not null, notice_sha256 text not null, sealed bytea not null, actor text not null,
  at timestamptz not null, check (notified_on < transfer_on));
create index on earmark.transfer_notices (tenant, controller_ref, transfer_on);
"""

GRANTS = {
    "notices_to_tenant": "select, insert, update (state, sent_at)",
    "legal_requests": "select, insert",
    "legal_acts": "select, insert",
    "access_grants": "select, insert",
    "access_revocations": "select, insert",
    "purpose_consents": "select, insert",
    "purpose_revocations": "select, insert",
    "transfer_notices": "select, insert",
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
