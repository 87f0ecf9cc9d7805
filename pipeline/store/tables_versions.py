"""Tables of policy versions and law as they judged, of proved notices, and of deciding again. Rows are only added.

The same rules as in `tables`. A policy and the law are no words of a call: they stand in the clear, whole, so that a
decision can be made again from them alone.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Integer, Table, Text, UniqueConstraint

from pipeline.store.tables import at, id_column, metadata, tenant_column

policy_versions = Table(
    "policy_versions",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("policy_id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("published_on", Date, nullable=False),
    Column("notified_on", Date, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("notice_days", Integer, nullable=False),
    at("registered_at"),
    Column("registered_by", Text, nullable=False),
    UniqueConstraint("tenant", "policy_id", "version"),
)

policy_notices = Table(
    "policy_notices",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("policy_id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("recipient_ref", Text, nullable=False),
    Column("status", Integer, nullable=False),
    at("delivered_at"),
    Column("in_force_from", Date, nullable=False),
    UniqueConstraint("tenant", "policy_id", "version", "channel"),
)

law_versions = Table(
    "law_versions",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("digest", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("document_sha256", Text, nullable=False),
    at("registered_at"),
    UniqueConstraint("tenant", "digest"),
)

redecisions = Table(
    "redecisions",
    metadata,
    id_column(),
    tenant_column(),
    Column("cause", Text, nullable=False),
    Column("artifacts", BigInteger, nullable=False),
    Column("chunks", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
    UniqueConstraint("tenant", "cause"),
)

redecision_chunks = Table(
    "redecision_chunks",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("job", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("first_key", Text, nullable=False),
    Column("last_key", Text, nullable=False),
    Column("artifacts", Integer, nullable=False),
    UniqueConstraint("tenant", "job", "ordinal"),
)

redecision_receipts = Table(
    "redecision_receipts",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("job", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("decided", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    at("at"),
    UniqueConstraint("tenant", "job", "ordinal"),
)
