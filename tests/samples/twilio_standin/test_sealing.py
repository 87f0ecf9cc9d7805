"""Recordings that only the tenant can open."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
import soundfile as sf
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from samples.twilio_standin import Account
from samples.twilio_standin.sealing import seal

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
SOUND = np.arange(800, dtype=np.int16).reshape(-1, 2)
OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


def an_account() -> Account:
    return Account(sid="AC" + "a" * 32, auth_token="t", public_key_sid="CR" + "b" * 32, public_key_pem=PEM)


@pytest.mark.parametrize(
    ("spelling", "sid", "cek", "iv"),
    [
        ("openapi", "encryption_public_key_sid", "encryption_cek", "encryption_iv"),
        ("tutorial", "public_key_sid", "encrypted_cek", "iv"),
    ],
)
def test_the_holder_of_the_private_key_opens_it_in_either_spelling(spelling, sid, cek, iv):
    sealed, details = seal(SOUND, an_account(), spelling)
    assert details[sid] == "CR" + "b" * 32
    key = KEY.decrypt(base64.b64decode(details[cek]), OAEP)
    wav = AESGCM(key).decrypt(base64.b64decode(details[iv]), sealed, None)
    sound, _ = sf.read(io.BytesIO(wav), dtype="int16")
    assert (sound == SOUND).all()


def test_one_changed_byte_does_not_open():
    sealed, details = seal(SOUND, an_account(), "openapi")
    key = KEY.decrypt(base64.b64decode(details["encryption_cek"]), OAEP)
    changed = sealed[:100] + bytes([sealed[100] ^ 1]) + sealed[101:]
    with pytest.raises(InvalidTag):
        AESGCM(key).decrypt(base64.b64decode(details["encryption_iv"]), changed, None)


def test_an_account_without_a_key_seals_nothing():
    with pytest.raises(ValueError, match="public key"):
        seal(SOUND, Account(sid="AC" + "a" * 32, auth_token="t"), "openapi")
