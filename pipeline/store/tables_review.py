"""Tables of what reviewers decide: changes, the versions rendered of them, outcomes, reveals. Rules as in `tables`."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from pipeline.store.tables import at, id_column, metadata, tenant_column

redaction_changes = Table(
    "redaction_changes",
    metadata,
    id_column(),
    tenant_column(),
    Column("recording_id", Text, nullable=False),
    Column("batch_id", Text),
    Column("kind", Text, nullable=False),
    Column("entity_type", Text, nullable=False),
    Column("channel", Integer, nullable=False),
    Column("start_ms", Integer, nullable=False),
    Column("end_ms", Integer, nullable=False),
    Column("code", Text),
    Column("sealed", LargeBinary),
    Column("base_version", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
    at("due_at"),
    Column("state", Text, nullable=False),
    Column("second_actor", Text),
    at("second_at", nullable=True),
    Column("version", Integer),
    Column("failure", Text),
)

change_batches = Table(
    "change_batches",
    metadata,
    id_column(),
    tenant_column(),
    Column("kind", Text, nullable=False),
    Column("filter", JSONB, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
    at("undone_at", nullable=True),
)

redaction_versions = Table(
    "redaction_versions",
    metadata,
    id_column(),
    tenant_column(),
    Column("recording_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("manifest_id", Text, nullable=False),
    Column("audio_id", Text, nullable=False),
    Column("text_id", Text, nullable=False),
    Column("changes", Integer, nullable=False),
    at("made_at"),
    UniqueConstraint("tenant", "recording_id", "number"),
)

review_outcomes = Table(
    "review_outcomes",
    metadata,
    id_column(),
    tenant_column(),
    Column("recording_id", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("code", Text),
    Column("sealed", LargeBinary),
    Column("version", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
)

reveals = Table(
    "reveals",
    metadata,
    id_column(),
    tenant_column(),
    Column("recording_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("entity_type", Text, nullable=False),
    Column("channel", Integer, nullable=False),
    Column("start_ms", Integer, nullable=False),
    Column("end_ms", Integer, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("asked_by", Text, nullable=False),
    at("asked_at"),
    Column("answered_by", Text),
    at("answered_at", nullable=True),
    at("ends_at", nullable=True),
)
