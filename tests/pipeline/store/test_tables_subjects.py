from __future__ import annotations

from pipeline.store import tables_subjects
from pipeline.store.all_tables import ALL_TABLES

NAMES = {"subject_requests", "subject_request_events", "subject_codes", "subject_tries", "blind_terms"}


def test_the_tables_of_requests_are_among_all_tables_and_each_has_its_tenant():
    made = [table for table in ALL_TABLES if table.name in NAMES]
    assert {table.name for table in made} == NAMES
    assert all("tenant" in table.c for table in made)
    assert tables_subjects.blind_terms in made
