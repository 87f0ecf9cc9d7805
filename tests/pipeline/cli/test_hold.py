from __future__ import annotations

import os
import pwd

import psycopg
import pytest

from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line

OF = ("--tenant", "acme")
PLACE = ("hold", "place", *OF, "--matter", "2026-17")
NUMBER = "+1 (212) 555-0100"
USER = pwd.getpwuid(os.getuid()).pw_name


def placed_on(earmark: Earmark, *scope: str) -> dict:
    return document(earmark(*PLACE, *scope, "--reason", "letter of 3 May", "--json"))


@pytest.mark.usefixtures("acme")
def test_a_hold_is_in_force_until_a_second_person_approves_its_release(earmark: Earmark) -> None:
    placed = placed_on(earmark, "--whole-tenant")
    assert placed["placed_by"] == f"user:{USER}"
    of = (placed["id"], *OF)
    asked = document(earmark("hold", "release", *of, "--reason", "settled", "--as", "user:ada", "--json"))
    assert (asked["release_requested_by"], asked["released_at"]) == ("user:ada", None)
    assert "user:ada asks to release" in earmark("hold", "list", *OF)[1]
    refused = earmark("hold", "approve", *of, "--as", "user:ada")
    assert told_in_one_line(*refused) == "whoever asked for a release does not approve it"
    approved = document(earmark("hold", "approve", *of, "--as", "user:bo", "--json"))
    assert approved["released_by"] == "user:bo"
    assert "in force" not in earmark("hold", "list", *OF)[1]


@pytest.mark.usefixtures("acme")
def test_a_rejected_release_leaves_the_hold_in_force(earmark: Earmark) -> None:
    of = (placed_on(earmark, "--whole-tenant")["id"], *OF)
    assert earmark("hold", "release", *of, "--reason", "settled")[0] == 0
    assert earmark("hold", "reject", *of, "--reason", "appeal", "--as", "user:bo")[0] == 0
    told_in_one_line(*earmark("hold", "approve", *of, "--as", "user:bo"))
    (listed,) = document(earmark("hold", "list", *OF, "--json"))
    assert (listed["release_requested_by"], listed["released_at"]) == (None, None)


def test_a_party_is_held_by_a_number_that_is_stored_nowhere(
    earmark: Earmark, acme: str, postgres, database_name: str
) -> None:
    placed = placed_on(earmark, "--party", NUMBER)
    assert placed["scope_kind"] == "party"
    assert len(placed["scope_id"]) == 64
    assert placed_on(earmark, "--party", "+12125550100")["scope_id"] == placed["scope_id"]
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        rows = owner.execute("select row_to_json(h)::text from earmark.holds h").fetchall()
        rows += owner.execute("select row_to_json(e)::text from earmark.audit_events e").fetchall()
    assert "5550100" not in str(rows)
    assert "555-0100" not in str(rows)


@pytest.mark.usefixtures("acme")
def test_a_query_is_kept_as_its_conditions(earmark: Earmark) -> None:
    placed = placed_on(
        earmark, "--kind", "transcript.original", "--captured-from", "2026-01-01", "--number", NUMBER, "--flag", "vip",
        "--mode", "explicit_gate", "--entity-type", "CREDIT_CARD", "--captured-to", "2026-02-01",
    )  # fmt: skip
    assert placed["scope_kind"] == "query"
    assert {k: v for k, v in placed["query"].items() if k != "number_ref"} == {
        "kind": "transcript.original",
        "captured_from": "2026-01-01",
        "captured_to": "2026-02-01",
        "flag": "vip",
        "mode": "explicit_gate",
        "entity_type": "CREDIT_CARD",
    }
    assert "kind=transcript.original" in earmark("hold", "list", *OF)[1]


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    "given",
    [
        ["--whole-tenant"],
        ["--whole-tenant", "--reason", "  "],
        ["--reason", "letter"],
        ["--reason", "letter", "--whole-tenant", "--call", "call_x"],
        ["--reason", "letter", "--whole-tenant", "--kind", "summary"],
        ["--reason", "letter", "--recording", "rec_unknown"],
        ["--reason", "letter", "--call", "call_unknown"],
        ["--reason", "letter", "--party", "5550100"],
        ["--reason", "letter", "--kind", "film"],
        ["--reason", "letter", "--captured-from", "tomorrow"],
        ["--reason", "letter", "--whole-tenant", "--as", "ada@example.com"],
    ],
)
def test_a_hold_without_a_reason_or_without_one_thing_to_hold_is_refused(earmark: Earmark, given: list[str]) -> None:
    answer = earmark(*PLACE, *given)
    assert answer[0] == 2
    assert "5550100" not in told_in_one_line(*answer)
    assert document(earmark("hold", "list", *OF, "--json")) == []


def test_a_tenant_that_is_not_there_has_no_holds(earmark: Earmark, installation) -> None:
    answer = earmark("hold", "list", "--tenant", "nobody")
    assert answer[0] == 2
    told_in_one_line(*answer)


@pytest.mark.usefixtures("acme")
def test_a_release_needs_a_reason_and_a_hold_in_force(earmark: Earmark) -> None:
    of = (placed_on(earmark, "--whole-tenant")["id"], *OF)
    assert told_in_one_line(*earmark("hold", "release", *of, "--reason", " ")) == "releasing a hold needs a reason"
    assert earmark("hold", "release", *of, "--reason", "settled")[0] == 0
    assert earmark("hold", "approve", *of, "--as", "user:bo")[0] == 0
    assert earmark("hold", "release", *of, "--reason", "settled")[0] == 2
