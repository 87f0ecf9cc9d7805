"""`earmark demo`: the sample calls through the real webhooks and pipeline."""

from __future__ import annotations

import importlib.util
import os
import sys

import click

from pipeline.model.errors import NotFound


@click.command("demo", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Play the sample calls and print what became of each."""
    if importlib.util.find_spec("samples") is None:
        raise NotFound("the sample calls are not installed here")
    os.execv(sys.executable, [sys.executable, "-m", "samples.demo", *arguments])  # noqa: S606 - our own module
