"""What is in force for each artifact stands on its row, under an index by day; what has ended a recording is kept."""

from __future__ import annotations

from alembic import context, op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CHANGES = """
alter table earmark.artifacts add column decision_digest text, add column policy_digest text,
  add column retain_until date, add column review_on date, add column disposition text not null default 'undecided',
  add column training_eligible boolean not null default false;
update earmark.artifacts a set decision_digest = d.digest, policy_digest = d.policy_digest,
  retain_until = d.retain_until, review_on = cast(d.record->'retention'->>'review_on' as date),
  disposition = d.record->'retention'->>'disposition', training_eligible = d.training_eligible
  from (select distinct on (tenant, artifact_id) * from earmark.decisions
        order by tenant, artifact_id, decided_at desc) d
  where d.tenant = a.tenant and d.artifact_id = a.id;
create index artifacts_due on earmark.artifacts (tenant, retain_until)
  where purged_at is null and retain_until is not null and disposition <> 'held';
create index artifacts_review on earmark.artifacts (tenant, review_on)
  where purged_at is null and review_on is not null;
create index artifacts_call on earmark.artifacts (tenant, call_id);
create table earmark.endings (
  id bigint generated always as identity primary key, tenant text not null, scope_kind text not null,
  scope_id text not null, cause text not null, source text not null, ends_on date not null, actor text not null,
  at timestamptz not null, unique (tenant, scope_kind, scope_id, cause, source));
"""

SEES_ROW = "tenant = current_setting('app.tenant', true) or current_setting('app.scope', true) = 'system'"


def upgrade() -> None:
    """Change the tables; what has ended something is only ever added to."""
    role = context.config.attributes["app_role"]
    for statement in filter(str.strip, CHANGES.split(";")):
        op.execute(statement)
    op.execute("alter table earmark.endings enable row level security")
    op.execute("alter table earmark.endings force row level security")
    op.execute(f"create policy own_tenant on earmark.endings using ({SEES_ROW}) with check ({SEES_ROW})")
    op.execute(f"grant select, insert on earmark.endings to {role}")
