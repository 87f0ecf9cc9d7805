"""`python -m samples.twilio_standin --port N`: serve until interrupted."""

from __future__ import annotations

import threading

import click

from samples.twilio_standin.server import Standin


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=0, show_default="a free one")
def main(host: str, port: int) -> None:
    """Stand in for Twilio on this machine."""
    with Standin(host=host, port=port) as standin:
        click.echo(f"stand-in for https://api.twilio.com at {standin.url}")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo("stopped")


if __name__ == "__main__":
    main()
