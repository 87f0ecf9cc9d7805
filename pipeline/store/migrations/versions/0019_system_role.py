"""A role of its own for the few acts across tenants: it may read the columns they ask for, and change nothing.

The app's policies still let it ask for every tenant, as the release before this one does; the contraction that follows
takes that away.
"""

from __future__ import annotations

from alembic import context, op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

READS = {
    "tenants": "tenant, status, sealed, api_key_sha256",
    "policy_versions": "tenant, policy_id",
    "redecisions": "tenant, id, chunks, cause",
    "redecision_receipts": "job",
    "api_keys": "id, tenant, scopes, secret_sha256, expires_at, revoked_at, last_used_at",
    "settings_history": "tenant, id, changes",
    "webhook_endpoints": "tenant, seen_seq, removed_at",
    "audit_events": "tenant, seq, tag, at",
    "audit_checkpoints": "tenant, seq",
    "artifacts": "retain_until, disposition, purged_at",
    "notices_to_tenant": "state",
    "reconciliations": "tenant, at",
    "subject_requests": "state, half_on, late_on, due_on",
}
"""What `pipeline.store.system_session` and `standing` read, and `find_any_tenant`."""


def upgrade() -> None:
    """Let the system's role read every row of a few tables, a few columns of each."""
    role = context.config.attributes["system_role"]
    op.execute(f"grant usage on schema earmark to {role}")
    for table, columns in READS.items():
        op.execute(f"create policy system_reads on earmark.{table} for select to {role} using (true)")
        op.execute(f"grant select ({columns}) on earmark.{table} to {role}")
