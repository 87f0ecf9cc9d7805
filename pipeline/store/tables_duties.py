"""Tables of what the policies promise besides: what a tenant is told, demands of law. The same rules as in `tables`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from pipeline.store.tables import at, id_column, metadata, tenant_column

notices_to_tenant = Table(
    "notices_to_tenant",
    metadata,
    id_column(),
    tenant_column(),
    Column("kind", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("state", Text, nullable=False),
    at("noted_at"),
    at("sent_at", nullable=True),
)

legal_requests = Table(
    "legal_requests",
    metadata,
    id_column(),
    tenant_column(),
    Column("kind", Text, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("scope", JSONB, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("opened_by", Text, nullable=False),
    at("opened_at"),
)

legal_acts = Table(
    "legal_acts",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("request_id", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("detail", JSONB, nullable=False),
    Column("sealed", LargeBinary),
    Column("actor", Text, nullable=False),
    at("at"),
)
