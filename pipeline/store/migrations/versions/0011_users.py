"""People who work in the console: users, their open sessions, and how often somebody tried to sign in."""

from __future__ import annotations

from alembic import context, op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CHANGES = """
create table earmark.users (
  id text primary key, tenant text not null, login text not null, roles text[] not null, locale text not null,
  password_hash text, must_change_password boolean not null, oidc_ref text, created_by text not null,
  created_at timestamptz not null, disabled_at timestamptz, unique (tenant, login));
create unique index on earmark.users (tenant, oidc_ref) where oidc_ref is not null;
create table earmark.web_sessions (
  id text primary key, tenant text not null, user_id text not null, method text not null,
  created_at timestamptz not null, seen_at timestamptz not null, ended_at timestamptz);
create index on earmark.web_sessions (tenant, user_id) where ended_at is null;
create table earmark.sign_in_attempts (
  id bigint generated always as identity primary key, tenant text not null, ref text not null,
  at timestamptz not null);
create index on earmark.sign_in_attempts (tenant, ref, at);
create table earmark.oidc_providers (
  tenant text primary key, issuer text not null, client_id text not null, sealed bytea not null,
  changed_at timestamptz not null);
"""

GRANTS = {
    "users": "select, insert, update (roles, locale, password_hash, must_change_password, oidc_ref, disabled_at)",
    "web_sessions": "select, insert, update (seen_at, ended_at), delete",
    "sign_in_attempts": "select, insert, delete",
    "oidc_providers": "select, insert, update, delete",
}
"""What the app may do. A user is never removed, for the log names it; sessions and attempts are, when they are old."""

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
