"""The `earmark` command: one file a command, exit 0 on success, 1 on failure, 2 on bad input with one clear line."""

from __future__ import annotations

import importlib
import sys
from typing import Final

import click

from pipeline.model.errors import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted, PipelineError

COMMANDS: Final = (
    "demo", "serve", "worker", "process", "redact", "consent", "decide", "policy", "tenant", "hold", "doctor", "audit",
)  # fmt: skip
BAD_INPUT: Final = (InvalidInput, NotFound, Conflict, NotPermitted, IllegalTransition)


class _Lazy(click.Group):
    """Imports a command when it is named, so that `earmark --help` and small commands load no model."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = importlib.import_module(f"pipeline.cli.{cmd_name}").command
        return found


@click.group(cls=_Lazy)
@click.version_option(package_name="earmark")
def earmark() -> None:
    """Call-recording compliance: consent, redaction, retention and provenance for calls on Twilio."""


def main() -> None:
    """Run the command that was asked for and exit as the contract says."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command and give its exit code: 0, 1 for a failure, 2 for bad input."""
    try:
        outcome = earmark.main(arguments, prog_name="earmark", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _say("interrupted", 130)
    except click.ClickException as error:
        return _say(error.format_message(), 2)
    except BAD_INPUT as error:
        return _say(str(error), 2)
    except PipelineError as error:
        return _say(str(error), 1)
    except BrokenPipeError:
        return 1
    return outcome if isinstance(outcome, int) else 0


def _say(line: str, code: int) -> int:
    click.echo("earmark: " + " ".join(line.split()), err=True)
    return code
