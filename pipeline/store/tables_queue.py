"""Tables of the review queue beside `review_items`: moves, saved searches, and the keyed index of words."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from pipeline.store.tables import at, id_column, metadata, tenant_column

review_moves = Table(
    "review_moves",
    metadata,
    id_column(),
    tenant_column(),
    Column("recording_id", Text, nullable=False),
    Column("move", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("towards", Text),
    Column("sealed", LargeBinary),
    at("at"),
)

saved_searches = Table(
    "saved_searches",
    metadata,
    id_column(),
    tenant_column(),
    Column("actor", Text, nullable=False),
    Column("filters", JSONB, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    at("at"),
)

word_index = Table(
    "word_index",
    metadata,
    id_column(),
    tenant_column(),
    Column("recording_id", Text, nullable=False),
    Column("artifact_id", Text, nullable=False),
    Column("terms", ARRAY(BigInteger), nullable=False),
    at("at"),
    UniqueConstraint("tenant", "recording_id"),
)

word_searches = Table(
    "word_searches",
    metadata,
    id_column(),
    tenant_column(),
    Column("actor", Text, nullable=False),
    Column("terms", ARRAY(BigInteger), nullable=False),
    Column("is_phrase", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    at("at"),
)
