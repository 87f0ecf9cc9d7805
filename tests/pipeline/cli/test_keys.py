from __future__ import annotations

from tests.pipeline.cli.conftest import Earmark, document, logged, told_in_one_line


def test_a_rotated_key_is_the_present_one_and_the_tenants_secrets_still_open(earmark: Earmark, acme: str) -> None:
    (first,) = document(earmark("keys", "status", "--tenant", acme, "--json"))
    assert (first["state"], first["is_present"]) == ("usable", True)

    made = document(earmark("keys", "rotate", "--tenant", acme, "--reason", "yearly", "--as", "user:ada", "--json"))

    assert document(earmark("keys", "status", "--tenant", acme, "--json")) == [
        {**first, "is_present": False},
        {"key": made["key"], "state": "usable", "is_present": True},
    ]
    code, out, _ = earmark("keys", "status", "--tenant", acme)
    assert (code, out.count("earlier"), out.count("present")) == (0, 1, 1)
    assert earmark("tenant", "show", acme)[0] == 0
    told = [(entry.tag, entry.actor) for entry in logged(acme) if entry.tag.startswith("tenant:rotation:")]
    assert told == [("tenant:rotation:begun", "user:ada"), ("tenant:rotation:done", "user:ada")]


def test_what_is_asked_badly_is_one_line_and_two(earmark: Earmark, acme: str) -> None:
    for arguments in (
        ("status", "--tenant", "nobody"),
        ("status", "--tenant", "no such"),
        ("rotate", "--tenant", "nobody", "--reason", "x"),
        ("rotate", "--tenant", acme, "--reason", " "),
        ("rotate", "--tenant", acme, "--reason", "x", "--as", "ada@example.com"),
    ):
        answered = earmark("keys", *arguments)
        assert answered[0] == 2, arguments
        told_in_one_line(*answered)
