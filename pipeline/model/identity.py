"""A tenant's own identity provider: its people prove there who they are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from pipeline.model.errors import InvalidInput
from pipeline.model.this_machine import is_this_machine

_CLIENT: Final = re.compile(r"[\x21-\x7e]{1,300}")
_LONGEST_ISSUER: Final = 300
_LONGEST_SUBJECT: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Where a tenant's people prove who they are, and as whom we are known there."""

    issuer: str
    """As the provider writes it itself: it is compared to the last sign."""
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """What somebody is sent to the provider with, and must come back with. Random, and good for one time."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


def is_safe_address(url: str, *, is_here: bool) -> bool:
    """Say whether a provider may be spoken to at an address: https, or this machine where the issuer is on it.

    A provider elsewhere leads to nothing of this machine, whatever it says of itself.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.password or parts.fragment or not url.isascii() or not url.isprintable():
        return False
    if is_this_machine(host):
        return is_here and parts.scheme in ("http", "https")
    return parts.scheme == "https"


def is_issuer_here(issuer: str) -> bool:
    """Say whether an issuer is on this machine."""
    try:
        return is_this_machine(urlsplit(issuer).hostname or "")
    except ValueError:
        return False


def checked_provider(issuer: str, client_id: str, client_secret: str) -> Provider:
    """Accept what somebody sets up as the provider.

    Raises:
        InvalidInput: the issuer is not https (but on this machine), has a query, or a part has another form; it is not
            repeated.
    """
    if len(issuer) > _LONGEST_ISSUER or not is_safe_address(issuer, is_here=True):
        raise InvalidInput(f"an issuer begins with https:// and has at most {_LONGEST_ISSUER} characters")
    if "?" in issuer or " " in issuer:
        raise InvalidInput("an issuer has no query and no space")
    if not _CLIENT.fullmatch(client_id) or not _CLIENT.fullmatch(client_secret):
        raise InvalidInput("client id and secret are 1 to 300 characters without spaces, as the provider gave them")
    return Provider(issuer=issuer, client_id=client_id, client_secret=client_secret)


def checked_subject(text: str) -> str:
    """Accept the name that a provider knows a person by.

    Raises:
        InvalidInput: it is not 1 to 255 ASCII characters; it is not repeated.

    Source: OpenID Connect Core 1.0, section 2, `sub`.
    """
    if not 0 < len(text) <= _LONGEST_SUBJECT or not text.isascii() or not text.isprintable():
        raise InvalidInput(f"a subject has 1 to {_LONGEST_SUBJECT} ASCII characters")
    return text
