from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.model.errors import VendorBrokeContract, VendorError, VendorRefused, VendorUnavailable
from pipeline.model.identity import Provider
from pipeline.vendors import oidc
from pipeline.vendors.oidc import OidcIdentities
from tests.answering import HOST, a_certificate
from tests.conftest import MovableClock
from tests.identity_provider import IdentityProvider, providing
from tests.pipeline.vendors.contracts.identity import BACK_TO, IdentityContract, IdentitySide


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def there(clock: MovableClock) -> Iterator[IdentityProvider]:
    with providing(lambda: clock.now().timestamp()) as found:
        yield found


@pytest.fixture
def identities(clock: MovableClock) -> OidcIdentities:
    return OidcIdentities(clock, timeout_s=0.5)


def code_of(there: IdentityProvider, address: str) -> str:
    return parse_qs(urlsplit(there.authorize(urlsplit(address).query)).query)["code"][0]


def finished(identities: OidcIdentities, there: IdentityProvider) -> str:
    begun = identities.begin(there.provider, back_to=BACK_TO)
    return identities.finish(there.provider, begun.trip, code_of(there, begun.address), back_to=BACK_TO)


class TestOidc(IdentityContract):
    @pytest.fixture
    def side(self, there: IdentityProvider, identities: OidcIdentities) -> IdentitySide:
        def fail(status: int) -> None:
            there.answers["/token"] = (status, b"")

        return IdentitySide(
            identities=identities,
            provider=there.provider,
            subject=there.subject,
            prove=lambda address: code_of(there, address),
            fail=fail,
            vouch_for_another=lambda: there.claims.update(aud="another"),
        )

    @pytest.fixture
    def nobody_there(self) -> Provider:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        return Provider(issuer=f"http://127.0.0.1:{port}", client_id="x", client_secret="x")


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((500, b"canary"), VendorUnavailable),
        ((401, b"canary"), VendorRefused),
        ((307, b"canary"), VendorRefused),
        ((200, b"canary, and no JSON"), VendorBrokeContract),
        ((200, b'["canary"]'), VendorBrokeContract),
        ((200, b"\xff\xfe canary"), VendorBrokeContract),
        ((200, b'{"canary": 1}'), VendorBrokeContract),
        ((200, b"[" * 100_000), VendorBrokeContract),
        ((200, b" " * 300_000), VendorBrokeContract),
        ((200, b'{"keys": ["canary", 1, null]}'), VendorBrokeContract),
    ],
    ids=["500", "401", "redirect", "words", "list", "bytes", "other", "deep", "long", "keys"],
)
def test_no_answer_gets_anywhere_but_the_right_one_and_none_is_repeated(identities, there, path, answer, error):
    there.answers[path] = answer
    with pytest.raises(error) as told:
        finished(identities, there)
    assert "canary" not in f"{told.value} {told.value.__cause__}"
    assert there.asked.count(path) == 1


def test_an_error_in_place_of_a_token_is_a_refusal_without_its_words(identities, there):
    there.answers["/token"] = (200, b'{"error": "canary", "error_description": "canary"}')
    with pytest.raises(VendorRefused, match="answers with an error") as told:
        finished(identities, there)
    assert "canary" not in str(told.value)


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://login.example.com"},
        {"issuer": None},
        {"token_endpoint": None},
        {"jwks_uri": 7},
        {"token_endpoint": "http://login.example.com/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_provider_that_says_of_itself_what_cannot_be_is_not_gone_on_with(identities, there, said):
    there.said = said
    with pytest.raises((VendorBrokeContract, VendorRefused)):
        identities.begin(there.provider, back_to=BACK_TO)


def test_a_provider_that_takes_the_secret_in_the_form_alone_gets_it_there(identities, there):
    there.said = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert finished(identities, there) == there.subject


def test_a_wrong_secret_is_refused_by_the_provider(identities, there):
    begun = identities.begin(there.provider, back_to=BACK_TO)
    other = replace(there.provider, client_secret="another")
    with pytest.raises(VendorRefused):
        identities.finish(other, begun.trip, code_of(there, begun.address), back_to=BACK_TO)


def test_what_a_provider_says_of_itself_is_believed_for_ten_minutes(identities, there, clock):
    for minutes in (0, 9, 2):
        clock.move(minutes=minutes)
        identities.begin(there.provider, back_to=BACK_TO)
    assert there.asked == ["/.well-known/openid-configuration"] * 2


def test_no_provider_elsewhere_leads_to_this_machine(clock, tmp_path):
    _, believes = a_certificate(tmp_path)
    identities = OidcIdentities(clock, timeout_s=0.5, trust=believes)
    elsewhere = Provider(issuer=f"https://{HOST}", client_id="x", client_secret="x")
    identities._known[elsewhere.issuer] = oidc._Known(
        {name: "http://127.0.0.1:9/x" for name in oidc._PLACES}, clock.now().replace(year=2100)
    )
    begun = identities.begin(elsewhere, back_to=BACK_TO)
    with pytest.raises(VendorRefused, match="this machine"):
        identities.finish(elsewhere, begun.trip, "code", back_to=BACK_TO)


def test_a_server_without_the_right_certificate_is_not_spoken_to(clock, tmp_path):
    proves, _ = a_certificate(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            accepted, _ = listening.accept()
            with accepted, pytest.raises(OSError, match=r"(?i)alert|ssl|eof"):
                proves.wrap_socket(accepted, server_side=True).recv(1)

        thread = threading.Thread(target=serve)
        thread.start()
        there = Provider(issuer=f"https://127.0.0.1:{listening.getsockname()[1]}", client_id="x", client_secret="x")
        with pytest.raises(VendorUnavailable, match="ConnectError"):
            OidcIdentities(clock, timeout_s=2).begin(there, back_to=BACK_TO)
        thread.join()


def test_a_provider_that_drips_is_left_after_the_time_it_has_and_few_wait_for_it(clock):
    identities, errors = OidcIdentities(clock, timeout_s=0.4), []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        there = Provider(issuer=f"http://127.0.0.1:{listening.getsockname()[1]}", client_id="x", client_secret="x")

        def drip() -> None:
            accepted, _ = listening.accept()
            with accepted:
                accepted.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                for _ in range(30):
                    try:
                        accepted.sendall(b" ")
                    except OSError:
                        return
                    time.sleep(0.05)

        def ask() -> None:
            try:
                identities.begin(there, back_to=BACK_TO)
            except VendorError as error:
                errors.append(error)

        servers = [threading.Thread(target=drip) for _ in range(4)]
        askers = [threading.Thread(target=ask) for _ in range(5)]
        begun = time.monotonic()
        for thread in [*servers, *askers]:
            thread.start()
        for thread in [*askers, *servers]:
            thread.join()
    assert sorted(error.reason for error in errors) == ["the answer takes too long"] * 4 + ["too many ask at once"]
    assert all(isinstance(error, VendorUnavailable) for error in errors)
    assert time.monotonic() - begun < 2


def test_nothing_that_is_sent_names_a_call_and_the_receiver_is_the_tenants_own():
    said = json.dumps([OidcIdentities.audit.processor, OidcIdentities.audit.data_kind])
    assert "tenant's own identity provider" in said
    assert "nothing of a call" in said
