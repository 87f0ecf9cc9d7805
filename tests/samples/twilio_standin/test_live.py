"""Recordings of a running call and what is told of them."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

VOICE, REC = "/twilio/acme/voice", "/twilio/acme/rec"
RECORDING = (
    f'<Start><Recording trim="do-not-trim" recordingStatusCallback="{REC}" '
    'recordingStatusCallbackEvent="in-progress completed absent"/></Start>'
)
TALK = '<Connect><Stream url="wss://example.test/agent"/></Connect>'


@pytest.fixture
def play(product, twilio, account, a_scenario):
    def run(body, **changes):
        product.twiml[VOICE] = f"<Response>{body}</Response>"
        return twilio.play(a_scenario(**changes), account, base=product.base)

    return run


def test_a_completed_recording_is_told_with_its_facts(play, product, account):
    played = play(f"<Say>One two three.</Say>{RECORDING}{TALK}")
    running, done = product.to(REC)
    assert running.params["RecordingStatus"] == "in-progress"
    assert "RecordingDuration" not in running.params
    assert {k: done.params[k] for k in ("RecordingStatus", "RecordingDuration", "RecordingChannels", "ErrorCode")} == {
        "RecordingStatus": "completed",
        "RecordingDuration": "6",
        "RecordingChannels": "2",
        "ErrorCode": "0",
    }
    assert done.params["RecordingSource"] == "StartCallRecordingTwiML"
    assert done.params["RecordingUrl"].endswith(f"/Accounts/{account.sid}/Recordings/{played.recording_sids[0]}")
    assert product.is_signed(done)


def test_a_recordings_start_is_the_calls_start_and_the_simulated_time(play, product, twilio):
    played = play(f'<Pause length="60"/>{RECORDING}{TALK}')
    started = parsedate_to_datetime(product.to(REC)[0].params["RecordingStartTime"])
    assert round((started - twilio.ledger.calls[played.call_sid].created_at).total_seconds()) in (61, 62)


def test_a_second_start_of_the_same_kind_changes_nothing(play):
    assert len(play(f"{RECORDING}{RECORDING}{TALK}").recording_sids) == 1


def test_a_recording_in_which_nothing_is_heard_is_absent(play, product):
    play(f'{RECORDING}<Pause length="3"/>')
    assert [(got.params["RecordingStatus"], got.params["ErrorCode"]) for got in product.to(REC)] == [
        ("in-progress", "0"),
        ("absent", "16102"),
    ]


def test_without_a_valid_key_an_encrypted_recording_is_not_stored(play, product):
    play(f"{RECORDING}{TALK}", encryption={})
    last = product.to(REC)[-1].params
    assert (last["RecordingStatus"], last["ErrorCode"]) == ("absent", "16105")


@pytest.mark.parametrize(("spelling", "name"), [("openapi", "encryption_cek"), ("tutorial", "encrypted_cek")])
def test_an_encrypted_recording_is_told_with_its_key_and_served_sealed(play, product, account, twilio, spelling, name):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    account.public_key_sid = "CR" + "d" * 32
    account.public_key_pem = key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    played = play(f"{RECORDING}{TALK}", encryption={"spelling": spelling})
    assert name in json.loads(product.to(REC)[-1].params["EncryptionDetails"])
    url = f"{twilio.url}/2010-04-01/Accounts/{account.sid}/Recordings/{played.recording_sids[0]}.wav"
    assert not httpx.get(url, auth=(account.sid, account.auth_token)).content.startswith(b"RIFF")
