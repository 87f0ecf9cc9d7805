"""Runs the revisions in one transaction, as the owner of the schema."""

from __future__ import annotations

import re

from alembic import context
from sqlalchemy import create_engine, text

config = context.config
app_role: str = config.attributes["app_role"]
if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", app_role):
    raise ValueError("a database role is a-z, 0-9 and underscore")

engine = create_engine(config.attributes["owner_url"])
with engine.begin() as connection:
    connection.execute(text("select pg_advisory_xact_lock(hashtext('earmark-migrate'))"))
    connection.execute(text("create schema if not exists earmark"))
    exists = connection.execute(text("select 1 from pg_roles where rolname = :r"), {"r": app_role}).scalar()
    if not exists:
        connection.execute(text(f"create role {app_role} login nosuperuser nobypassrls nocreatedb nocreaterole"))
    context.configure(connection=connection, version_table_schema="earmark")
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
