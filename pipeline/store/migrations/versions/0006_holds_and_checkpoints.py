"""Holds of a matter on parties and queries, released by two people; signed checkpoints of the audit log."""

from __future__ import annotations

from alembic import context, op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CHANGES = """
select set_config('app.scope', 'system', true);
create table earmark.matters (
  tenant text not null, id text not null, sealed bytea, owners text[] not null, opened_by text not null,
  opened_at timestamptz not null, closed_by text, closed_at timestamptz, primary key (tenant, id));
insert into earmark.matters (tenant, id, owners, opened_by, opened_at)
  select tenant, matter, array_agg(distinct placed_by), min(placed_by), min(placed_at)
  from earmark.holds group by tenant, matter;
alter table earmark.holds add column query jsonb, add column release_requested_by text,
  add column release_requested_at timestamptz, add column release_reason text,
  add column is_settled boolean not null default false;
alter table earmark.holds add constraint holds_two_people check (
  released_by is null or (release_requested_by is not null and released_by <> release_requested_by)) not valid;
create index holds_unsettled on earmark.holds (tenant) where not is_settled;
create index legs_party on earmark.legs (tenant, number_ref) where number_ref is not null;
create index artifacts_by_id on earmark.artifacts (tenant, id) where purged_at is null;
create index artifacts_gathered on earmark.artifacts (tenant, id)
  where purged_at is null and kind in ('export', 'dataset.manifest');
create table earmark.audit_checkpoints (
  tenant text not null, seq bigint not null, hash text not null, sha256 text not null, previous_sha256 text,
  kid text not null, object_key text not null, at timestamptz not null, primary key (tenant, seq));
"""

NAMES = ("matters", "audit_checkpoints")
ONLY_ADDED_TO = ("audit_checkpoints",)
"""The app may add to these and read them; it has no grant to change or remove a row."""

SEES_ROW = "tenant = current_setting('app.tenant', true) or current_setting('app.scope', true) = 'system'"


def upgrade() -> None:
    """Change and make the tables; whoever asked for a release can never be the one who approved it."""
    role = context.config.attributes["app_role"]
    for statement in filter(str.strip, CHANGES.split(";")):
        op.execute(statement)
    for name in NAMES:
        op.execute(f"alter table earmark.{name} enable row level security")
        op.execute(f"alter table earmark.{name} force row level security")
        op.execute(f"create policy own_tenant on earmark.{name} using ({SEES_ROW}) with check ({SEES_ROW})")
        verbs = "select, insert" if name in ONLY_ADDED_TO else "select, insert, update"
        op.execute(f"grant {verbs} on earmark.{name} to {role}")
