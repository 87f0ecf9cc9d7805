"""The table of why people did what they did in the console. As in `tables`; what they typed is sealed."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table, Text

from pipeline.store.tables import at, id_column, metadata, tenant_column

reasons = Table(
    "reasons",
    metadata,
    id_column(),
    tenant_column(),
    Column("subject", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
)
