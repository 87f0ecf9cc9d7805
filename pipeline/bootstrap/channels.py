"""What tenants, their servers and people are told through: mail, webhooks, short messages, as the settings say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.bootstrap.adapters import twilio_line
from pipeline.bootstrap.watched import watched
from pipeline.ports.clock import Clock
from pipeline.ports.codes import CodeChannel
from pipeline.ports.events import EventPost
from pipeline.ports.notices import NoticeChannel
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.vendors.smtp_session import SmtpServer
    from pipeline.vendors.twilio_line import TwilioLine


def notice_channels(settings: Settings, clock: Clock) -> dict[str, NoticeChannel]:
    """Give the ways in which tenants are told of a change; by e-mail only where there is a mail server.

    Raises:
        VendorRefused: the mail server would be spoken to in the clear.
    """
    from pipeline.vendors.smtp import SmtpNotices
    from pipeline.vendors.webhook_out import WebhookNotices

    channels: dict[str, NoticeChannel] = {"webhook": WebhookNotices(clock)}
    server = _mail_server(settings)
    if server is not None:
        channels["email"] = SmtpNotices(server)
    return {name: watched(channel, "notices") for name, channel in channels.items()}


def event_post(clock: Clock) -> EventPost:
    """Give the way to tenants' own servers."""
    from pipeline.vendors.webhook_out import WebhookEvents

    return watched(WebhookEvents(clock), "events")


def code_channels(settings: Settings, line: TwilioLine | None = None) -> tuple[CodeChannel, ...]:
    """Give the ways in which a one-time code reaches a person; by e-mail only where there is a mail server.

    Raises:
        VendorRefused: the mail server would be spoken to in the clear.
    """
    from pipeline.vendors.smtp_codes import SmtpCodes
    from pipeline.vendors.twilio_messages import TwilioMessages

    channels: list[CodeChannel] = [TwilioMessages(line=line or twilio_line(settings))]
    server = _mail_server(settings)
    if server is not None:
        channels.append(SmtpCodes(server))
    return tuple(watched(channel, "codes") for channel in channels)


def _mail_server(settings: Settings) -> SmtpServer | None:
    from pipeline.vendors.smtp_session import SmtpServer

    chosen = settings.smtp
    if not chosen.host:
        return None
    return SmtpServer(
        host=chosen.host,
        port=chosen.port,
        sender=chosen.sender,
        security=chosen.security,
        username=chosen.username or "",
        password=chosen.password.get_secret_value() if chosen.password else "",
        timeout_s=chosen.timeout_s,
    )
