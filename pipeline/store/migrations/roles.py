"""The roles that one database is reached by, each with no more than it needs. None is a member of another."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import Connection, text

_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,54}")
"""Short enough for what the others add to it."""


def system_role_of(app_role: str) -> str:
    """Name the role that reads across tenants."""
    return f"{app_role}_system"


def engine_role_of(app_role: str) -> str:
    """Name the role that the durable engine works by."""
    return f"{app_role}_engine"


def make_role(connection: Connection, role: str) -> None:
    """Make a role that may sign in and nothing else, unless it is there; its password is given by somebody else.

    Raises:
        ValueError: no name that needs no quoting.
    """
    if not _NAME.fullmatch(role):
        raise ValueError("a database role is a-z, 0-9 and underscore")
    if not connection.execute(text("select 1 from pg_roles where rolname = :r"), {"r": role}).scalar():
        connection.execute(text(f"create role {role} login nosuperuser nobypassrls nocreatedb nocreaterole"))
