"""The app's policies name one tenant and nothing else: no setting shows its role the rows of all.

A contraction: the release before 0019 cannot look across tenants afterwards, and none of its API keys opens anything.
"""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import text

revision = "0019c"
down_revision = "0019"
branch_labels = None
depends_on = None

CONTRACTS = True
"""It takes away what the release before needs: see `pipeline.store.migrations`."""

SEES_ROW = "tenant = current_setting('app.tenant', true)"
NAMED = "select tablename from pg_policies where schemaname = 'earmark' and policyname = 'own_tenant' order by 1"


def upgrade() -> None:
    """Bind each policy to the app's role and to the tenant; whoever holds a table for long makes it give up, whole."""
    role = context.config.attributes["app_role"]
    op.execute("set local lock_timeout = '10s'")
    for table in op.get_bind().execute(text(NAMED)).scalars().all():
        op.execute(f"alter policy own_tenant on earmark.{table} to {role} using ({SEES_ROW}) with check ({SEES_ROW})")
