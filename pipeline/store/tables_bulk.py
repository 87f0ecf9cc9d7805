"""Tables of work on many recordings beside live calls. As in `tables`; where a file lay and what proves it is sealed.

The key of an item is a recording's id, the vendor's id of one, or a keyed digest of a file's place.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from pipeline.store.tables import at, id_column, metadata, tenant_column

bulk_jobs = Table(
    "bulk_jobs",
    metadata,
    id_column(),
    tenant_column(),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("options", JSONB, nullable=False),
    Column("sealed", LargeBinary),
    Column("items", BigInteger, nullable=False),
    Column("round", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
    at("finished_at", nullable=True),
)

bulk_items = Table(
    "bulk_items",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("job", Text, nullable=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("key", Text, nullable=False),
    Column("sealed", LargeBinary),
    Column("recording_id", Text),
    Column("outcome", Text),
    at("done_at", nullable=True),
    UniqueConstraint("tenant", "job", "key"),
)

bulk_evidence = Table(
    "bulk_evidence",
    metadata,
    id_column(),
    tenant_column(),
    Column("job", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("recording_id", Text),
    UniqueConstraint("tenant", "job", "key"),
)
