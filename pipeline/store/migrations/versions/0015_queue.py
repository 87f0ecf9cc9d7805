"""The review queue: explained risk, who works on what, saved searches, and the keyed index of redacted words."""

from __future__ import annotations

from alembic import context, op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

CHANGES = """
alter table earmark.review_items
  add column points jsonb not null default '[]', add column marks text[] not null default '{}',
  add column entity_types text[] not null default '{}', add column entities integer not null default 0,
  add column consent text, add column policy_digest text, add column assignee text, add column escalated_to text,
  add column version bigint not null default 1,
  add column calm integer generated always as (100 - risk) stored,
  add column is_waiting boolean generated always as (state in ('open', 'claimed', 'escalated')) stored;
create index review_items_by_risk on earmark.review_items (tenant, is_waiting, calm, opened_at, id);
create index review_items_by_age on earmark.review_items (tenant, is_waiting, opened_at, id);
create index review_items_of_state on earmark.review_items (tenant, state, calm, opened_at, id);
create index review_items_of_state_by_age on earmark.review_items (tenant, state, opened_at, id);
create index review_items_of_person on earmark.review_items (tenant, assignee, calm, opened_at, id)
  where assignee is not null;
create table earmark.review_moves (
  id text primary key, tenant text not null, recording_id text not null, move text not null, actor text not null,
  towards text, sealed bytea, at timestamptz not null,
  check (move in ('claim', 'release', 'assign', 'escalate', 'close', 'reopen')));
create index on earmark.review_moves (tenant, recording_id, at, id);
create table earmark.saved_searches (
  id text primary key, tenant text not null, actor text not null, filters jsonb not null, sealed bytea not null,
  at timestamptz not null);
create index on earmark.saved_searches (tenant, actor, at, id);
create table earmark.word_index (
  id text primary key, tenant text not null, recording_id text not null, artifact_id text not null,
  terms bigint[] not null, at timestamptz not null, unique (tenant, recording_id));
create index on earmark.word_index (tenant, artifact_id);
create index on earmark.word_index using gin (terms);
create table earmark.word_searches (
  id text primary key, tenant text not null, actor text not null, terms bigint[] not null, is_phrase boolean not null,
  sealed bytea not null, at timestamptz not null);
create index on earmark.word_searches (tenant, actor, at);
create index on earmark.audit_events (tenant, target, seq)
"""

FORGET = """
create function earmark.forget_words() returns trigger language plpgsql as $$
begin
  delete from earmark.word_index w where w.tenant = new.tenant and w.artifact_id = new.id;
  update earmark.review_moves m set sealed = null
    where m.tenant = new.tenant and m.recording_id = new.recording_id and m.sealed is not null;
  return null;
end $$
"""
"""However a redacted transcript is purged, its words and what people wrote about it go in the same transaction."""

TRIGGER = """
create trigger forget_words after update of purged_at on earmark.artifacts for each row
  when (old.purged_at is null and new.purged_at is not null and new.kind = 'transcript.redacted')
  execute function earmark.forget_words()
"""

GRANTS = {
    "review_moves": "select, insert, update (sealed)",
    "saved_searches": "select, insert, delete",
    "word_index": "select, insert, update, delete",
    "word_searches": "select, insert, delete",
}

SEES_ROW = "tenant = current_setting('app.tenant', true) or current_setting('app.scope', true) = 'system'"


def upgrade() -> None:
    """Widen the queue, and make its tables, each under a forced row policy."""
    role = context.config.attributes["app_role"]
    for statement in filter(str.strip, CHANGES.split(";")):
        op.execute(statement)
    for name, allowed in GRANTS.items():
        op.execute(f"alter table earmark.{name} enable row level security")
        op.execute(f"alter table earmark.{name} force row level security")
        op.execute(f"create policy own_tenant on earmark.{name} using ({SEES_ROW}) with check ({SEES_ROW})")
        op.execute(f"grant {allowed} on earmark.{name} to {role}")
    op.execute(FORGET)
    op.execute(TRIGGER)
