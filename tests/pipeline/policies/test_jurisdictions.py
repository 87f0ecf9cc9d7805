from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.policies.jurisdictions import JurisdictionMatrix, Token, in_order
from pipeline.policies.loader import load_law, load_matrix

MATRIX = load_matrix()
PLACES = sorted(row.id for row in MATRIX.jurisdictions)


def written(*places: str) -> str:
    return "".join(in_order(MATRIX.tokens(places)))


@pytest.mark.parametrize(
    ("places", "tokens"),
    [
        ((), "NPOT"),
        (("US-NY",), "NPOT"),
        (("US-CA",), "NPOBT"),
        (("US-WA",), "NPOBRT"),
        (("US-CT",), "NPOBRT"),
        (("DE",), "NPOBATL"),
        (("IE",), "NPOBATL"),
        (("NL",), "NPOBATL"),
        (("US-CA", "DE"), "NPOBATL"),
        (("US-WA", "DE"), "NPOBRATL"),
        (("AU-VIC",), "NPOBT"),
        (("CA-QC",), "NPOTL"),
        (("IN",), "NPOATL"),
        (("GB",), "NPOT"),
        (("US-PR",), "NPOBATL"),
        (("unknown",), "NPOBRATL"),
        (("TH",), "NPOBRATL"),
        (("US-ZZ",), "NPOBRATL"),
        (("",), "NPOBRATL"),
    ],
)
def test_tokens_are_joined_by_union_with_parents_and_the_floor(places: tuple[str, ...], tokens: str) -> None:
    assert written(*places) == tokens


def test_every_member_of_the_union_is_under_its_row() -> None:
    for member in sorted(MATRIX.eu_members):
        assert [row.id for row in MATRIX.lineage(member)][-1] == "EU"


def test_a_member_without_a_row_of_its_own_has_the_unions() -> None:
    rows = tuple(row for row in MATRIX.jurisdictions if row.id != "MT")
    without = MATRIX.model_copy(update={"jurisdictions": rows})
    fresh = JurisdictionMatrix.model_validate(without.model_dump())

    assert [row.id for row in fresh.lineage("MT")] == ["EU"]
    assert fresh.tokens(["MT"]) == MATRIX.tokens(["EU"])
    assert fresh.minor_age(["MT"]) == 16


@pytest.mark.parametrize(
    ("places", "age"),
    [(("EU",), 16), (("BE",), 13), (("BE", "DE"), 16), (("US-CA",), 16), (("US-NY",), 13), (("NZ",), None),
     (("unknown",), 18), (("NZ", "GB"), 13), (("AU-NSW",), 15)],
)  # fmt: skip
def test_a_childs_age_is_the_places_own_else_its_parents_and_the_highest_of_all(
    places: tuple[str, ...], age: int | None
) -> None:
    assert MATRIX.minor_age(places) == age


@given(places=st.lists(st.sampled_from(PLACES)), more=st.sampled_from([*PLACES, "unknown", "XX"]))
def test_another_place_only_ever_adds(places: list[str], more: str) -> None:
    assert MATRIX.tokens(places) <= MATRIX.tokens([*places, more])
    assert (MATRIX.minor_age(places) or 0) <= (MATRIX.minor_age([*places, more]) or 0)


def test_every_token_the_rows_know_is_asked_for_by_an_unknown_place() -> None:
    assert MATRIX.tokens(["unknown"]) == set(Token)


def test_every_row_says_where_it_was_read_and_when() -> None:
    assert all(row.cite and row.source and row.conf for row in MATRIX.jurisdictions)
    assert all(row.checked_on <= MATRIX.version for row in MATRIX.jurisdictions)


def test_rows_from_memory_or_not_reviewed_for_a_year_are_named() -> None:
    now = {row.id for row in MATRIX.to_review(date(2026, 11, 22))}

    assert {"BG", "US-GU", "NZ"} <= now
    assert "US-CA" not in now
    assert len(MATRIX.to_review(date(2027, 11, 23))) == len(MATRIX.jurisdictions)


def row(**changes: object) -> dict[str, object]:
    return {**MATRIX.jurisdictions[0].model_dump(mode="json"), **changes}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"implied": True}, "implied"),
        ({"req": ["N", "Q"]}, "req"),
        ({"req": []}, "req"),
        ({"id": "no"}, "id"),
        ({"cite": ""}, "cite"),
        ({"checked_on": None}, "checked_on"),
        ({"retention_cap_applies": "sometimes"}, "retention_cap_applies"),
        ({"surprise": 1}, "surprise"),
        ({"parent": "XX"}, "XX has no row"),
    ],
)
def test_a_row_with_a_fault_refuses_the_whole_table(changes: dict[str, object], says: str) -> None:
    document = {**MATRIX.model_dump(mode="json"), "jurisdictions": [row(**changes)]}

    with pytest.raises(ValidationError, match=says):
        JurisdictionMatrix.model_validate(document)


def test_a_place_with_two_rows_refuses_the_whole_table() -> None:
    document = {**MATRIX.model_dump(mode="json"), "jurisdictions": [row(), row()]}

    with pytest.raises(ValidationError, match="two rows"):
        JurisdictionMatrix.model_validate(document)


def test_norway_is_a_place_and_not_a_truth_value() -> None:
    assert MATRIX.lineage("NO")[0].id == "NO"
    assert load_law().places.speaks["NO"] == ("nb-NO",)
