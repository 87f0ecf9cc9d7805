from __future__ import annotations

import pytest

from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line

OPEN = ("subject", "open", "--tenant", "acme", "--kind")
WHO = ("--number", "+6421234567", "--name", "Anna Meier", "--json")


@pytest.mark.usefixtures("acme")
@pytest.mark.clause("nejix", "7", "We will respond within 30 days")
def test_a_request_is_opened_listed_shown_verified_and_answered(earmark: Earmark) -> None:
    opened = document(earmark(*OPEN, "objection", *WHO, "--note", "canarynote", "--received", "2026-01-05"))
    assert (opened["state"], opened["due_on"], opened["received_on"]) == ("open", "2026-02-04", "2026-01-05")
    assert opened["due_by"] == "nejix 7: We will respond within 30 days"
    (listed,) = document(earmark("subject", "list", "--tenant", "acme", "--open", "--json"))
    assert listed["request"] == opened["request"]
    shown = earmark("subject", "show", opened["request"], "--tenant", "acme")[1]
    assert "canarynote" not in shown
    assert "6421234567" not in shown
    who = document(earmark("subject", "show", opened["request"], "--tenant", "acme", "--who", "--json"))
    assert who["note"] == "canarynote"
    assert [act["act"] for act in who["acts"]] == ["opened"]
    verify = ("subject", "verify", opened["request"], "--tenant", "acme", "--reason", "passport", "--json")
    assert document(earmark(*verify))["identity"] == "operator"
    assert document(earmark("subject", "show", opened["request"], "--tenant", "acme", "--who", "--json"))[
        "attested"
    ] == ["passport"]
    answer = ("subject", "answer", opened["request"], "--tenant", "acme", "--reason", "done", "--json")
    assert document(earmark(*answer)) == {"calls": 0, "recordings": 0}
    assert document(earmark("subject", "list", "--tenant", "acme", "--open", "--json")) == []


@pytest.mark.usefixtures("acme")
def test_who_is_late_is_reported_and_stands_in_the_audit_log(earmark: Earmark) -> None:
    opened = document(earmark(*OPEN, "access", *WHO, "--received", "2026-01-05"))
    due = ("subject", "due", "--tenant", "acme", "--json", "--on")
    assert document(earmark(*due, "2026-01-19")) == []
    assert [one["request"] for one in document(earmark(*due, "2026-01-20"))] == [opened["request"]]


@pytest.mark.usefixtures("acme")
def test_a_refusal_has_a_reason_and_is_final(earmark: Earmark) -> None:
    opened = document(earmark(*OPEN, "access", *WHO))
    refuse = ("subject", "refuse", opened["request"], "--tenant", "acme", "--reason")
    assert told_in_one_line(*earmark(*refuse, " ")).startswith("a decision about a request needs a reason")
    assert document(earmark(*refuse, "another's data", "--json"))["state"] == "refused"
    assert earmark("subject", "verify", opened["request"], "--tenant", "acme", "--reason", "x")[0] == 2
    show = ("subject", "show", opened["request"], "--tenant", "acme", "--json")
    assert "another's data" not in earmark(*show)[1]
    assert document(earmark(*show, "--who"))["refused"] == ["another's data"]


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    "given",
    [
        ("access",),
        ("access", "--number", "021 234"),
        ("access", "--email", "nobody"),
        ("access", "--number", "+6421234567", "--place", "nowhere"),
        ("access", "--number", "+6421234567", "--received", "2999-01-01"),
        ("erasure", "--number", "+6421234567"),
    ],
)
def test_bad_input_is_one_line_and_opens_nothing(earmark: Earmark, given: tuple[str, ...]) -> None:
    answer = earmark(*OPEN, *given)
    assert answer[0] == 2
    told_in_one_line(*answer)
    assert document(earmark("subject", "list", "--tenant", "acme", "--json")) == []
