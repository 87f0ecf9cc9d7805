"""Numbers and where their numbering plan says they are: written down from the plans' own documents, row by row.

`places` are joined by `|`. A place without a row of law, and a number without a place, are unknown. Subscriber parts
lie in ranges set aside for fiction where a plan has one; elsewhere they are plainly made up.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import pytest

from pipeline.consent.require import plan_consent
from pipeline.consent.resolve import CallResolution, resolve_leg
from pipeline.policies.jurisdictions import UNKNOWN, Token
from pipeline.policies.loader import load_law

LAW = load_law()
with Path(__file__).with_name("numbers.csv").open(encoding="utf-8", newline="") as _file:
    ROWS: Final = tuple(csv.DictReader(_file))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: ascii(row["number"]))
def test_a_number_may_be_where_its_numbering_plan_says(row: dict[str, str]) -> None:
    assert resolve_leg(row["number"], law=LAW).candidates == tuple(row["places"].split("|"))


def test_the_table_is_wide_and_every_row_names_its_document() -> None:
    places = {place for row in ROWS for place in row["places"].split("|")} - {UNKNOWN}
    assert len(ROWS) >= 200
    assert len({row["number"] for row in ROWS}) == len(ROWS)
    assert len(places) >= 60
    assert all(len(row["source"]) > 10 for row in ROWS)


def test_every_place_that_has_a_row_of_law_and_numbers_of_its_own_is_in_the_table() -> None:
    places = {place for row in ROWS for place in row["places"].split("|")}
    without_numbers = {"US", "CA", "EU"}
    assert {row.id for row in LAW.matrix.jurisdictions} - places == without_numbers


def test_whoever_could_be_anywhere_is_asked_for_everything() -> None:
    for row in ROWS:
        if row["places"] == UNKNOWN:
            plan = plan_consent(CallResolution(legs=(resolve_leg(row["number"], law=LAW),)), law=LAW)
            assert set(plan.tokens) == set(Token)
