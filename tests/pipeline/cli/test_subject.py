from __future__ import annotations

from pipeline.cli.subject import command


def test_every_act_on_a_request_is_a_command() -> None:
    assert set(command.commands) == {
        "open", "list", "due", "show", "verify", "refuse", "export", "erase", "correct", "answer", "reindex",
    }  # fmt: skip
