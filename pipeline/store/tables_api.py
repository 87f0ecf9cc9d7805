"""Tables of what programs ask by the API: how often each key did, and what its named writes were answered with.

The same rules as in `tables`.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, Table, Text, UniqueConstraint

from pipeline.store.tables import at, id_column, metadata, tenant_column

api_allowances = Table(
    "api_allowances",
    metadata,
    id_column(),
    tenant_column(),
    Column("key_id", Text, nullable=False),
    at("full_at"),
    UniqueConstraint("tenant", "key_id"),
)

api_answers = Table(
    "api_answers",
    metadata,
    id_column(),
    tenant_column(),
    Column("key_id", Text, nullable=False),
    Column("name_sha256", Text, nullable=False),
    Column("request_sha256", Text, nullable=False),
    Column("status", Integer),
    Column("sealed", LargeBinary),
    at("at"),
    UniqueConstraint("tenant", "key_id", "name_sha256"),
)
