"""Short messages through Twilio: the one-time codes by which a person shows that a number is theirs.

Asked once and never again, whatever comes back: a second message would make the first one's code a riddle.
"""

from __future__ import annotations

from typing import ClassVar

from pipeline.model.subject import IdentifierKind
from pipeline.ports.recordings import VendorAccount
from pipeline.ports.transcriber import AuditMeta
from pipeline.vendors.twilio_http import shape_errors
from pipeline.vendors.twilio_line import TwilioLine


class TwilioMessages:
    """Fills `pipeline.ports.codes.CodeChannel` for numbers."""

    kind: IdentifierKind = IdentifierKind.NUMBER
    audit: ClassVar = AuditMeta(
        processor="twilio",
        data_kind="the number of a person who asked for their data, and a one-time code",
        purpose="telephony",
        region="us",
        policy_url="https://www.twilio.com/en-us/legal/privacy",
    )

    def __init__(self, *, line: TwilioLine) -> None:
        """Prepare to speak to Twilio over a line."""
        self._line = line

    def send_code(self, account: VendorAccount, *, to: str, sender: str, text: str) -> None:
        """Send one message; Twilio keeps no link preview and shortens nothing."""
        client = self._line.client(account, "send code", repeats=False)
        with shape_errors("send code"):
            client.api.v2010.account.messages.create(to=to, from_=sender, body=text, shorten_urls=False)
