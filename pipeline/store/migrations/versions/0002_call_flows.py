"""Call flows: several legs of a role, rounds of asking, what recorders were told, numbers, wordings, signing keys."""

from __future__ import annotations

from alembic import context, op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CHANGES = """
alter table earmark.tenants add column version bigint not null default 1;
alter table earmark.calls add column round integer not null default 1, add column conference_sid text;
alter table earmark.legs add column ordinal integer not null default 1, add column joined_at timestamptz,
  add column left_at timestamptz;
alter table earmark.legs drop constraint legs_tenant_call_id_role_key;
alter table earmark.legs add unique (tenant, call_id, role, ordinal);
alter table earmark.consent_events add column ordinal integer not null default 1,
  add column round integer not null default 1, add column phrase text;
alter table earmark.consent_events drop constraint consent_events_tenant_call_id_cause_leg_role_purpose_key;
alter table earmark.consent_events add unique (tenant, call_id, cause, leg_role, ordinal, purpose);
alter table earmark.recordings add column error_code integer not null default 0,
  add column vendor_metadata_gone_at timestamptz;
create index on earmark.recordings (tenant, state);
create index on earmark.recordings (tenant, call_id);
create table earmark.numbers (
  id text primary key, tenant text not null, number_ref text not null, number_sid text, sealed bytea not null,
  state text not null, attestation_id text, listed_at timestamptz not null, armed_at timestamptz,
  read_back_at timestamptz, unique (tenant, number_ref));
create table earmark.attestations (
  id text primary key, tenant text not null, wording_id text not null, wording_sha256 text not null,
  sealed bytea not null, kid text not null, actor text not null, at timestamptz not null);
create table earmark.wordings (
  id bigint generated always as identity primary key, tenant text not null, script_id text not null,
  locale text not null, version integer not null, wording text, sha256 text, actor text not null,
  at timestamptz not null, unique (tenant, script_id, locale, version));
create table earmark.signing_keys (
  id text primary key, tenant text not null, public_key bytea not null, sealed bytea not null,
  created_at timestamptz not null, retired_at timestamptz);
create index on earmark.signing_keys (tenant);
create table earmark.recorder_events (
  id bigint generated always as identity primary key, tenant text not null, call_id text not null,
  cause text not null, act text not null, at timestamptz not null, is_done boolean not null,
  recording_sid text, actor text not null, unique (tenant, call_id, cause));
create table earmark.reconciliations (
  id text primary key, tenant text not null, since timestamptz not null, at timestamptz not null,
  counts jsonb not null);
create index on earmark.reconciliations (tenant, at);
"""

NAMES = ("numbers", "attestations", "wordings", "signing_keys", "recorder_events", "reconciliations")
ONLY_ADDED_TO = ("attestations", "wordings", "recorder_events", "reconciliations")
"""The app may add to these and read them; it has no grant to change or remove a row."""

SEES_ROW = "tenant = current_setting('app.tenant', true) or current_setting('app.scope', true) = 'system'"


def upgrade() -> None:
    """Change and make the tables; each new one is under a forced row policy."""
    role = context.config.attributes["app_role"]
    for statement in filter(str.strip, CHANGES.split(";")):
        op.execute(statement)
    for name in NAMES:
        op.execute(f"alter table earmark.{name} enable row level security")
        op.execute(f"alter table earmark.{name} force row level security")
        op.execute(f"create policy own_tenant on earmark.{name} using ({SEES_ROW}) with check ({SEES_ROW})")
        verbs = "select, insert" if name in ONLY_ADDED_TO else "select, insert, update"
        op.execute(f"grant {verbs} on earmark.{name} to {role}")
