"""Tables of what a tenant set up for its telephone lines, and of what was done to recorders and at the vendor.

The same rules as in `tables`: a tenant and a row policy on each, and nothing readable of a call. An announcement's
wording is the tenant's own publication and stands in the clear.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from pipeline.store import tables_subjects as tables_subjects
from pipeline.store.tables import at, id_column, metadata, tenant_column

numbers = Table(
    "numbers",
    metadata,
    id_column(),
    tenant_column(),
    Column("number_ref", Text, nullable=False),
    Column("number_sid", Text),
    Column("sealed", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("attestation_id", Text),
    at("listed_at"),
    at("armed_at", nullable=True),
    at("read_back_at", nullable=True),
    UniqueConstraint("tenant", "number_ref"),
)

attestations = Table(
    "attestations",
    metadata,
    id_column(),
    tenant_column(),
    Column("wording_id", Text, nullable=False),
    Column("wording_sha256", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("kid", Text, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
)

wordings = Table(
    "wordings",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("script_id", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("wording", Text),
    Column("sha256", Text),
    Column("actor", Text, nullable=False),
    at("at"),
    UniqueConstraint("tenant", "script_id", "locale", "version"),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    id_column(),
    tenant_column(),
    Column("public_key", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    at("created_at"),
    at("retired_at", nullable=True),
)

recorder_events = Table(
    "recorder_events",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("call_id", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("act", Text, nullable=False),
    at("at"),
    Column("is_done", Boolean, nullable=False),
    Column("recording_sid", Text),
    Column("actor", Text, nullable=False),
    UniqueConstraint("tenant", "call_id", "cause"),
)

reconciliations = Table(
    "reconciliations",
    metadata,
    id_column(),
    tenant_column(),
    at("since"),
    at("at"),
    Column("counts", JSONB, nullable=False),
)

ALL_TABLES: Final = tuple(metadata.tables.values())
"""Every table of the app, the ones of `tables` too."""
