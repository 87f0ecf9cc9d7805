"""How a one-time code reaches the person who has to show that a number or an address is theirs."""

from __future__ import annotations

from typing import Protocol

from pipeline.model.subject import IdentifierKind
from pipeline.ports.recordings import VendorAccount


class CodeChannel(Protocol):
    """One way to send a few words to one person."""

    kind: IdentifierKind
    """What it reaches: a number, or an e-mail address."""

    def send_code(self, account: VendorAccount, *, to: str, sender: str, text: str) -> None:
        """Send a text once; whoever does not get it asks for another.

        Args:
            account: the tenant's account at the vendor.
            to: whom, a number in E.164 or an address.
            sender: whom it comes from, in the same form.
            text: what it says.

        Raises:
            InvalidInput: the account's id has another shape than the vendor's ids.
            NotFound: the vendor knows no such account.
            VendorUnavailable: it cannot be reached, or asks to come again.
            VendorRefused: it refused, and will again; or the account has no credentials.
            VendorBrokeContract: the answer has another shape than agreed; the text may have gone out.
        """
        ...
