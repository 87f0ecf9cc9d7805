"""Tables of what the policies promise besides: what a tenant is told. The same rules as in `tables`."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

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
