"""Tables of what is purged, why and with what proof; of keeping that was justified; of accounts that were closed.

The same rules as in `tables`. What a person wrote as a reason stands in `sealed` columns; a certificate's statement
holds ids, digests, versions and days alone, so it stands in the clear and outlives the tenant's key.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Integer, LargeBinary, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from pipeline.store.tables import at, id_column, metadata, tenant_column

purges = Table(
    "purges",
    metadata,
    id_column(),
    tenant_column(),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("clause", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False),
    at("asked_at"),
    at("finished_at", nullable=True),
)

purge_items = Table(
    "purge_items",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("purge_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("detail", Text),
    Column("object_key", Text),
    Column("sealed_sha256", Text),
    Column("versions", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("until", Date),
    at("at"),
    UniqueConstraint("tenant", "purge_id", "kind", "target"),
)

certificates = Table(
    "certificates",
    metadata,
    id_column(),
    tenant_column(),
    Column("purge_id", Text, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("kid", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("statement", Text, nullable=False),
    at("signed_at"),
    UniqueConstraint("tenant", "purge_id", "edition", "part"),
)

ledger_lines = Table(
    "ledger_lines",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("object_key", Text, nullable=False),
    at("at"),
    UniqueConstraint("tenant", "object_key"),
)

justifications = Table(
    "justifications",
    metadata,
    id_column(),
    tenant_column(),
    Column("kind", Text, nullable=False),
    Column("moved", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
)

retention_runs = Table(
    "retention_runs",
    metadata,
    id_column(),
    tenant_column(),
    Column("run_on", Date, nullable=False),
    Column("counts", JSONB, nullable=False),
    at("at"),
)

endings_applied = Table(
    "endings_applied",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("ending_id", BigInteger, nullable=False),
    at("at"),
    UniqueConstraint("tenant", "ending_id"),
)

closures = Table(
    "closures",
    metadata,
    id_column(),
    tenant_column(),
    Column("closed_on", Date, nullable=False),
    Column("actor", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("signer_kid", Text),
    Column("signer_sealed", LargeBinary),
    at("vendor_gone_at", nullable=True),
    at("purged_at", nullable=True),
    at("key_destroyed_at", nullable=True),
    at("proved_at", nullable=True),
    at("at"),
    UniqueConstraint("tenant"),
)

closure_exceptions = Table(
    "closure_exceptions",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("artifact_id", Text, nullable=False),
    Column("kept_key", Text, nullable=False),
    Column("key_name", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("statute", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("expires_on", Date),
    Column("fields", Text, nullable=False),
    Column("sealed_sha256", Text, nullable=False),
    at("at"),
    UniqueConstraint("tenant", "artifact_id"),
)
