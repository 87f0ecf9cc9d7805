"""How a tenant's own identity provider is asked who somebody is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from pipeline.model.identity import Provider, Trip
from pipeline.ports.transcriber import AuditMeta


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Where somebody is sent to, and with what they must come back."""

    address: str = field(repr=False)
    trip: Trip


class Identities(Protocol):
    """The way to the identity providers of tenants. Nothing is tried twice.

    Raises, in every method:
        VendorUnavailable: the provider cannot be reached, fails, or is asked by too many at once.
        VendorRefused: it refuses, or leads to an address that it must not be spoken to at.
        VendorBrokeContract: its answer has another form, or does not prove what it says.
    """

    audit: AuditMeta

    def begin(self, provider: Provider, *, back_to: str) -> Begun:
        """Give the address at which somebody proves who they are.

        Args:
            provider: the one of their tenant.
            back_to: our address that they come back to; the provider knows it.
        """
        ...

    def finish(self, provider: Provider, trip: Trip, code: str, *, back_to: str) -> str:
        """Exchange the code that somebody came back with, and give the subject that the provider vouches for.

        Args:
            provider: the one that `begin` was given.
            trip: what somebody was sent with.
            code: what they came back with; good for one time.
            back_to: as `begin` was given it.
        """
        ...
