"""`earmark worker`: the durable worker."""

from __future__ import annotations

import click


@click.command("worker")
def command() -> None:
    """Work on recordings until told to stop."""
    from pipeline.settings import read_settings
    from pipeline.worker import run

    run(read_settings())
