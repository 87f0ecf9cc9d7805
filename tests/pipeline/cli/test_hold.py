from __future__ import annotations

import pytest

from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line

PLACE = ("hold", "place", "--tenant", "acme", "--matter", "2026-17")


@pytest.mark.usefixtures("acme")
def test_a_hold_is_in_force_until_it_is_released(earmark: Earmark) -> None:
    placed = document(earmark(*PLACE, "--whole-tenant", "--reason", "letter of 3 May", "--json"))
    listed = document(earmark("hold", "list", "--tenant", "acme", "--json"))
    assert [(h["id"], h["matter"], h["released_at"]) for h in listed] == [(placed["id"], "2026-17", None)]
    released = document(earmark("hold", "release", placed["id"], "--tenant", "acme", "--reason", "settled", "--json"))
    assert released["released_at"] is not None
    assert "in force" not in earmark("hold", "list", "--tenant", "acme")[1]


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    "given",
    [
        ["--whole-tenant"],
        ["--whole-tenant", "--reason", "  "],
        ["--reason", "letter"],
        ["--reason", "letter", "--whole-tenant", "--call", "call_x"],
        ["--reason", "letter", "--recording", "rec_unknown"],
        ["--reason", "letter", "--call", "call_unknown"],
    ],
)
def test_a_hold_without_a_reason_or_without_one_thing_to_hold_is_refused(earmark: Earmark, given: list[str]) -> None:
    answer = earmark(*PLACE, *given)
    assert answer[0] == 2
    told_in_one_line(*answer)
    assert document(earmark("hold", "list", "--tenant", "acme", "--json")) == []


@pytest.mark.usefixtures("acme")
def test_a_hold_is_not_released_twice_nor_without_a_reason(earmark: Earmark) -> None:
    placed = document(earmark(*PLACE, "--whole-tenant", "--reason", "letter", "--json"))
    release = ("hold", "release", placed["id"], "--tenant", "acme", "--reason")
    assert told_in_one_line(*earmark(*release, " ")) == "releasing a hold needs a reason"
    assert earmark(*release, "settled")[0] == 0
    assert earmark(*release, "settled")[0] == 2
