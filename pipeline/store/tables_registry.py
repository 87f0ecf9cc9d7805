"""Tables of who may receive a tenant's data, and of signs that a child is on a call. The same rules as in `tables`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Integer, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline.store.tables import at, metadata, tenant_column

processor_evidence = Table(
    "processor_evidence",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("processor", Text, nullable=False),
    Column("contract", Text, nullable=False),
    Column("training_off_by", Text, nullable=False),
    Column("regions", ARRAY(Text), nullable=False),
    Column("keeps_days", Integer),
    Column("evidence_on", Date, nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
)

child_signals = Table(
    "child_signals",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("scope_kind", Text, nullable=False),
    Column("scope_id", Text, nullable=False),
    Column("sign", Text, nullable=False),
    Column("age", Integer),
    Column("noted_on", Date, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
)
