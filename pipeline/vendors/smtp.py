"""Notices by e-mail, through one mail server.

What is proved is that the server took the message for this very recipient (250 to RCPT and to the message). The server
is spoken to in the clear only on this machine; elsewhere a certificate must be right before anything is said.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final, Literal

from pipeline.model.errors import VendorRefused, VendorUnavailable
from pipeline.model.this_machine import is_this_machine
from pipeline.ports.notices import News, Notice, NoticeAddress
from pipeline.ports.transcriber import AuditMeta

_NAME: Final = "smtp"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Which server, who we are to it, and whom mail comes from."""

    host: str
    port: int
    sender: str
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_s: float = 30.0


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
        """Take the server; nothing is sent yet.

        Raises:
            VendorRefused: it is not on this machine, and would be spoken to in the clear.
        """
        if server.security == "none" and not is_this_machine(server.host):
            raise VendorRefused(_NAME, "configure", reason="in the clear only on this machine")
        self._server = server

    def deliver(self, notice: Notice | News, address: NoticeAddress) -> int:
        """Hand the message to the server for one recipient."""
        with _told("deliver"):
            session = self._open()
            try:
                return self._say(session, notice, address.to)
            finally:
                _leave(session)

    def _open(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        if server.security == "tls":
            session: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout_s, context=context
            )
        else:
            session = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
        session.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            session.starttls(context=context)
            session.ehlo_or_helo_if_needed()  # what was said before TLS counts no more (RFC 3207, 4.2)
        if server.username:
            session.login(server.username, server.password)
        return session

    def _say(self, session: smtplib.SMTP, notice: Notice | News, to: str) -> int:
        _taken("sender", session.mail(self._server.sender)[0])
        _taken("recipient", session.rcpt(to)[0])
        status, _ = session.data(self._message(notice, to).as_bytes())
        return _taken("message", status)

    def _message(self, notice: Notice | News, to: str) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._server.sender, to, notice.subject
        message["Message-ID"] = f"<{notice.id}@{self._server.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(notice.text)
        return message


def _taken(what: str, status: int) -> int:
    """Give a status that says "taken"; 4xx asks to come again, the rest is refused."""
    if 200 <= status < 300:
        return status
    if 400 <= status < 500:
        raise VendorUnavailable(_NAME, what, status=status)
    raise VendorRefused(_NAME, what, status=status)


@contextmanager
def _told(operation: str) -> Iterator[None]:
    """Turn the library's errors into ours; what the server said is not repeated."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        _taken(operation, error.smtp_code)
        raise VendorUnavailable(_NAME, operation, status=error.smtp_code) from None
    except ssl.SSLCertVerificationError:
        raise VendorRefused(_NAME, operation, reason="its certificate is not right") from None
    except smtplib.SMTPNotSupportedError:
        raise VendorRefused(_NAME, operation, reason="it offers no encryption, or no sign-in") from None
    except (smtplib.SMTPException, OSError) as error:
        raise VendorUnavailable(_NAME, operation, reason=type(error).__name__) from None
    except ValueError:
        raise VendorRefused(_NAME, operation, reason="the address cannot be one") from None


def _leave(session: smtplib.SMTP) -> None:
    """Say goodbye; whether the server answers that changes nothing any more."""
    try:
        session.quit()
    except (smtplib.SMTPException, OSError):
        session.close()
