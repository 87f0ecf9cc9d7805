"""Tables of matters and of the audit log's checkpoints. The same rules as in `tables`.

A matter's reference and its owners are ids; what the case is called stands only in the sealed column.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline.store.tables import at, metadata

matters = Table(
    "matters",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("sealed", LargeBinary),
    Column("owners", ARRAY(Text), nullable=False),
    Column("opened_by", Text, nullable=False),
    at("opened_at"),
    Column("closed_by", Text),
    at("closed_at", nullable=True),
)

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("previous_sha256", Text),
    Column("kid", Text, nullable=False),
    Column("object_key", Text, nullable=False),
    at("at"),
)
