"""The options by which a tenant is told of changes of its policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import click

from pipeline.model.errors import InvalidInput
from pipeline.model.tenant import TenantSecrets

_EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
_HERE: Final = ("127.0.0.1", "::1", "localhost")
_OPTIONS: Final = (
    click.option("--contact-email", help="Who is told of changes of its policy; `none`: nobody by e-mail."),
    click.option("--notice-url", help="Where changes of its policy are posted, signed (https://...); `none`: nowhere."),
    click.option("--notice-secret-file", help="File that holds what such posts are signed with."),
)


def notice_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a tenant's contact."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def notice_secrets(given: Mapping[str, Any], read_file: Callable[[str], str]) -> Iterator[tuple[str, Any]]:
    """Give what was set anew."""
    for name in ("contact_email", "notice_url"):
        if given.get(name):
            yield name, "" if given[name] == "none" else given[name]
    if given.get("notice_secret_file"):
        yield "notice_secret", read_file(given["notice_secret_file"])


def check_notices(kept: TenantSecrets) -> None:
    """Refuse a contact that could never be reached.

    Raises:
        InvalidInput: not an address; the message does not repeat it.
    """
    if kept.contact_email and not _EMAIL.fullmatch(kept.contact_email):
        raise InvalidInput("--contact-email is an address such as legal@example.com")
    if kept.notice_url and not _is_https(kept.notice_url):
        raise InvalidInput("--notice-url begins with https://")
    if kept.notice_url and not kept.notice_secret:
        raise InvalidInput("--notice-url needs --notice-secret-file, which its posts are signed with")


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
        )
    except ValueError:
        return False
