from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from pipeline.cli import run


def consent(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(["consent", *arguments, "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_the_json_has_exactly_the_fields_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    document = consent(capsys, "--from", "+14155550123", "--to", "+4930123456")

    assert set(document) == {"tokens", "legs", "mode", "training_gate", "localised", "citations"}
    assert document["tokens"] == ["N", "P", "O", "B", "A", "T", "L"]
    assert document["legs"] == [
        {"number": "+14155550123", "candidates": ["US-CA"]},
        {"number": "+4930123456", "candidates": ["DE"]},
    ]
    assert (document["mode"], document["training_gate"], document["localised"]) == ("explicit_gate", False, ["de-DE"])
    assert set(document["citations"][0]) == {"token", "leg", "place", "cite", "conf", "checked_on"}


def test_further_legs_an_establishment_and_training_add(capsys: pytest.CaptureFixture[str]) -> None:
    document = consent(
        capsys, "--from", "+12125550123", "--to", "+16465550123", "--leg", "+12065550123", "--leg", "client:x",
        "--establishment", "nz", "--training",
    )  # fmt: skip

    assert [leg["candidates"] for leg in document["legs"]] == [["US-NY"], ["US-NY"], ["US-WA"], ["unknown"]]
    assert document["training_gate"]
    assert {c["leg"] for c in document["citations"]} >= {"from", "to", "leg 1", "leg 2", "establishment"}


def test_where_a_person_lives_who_proved_who_they_are_adds_and_replaces_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    legs = ("--from", "+14155550123", "--to", "+12125550123")
    without = consent(capsys, *legs)
    document = consent(capsys, *legs, "--address", "us-wa", "--address", "DE")

    assert document["legs"] == without["legs"]
    assert set(without["tokens"]) < set(document["tokens"])
    added = [c for c in document["citations"] if c["leg"] == "address"]
    assert {c["place"] for c in added} == {"US-WA", "US", "DE", "EU"}
    assert [c for c in document["citations"] if c["leg"] != "address"] == without["citations"]


def test_each_token_is_told_with_the_day_its_row_was_reviewed_and_how_sure_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = consent(capsys, "--from", "+4930123456", "--to", "client:x")

    assert {c["token"] for c in document["citations"]} == set(document["tokens"])
    for citation in document["citations"]:
        assert citation["conf"]
        assert date.fromisoformat(citation["checked_on"]) < date(2100, 1, 1)


def test_a_withheld_or_malformed_number_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    document = consent(capsys, "--from", "+17378742833", "--to", "")

    assert document["tokens"] == ["N", "P", "O", "B", "R", "A", "T", "L"]


def test_people_get_the_legs_the_mode_and_where_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["consent", "--from", "+12065550123", "--to", "+14155550123"]) == 0
    shown = capsys.readouterr().out

    for expected in ("US-WA", "US-CA", "notice_inside", "RCW 9.73.030", "2026-11-21"):
        assert expected in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ["--to", "+14155550123"],
        ["--from", "+14155550123"],
        ["--from", "+14155550123", "--to", "+14155550124", "--establishment", "Kalifornia"],
        ["--from", "+14155550123", "--to", "+14155550124", "--address", "Kalifornia"],
        ["--from", "9" * 300, "--to", "+14155550124"],
        ["--from", "+14155550123", "--to", "+14155550124", "--nonsense"],
    ],
)
def test_bad_input_is_one_line_and_exit_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert run(["consent", *arguments]) == 2

    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.strip().splitlines()) == 1
