"""Tables of how a tenant is set up: drafts and their history, its servers that are told of things, its keys.

The same rules as in `tables`.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from pipeline.store.tables import at, id_column, metadata, tenant_column

settings_drafts = Table(
    "settings_drafts",
    metadata,
    id_column(),
    tenant_column(),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("based_on", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("editors", ARRAY(Text), nullable=False),
    at("created_at"),
    at("changed_at"),
    Column("decided_by", Text),
    at("decided_at", nullable=True),
    Column("sealed_reason", LargeBinary),
)

settings_history = Table(
    "settings_history",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("draft_id", Text),
    Column("version", BigInteger, nullable=False),
    Column("changes", JSONB, nullable=False),
    Column("drafted_by", Text, nullable=False),
    Column("activated_by", Text, nullable=False),
    at("at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    id_column(),
    tenant_column(),
    Column("label", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("secret_sha256", Text, nullable=False),
    Column("replaces", Text),
    Column("created_by", Text, nullable=False),
    at("created_at"),
    at("expires_at"),
    at("last_used_at", nullable=True),
    at("revoked_at", nullable=True),
)

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    id_column(),
    tenant_column(),
    Column("sealed", LargeBinary, nullable=False),
    Column("events", ARRAY(Text), nullable=False),
    Column("seen_seq", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    at("created_at"),
    at("removed_at", nullable=True),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    id_column(),
    tenant_column(),
    Column("endpoint_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("seq", BigInteger),
    Column("payload", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    at("created_at"),
    at("next_at", nullable=True),
    UniqueConstraint("tenant", "endpoint_id", "seq"),
)

webhook_attempts = Table(
    "webhook_attempts",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("delivery_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("status", Integer),
    Column("error", Text),
    Column("took_ms", Integer, nullable=False),
    at("at"),
    UniqueConstraint("tenant", "delivery_id", "number"),
)
