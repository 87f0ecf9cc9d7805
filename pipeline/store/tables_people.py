"""Tables of the people who work in the console. Passwords stand only as slow digests, sessions only as digests."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Identity, LargeBinary, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline.store.tables import at, id_column, metadata, tenant_column

users = Table(
    "users",
    metadata,
    id_column(),
    tenant_column(),
    Column("login", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("locale", Text, nullable=False),
    Column("password_hash", Text),
    Column("must_change_password", Boolean, nullable=False),
    Column("oidc_ref", Text),
    Column("created_by", Text, nullable=False),
    at("created_at"),
    Column("disabled_at", DateTime(timezone=True)),
    UniqueConstraint("tenant", "login"),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    id_column(),
    tenant_column(),
    Column("user_id", Text, nullable=False),
    Column("method", Text, nullable=False),
    at("created_at"),
    at("seen_at"),
    Column("ended_at", DateTime(timezone=True)),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    tenant_column(),
    Column("ref", Text, nullable=False),
    at("at"),
)

oidc_providers = Table(
    "oidc_providers",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    at("changed_at"),
)
