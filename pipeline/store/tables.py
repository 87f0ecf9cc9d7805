"""The tables, as queries see them. The migrations make them; a test holds the two together.

Every table has a tenant and a row policy. Columns hold ids, digests, enum values, counts and times; what a
person said, is called or can be reached at stands only in `sealed` columns (encrypted under the tenant's key)
and in sealed artifacts.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    DateTime,
    Double,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(schema="earmark")


def id_column() -> Column[str]:
    return Column("id", Text, primary_key=True)


def tenant_column() -> Column[str]:
    return Column("tenant", Text, nullable=False)


def at(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


tenants = Table(
    "tenants",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("policy_id", Text, nullable=False),
    Column("twilio_account_sid", Text, unique=True),
    Column("settings", JSONB, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("api_key_sha256", Text),
    Column("status", Text, nullable=False),
    at("created_at"),
    Column("version", BigInteger, nullable=False),
)

calls = Table(
    "calls",
    metadata,
    id_column(),
    tenant_column(),
    Column("call_sid", Text, nullable=False),
    Column("direction", Text, nullable=False),
    at("started_at"),
    Column("mode", Text, nullable=False),
    Column("tokens", ARRAY(Text), nullable=False),
    Column("locale", Text, nullable=False),
    Column("training_gate", Boolean, nullable=False),
    Column("policy_digest", Text, nullable=False),
    Column("matrix_version", Text, nullable=False),
    Column("instance", Text),
    Column("flags", ARRAY(Text), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    at("ended_at", nullable=True),
    Column("round", Integer, nullable=False),
    Column("conference_sid", Text),
    UniqueConstraint("tenant", "call_sid"),
)

legs = Table(
    "legs",
    metadata,
    id_column(),
    tenant_column(),
    Column("call_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("leg_sid", Text),
    Column("number_ref", Text),
    Column("candidates", ARRAY(Text), nullable=False),
    Column("ordinal", Integer, nullable=False),
    at("joined_at", nullable=True),
    at("left_at", nullable=True),
    UniqueConstraint("tenant", "call_id", "role", "ordinal"),
)

consent_events = Table(
    "consent_events",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("call_id", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("leg_role", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("method", Text, nullable=False),
    at("at"),
    Column("script_id", Text),
    Column("script_locale", Text),
    Column("script_sha256", Text),
    Column("attempts", Integer, nullable=False),
    Column("digit", Text),
    Column("confidence", Double),
    Column("phrase", Text),
    Column("ordinal", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    UniqueConstraint("tenant", "call_id", "cause", "leg_role", "ordinal", "purpose"),
)

recordings = Table(
    "recordings",
    metadata,
    id_column(),
    tenant_column(),
    Column("call_id", Text),
    Column("recording_sid", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("channels", Integer, nullable=False),
    at("started_at", nullable=True),
    Column("duration_s", Integer),
    Column("reason", Text),
    Column("encryption", JSONB),
    Column("facts", JSONB, nullable=False),
    at("created_at"),
    at("vendor_deleted_at", nullable=True),
    Column("error_code", Integer, nullable=False),
    at("vendor_metadata_gone_at", nullable=True),
    UniqueConstraint("tenant", "recording_sid"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("provider", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("body", JSONB, nullable=False),
    at("received_at"),
    UniqueConstraint("tenant", "provider", "event_id"),
)

artifacts = Table(
    "artifacts",
    metadata,
    id_column(),
    tenant_column(),
    Column("recording_id", Text),
    Column("call_id", Text),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("object_key", Text, nullable=False),
    Column("sealed_sha256", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("parents", ARRAY(Text), nullable=False),
    at("created_at"),
    at("purged_at", nullable=True),
    Column("decision_digest", Text),
    Column("policy_digest", Text),
    Column("retain_until", Date),
    Column("review_on", Date),
    Column("disposition", Text, nullable=False),
    Column("training_eligible", Boolean, nullable=False),
    UniqueConstraint("tenant", "object_key"),
)

decisions = Table(
    "decisions",
    metadata,
    id_column(),
    tenant_column(),
    Column("artifact_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("policy_id", Text, nullable=False),
    Column("policy_digest", Text, nullable=False),
    Column("record", JSONB, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("retain_until", Date),
    Column("training_eligible", Boolean, nullable=False),
    at("decided_at"),
    UniqueConstraint("tenant", "artifact_id", "digest"),
)

endings = Table(
    "endings",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("scope_kind", Text, nullable=False),
    Column("scope_id", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
    UniqueConstraint("tenant", "scope_kind", "scope_id", "cause", "source"),
)

review_items = Table(
    "review_items",
    metadata,
    id_column(),
    tenant_column(),
    Column("recording_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("risk", Integer, nullable=False),
    Column("reasons", ARRAY(Text), nullable=False),
    at("opened_at"),
    Column("points", JSONB, nullable=False),
    Column("marks", ARRAY(Text), nullable=False),
    Column("entity_types", ARRAY(Text), nullable=False),
    Column("entities", Integer, nullable=False),
    Column("consent", Text),
    Column("policy_digest", Text),
    Column("assignee", Text),
    Column("escalated_to", Text),
    Column("version", BigInteger, nullable=False),
    Column("calm", Integer, Computed("100 - risk")),
    Column("is_waiting", Boolean, Computed("state in ('open', 'claimed', 'escalated')")),
    UniqueConstraint("tenant", "recording_id"),
)

holds = Table(
    "holds",
    metadata,
    id_column(),
    tenant_column(),
    Column("matter", Text, nullable=False),
    Column("scope_kind", Text, nullable=False),
    Column("scope_id", Text, nullable=False),
    Column("placed_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    at("placed_at"),
    Column("released_by", Text),
    at("released_at", nullable=True),
    Column("query", JSONB),
    Column("release_requested_by", Text),
    at("release_requested_at", nullable=True),
    Column("release_reason", Text),
    Column("is_settled", Boolean, nullable=False),
)

tombstones = Table(
    "tombstones",
    metadata,
    id_column(),
    tenant_column(),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("why", Text, nullable=False),
    at("at"),
    UniqueConstraint("tenant", "subject_kind", "subject_id"),
)

audit_events = Table(
    "audit_events",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("tag", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("target", Text, nullable=False),
    at("at"),
    Column("facts", JSONB, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
