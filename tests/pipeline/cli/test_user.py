from __future__ import annotations

import pytest

from tests.pipeline.cli.conftest import document, logged, told_in_one_line

TENANT = ("--tenant", "acme")


@pytest.mark.usefixtures("acme")
def test_a_person_is_added_changed_let_out_and_in_again(earmark):
    added = document(earmark("user", "add", "ada", *TENANT, "--role", "tenant_admin", "--as", "user:root", "--json"))
    assert (added["login"], added["roles"], added["state"]) == ("ada", "tenant_admin", "first password")
    assert len(added["one-time password"]) >= 16
    assert added["begins at"].endswith("/sign-in?organisation=acme&login=ada&first=1")
    document(earmark("user", "add", "bob", *TENANT, "--role", "tenant_admin", "--role", "auditor", "--json"))
    changed = document(earmark("user", "roles", "bob", *TENANT, "--role", "reviewer", "--json"))
    assert changed["roles"] == "reviewer"
    assert document(earmark("user", "disable", "bob", *TENANT, "--json"))["state"] == "disabled"
    assert document(earmark("user", "enable", "bob", *TENANT, "--json"))["state"] == "first password"
    again = document(earmark("user", "reset", "ada", *TENANT, "--json"))["one-time password"]
    assert again != added["one-time password"]
    code, listed, _ = earmark("user", "list", *TENANT)
    assert (code, "ada" in listed, again in listed) == (0, True, False)
    assert again not in str(logged("acme"))


@pytest.mark.usefixtures("acme")
def test_what_cannot_be_is_told_in_one_line(earmark):
    earmark("user", "add", "ada", *TENANT, "--role", "tenant_admin")
    for line in (
        ("add", "ada", *TENANT, "--role", "auditor"),
        ("add", "ada@example.com", *TENANT, "--role", "auditor"),
        ("disable", "ada", *TENANT),
        ("reset", "nobody", *TENANT),
        ("add", "bob", "--tenant", "nobody", "--role", "auditor"),
    ):
        told_in_one_line(*earmark("user", *line))


@pytest.mark.usefixtures("acme")
def test_whoever_comes_by_the_identity_provider_has_no_password(earmark):
    added = document(earmark("user", "add", "eve", *TENANT, "--role", "auditor", "--no-password", "--json"))
    assert "one-time password" not in added
    assert added["state"] == "active"


@pytest.mark.usefixtures("acme")
def test_a_provider_is_set_and_removed_and_a_person_is_linked_without_a_secret_in_sight(earmark, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("canary-secret\n")
    given = ("--issuer", "https://login.example.com", "--client-id", "earmark", "--secret-file", secret)
    answer = document(earmark("user", "provider", *TENANT, *given, "--as", "user:root", "--json"))
    assert answer["provider"] == "https://login.example.com"
    assert answer["comes back to"].endswith("/sign-in/oidc/back")
    earmark("user", "add", "eve", *TENANT, "--role", "auditor", "--no-password")
    linked = document(earmark("user", "link", "eve", *TENANT, "--subject", "canary-subject", "--json"))
    assert linked["login"] == "eve"
    assert document(earmark("user", "provider", *TENANT, "--remove", "--json")) == {"provider": "none"}
    told_in_one_line(*earmark("user", "provider", *TENANT, "--remove"))
    tags = [entry.tag for entry in logged("acme")]
    assert (tags.count("user:provider:changed"), tags.count("user:identity:linked")) == (2, 1)
    assert "canary" not in f"{answer} {linked} {logged('acme')}"


@pytest.mark.usefixtures("acme")
def test_a_provider_that_cannot_be_one_is_told_in_one_line(earmark, tmp_path):
    secret, empty = tmp_path / "secret", tmp_path / "empty"
    secret.write_text("canary-secret")
    empty.write_text("")
    earmark("user", "add", "eve", *TENANT, "--role", "auditor")
    for line in (
        ("provider", *TENANT),
        ("provider", *TENANT, "--issuer", "https://login.example.com", "--client-id", "earmark"),
        ("provider", *TENANT, "--issuer", "http://login.example.com", "--client-id", "x", "--secret-file", secret),
        ("provider", *TENANT, "--issuer", "https://login.example.com", "--client-id", "x", "--secret-file", empty),
        ("provider", *TENANT, "--remove", "--client-id", "x"),
        ("link", "eve", *TENANT, "--subject", "x"),
    ):
        assert "canary" not in told_in_one_line(*earmark("user", *line))
