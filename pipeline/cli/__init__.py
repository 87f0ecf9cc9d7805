"""The `earmark` command: one file a command, exit 0 on success, 1 on failure, 2 on bad input with one clear line."""

from __future__ import annotations

import importlib
import sys
import traceback
from pathlib import Path
from typing import Final

import click

from pipeline.model.errors import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted, PipelineError

COMMANDS: Final = (
    "demo", "serve", "worker", "process", "redact", "consent", "decide", "policy", "tenant", "hold", "doctor", "audit",
    "wording", "number", "reconcile", "recording", "receipt", "vcon", "processor", "retention", "matter", "training",
    "subject", "legal", "access", "purpose", "transfer", "user", "quality", "index", "keys", "backfill", "reprocess",
    "verify-deployed",
)  # fmt: skip
_HERE: Final = Path(__file__).parents[1]
BAD_INPUT: Final = (InvalidInput, NotFound, Conflict, NotPermitted, IllegalTransition)


class _Lazy(click.Group):
    """Imports a command when it is named, so that `earmark --help` and small commands load no model."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = importlib.import_module(f"pipeline.cli.{cmd_name.replace('-', '_')}").command
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
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.ClickException as error:
        return _say(error.format_message(), 2)
    except BrokenPipeError:
        return 1
    except Exception as error:  # the outermost edge
        return _say(*_told(error))
    return outcome if isinstance(outcome, int) else 0


def _told(error: Exception) -> tuple[str, int]:
    """Give the line and the code for an error. A fault of ours is told by its place, never by its words."""
    if isinstance(error, PipelineError):
        return str(error), 2 if isinstance(error, BAD_INPUT) else 1
    if isinstance(error, OSError):
        return ": ".join(str(part) for part in (error.strerror or "failed", error.filename) if part), 1
    return f"failed unexpectedly: {type(error).__name__} at {_place(error)}", 1


def _place(error: BaseException) -> str:
    """Name the last line of ours that an error went through. Its message, and a library's, may quote a call."""
    frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    ours = [f"{path.relative_to(_HERE)}:{line}" for path, line in frames if path.is_relative_to(_HERE)]
    return ours[-1] if ours else "an unknown place"


def _say(line: str, code: int) -> int:
    click.echo("earmark: " + " ".join(line.split()), err=True)
    return code
