"""Speaking to one mail server: a message handed over for one recipient, or an error that repeats nothing it said.

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
from email.utils import make_msgid
from typing import Final, Literal

from pipeline.model.errors import VendorRefused, VendorUnavailable
from pipeline.model.this_machine import is_this_machine

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

    def __post_init__(self) -> None:
        """Refuse what would be spoken to in the clear elsewhere.

        Raises:
            VendorRefused: it is not on this machine, and would be spoken to in the clear.
        """
        if self.security == "none" and not is_this_machine(self.host):
            raise VendorRefused(_NAME, "configure", reason="in the clear only on this machine")

    @property
    def domain(self) -> str:
        """What stands after the at sign of the sender."""
        return self.sender.rpartition("@")[2]


def compose(server: SmtpServer, operation: str, *, to: str, subject: str, text: str, id: str = "") -> EmailMessage:
    """Write a message; `id` stands before the at sign of its Message-ID, and is made up where there is none.

    Raises:
        VendorRefused: the address, or what is told, cannot stand in a message.
    """
    message = EmailMessage()
    try:
        message["From"], message["To"], message["Subject"] = server.sender, to, subject
        message["Message-ID"] = f"<{id}@{server.domain}>" if id else make_msgid(domain=server.domain)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
    except (ValueError, IndexError):  # IndexError: the library's reader of addresses, at the end of a broken one
        raise VendorRefused(_NAME, operation, reason="the address cannot be one") from None
    return message


def hand_over(server: SmtpServer, operation: str, message: EmailMessage, *, to: str) -> int:
    """Hand a message to the server for one recipient; give the status by which it took it.

    Raises:
        VendorUnavailable: it cannot be reached, or asks to come again.
        VendorRefused: it refused, will not sign us in, offers no encryption, has no right certificate, or `to` or the
            message cannot be said to it.
    """
    with _told(operation):
        context = ssl.create_default_context()
        session = _reach(server, context)
        try:
            _greet(session, server, context)
            _taken("sender", session.mail(server.sender)[0])
            _taken("recipient", session.rcpt(to)[0])
            status, _ = session.data(message.as_bytes())
            return _taken("message", status)
        finally:
            _leave(session)


def _reach(server: SmtpServer, context: ssl.SSLContext) -> smtplib.SMTP:
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout_s, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)


def _greet(session: smtplib.SMTP, server: SmtpServer, context: ssl.SSLContext) -> None:
    """Say who we are, under TLS where that is asked for, and sign in."""
    session.ehlo_or_helo_if_needed()
    if server.security == "starttls":
        session.starttls(context=context)
        session.ehlo_or_helo_if_needed()  # what was said before TLS counts no more (RFC 3207, 4.2)
    if server.username:
        session.login(server.username, server.password)


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
