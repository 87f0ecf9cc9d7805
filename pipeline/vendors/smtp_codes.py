"""One-time codes by e-mail, by which a person shows that an address is theirs.

The code stands in the text and nowhere else: not in the subject, which is shown on locked screens and kept by servers.
Handed over once and never again, whatever comes back: a second message would make the first one's code a riddle.
"""

from __future__ import annotations

from typing import ClassVar, Final

from pipeline.model.subject import IdentifierKind
from pipeline.ports.recordings import VendorAccount
from pipeline.ports.transcriber import AuditMeta
from pipeline.vendors.smtp_session import SmtpServer, compose, hand_over

_SUBJECT: Final = "Your request"
_OPERATION: Final = "send code"


class SmtpCodes:
    """Fills `pipeline.ports.codes.CodeChannel` for e-mail addresses."""

    kind: IdentifierKind = IdentifierKind.EMAIL
    audit: ClassVar = AuditMeta(
        processor="mail server",
        data_kind="the e-mail address of a person who asked for their data, and a one-time code",
        purpose="proof of identity",
        region="where the server is",
        policy_url=None,
        log_safe_fields=("status",),
    )

    def __init__(self, server: SmtpServer) -> None:
        """Take the server; nothing is sent yet."""
        self._server = server

    def send_code(self, account: VendorAccount, *, to: str, sender: str, text: str) -> None:
        """Hand one message over; it comes from the server's own sender, whatever the tenant's would be."""
        message = compose(self._server, _OPERATION, to=to, subject=_SUBJECT, text=text)
        hand_over(self._server, _OPERATION, message, to=to)
