from __future__ import annotations

import os
import pwd

import pytest

from pipeline.cli.actor import name_actor, name_via
from pipeline.model.errors import InvalidInput


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
