from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.tenant_options import apply_options
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import TenantId
from pipeline.model.tenant import OnDecline, Tenant, TenantSecrets, TenantSettings, Topology

SID = "SK" + "a" * 32
FRESH = Tenant(
    id=TenantId("acme"),
    display_name="Acme",
    policy_id="nejix",
    account_sid=None,
    settings=TenantSettings(),
    secrets=TenantSecrets(),
)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("  s3cr3t-words\n")
    return tmp_path / "secret"


def test_what_is_not_given_stays(secret: Path) -> None:
    first = apply_options(FRESH, {"record": True, "auth_token_file": secret, "establishment": ("US-CA",)})
    second = apply_options(first, {"record": None, "transcribe": True, "establishment": (), "locale": None})
    assert (second.settings.is_recording_on, second.settings.is_transcription_on) == (True, True)
    assert second.settings.establishment == ("US-CA",)
    assert second.secrets.auth_token == "s3cr3t-words"
    assert apply_options(second, {}) == second


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ({"record": False}, "is_recording_on", False),
        ({"ask_everyone": True}, "asks_everyone", True),
        ({"accept_speech": True}, "accepts_speech", True),
        ({"voicemail_s": 90}, "voicemail_s", 90),
        ({"pci_mode": "off"}, "pci_mode", "off"),
        ({"on_decline": "end"}, "on_decline", OnDecline.END),
        ({"topology": "voicemail"}, "topology", Topology.VOICEMAIL),
        ({"topology": "relay", "agent_url": "wss://agent.example"}, "topology", Topology.RELAY),
        ({"topology": "conference", "forward_to": "+12125550123"}, "topology", Topology.CONFERENCE),
        ({"forward_to": "+12125550123"}, "topology", Topology.FORWARD),
        ({"engine": ("deepgram", "local")}, "engines", ("deepgram", "local")),
        ({"keep_days": ("recording.original=30",)}, "retention_days", {"recording.original": 30}),
        ({"speakers": ("DialVerb=agent,caller",)}, "speaker_channels", {"DialVerb": "agent,caller"}),
        ({"keep_vendor_copy": False}, "deletes_vendor_copy", False),
    ],
)
def test_each_setting_has_a_way_in(given: dict[str, Any], name: str, value: object) -> None:
    assert getattr(apply_options(FRESH, given).settings, name) == value


def test_a_retention_goes_back_to_the_policys_own() -> None:
    kept = apply_options(FRESH, {"keep_days": ("recording.original=30", "recording.redacted=40")})
    assert apply_options(kept, {"keep_days": ("recording.original=default",)}).settings.retention_days == {
        "recording.redacted": 40
    }


def test_a_webhook_key_comes_with_its_secret_and_can_be_taken_back(secret: Path) -> None:
    keyed = apply_options(FRESH, {"webhook_key": "WK1", "webhook_secret_file": secret})
    assert keyed.settings.webhook_key == "WK1"
    assert keyed.secrets.webhook_keys == {"WK1": "s3cr3t-words"}
    assert apply_options(keyed, {"webhook_key": "none"}).settings.webhook_key is None
    assert apply_options(keyed, {"webhook_key": "WK1"}) == keyed


def test_a_retiring_token_is_accepted_until_it_is_taken_out(secret: Path) -> None:
    both = apply_options(FRESH, {"retiring_token_file": secret})
    assert both.secrets.retiring_auth_token == "s3cr3t-words"
    assert apply_options(both, {"no_retiring_token": True}).secrets.retiring_auth_token == ""


def test_private_keys_of_recordings_are_added_and_retired_ones_stay(secret: Path) -> None:
    one = apply_options(FRESH, {"recording_key": (f"CR1={secret}",)})
    two = apply_options(one, {"recording_key": (f"CR2={secret}",)})
    assert set(two.secrets.recording_keys) == {"CR1", "CR2"}


@pytest.mark.parametrize(
    "given",
    [
        {"topology": "agent"}, {"topology": "relay"}, {"topology": "forward"}, {"topology": "conference"},
        {"account_sid": "AC1"}, {"agent_url": "https://agent.example"}, {"agent_url": "ws://agent.example"},
        {"forward_to": "2125550123"}, {"forward_to": "+1 212"}, {"establishment": ("California",)},
        {"webhook_key": "WK1"}, {"webhook_key": "a b"}, {"api_key": SID}, {"api_key": "SK1"},
        {"keep_days": ("recording.original",)}, {"keep_days": ("audio=30",)}, {"keep_days": ("recording.original=0",)},
        {"keep_days": ("recording.original=²",)}, {"keep_days": ("recording.original=99999",)},
        {"speakers": ("DialVerb",)}, {"speakers": ("DialVerb=caller,jane",)}, {"speakers": ("DialVerb=caller,caller",)},
        {"speakers": ("DialVerb=agent,callee",)}, {"recording_key": ("CR1",)}, {"recording_key": ("CR1=/nowhere",)},
        {"auth_token_file": Path("/nowhere/token")}, {"auth_token_file": Path("/")},
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        apply_options(FRESH, given)


def test_a_locale_without_announcements_is_refused() -> None:
    with pytest.raises(NotFound):
        apply_options(FRESH, {"locale": "tlh-XX"})


def test_an_empty_or_unreadable_secret_is_refused_by_the_name_of_its_file(tmp_path: Path, secret: Path) -> None:
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\xff")
    (tmp_path / "long").write_text("x" * 20_001)
    for name in ("empty", "bytes", "long"):
        with pytest.raises(InvalidInput, match=name):
            apply_options(FRESH, {"auth_token_file": tmp_path / name})
    with pytest.raises(InvalidInput) as caught:
        apply_options(FRESH, {"webhook_secret_file": secret})
    assert "s3cr3t" not in str(caught.value)


def test_a_place_that_regulates_the_service_comes_with_what_shows_it_and_goes_again(tmp_path):
    shown = tmp_path / "licence.txt"
    shown.write_text("licence 12\nof 2019\n")
    kept = apply_options(FRESH, {"regulated": (f"HU={shown}", f"BR={shown}")})
    assert kept.settings.regulated_in == ("HU", "BR")
    assert kept.secrets.regulated_evidence == ("HU: licence 12 of 2019", "BR: licence 12 of 2019")
    assert apply_options(kept, {"record": True}).secrets == kept.secrets
    fewer = apply_options(kept, {"regulated": ("HU=none",)})
    assert fewer.settings.regulated_in == ("BR",)
    assert fewer.secrets.regulated_evidence == ("BR: licence 12 of 2019",)
    for wrong in (f"FR={shown}", "HU", "HU=/no/such/file", "hu=none"):
        with pytest.raises(InvalidInput):
            apply_options(kept, {"regulated": (wrong,)})
