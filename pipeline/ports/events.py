"""How a tenant's own server is told that something happened."""

from __future__ import annotations

from typing import Protocol

from pipeline.ports.notices import NoticeAddress
from pipeline.ports.transcriber import AuditMeta


class EventPost(Protocol):
    """The way to the servers of tenants, none of which may lie in a network of ours."""

    audit: AuditMeta

    def check(self, url: str) -> None:
        """Look up where an address leads.

        Raises:
            VendorRefused: it is not written as it must be, or leads, by any of its addresses, to an inner network.
            VendorUnavailable: its name is not known now.
        """
        ...

    def post(self, message: str, body: bytes, address: NoticeAddress) -> int:
        """Hand a message over once, signed, and give the 2xx by which it was taken.

        Args:
            message: its id, the same at each attempt.
            body: JSON; ids and enum values alone.
            address: where to, and what to sign with.

        Raises:
            VendorUnavailable: it cannot be reached, or asks to come again: worth another attempt.
            VendorRefused: it refused; or it must not be spoken to.
        """
        ...
