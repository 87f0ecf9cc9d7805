"""First schema: calls, consent, recordings, artifacts, decisions, reviews, holds, audit, all under row policies."""

from __future__ import annotations

from alembic import context, op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
create table earmark.tenants (
  tenant text primary key, display_name text not null, policy_id text not null, twilio_account_sid text unique,
  settings jsonb not null, sealed bytea not null, api_key_sha256 text, status text not null,
  created_at timestamptz not null);
create table earmark.calls (
  id text primary key, tenant text not null, call_sid text not null, direction text not null,
  started_at timestamptz not null, mode text not null, tokens text[] not null, locale text not null,
  training_gate boolean not null, policy_digest text not null, matrix_version text not null, instance text,
  flags text[] not null, sealed bytea not null, ended_at timestamptz, unique (tenant, call_sid));
create table earmark.legs (
  id text primary key, tenant text not null, call_id text not null, role text not null, leg_sid text,
  number_ref text, candidates text[] not null, unique (tenant, call_id, role));
create table earmark.consent_events (
  id bigint generated always as identity primary key, tenant text not null, call_id text not null,
  cause text not null, leg_role text not null, purpose text not null, outcome text not null, method text not null,
  at timestamptz not null, script_id text, script_locale text, script_sha256 text, attempts integer not null,
  digit text, confidence double precision, unique (tenant, call_id, cause, leg_role, purpose));
create table earmark.recordings (
  id text primary key, tenant text not null, call_id text, recording_sid text not null, state text not null,
  source text not null, channels integer not null, started_at timestamptz, duration_s integer, reason text,
  encryption jsonb, facts jsonb not null, created_at timestamptz not null, vendor_deleted_at timestamptz,
  unique (tenant, recording_sid));
create table earmark.inbox (
  id bigint generated always as identity primary key, tenant text not null, provider text not null,
  event_id text not null, body jsonb not null, received_at timestamptz not null,
  unique (tenant, provider, event_id));
create table earmark.artifacts (
  id text primary key, tenant text not null, recording_id text, call_id text, kind text not null,
  name text not null, object_key text not null, sealed_sha256 text not null, size_bytes bigint not null,
  parents text[] not null, created_at timestamptz not null, purged_at timestamptz, unique (tenant, object_key));
create index on earmark.artifacts (tenant, recording_id, kind);
create table earmark.decisions (
  id text primary key, tenant text not null, artifact_id text not null, digest text not null,
  policy_id text not null, policy_digest text not null, record jsonb not null, facts jsonb not null,
  retain_until date, training_eligible boolean not null, decided_at timestamptz not null,
  unique (tenant, artifact_id, digest));
create index on earmark.decisions (tenant, retain_until);
create table earmark.review_items (
  id text primary key, tenant text not null, recording_id text not null, state text not null,
  risk integer not null, reasons text[] not null, opened_at timestamptz not null, unique (tenant, recording_id));
create table earmark.holds (
  id text primary key, tenant text not null, matter text not null, scope_kind text not null,
  scope_id text not null, placed_by text not null, reason text not null, placed_at timestamptz not null,
  released_by text, released_at timestamptz);
create index on earmark.holds (tenant, scope_kind, scope_id) where released_at is null;
create table earmark.tombstones (
  id text primary key, tenant text not null, subject_kind text not null, subject_id text not null,
  why text not null, at timestamptz not null, unique (tenant, subject_kind, subject_id));
create table earmark.audit_events (
  tenant text not null, seq bigint not null, tag text not null, actor text not null, target text not null,
  at timestamptz not null, facts jsonb not null, previous_hash text not null, hash text not null,
  primary key (tenant, seq));
"""

NAMES = (
    "tenants", "calls", "legs", "consent_events", "recordings", "inbox", "artifacts", "decisions", "review_items",
    "holds", "tombstones", "audit_events",
)  # fmt: skip
ONLY_ADDED_TO = ("consent_events", "audit_events", "tombstones", "inbox", "decisions")
"""The app may add to these and read them; it has no grant to change or remove a row."""

SEES_ROW = "tenant = current_setting('app.tenant', true) or current_setting('app.scope', true) = 'system'"


def upgrade() -> None:
    """Make the tables, force row-level security on each, and grant the app's role no more than it needs."""
    role = context.config.attributes["app_role"]
    for statement in filter(str.strip, TABLES.split(";")):
        op.execute(statement)
    op.execute(f"grant usage on schema earmark to {role}")
    for name in NAMES:
        op.execute(f"alter table earmark.{name} enable row level security")
        op.execute(f"alter table earmark.{name} force row level security")
        op.execute(f"create policy own_tenant on earmark.{name} using ({SEES_ROW}) with check ({SEES_ROW})")
        verbs = "select, insert" if name in ONLY_ADDED_TO else "select, insert, update"
        op.execute(f"grant {verbs} on earmark.{name} to {role}")
