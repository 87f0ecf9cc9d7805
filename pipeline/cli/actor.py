"""Who does what a command does: named by `--as`, else the user of this machine. Both stand in the audit log.

The command line cannot prove who sits before it. What it can do is to write down which user of the machine it was, so
that one person who calls himself two is seen to be one.
"""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Callable
from typing import Any, Final

import click

from pipeline.model.errors import InvalidInput

as_option: Callable[[Any], Any] = click.option(
    "--as", "acting", metavar="user:NAME", help="Who does it; without it the user of this machine."
)
_ACTOR: Final = re.compile(r"(user|service):[A-Za-z0-9._-]{1,64}")
_UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]")


def name_actor(acting: str | None) -> str:
    """Give the actor that was named, or the user of this machine.

    Raises:
        InvalidInput: not of the form `user:NAME`, such as an e-mail address.
    """
    if acting is None:
        return f"user:{_os_user()}"
    if not _ACTOR.fullmatch(acting):
        raise InvalidInput("--as takes user:NAME, of letters, digits, dots, underscores and hyphens")
    return acting


def name_via() -> str:
    """Say by what an actor came: the command line, as which user of the machine."""
    return f"cli:{_os_user()}"


def _os_user() -> str:
    """Name the user that runs this process, as the system knows him and not as his environment says."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())
    return _UNFIT.sub("_", name)[:64]
