from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line


@pytest.mark.usefixtures("acme")
def test_a_night_by_hand_is_told_and_a_look_ahead_writes_nothing(earmark: Earmark) -> None:
    [told] = document(earmark("retention", "run", "--tenant", "acme", "--json"))
    assert (told["tenant"], told["due"], told["waiting"]) == ("acme", 0, 0)
    [ahead] = document(earmark("retention", "run", "--dry-run", "--on", "2030-01-01", "--json"))
    assert (ahead["on"], ahead["due"]) == ("2030-01-01", 0)
    assert "acme" in earmark("retention", "run")[1]


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    "given",
    [
        ["run", "--on", "2030-01-01"],
        ["run", "--dry-run", "--on", "soon"],
        ["run", "--tenant", "nobody"],
        ["justify", "--tenant", "acme", "--kind", "summary", "--reason", "short"],
        ["justify", "--tenant", "acme", "--kind", "call.metadata", "--reason", "a reason that is written out"],
        ["certificate", "rec_none", "--tenant", "acme"],
        ["verify", "not-there.json"],
        ["reviews", "--tenant", "nobody"],
    ],
)
def test_bad_input_is_one_line(earmark: Earmark, given: list[str]) -> None:
    answer = earmark("retention", *given)
    assert answer[0] == 2
    told_in_one_line(*answer)


@pytest.mark.usefixtures("acme")
def test_reviews_purges_and_the_ledger_of_a_new_tenant_are_empty(earmark: Earmark) -> None:
    assert document(earmark("retention", "reviews", "--tenant", "acme", "--json")) == []
    assert document(earmark("retention", "purges", "--tenant", "acme", "--waiting", "--json")) == []
    [told] = document(earmark("retention", "replay", "--json"))
    assert (told["lines"], told["doubted"]) == (0, 0)


@pytest.mark.usefixtures("acme")
def test_a_tenant_is_closed_once_and_shows_its_plan(earmark: Earmark, tmp_path: Path) -> None:
    closed = document(earmark("tenant", "close", "acme", "--reason", "they left", "--json"))
    assert (closed["at_vendor"], closed["held_at_vendor"]) == (0, 0)
    shown = document(earmark("tenant", "show", "acme", "--json"))
    assert (shown["is_active"], shown["proof_by"], shown["kept_beyond"]) == (False, closed["proof_by"], [])
    assert earmark("tenant", "close", "acme", "--reason", "again")[0] == 2
    assert earmark("tenant", "close", "acme", "--reason", " ")[0] == 2


@pytest.mark.usefixtures("acme")
def test_a_recording_that_is_not_there_is_not_deleted(earmark: Earmark) -> None:
    answer = earmark("recording", "delete", "rec_none", "--tenant", "acme", "--reason", "asked by mail")
    assert answer[0] == 2
    told_in_one_line(*answer)
