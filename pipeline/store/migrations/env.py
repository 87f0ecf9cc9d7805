"""Runs the revisions in one transaction, as the owner of the schema."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, text

from pipeline.store.migrations.roles import engine_role_of, make_role, system_role_of

config = context.config
app_role: str = config.attributes["app_role"]
config.attributes["system_role"] = system_role_of(app_role)

engine = create_engine(config.attributes["owner_url"])
with engine.begin() as connection:
    connection.execute(text("select pg_advisory_xact_lock(hashtext('earmark-migrate'))"))
    connection.execute(text("create schema if not exists earmark"))
    for role in (app_role, system_role_of(app_role), engine_role_of(app_role)):
        make_role(connection, role)
    context.configure(connection=connection, version_table_schema="earmark")
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
