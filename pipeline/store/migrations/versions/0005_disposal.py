"""Purges with their items and certificates, the ledger's lines that were taken up, justified keeping, closed accounts.

Rows that name or time a person may now be reduced: columns of the log of answers and of the inbox, and no others.
"""

from __future__ import annotations

from alembic import context, op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CHANGES = """
create table earmark.purges (
  id text primary key, tenant text not null, subject_kind text not null, subject_id text not null,
  cause text not null, clause jsonb not null, state text not null, reason text, attempts integer not null,
  asked_at timestamptz not null, finished_at timestamptz);
create unique index purges_open on earmark.purges (tenant, subject_kind, subject_id) where state = 'open';
create index purges_subject on earmark.purges (tenant, subject_id);
create table earmark.purge_items (
  id bigint generated always as identity primary key, tenant text not null, purge_id text not null,
  kind text not null, target text not null, detail text, object_key text, sealed_sha256 text,
  versions jsonb not null, state text not null, reason text, until date, at timestamptz not null,
  unique (tenant, purge_id, kind, target));
create index purge_items_waiting on earmark.purge_items (tenant, purge_id) where state <> 'gone';
create index purge_items_followed on earmark.purge_items (tenant) where state = 'followed';
create table earmark.certificates (
  id text primary key, tenant text not null, purge_id text not null, edition integer not null,
  part integer not null, parts integer not null, kid text not null, sha256 text not null, statement text not null,
  signed_at timestamptz not null, unique (tenant, purge_id, edition, part));
create table earmark.ledger_lines (
  id bigint generated always as identity primary key, tenant text not null, object_key text not null,
  at timestamptz not null, unique (tenant, object_key));
create table earmark.justifications (
  id text primary key, tenant text not null, kind text not null, moved integer not null, sealed bytea not null,
  actor text not null, at timestamptz not null);
create table earmark.retention_runs (
  id text primary key, tenant text not null, run_on date not null, counts jsonb not null, at timestamptz not null);
create index on earmark.retention_runs (tenant, at);
create table earmark.endings_applied (
  id bigint generated always as identity primary key, tenant text not null, ending_id bigint not null,
  at timestamptz not null, unique (tenant, ending_id));
create table earmark.closures (
  id text primary key, tenant text not null, closed_on date not null, actor text not null, sealed bytea not null,
  signer_kid text, signer_sealed bytea, vendor_gone_at timestamptz, purged_at timestamptz,
  key_destroyed_at timestamptz, proved_at timestamptz, at timestamptz not null, unique (tenant));
create table earmark.closure_exceptions (
  id bigint generated always as identity primary key, tenant text not null, artifact_id text not null,
  kept_key text not null, key_name text not null, why text not null, statute text not null, owner text not null,
  expires_on date, fields text not null, sealed_sha256 text not null, at timestamptz not null,
  unique (tenant, artifact_id));
create index artifacts_undecided on earmark.artifacts (tenant, created_at)
  where purged_at is null and disposition = 'undecided';
"""

NAMES = (
    "purges", "purge_items", "certificates", "ledger_lines", "justifications", "retention_runs", "endings_applied",
    "closures", "closure_exceptions",
)  # fmt: skip
ONLY_ADDED_TO = ("certificates", "ledger_lines", "justifications", "retention_runs", "endings_applied")
"""The app may add to these and read them; it has no grant to change or remove a row."""

REDUCED = {"consent_events": "digit, confidence, phrase", "inbox": "body"}
"""What of the tables that are only added to may be blanked once its recording is purged."""

SEES_ROW = "tenant = current_setting('app.tenant', true) or current_setting('app.scope', true) = 'system'"


def upgrade() -> None:
    """Make the tables, each under a forced row policy, and grant the app's role no more than it needs."""
    role = context.config.attributes["app_role"]
    for statement in filter(str.strip, CHANGES.split(";")):
        op.execute(statement)
    for name in NAMES:
        op.execute(f"alter table earmark.{name} enable row level security")
        op.execute(f"alter table earmark.{name} force row level security")
        op.execute(f"create policy own_tenant on earmark.{name} using ({SEES_ROW}) with check ({SEES_ROW})")
        verbs = "select, insert" if name in ONLY_ADDED_TO else "select, insert, update"
        op.execute(f"grant {verbs} on earmark.{name} to {role}")
    for name, columns in REDUCED.items():
        op.execute(f"grant update ({columns}) on earmark.{name} to {role}")
