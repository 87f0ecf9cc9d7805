from __future__ import annotations

import pytest

from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line

OF = ("--tenant", "acme")


@pytest.mark.usefixtures("acme")
def test_a_matter_is_opened_listed_and_closed(earmark: Earmark) -> None:
    opened = document(
        earmark(
            "matter",
            "open",
            "2026-17",
            *OF,
            "--title",
            "Doe v. Acme",
            "--owner",
            "user:ada",
            "--as",
            "user:bo",
            "--json",
        )
    )
    assert (opened["id"], opened["owners"], opened["opened_by"]) == ("2026-17", ["user:ada"], "user:bo")
    assert "title" not in opened
    (listed,) = document(earmark("matter", "list", *OF, "--json"))
    assert (listed["title"], listed["closed_at"]) == ("Doe v. Acme", None)
    assert "Doe v. Acme" in earmark("matter", "list", *OF)[1]
    assert earmark("matter", "close", "2026-17", *OF)[0] == 0
    assert "open" not in earmark("matter", "list", *OF)[1].splitlines()[1]


@pytest.mark.usefixtures("acme")
def test_what_cannot_be_opened_or_closed_is_told_in_a_line(earmark: Earmark) -> None:
    assert earmark("matter", "open", "m", *OF, "--title", "Doe")[0] == 0
    for refused in (
        ("open", "m", *OF, "--title", "Roe"),
        ("open", "a b", *OF, "--title", "Roe"),
        ("open", "n", "--tenant", "nobody", "--title", "Roe"),
        ("open", "n", *OF, "--title", "Roe", "--owner", "ada@example.com"),
        ("close", "none", *OF),
    ):
        answer = earmark("matter", *refused)
        assert answer[0] == 2
        told_in_one_line(*answer)
