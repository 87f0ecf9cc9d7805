from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator

import pytest

from pipeline.model.errors import InvalidInput, NotFound, VendorRefused, VendorUnavailable
from pipeline.model.ids import TenantId
from pipeline.ports.recordings import VendorAccount
from pipeline.vendors.twilio import TwilioRecordings
from pipeline.vendors.twilio_line import TwilioLine, credentials
from pipeline.vendors.twilio_pace import Patience
from tests.pipeline.vendors.said import Said, a_server

AC, RE = "AC" + "a" * 32, "RE" + "e" * 32
ACME = VendorAccount(tenant=TenantId("acme"), account_sid=AC, auth_token="the-token")
OTHER = VendorAccount(tenant=TenantId("other"), account_sid="AC" + "b" * 32, auth_token="the-token")
KEYED = VendorAccount(
    tenant=TenantId("acme"), account_sid=AC, auth_token="the-token", api_key_sid="SK1", api_key_secret="the-secret"
)


@pytest.fixture
def said() -> Iterator[Said]:
    with a_server(Said()) as said:
        yield said


def delete(said: Said, account: VendorAccount = ACME, line: TwilioLine | None = None, **patience: float) -> None:
    chosen = Patience(**{"first_wait_s": 0.001, **patience})  # type: ignore[arg-type]  # a test names what it needs
    TwilioRecordings(line=line or TwilioLine(api_base=said.url, patience=chosen)).delete(account, RE)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_a_passing_failure_passes_without_anybody_hearing_of_it(said: Said, status: int) -> None:
    said.status = 204
    said.replies.extend([(status, {}), (status, {})])
    delete(said)
    assert len(said.asked) == 3


@pytest.mark.parametrize(("status", "error"), [(400, VendorRefused), (401, VendorRefused), (403, VendorRefused)])
def test_a_refusal_is_not_asked_again(said: Said, status: int, error: type[Exception]) -> None:
    said.status = status
    with pytest.raises(error):
        delete(said)
    assert len(said.asked) == 1


def test_absence_is_not_asked_again(said: Said) -> None:
    said.status = 404
    line = TwilioLine(api_base=said.url)
    with pytest.raises(NotFound):
        TwilioRecordings(line=line).start(ACME, "CA" + "c" * 32, callback_url="https://earmark.example.com/r")
    assert len(said.asked) == 1


def test_a_connection_that_breaks_is_tried_again_and_then_unavailable(said: Said) -> None:
    said.headers = {"Content-Length": "50"}
    said.cut_at = 0
    with pytest.raises(VendorUnavailable):
        delete(said)
    assert len(said.asked) == 3


def test_no_attempt_begins_beyond_the_budget(said: Said) -> None:
    said.status, said.takes_s = 503, 0.1
    with pytest.raises(VendorUnavailable):
        delete(said, budget_s=0.05)
    assert len(said.asked) == 1


def test_a_named_time_is_waited_for_where_it_is_within_the_budget(said: Said) -> None:
    said.status = 204
    said.replies.append((429, {"Retry-After": "1"}))
    delete(said)
    assert len(said.asked) == 2
    assert said.gaps()[0] >= 1


def test_until_the_named_time_the_account_asks_nothing_at_all_and_other_accounts_do(said: Said) -> None:
    said.status = 204
    said.replies.append((429, {"Retry-After": "600"}))
    line = TwilioLine(api_base=said.url)
    for _ in range(3):
        with pytest.raises(VendorUnavailable):
            delete(said, line=line)
    assert len(said.asked) == 1
    delete(said, OTHER, line=line)
    assert len(said.asked) == 2


def test_what_shares_a_line_shares_the_pace_and_what_does_not_does_not(said: Said) -> None:
    said.status, said.takes_s = 204, 0.05
    line = TwilioLine(api_base=said.url, patience=Patience(at_once=2, budget_s=20))
    threads = [threading.Thread(target=delete, args=(said, ACME, line)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(said.asked) == 8
    assert said.most_at_once == 2


def test_a_transfer_of_audio_does_not_take_the_turn_of_a_stop(said: Said) -> None:
    said.body, said.headers = b"RIFF" + bytes(60), {"Content-Type": "audio/x-wav"}
    line = TwilioLine(api_base=said.url, patience=Patience(at_once=1, budget_s=0.5))
    with line.stream(ACME, line.media_url(ACME, RE), "fetch media"):
        said.body, said.status = b"", 204
        delete(said, line=line)


def test_an_api_key_is_preferred_and_the_credentials_are_those_of_the_account(said: Said) -> None:
    said.status = 204
    delete(said, KEYED)
    delete(said, ACME)
    sent = [base64.b64decode(str(one.authorization).removeprefix("Basic ")).decode() for one in said.asked]
    assert sent == ["SK1:the-secret", f"{AC}:the-token"]
    assert credentials(KEYED) == ("SK1", "the-secret")


def test_a_stranger_sends_no_credentials(said: Said) -> None:
    said.status = 401
    line = TwilioLine(api_base=said.url)
    assert line.status_for_a_stranger(ACME, line.media_url(ACME, RE), "check") == 401
    assert said.asked[0].authorization is None


@pytest.mark.parametrize("account_sid", ["", "AC", "AC/../x", "../" + AC])
def test_only_an_accounts_sid_becomes_part_of_an_address(said: Said, account_sid: str) -> None:
    line = TwilioLine(api_base=said.url)
    bent = VendorAccount(tenant=TenantId("acme"), account_sid=account_sid, auth_token="the-token")
    with pytest.raises(InvalidInput):
        line.media_url(bent, RE)
    with pytest.raises(InvalidInput):
        line.client(bent, "ask")


def test_a_server_that_is_not_there_is_given_up_within_the_budget() -> None:
    with a_server(Said()) as gone:
        url = gone.url
    began = time.monotonic()
    with pytest.raises(VendorUnavailable):
        TwilioRecordings(line=TwilioLine(api_base=url, patience=Patience(budget_s=1))).delete(ACME, RE)
    assert time.monotonic() - began < 3
