from __future__ import annotations

import importlib
import os
import pwd

import pytest

from pipeline.cli.actor import name_actor, name_via
from pipeline.model.errors import InvalidInput
from tests.pipeline.cli.conftest import Earmark, document, logged, told_in_one_line


def test_without_a_name_the_actor_is_the_user_of_the_machine_whatever_the_environment_says(monkeypatch):
    monkeypatch.setenv("LOGNAME", "somebody-else")
    monkeypatch.setenv("USER", "somebody-else")
    user = pwd.getpwuid(os.getuid()).pw_name
    assert name_actor(None) == f"user:{user}"
    assert name_via() == f"cli:{user}"


def test_an_actor_is_named_by_an_id():
    assert name_actor("user:ada.l") == "user:ada.l"
    assert name_actor("service:retention") == "service:retention"


@pytest.mark.parametrize(
    "given", ["ada", "user:", "user:ada@example.com", "user:a b", "system", "root:x", "user:" + "a" * 65]
)
def test_what_is_no_id_is_refused_and_not_repeated(given):
    with pytest.raises(InvalidInput) as caught:
        name_actor(given)
    assert "example.com" not in str(caught.value)


ANSWERED_FOR = (
    "subject open", "subject due", "subject show", "subject verify", "subject refuse", "subject export",
    "subject erase", "subject correct", "subject answer", "subject reindex", "recording delete",
    "recording flag-child", "recording clear-child", "tenant close", "processor record", "training export",
    "training recall", "training recalls", "training enable", "training disable", "policy publish",
    "policy redecide", "retention justify",
)  # fmt: skip


@pytest.mark.parametrize("named", ANSWERED_FOR)
def test_who_does_it_can_be_named(named: str) -> None:
    group, name = named.split()
    command = importlib.import_module(f"pipeline.cli.{group}").command.commands[name]
    (found,) = [option for option in command.params if "--as" in option.opts]
    assert not found.required
    assert "--actor" not in [spelling for option in command.params for spelling in option.opts]


@pytest.mark.usefixtures("acme")
def test_who_was_named_stands_in_the_log_and_so_does_the_user_of_the_machine(earmark: Earmark) -> None:
    ada = ("--tenant", "acme", "--as", "user:ada")
    request = document(earmark("subject", "open", "--kind", "deletion", "--number", "+6421234567", *ada, "--json"))
    assert earmark("subject", "verify", request["request"], "--reason", "passport", *ada)[0] == 0
    assert earmark("subject", "erase", request["request"], *ada)[0] == 0
    assert earmark("subject", "reindex", *ada)[0] == 0
    assert earmark("training", "enable", "--feature", "routing", "--reason", "asked", *ada)[0] == 0
    before, found = logged("acme")[:1], logged("acme")[1:]
    assert [entry.actor for entry in before] == ["cli"]
    assert {entry.actor for entry in found} == {"user:ada"}
    assert {entry.facts["via"] for entry in found} == {name_via()}


def test_an_address_is_no_actor_of_a_request(earmark: Earmark, acme: str) -> None:
    answer = earmark("subject", "reindex", "--tenant", acme, "--as", "ada@example.com")
    assert "user:NAME" in told_in_one_line(*answer)
