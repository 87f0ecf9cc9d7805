"""Tables of what the policies promise besides: what a tenant is told, demands of law, access,
consent to other purposes, transfers. The same rules as in `tables`.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Integer, LargeBinary, Table, Text, UniqueConstraint
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

access_grants = Table(
    "access_grants",
    metadata,
    id_column(),
    tenant_column(),
    Column("actor", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("scope_kind", Text, nullable=False),
    Column("scope_id", Text, nullable=False),
    at("starts_at"),
    at("ends_at"),
    Column("sealed", LargeBinary, nullable=False),
    Column("granted_by", Text, nullable=False),
    at("at"),
)

access_revocations = Table(
    "access_revocations",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("grant_id", Text, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
    UniqueConstraint("tenant", "grant_id"),
)

purpose_consents = Table(
    "purpose_consents",
    metadata,
    id_column(),
    tenant_column(),
    Column("purpose", Text, nullable=False),
    Column("scope_kind", Text, nullable=False),
    Column("scope_id", Text, nullable=False),
    Column("leg_role", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("evidence_kind", Text, nullable=False),
    Column("evidence_sha256", Text, nullable=False),
    Column("given_on", Date, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
)

purpose_revocations = Table(
    "purpose_revocations",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("consent_id", Text, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
    UniqueConstraint("tenant", "consent_id"),
)

transfer_notices = Table(
    "transfer_notices",
    metadata,
    id_column(),
    tenant_column(),
    Column("controller_ref", Text, nullable=False),
    Column("notified_on", Date, nullable=False),
    Column("transfer_on", Date, nullable=False),
    Column("notice_sha256", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
)
