"""Notices by e-mail, through one mail server. What is proved is that it took the message for this very recipient."""

from __future__ import annotations

from typing import Final

from pipeline.ports.notices import News, Notice, NoticeAddress
from pipeline.ports.transcriber import AuditMeta
from pipeline.vendors.smtp_session import SmtpServer, compose, hand_over

_OPERATION: Final = "deliver"


class SmtpNotices:
    """Fills `pipeline.ports.notices.NoticeChannel`."""

    audit = AuditMeta(
        processor="mail server",
        data_kind="contact address of the tenant; policy, version and changes; kind, ids and day of what happened",
        purpose="notice of a policy change or of what happened",
        region="where the server is",
        policy_url=None,
        log_safe_fields=("status",),
    )

    def __init__(self, server: SmtpServer) -> None:
        """Take the server; nothing is sent yet."""
        self._server = server

    def deliver(self, notice: Notice | News, address: NoticeAddress) -> int:
        """Hand the message to the server for one recipient."""
        message = compose(
            self._server, _OPERATION, to=address.to, subject=notice.subject, text=notice.text, id=notice.id
        )
        return hand_over(self._server, _OPERATION, message, to=address.to)
