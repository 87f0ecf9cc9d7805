"""A mail server on this machine, which takes what it is told to take."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Post:
    """What a mail server took, and how it answers from now on: 250, or another status for every recipient."""

    host: str = "127.0.0.1"
    port: int = 0
    status: int = 250
    messages: list[tuple[str, EmailMessage]] = field(default_factory=list)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]) -> str:
        if self.status != 250:
            return f"{self.status} no"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        message = message_from_bytes(envelope.content or b"", policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.extend((to, message) for to in envelope.rcpt_tos)
        return "250 taken"


@contextmanager
def mail_server(**how: object) -> Iterator[Post]:
    """Serve mail on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        post = Post(port=free.getsockname()[1])
    controller = Controller(post, hostname=post.host, port=post.port, **how)  # type: ignore[arg-type]
    controller.start()
    try:
        yield post
    finally:
        controller.stop()
