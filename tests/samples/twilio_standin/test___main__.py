"""The command."""

from __future__ import annotations

from click.testing import CliRunner

from samples.twilio_standin.__main__ import main


def test_it_explains_itself():
    shown = CliRunner().invoke(main, ["--help"])
    assert shown.exit_code == 0
    assert "--port" in shown.output
