"""What people ask for about their own data, and the keyed index by which a person is found over all calls."""

from __future__ import annotations

from alembic import context, op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = """
create table earmark.subject_requests (
  id text primary key, tenant text not null, kind text not null, state text not null, channel text not null,
  received_on date not null, due_on date not null, half_on date not null, late_on date not null,
  clock_document text not null, clock_section text not null, clock_key text not null, place text,
  identity text not null, terms text[] not null, verified_terms text[] not null, sealed bytea not null,
  token_sha256 text not null, result jsonb not null, export_id text, changed_at timestamptz not null,
  unique (tenant, token_sha256));
create index subject_requests_due on earmark.subject_requests (tenant, due_on)
  where state in ('open', 'identity_asked', 'verified', 'working');
create index subject_requests_objections on earmark.subject_requests (tenant)
  where kind = 'objection' and state <> 'refused';
create table earmark.subject_request_events (
  id bigint generated always as identity primary key, tenant text not null, request_id text not null,
  act text not null, state text not null, actor text not null, at timestamptz not null, facts jsonb not null,
  sealed bytea);
create index on earmark.subject_request_events (tenant, request_id, id);
create table earmark.subject_codes (
  id text primary key, tenant text not null, request_id text not null, code_digest text not null,
  term text not null, expires_at timestamptz not null, tries integer not null, used_at timestamptz);
create index on earmark.subject_codes (tenant, request_id);
create table earmark.subject_tries (
  id bigint generated always as identity primary key, tenant text not null, bucket text not null,
  began_at timestamptz not null, tries integer not null, unique (tenant, bucket, began_at));
create table earmark.blind_terms (
  id bigint generated always as identity primary key, tenant text not null, term text not null, kind text not null,
  whose text not null, source_id text not null, recording_id text, call_id text, artifact_id text,
  unique (tenant, term, source_id, whose));
create index on earmark.blind_terms (tenant, recording_id);
create index on earmark.blind_terms (tenant, call_id);
"""

FORGET = """
create function earmark.forget_blind_terms() returns trigger language plpgsql as $$
begin
  delete from earmark.blind_terms b where b.tenant = new.tenant and b.recording_id = new.recording_id
    and not exists (
      select 1 from earmark.artifacts a where a.tenant = new.tenant and a.recording_id = new.recording_id
        and a.purged_at is null and (a.kind like 'recording.%' or a.kind like 'transcript.%'
          or a.kind in ('summary', 'embedding')));
  return null;
end $$
"""
"""However a copy is purged, what it was found by goes with the last copy of what was said."""

TRIGGER = """
create trigger forget_blind_terms after update of purged_at on earmark.artifacts for each row
  when (old.purged_at is null and new.purged_at is not null and new.recording_id is not null)
  execute function earmark.forget_blind_terms()
"""

VERBS = {
    "subject_requests": "select, insert, update",
    "subject_request_events": "select, insert",
    "subject_codes": "select, insert, update, delete",
    "subject_tries": "select, insert, update, delete",
    "blind_terms": "select, insert, delete",
}

SEES_ROW = "tenant = current_setting('app.tenant', true) or current_setting('app.scope', true) = 'system'"


def upgrade() -> None:
    """Make the tables; events are only ever added, and terms go with what they were made from."""
    role = context.config.attributes["app_role"]
    for statement in filter(str.strip, TABLES.split(";")):
        op.execute(statement)
    for name, verbs in VERBS.items():
        op.execute(f"alter table earmark.{name} enable row level security")
        op.execute(f"alter table earmark.{name} force row level security")
        op.execute(f"create policy own_tenant on earmark.{name} using ({SEES_ROW}) with check ({SEES_ROW})")
        op.execute(f"grant {verbs} on earmark.{name} to {role}")
    op.execute(FORGET)
    op.execute(TRIGGER)
