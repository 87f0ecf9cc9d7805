"""Tables of lineage: which artifacts went into which dataset, what was recalled, which feature training serves.

The same rules as in `tables`. Rows of all of them are only ever added.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table, Text, UniqueConstraint

from pipeline.store.tables import at, id_column, metadata, tenant_column

datasets = Table(
    "datasets",
    metadata,
    id_column(),
    tenant_column(),
    Column("scope", Text, nullable=False),
    Column("scope_id", Text),
    Column("rows", Integer, nullable=False),
    Column("recordings", Integer, nullable=False),
    Column("index_sha256", Text, nullable=False),
    Column("manifest_sha256", Text, nullable=False),
    Column("manifest_id", Text, nullable=False),
    Column("previous_id", Text),
    Column("actor", Text, nullable=False),
    at("at"),
)

dataset_rows = Table(
    "dataset_rows",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("dataset_id", Text, nullable=False),
    Column("row_key", Text, nullable=False),
    Column("artifact_id", Text, nullable=False),
    Column("recording_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("decision_digest", Text, nullable=False),
    UniqueConstraint("tenant", "dataset_id", "artifact_id"),
)

recalls = Table(
    "recalls",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("recording_id", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
    UniqueConstraint("tenant", "recording_id", "cause"),
)

training_features = Table(
    "training_features",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("feature", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
)
