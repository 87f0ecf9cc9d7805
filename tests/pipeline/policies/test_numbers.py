from __future__ import annotations

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.policies.loader import load_law
from pipeline.policies.numbers import read_area_codes, read_australia, read_withheld

TABLES = load_law().numbers


def test_a_geographic_code_may_lie_in_several_places() -> None:
    assert TABLES.area_codes["415"].regions == ("US-CA",)
    assert TABLES.area_codes["902"].regions == ("CA-NS", "CA-PE")
    assert TABLES.area_codes["867"].regions == ("CA-NT", "CA-NU", "CA-YT")


@pytest.mark.parametrize("npa", ["800", "888", "900", "500", "600", "700", "710"])
def test_a_code_without_geography_has_no_place(npa: str) -> None:
    assert TABLES.area_codes[npa].regions == ()


@pytest.mark.parametrize("npa", ["278", "387", "627", "822", "889", "211", "911", "999"])
def test_codes_that_are_not_in_service_are_not_listed(npa: str) -> None:
    assert npa not in TABLES.area_codes


def test_every_place_of_a_north_american_code_that_is_a_state_or_province_has_its_row() -> None:
    matrix = load_law().matrix
    places = {region for code in TABLES.area_codes.values() for region in code.regions}

    assert all(matrix.is_known(place) for place in places if place.startswith(("US", "CA")))


def test_australian_rows_are_read_longest_first_and_without_the_finer_prefixes() -> None:
    lengths = [len(row.digits) for row in TABLES.australia]

    assert lengths == sorted(lengths, reverse=True)
    assert "61230" not in {row.digits for row in TABLES.australia}
    assert {row.digits: row.states for row in TABLES.australia}["617"] == ("AU-NSW", "AU-QLD")


def test_the_sentinels_are_known_by_their_digits() -> None:
    assert TABLES.withheld["17378742833"] == "RESTRICTED"


@pytest.mark.parametrize("read", [read_withheld, read_area_codes, read_australia])
def test_a_table_with_other_columns_is_refused(read: object) -> None:
    assert callable(read)
    with pytest.raises(InvalidInput, match="columns"):
        read("a,b\n1,2\n")
