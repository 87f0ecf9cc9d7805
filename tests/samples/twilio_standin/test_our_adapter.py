"""The product's own adapter against the stand-in: what it may rely on in the demo, it may rely on here."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
import soundfile as sf
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from pipeline.model.errors import NotFound, VendorBrokeContract, VendorRefused, VendorUnavailable
from pipeline.model.ids import TenantId
from pipeline.ports.recordings import VendorAccount
from pipeline.vendors.twilio import TwilioRecordings
from pipeline.vendors.twilio_decrypt import open_media
from samples.scenario import Fault

VOICE, REC = "/twilio/acme/voice", "/twilio/acme/rec"
TALK = (
    f'<Start><Recording trim="do-not-trim" recordingStatusCallback="{REC}"/></Start>'
    '<Connect><Stream url="wss://example.test/agent"/></Connect>'
)


@pytest.fixture
def adapter(twilio):
    return TwilioRecordings(api_base=twilio.url)


@pytest.fixture
def ours(account):
    return VendorAccount(tenant=TenantId("acme"), account_sid=account.sid, auth_token=account.auth_token)


@pytest.fixture
def play(product, twilio, account, a_scenario):
    product.twiml[VOICE] = f"<Response>{TALK}</Response>"
    return lambda **changes: twilio.play(a_scenario(**changes), account, base=product.base, agent_key="k")


def test_it_fetches_both_channels_and_deletes_provably(play, adapter, ours):
    [sid] = play().recording_sids
    sound, rate = sf.read(io.BytesIO(adapter.fetch_media(ours, sid, channels=2).body))
    assert (rate, sound.shape) == (8000, (6 * 8000, 2))
    assert not adapter.is_gone(ours, sid)
    adapter.delete(ours, sid)
    adapter.delete(ours, sid)
    assert adapter.is_gone(ours, sid)
    with pytest.raises(NotFound):
        adapter.fetch_media(ours, sid, channels=2)


def test_it_lists_what_was_recorded(play, adapter, ours, twilio):
    played = [play(conversation_s=1) for _ in range(2)]
    found = adapter.list_recordings(ours, since=twilio.ledger.now() - timedelta(hours=1))
    assert {r.recording_sid for r in found} == {sid for call in played for sid in call.recording_sids}
    [one] = adapter.list_recordings(ours, since=twilio.ledger.now() - timedelta(hours=1), call_sid=played[0].call_sid)
    assert (one.source, one.channels, one.duration_s, one.status) == ("StartCallRecordingTwiML", 2, 1, "completed")


def test_it_stops_what_runs_and_says_when_nothing_does(play, product, adapter, ours, media):
    answers: list[bool] = []

    def stop(got):
        if got.path.startswith("/api/"):
            answers.extend(adapter.stop(ours, got.path.split("/")[4]) for _ in range(2))
        return ""

    product.otherwise = stop
    played = play(events=[{"at_s": 2, "do": "withdraw"}])
    assert answers == [True, False]
    assert len(media(played.recording_sids[0])) == 2 * 8000


@pytest.mark.parametrize("spelling", ["openapi", "tutorial"])
def test_it_opens_what_was_sealed_for_the_tenant(play, product, account, adapter, ours, spelling):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public, private = serialization.PublicFormat.SubjectPublicKeyInfo, serialization.PrivateFormat.PKCS8
    account.public_key_sid = "CR" + "d" * 32
    account.public_key_pem = key.public_key().public_bytes(serialization.Encoding.PEM, public)
    pem = key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()).decode()
    [sid] = play(encryption={"spelling": spelling}).recording_sids
    details = json.loads(product.to(REC)[-1].params["EncryptionDetails"])
    wav = open_media(adapter.fetch_media(ours, sid, channels=2).body, details, {account.public_key_sid: pem})
    assert sf.read(io.BytesIO(wav))[0].shape == (6 * 8000, 2)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 404}, NotFound),
        ({"status": 429}, VendorUnavailable),
        ({"status": 500}, VendorUnavailable),
        ({"status": 403}, VendorRefused),
        ({"status": 200, "body": "xml"}, VendorBrokeContract),
    ],
)
def test_each_failure_of_the_media_is_told_apart_and_passes(play, twilio, adapter, ours, fault, error):
    [sid] = play(conversation_s=1).recording_sids
    twilio.ledger.add_fault(Fault(path="*.wav", **fault))
    with pytest.raises(error):
        adapter.fetch_media(ours, sid, channels=2)
    assert adapter.fetch_media(ours, sid, channels=2).body
