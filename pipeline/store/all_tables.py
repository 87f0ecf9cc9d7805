"""Every table of the app, whichever file it stands in."""

from __future__ import annotations

from typing import Final

from pipeline.store import tables, tables_duties, tables_registry, tables_telephony

_FILES: Final = (tables, tables_duties, tables_registry, tables_telephony)
ALL_TABLES: Final = tuple(tables.metadata.tables.values())
"""Read after all files are, so that none is left out."""
