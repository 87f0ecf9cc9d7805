from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace

import pytest

from pipeline.model.errors import VendorRefused, VendorUnavailable
from pipeline.ports.notices import NoticeAddress
from pipeline.vendors.smtp import SmtpNotices
from pipeline.vendors.smtp_session import SmtpServer
from tests.mail_server import Post, mail_server, sign_for_this_machine
from tests.pipeline.vendors.contracts.notices import NOTICE, NoticesContract, Side

TO = NoticeAddress(to="legal@acme.example")


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as found:
        yield found


def channel(post: Post, **chosen: object) -> SmtpNotices:
    plain = SmtpServer(host=post.host, port=post.port, sender="notices@earmark.example", security="none", timeout_s=5)
    return SmtpNotices(replace(plain, **chosen))  # type: ignore[arg-type]


class _Received(list[str]):
    """The ids of the messages that the server took, as it stands."""

    def __init__(self, post: Post) -> None:
        self._post = post

    def __eq__(self, other: object) -> bool:
        return [m["Message-ID"].strip("<>").partition("@")[0] for _, m in self._post.messages] == other

    __hash__ = None  # type: ignore[assignment]


class TestSmtp(NoticesContract):
    @pytest.fixture
    def side(self, post: Post) -> Side:
        def answer_with(status: int) -> None:
            post.status = status

        return Side(
            channel=channel(post), address=TO, answer_with=answer_with, again=451, refusal=550, received=_Received(post)
        )

    @pytest.fixture
    def nobody_there(self, side: Side) -> Side:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        return replace(side, channel=channel(Post(port=port)))


def test_the_message_names_the_change_and_goes_to_one_recipient(post: Post) -> None:
    assert channel(post).deliver(NOTICE, TO) == 250

    [(to, message)] = post.messages
    assert (to, message["To"], message["From"]) == (TO.to, TO.to, "notices@earmark.example")
    assert message["Subject"] == NOTICE.subject
    assert message.get_content().split() == NOTICE.text.split()
    assert message["Auto-Submitted"] == "auto-generated"


def test_only_this_machine_is_spoken_to_in_the_clear(post: Post) -> None:
    with pytest.raises(VendorRefused, match="in the clear only on this machine"):
        channel(post, host="mail.example")


def test_every_number_of_this_machine_is_this_machine(post: Post) -> None:
    channel(post, host="127.0.0.2")


def test_a_server_that_offers_no_encryption_is_given_nothing(post: Post) -> None:
    with pytest.raises(VendorRefused):
        channel(post, security="starttls").deliver(NOTICE, TO)
    assert post.messages == []


def test_a_server_that_forgets_who_spoke_before_tls_is_told_again(tmp_path, monkeypatch) -> None:
    proof, keys = tmp_path / "cert.pem", tmp_path / "key.pem"
    proof.write_bytes(sign_for_this_machine(keys))
    monkeypatch.setenv("SSL_CERT_FILE", str(proof))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(proof, keys)
    with mail_server(tls_context=context, require_starttls=True) as post:
        assert channel(post, security="starttls").deliver(NOTICE, TO) == 250
        assert len(post.messages) == 1


def test_a_server_that_does_not_speak_tls_is_given_nothing(post: Post) -> None:
    with pytest.raises((VendorUnavailable, VendorRefused)):
        channel(post, security="tls", timeout_s=1).deliver(NOTICE, TO)
    assert post.messages == []


def test_a_name_that_cannot_sign_in_is_refused(post: Post) -> None:
    with pytest.raises(VendorRefused):
        channel(post, username="earmark", password="hunter2").deliver(NOTICE, TO)
    assert post.messages == []


@pytest.mark.parametrize("to", ["legal@acme.example\r\nDATA", "legal@acme.example>\nRCPT TO:<x@y"])
def test_an_address_cannot_say_anything_to_the_server(post: Post, to: str) -> None:
    with pytest.raises((VendorRefused, VendorUnavailable)):
        channel(post).deliver(NOTICE, NoticeAddress(to=to))
    assert post.messages == []
