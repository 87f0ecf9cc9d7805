"""Why people did what they did in the console, sealed; and the indexes by which figures over a period are counted."""

from __future__ import annotations

from alembic import context, op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

CHANGES = """
create table earmark.reasons (
  id text primary key, tenant text not null, subject text not null, act text not null, sealed bytea not null,
  actor text not null, at timestamptz not null);
create index on earmark.reasons (tenant, subject, at);
create index calls_started on earmark.calls (tenant, started_at);
create index recordings_noted on earmark.recordings (tenant, created_at, id);
create index recordings_noted_in_state on earmark.recordings (tenant, state, created_at, id);
create index artifacts_purged on earmark.artifacts (tenant, purged_at) where purged_at is not null;
create index artifacts_ending on earmark.artifacts (tenant, retain_until) where retain_until is not null;
create index purges_asked on earmark.purges (tenant, asked_at, id);
create index review_items_waiting on earmark.review_items (tenant, opened_at) where state = 'open';
"""

SEES_ROW = "tenant = current_setting('app.tenant', true) or current_setting('app.scope', true) = 'system'"


def upgrade() -> None:
    """Make the table under a forced row policy; a reason is added, and never changed."""
    role = context.config.attributes["app_role"]
    for statement in filter(str.strip, CHANGES.split(";")):
        op.execute(statement)
    op.execute("alter table earmark.reasons enable row level security")
    op.execute("alter table earmark.reasons force row level security")
    op.execute(f"create policy own_tenant on earmark.reasons using ({SEES_ROW}) with check ({SEES_ROW})")
    op.execute(f"grant select, insert on earmark.reasons to {role}")
