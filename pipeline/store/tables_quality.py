"""Tables of quality reviews: the rates, what was drawn, and who read it. The same rules as in `tables`.

What a reader marked stands sealed; beside it are counts, by which leak rate and agreement are told.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from pipeline.store.tables import at, id_column, metadata, tenant_column

quality_rates = Table(
    "quality_rates",
    metadata,
    Column("seq", BigInteger, primary_key=True),
    Column("id", Text, nullable=False),
    tenant_column(),
    Column("rate", Integer, nullable=False),
    Column("second_rate", Integer, nullable=False),
    Column("keeps_cases", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
)

quality_samples = Table(
    "quality_samples",
    metadata,
    id_column(),
    tenant_column(),
    Column("recording_id", Text, nullable=False),
    Column("manifest_id", Text, nullable=False),
    Column("transcript_id", Text, nullable=False),
    Column("audio_id", Text, nullable=False),
    Column("rate", Integer, nullable=False),
    Column("has_second", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("counts", JSONB),
    Column("compared", JSONB),
    Column("sealed", LargeBinary),
    Column("settled_by", Text),
    Column("settled_why", LargeBinary),
    Column("case_id", Text),
    at("drawn_at"),
    at("finished_at", nullable=True),
    UniqueConstraint("tenant", "recording_id"),
)

quality_readings = Table(
    "quality_readings",
    metadata,
    id_column(),
    tenant_column(),
    Column("sample_id", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("reader", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("sealed", LargeBinary),
    at("taken_at"),
    at("finished_at", nullable=True),
    UniqueConstraint("tenant", "sample_id", "reader"),
)
