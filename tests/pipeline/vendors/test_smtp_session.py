from __future__ import annotations

import socket
from dataclasses import replace
from email.message import EmailMessage

import pytest

from pipeline.model.errors import VendorRefused, VendorUnavailable
from pipeline.vendors.smtp_session import SmtpServer, hand_over
from tests.mail_server import mail_server


def test_a_message_is_taken_for_one_recipient_or_not_at_all() -> None:
    message = EmailMessage()
    message.set_content("canary")
    with mail_server() as post:
        server = SmtpServer(host=post.host, port=post.port, sender="a@earmark.example", security="none", timeout_s=5)
        assert hand_over(server, "say", message, to="b@example.com") == 250
        post.status = 452
        with pytest.raises(VendorUnavailable) as caught:
            hand_over(server, "say", message, to="b@example.com")
        assert (str(caught.value), len(post.messages)) == ("smtp: recipient (status 452)", 1)


def test_who_is_not_let_in_leaves_no_connection_behind() -> None:
    with mail_server() as post:
        plain = SmtpServer(host=post.host, port=post.port, sender="a@earmark.example", security="none", timeout_s=5)
        for chosen in ({"username": "a", "password": "b"}, {"security": "starttls"}):
            with pytest.raises(VendorRefused):
                hand_over(replace(plain, **chosen), "say", EmailMessage(), to="b@example.com")
        assert post.left == 2


def test_a_server_that_is_not_there_or_would_overhear_is_given_nothing() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    gone = SmtpServer(host="127.0.0.1", port=port, sender="a@earmark.example", security="none", timeout_s=1)
    with pytest.raises(VendorUnavailable):
        hand_over(gone, "say", EmailMessage(), to="b@example.com")
    with pytest.raises(VendorRefused, match="in the clear"):
        SmtpServer(host="mail.example", port=25, sender="a@earmark.example", security="none")
    assert gone.domain == "earmark.example"
