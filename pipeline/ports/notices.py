"""How a tenant is told that its policy will change, or what happened, with proof that it was told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from pipeline.ports.transcriber import AuditMeta


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a tenant is told. `id` is the same at each attempt, so that whoever gets it twice can tell."""

    id: str
    tenant: str
    policy: str
    version: str
    digest: str
    effective_on: date
    """The first day that the version names; it is in force no earlier, and later where the notice arrived late."""
    subject: str
    text: str
    changes: tuple[str, ...] = ()
    """The leaves that change, each with what it does: `training.scope: tightening`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What happened that a tenant is told: its kind, ids and the day, and no word of a call."""

    id: str
    tenant: str
    kind: str
    subject_kind: str
    subject_id: str
    noted_on: date
    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeAddress:
    """Where one channel reaches a tenant. Never shown in a repr."""

    to: str = field(repr=False)
    secret: str = field(default="", repr=False)


class NoticeChannel(Protocol):
    """One way to reach a tenant."""

    audit: AuditMeta

    def deliver(self, notice: Notice | News, address: NoticeAddress) -> int:
        """Hand a notice over, and give the status by which the other side took it.

        Returns:
            250 of the mail server that took it for this recipient, or 2xx of the tenant's server.

        Raises:
            VendorUnavailable: it cannot be reached, or asks to come again: worth another attempt.
            VendorRefused: it refused, and will again; or it must not be spoken to this way.
        """
        ...
