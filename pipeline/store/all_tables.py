"""Every table of the app, whichever file it stands in."""

from __future__ import annotations

from typing import Final

from pipeline.store import (
    tables,
    tables_api,
    tables_bulk,
    tables_disposal,
    tables_duties,
    tables_holds,
    tables_operations,
    tables_people,
    tables_quality,
    tables_queue,
    tables_registry,
    tables_review,
    tables_settings,
    tables_subjects,
    tables_telephony,
    tables_training,
    tables_versions,
)

_FILES: Final = (
    tables,
    tables_api,
    tables_bulk,
    tables_disposal,
    tables_duties,
    tables_holds,
    tables_people,
    tables_queue,
    tables_operations,
    tables_quality,
    tables_registry,
    tables_review,
    tables_settings,
    tables_subjects,
    tables_telephony,
    tables_training,
    tables_versions,
)
ALL_TABLES: Final = tuple(tables.metadata.tables.values())
"""Read after all files are, so that none is left out."""
