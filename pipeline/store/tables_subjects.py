"""Tables of what people asked for about their own data, and of the keyed index by which a person is found.

The same rules as in `tables`: who asks and what they wrote stands only in `sealed` columns. A term is a digest under a
key of the tenant; without that key nobody can tell or guess what it stands for.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Integer, LargeBinary, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from pipeline.store.tables import at, id_column, metadata, tenant_column

subject_requests = Table(
    "subject_requests",
    metadata,
    id_column(),
    tenant_column(),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("half_on", Date, nullable=False),
    Column("late_on", Date, nullable=False),
    Column("clock_document", Text, nullable=False),
    Column("clock_section", Text, nullable=False),
    Column("clock_key", Text, nullable=False),
    Column("place", Text),
    Column("identity", Text, nullable=False),
    Column("terms", ARRAY(Text), nullable=False),
    Column("verified_terms", ARRAY(Text), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("token_sha256", Text, nullable=False),
    Column("result", JSONB, nullable=False),
    Column("export_id", Text),
    at("changed_at"),
    UniqueConstraint("tenant", "token_sha256"),
)

subject_request_events = Table(
    "subject_request_events",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("request_id", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("actor", Text, nullable=False),
    at("at"),
    Column("facts", JSONB, nullable=False),
    Column("sealed", LargeBinary),
)

subject_codes = Table(
    "subject_codes",
    metadata,
    id_column(),
    tenant_column(),
    Column("request_id", Text, nullable=False),
    Column("code_digest", Text, nullable=False),
    Column("term", Text, nullable=False),
    at("expires_at"),
    Column("tries", Integer, nullable=False),
    at("used_at", nullable=True),
)

subject_tries = Table(
    "subject_tries",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("bucket", Text, nullable=False),
    at("began_at"),
    Column("tries", Integer, nullable=False),
    UniqueConstraint("tenant", "bucket", "began_at"),
)

blind_terms = Table(
    "blind_terms",
    metadata,
    Column("id", BigInteger, primary_key=True),
    tenant_column(),
    Column("term", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("whose", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("recording_id", Text),
    Column("call_id", Text),
    Column("artifact_id", Text),
    UniqueConstraint("tenant", "term", "source_id", "whose"),
)
