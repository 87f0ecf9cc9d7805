from __future__ import annotations

import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.bootstrap.adapters import (
    choose_keys,
    choose_objects,
    deposits_of,
    identities,
    load_transcribers,
    name_recognisers,
    recordings_of,
    telephony_of,
    twilio_line,
)
from pipeline.model.errors import InvalidInput, VendorRefused, VendorUnavailable
from pipeline.model.ids import TenantId
from pipeline.ports.recordings import VendorAccount
from pipeline.settings import read_settings
from pipeline.vendors.files import FileArtifacts
from pipeline.vendors.key_file import FileKeys
from pipeline.vendors.oidc import OidcIdentities
from pipeline.vendors.s3_deposit import S3Deposit
from pipeline.vendors.system_clock import SystemClock


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="earmark-adapters-"))
    yield made
    shutil.rmtree(made)


def test_without_a_choice_everything_stays_on_this_machine(folder: Path) -> None:
    settings = read_settings(data_dir=folder)
    assert isinstance(choose_objects(settings), FileArtifacts)
    assert isinstance(choose_keys(settings), FileKeys)


def test_deepgram_is_set_up_only_with_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    processors, configured = name_recognisers(read_settings())
    assert (processors, configured) == ({"local": None, "deepgram": "deepgram"}, ("local",))
    monkeypatch.setenv("EARMARK_DEEPGRAM__API_KEY", "key")
    assert name_recognisers(read_settings())[1] == ("local", "deepgram")


def test_every_recogniser_is_listed_under_the_company_it_sends_to(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARMARK_DEEPGRAM__API_KEY", "key")
    settings = read_settings(data_dir=folder)
    loaded = load_transcribers(settings)
    assert {name: one.audit.processor for name, one in loaded.items()} == name_recognisers(settings)[0]


def test_a_tenants_own_provider_is_asked_by_the_given_clock() -> None:
    assert isinstance(identities(SystemClock()), OidcIdentities)


def test_telephony_is_asked_at_the_address_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARMARK_TWILIO__API_BASE", "https://api.twilio.com/with/a/path")
    with pytest.raises(VendorRefused):
        recordings_of(read_settings())
    with pytest.raises(VendorRefused):
        telephony_of(read_settings())


def test_who_shares_a_line_to_the_vendor_keeps_one_pace() -> None:
    settings = read_settings()
    line = twilio_line(settings)
    assert recordings_of(settings, line)._line is telephony_of(settings, line)._line is line  # type: ignore[attr-defined]
    assert recordings_of(settings)._line is not line  # type: ignore[attr-defined]


def test_a_vendor_that_never_answers_holds_no_call_for_longer_than_its_own_patience() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and says nothing
        settings = read_settings(twilio={"api_base": f"http://127.0.0.1:{silent.getsockname()[1]}"})
        vendor = recordings_of(settings, twilio_line(settings, is_hurried=True))
        account = VendorAccount(tenant=TenantId("acme"), account_sid="AC" + "a" * 32, auth_token="the-token")
        began = time.monotonic()
        with pytest.raises(VendorUnavailable):
            vendor.pause(account, "CA" + "c" * 32)
        assert time.monotonic() - began < 12


def test_files_lie_in_a_folder_or_in_a_bucket_of_the_region_that_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one.wav").touch()
    assert [file.name for file in deposits_of(read_settings())(str(tmp_path)).list_files()] == ["one.wav"]
    with pytest.raises(InvalidInput, match="EARMARK_ARTIFACTS__REGION"):
        deposits_of(read_settings())("s3://calls/in")
    monkeypatch.setenv("EARMARK_ARTIFACTS__REGION", "eu-central-1")
    deposit = deposits_of(read_settings())("s3://calls/in")
    assert isinstance(deposit, S3Deposit)
    assert deposit.audit.region == "eu-central-1"
