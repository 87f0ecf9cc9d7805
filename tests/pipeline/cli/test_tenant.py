from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.store.session import Database
from pipeline.store.system_session import find_tenant_by_api_key
from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line

ADD = ("--policy", "nejix", "--display-name", "Acme")


def test_a_tenant_is_taken_on_and_its_api_key_opens_its_door(earmark: Earmark, database: Database) -> None:
    shown = document(earmark("tenant", "add", "acme", *ADD, "--json"))
    digest = hashlib.sha256(shown["api_key"].encode()).hexdigest()
    assert find_tenant_by_api_key(database, digest) == "acme"


def test_a_tenant_is_shown_as_it_was_taken_on_without_its_secrets(earmark: Earmark, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("3f9c-very-secret\n")
    given = ["--record", "--establishment", "US-CA", "--locale", "es-ES", "--engine", "local", "--account-sid"]
    account = "AC" + "0" * 32
    document(earmark("tenant", "add", "acme", *ADD, *given, account, "--auth-token-file", token, "--json"))
    code, out, _ = earmark("tenant", "show", "acme", "--json")
    assert code == 0
    shown = document((code, out, ""))
    assert (shown["is_recording_on"], shown["is_transcription_on"]) == (True, False)
    assert (shown["establishment"], shown["locale"], shown["account_sid"]) == (["US-CA"], "es-ES", account)
    assert "very-secret" not in out


def test_a_tenant_is_not_taken_on_twice(earmark: Earmark, acme: str) -> None:
    before = earmark("tenant", "show", acme)
    answer = earmark("tenant", "add", acme, "--policy", "connekz", "--display-name", "Other")
    assert answer[0] == 2
    assert told_in_one_line(*answer) == "tenant acme exists already"
    assert earmark("tenant", "show", acme) == before


@pytest.mark.parametrize("name", ["a", "Acme", "../acme", "acme co", "-acme", "x" * 64, "acmé", ""])
def test_a_name_that_cannot_stand_in_a_path_is_refused(earmark: Earmark, installation: Path, name: str) -> None:
    answer = earmark("tenant", "add", *ADD, "--", name)
    assert answer[0] == 2
    told_in_one_line(*answer)
    assert not (installation / "keys").exists()


@pytest.mark.parametrize(
    "given",
    [
        ["--policy", "unknown", "--display-name", "Acme"],
        [*ADD, "--account-sid", "AC123"],
        [*ADD, "--auth-token-file", "/nowhere/token"],
        [*ADD, "--on-decline", "shout"],
        ["--policy", "nejix"],
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_written(
    earmark: Earmark, installation: Path, given: list[str]
) -> None:
    answer = earmark("tenant", "add", "acme", *given)
    assert answer[0] == 2
    told_in_one_line(*answer)
    assert not (installation / "keys").exists()


def test_a_tenant_that_is_not_there_cannot_be_shown(earmark: Earmark) -> None:
    answer = earmark("tenant", "show", "nobody")
    assert answer[0] == 2
    assert told_in_one_line(*answer) == "no tenant nobody"


def test_another_key_file_is_told_and_opens_nothing(earmark: Earmark, acme: str, installation: Path) -> None:
    assert earmark("tenant", "add", "other", *ADD)[0] == 0
    keys = installation / "keys"
    (keys / "acme.json").write_bytes((keys / "other.json").read_bytes())
    answer = earmark("tenant", "show", acme)
    assert answer[0] == 1
    assert "key" in told_in_one_line(*answer)


def test_a_tenant_is_changed_where_something_is_given_and_nowhere_else(
    earmark: Earmark, acme: str, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("3f9c-very-secret")
    before = document(earmark("tenant", "show", acme, "--json"))
    given = ["--record", "--pci-mode", "off", "--webhook-key", "WK1", "--webhook-secret-file", tmp_path / "secret"]
    code, out, _ = earmark("tenant", "set", acme, *given, "--json")
    after = document(earmark("tenant", "show", acme, "--json"))
    assert document((code, out, "")) == after
    assert {name for name, value in after.items() if value != before[name]} == {
        "is_recording_on", "pci_mode", "webhook_key", "secrets",
    }  # fmt: skip
    assert after["secrets"] == ["webhook_keys"]
    assert "very-secret" not in out


@pytest.mark.parametrize(
    "given",
    [["--pci-mode", "maybe"], ["--voicemail-s", "5"], ["--topology", "forward"], ["--webhook-key", "WK1"], ["--sing"]],
)
def test_a_change_that_cannot_work_is_told_in_one_line_and_changes_nothing(
    earmark: Earmark, acme: str, given: list[str]
) -> None:
    before = earmark("tenant", "show", acme)
    answer = earmark("tenant", "set", acme, *given)
    assert answer[0] == 2
    told_in_one_line(*answer)
    assert earmark("tenant", "show", acme) == before


def test_a_tenant_that_is_not_there_cannot_be_changed(earmark: Earmark) -> None:
    answer = earmark("tenant", "set", "nobody", "--record")
    assert answer[0] == 2
    assert told_in_one_line(*answer) == "no tenant nobody"
