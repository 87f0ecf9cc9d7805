"""What a tenant's own servers are told of: that something happened, by ids alone, and how often it is tried.

Addresses are https to public hosts. What is checked here is how an address is written; whether its name leads to a
public host is looked up when it is registered, and again at each attempt.
"""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from pipeline.model.audit import AuditEntry, AuditTag
from pipeline.model.errors import InvalidInput

MOST_ENDPOINTS: Final = 10
DELAYS_S: Final = (5, 30, 120, 600, 3_600, 10_800, 28_800, 86_400)
"""How long is waited after each failed attempt; after the last one it is given up."""
_LONGEST_URL: Final = 500
_FIRST_FREE_PORT: Final = 1024
_INNER_NAMES: Final = ("localhost", ".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa", ".corp")

_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""Numeric addresses of IPv4 as a network of IPv6 alone writes them."""


class EventKind(StrEnum):
    """What an endpoint may be told of."""

    RECORDING_PUBLISHED = "recording.published"
    RECORDING_WITHHELD = "recording.withheld"
    RECORDING_FAILED = "recording.failed"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    REQUEST_OPENED = "request.opened"
    PURGE_CERTIFIED = "purge.certified"
    NOTICE_QUEUED = "notice.queued"
    TEST = "test"
    """Sent when somebody asks for it, to every endpoint."""


CHOOSABLE: Final = tuple(kind for kind in EventKind if kind is not EventKind.TEST)
_OF_TAG: Final = {
    AuditTag.RECORDING_PUBLISHED.value: (EventKind.RECORDING_PUBLISHED, "recording", ()),
    AuditTag.RECORDING_WITHHELD.value: (EventKind.RECORDING_WITHHELD, "recording", ()),
    AuditTag.RECORDING_FAILED.value: (EventKind.RECORDING_FAILED, "recording", ()),
    AuditTag.CONSENT_NOTED.value: (EventKind.CONSENT_WITHDRAWN, "call", ("leg", "ordinal", "purpose")),
    AuditTag.SUBJECT_OPENED.value: (EventKind.REQUEST_OPENED, "request", ()),
    AuditTag.CERTIFICATE_SIGNED.value: (EventKind.PURGE_CERTIFIED, "certificate", ()),
    AuditTag.TENANT_NOTICE_QUEUED.value: (EventKind.NOTICE_QUEUED, "notice", ("kind",)),
}
"""Which entries of the log are told, what the target's id is called, and which facts (ids and enum values) go along."""


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One server of the tenant. Address and secret are sealed where they are kept."""

    id: str
    host: str
    url: str = field(repr=False)
    secret: str = field(repr=False)
    events: frozenset[EventKind]
    seen_seq: int
    """The last entry of the audit log that was looked at for it."""
    created_by: str
    created_at: datetime
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One thing to be told to one endpoint."""

    id: str
    endpoint: str
    kind: EventKind
    seq: int | None
    """The entry of the audit log it tells of; None for a test."""
    body: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try: the status it was answered with, or what kept it from being answered."""

    number: int
    status: int | None
    error: str | None
    took_ms: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An entry of the log that is told outside."""

    kind: EventKind
    seq: int
    at: datetime
    ids: dict[str, str | int | bool | None]


def happened(entry: AuditEntry) -> Happened | None:
    """Read an entry of the audit log as something that is told outside; None where it is not."""
    known = _OF_TAG.get(entry.tag)
    if known is None:
        return None
    kind, name, facts = known
    if kind is EventKind.CONSENT_WITHDRAWN and entry.facts.get("outcome") != "withdrawn":
        return None
    ids = {name: entry.target} | {fact: entry.facts.get(fact) for fact in facts}
    return Happened(kind=kind, seq=entry.seq, at=entry.at, ids=ids)


def body_of(id: str, kind: EventKind, *, tenant: str, at: datetime, ids: dict[str, Any]) -> str:
    """Write what is sent: the same bytes at each attempt, so that whoever gets it twice can tell by its id."""
    document = {"id": id, "type": kind.value, "tenant": tenant, "at": at.isoformat(), "data": ids}
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def checked_host(url: str) -> str:
    """Accept an address as it is written, and give its host.

    Raises:
        InvalidInput: not https, has a user or a fragment, or names a host of an inner network; it is not repeated.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise InvalidInput("the address cannot be one") from None
    if parts.scheme != "https" or not host or len(url) > _LONGEST_URL or not url.isascii() or " " in url:
        raise InvalidInput(f"an address begins with https:// and has at most {_LONGEST_URL} characters")
    if parts.username or parts.password or parts.fragment or not (port in (None, 443) or port >= _FIRST_FREE_PORT):
        raise InvalidInput("an address has no user, no fragment, and no port below 1024 but 443")
    if _is_inner_name(host):
        raise InvalidInput("the address leads to an inner network")
    return host


def is_public_address(text: str) -> bool:
    """Say whether a numeric address is one of the open internet; what cannot be read is not."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None,))[0]
        if address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public_address(str(inner))
    return address.is_global and not address.is_multicast and not address.is_reserved and not address.is_unspecified


def _is_inner_name(host: str) -> bool:
    numeric = host.strip("[]")
    if ":" in numeric or numeric.replace(".", "").isdigit() or numeric.startswith("0x"):
        return not is_public_address(numeric)
    return "." not in host or host.endswith(_INNER_NAMES)
