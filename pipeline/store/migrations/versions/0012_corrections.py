"""What reviewers decide: changes to a redaction, the versions rendered of them, outcomes of reviews, reveals."""

from __future__ import annotations

from alembic import context, op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

CHANGES = """
create table earmark.redaction_changes (
  id text primary key, tenant text not null, recording_id text not null, batch_id text, kind text not null,
  entity_type text not null, channel integer not null, start_ms integer not null, end_ms integer not null, code text,
  sealed bytea, base_version integer not null, actor text not null, at timestamptz not null,
  due_at timestamptz not null, state text not null, second_actor text, second_at timestamptz, version integer,
  failure text, check (kind in ('confirm', 'not_personal', 'add')), check (start_ms < end_ms),
  check (second_actor is null or second_actor <> actor));
create index on earmark.redaction_changes (tenant, recording_id, at, id);
create index on earmark.redaction_changes (tenant, batch_id) where batch_id is not null;
create index on earmark.redaction_changes (tenant, at, id) where state = 'awaiting_second';
create table earmark.change_batches (
  id text primary key, tenant text not null, kind text not null, filter jsonb not null, changes integer not null,
  actor text not null, at timestamptz not null, undone_at timestamptz);
create index on earmark.change_batches (tenant, at, id);
create table earmark.redaction_versions (
  id text primary key, tenant text not null, recording_id text not null, number integer not null,
  manifest_id text not null, audio_id text not null, text_id text not null, changes integer not null,
  made_at timestamptz not null, unique (tenant, recording_id, number), check (number > 0));
create table earmark.review_outcomes (
  id text primary key, tenant text not null, recording_id text not null, outcome text not null, code text,
  sealed bytea, version integer not null, actor text not null, at timestamptz not null,
  check (outcome in ('approved', 'rejected')));
create index on earmark.review_outcomes (tenant, recording_id, at);
create table earmark.reveals (
  id text primary key, tenant text not null, recording_id text not null, version integer not null,
  entity_type text not null, channel integer not null, start_ms integer not null, end_ms integer not null,
  purpose text not null, sealed bytea not null, asked_by text not null, asked_at timestamptz not null,
  answered_by text, answered_at timestamptz, ends_at timestamptz,
  check ((answered_by is null) = (answered_at is null)), check (answered_by is null or answered_by <> asked_by
    or ends_at is null), check (ends_at <= answered_at + interval '5 minutes'), check (start_ms < end_ms));
create index on earmark.reveals (tenant, asked_at, id);
create index on earmark.reveals (tenant, recording_id);
"""

GRANTS = {
    "redaction_changes": "select, insert, update (state, second_actor, second_at, due_at, version, failure, sealed,"
    " entity_type, start_ms, end_ms)",
    "change_batches": "select, insert, update (undone_at)",
    "redaction_versions": "select, insert",
    "review_outcomes": "select, insert, update (sealed)",
    "reveals": "select, insert, update (answered_by, answered_at, ends_at, sealed, entity_type, start_ms, end_ms)",
}
"""What the app may do. Places, types and what was written are only ever emptied, when a recording is purged."""

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
