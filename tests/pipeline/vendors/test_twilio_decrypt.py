from __future__ import annotations

import base64
from functools import cache
from typing import Literal

import numpy as np
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.errors import IntegrityError, InvalidInput, NotFound, VendorBrokeContract
from pipeline.vendors.twilio_decrypt import open_media
from samples.twilio_standin import Account
from samples.twilio_standin.audio import to_wav
from samples.twilio_standin.sealing import seal

SID, RETIRED = "CR" + "1" * 32, "CR" + "2" * 32
SOUND = np.arange(160, dtype=np.int16).reshape(80, 2)


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def sealed(sid: str = SID, spelling: Literal["openapi", "tutorial"] = "openapi") -> tuple[bytes, dict[str, str]]:
    """Have the stand-in seal a recording as Twilio would for the public key of this SID."""
    public = private_key(sid).public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    account = Account(sid="AC" + "a" * 32, auth_token="x", public_key_sid=sid, public_key_pem=pem)
    return seal(SOUND, account, spelling)


def our_keys() -> dict[str, str]:
    return {sid: private_pem(private_key(sid)) for sid in (SID, RETIRED)}


@pytest.mark.parametrize("spelling", ["openapi", "tutorial"])
def test_both_spellings_of_the_details_open_a_recording(spelling: Literal["openapi", "tutorial"]) -> None:
    body, details = sealed(spelling=spelling)

    assert open_media(body, details, our_keys()) == to_wav(SOUND)


def test_a_recording_sealed_for_a_retired_key_still_opens() -> None:
    body, details = sealed(RETIRED)

    assert open_media(body, details, our_keys()) == to_wav(SOUND)


def test_a_key_that_is_not_ours_is_not_found() -> None:
    body, details = sealed()

    with pytest.raises(NotFound):
        open_media(body, details, {RETIRED: our_keys()[RETIRED]})


def test_another_private_key_under_the_sid_does_not_open_it() -> None:
    body, details = sealed()

    with pytest.raises(IntegrityError):
        open_media(body, details, {SID: our_keys()[RETIRED]})


@given(data=st.data())
@settings(max_examples=40)
def test_any_changed_byte_is_noticed_the_tag_included(data: st.DataObject) -> None:
    body, details = sealed()
    at = data.draw(st.integers(0, len(body) - 1))
    changed = body[:at] + bytes([body[at] ^ data.draw(st.integers(1, 255))]) + body[at + 1 :]

    with pytest.raises(IntegrityError):
        open_media(changed, details, our_keys())


@pytest.mark.parametrize("left", [0, 1, 15, 16, -16, -1])
def test_a_cut_recording_is_noticed(left: int) -> None:
    body, details = sealed()

    with pytest.raises(IntegrityError):
        open_media(body[:left], details, our_keys())


@pytest.mark.parametrize("more", [b"\x00", b"\x00" * 16, bytes(range(16))])
def test_bytes_behind_the_tag_are_noticed(more: bytes) -> None:
    body, details = sealed()

    with pytest.raises(IntegrityError):
        open_media(body + more, details, our_keys())


@pytest.mark.parametrize("name", ["encryption_cek", "encryption_iv"])
def test_a_changed_key_or_nonce_is_noticed(name: str) -> None:
    body, details = sealed()
    value = bytearray(base64.b64decode(details[name]))
    value[3] ^= 1

    with pytest.raises(IntegrityError):
        open_media(body, {**details, name: base64.b64encode(value).decode()}, our_keys())


@pytest.mark.parametrize(
    ("name", "value"),
    [("encryption_iv", "AAAA"), ("encryption_iv", "?"), ("encryption_cek", "ü"), ("encryption_public_key_sid", "")],
)
def test_details_of_another_shape_break_the_contract(name: str, value: str) -> None:
    body, details = sealed()

    with pytest.raises(VendorBrokeContract):
        open_media(body, {**details, name: value}, our_keys())
    with pytest.raises(VendorBrokeContract):
        open_media(body, {k: v for k, v in details.items() if k != name}, our_keys())


@pytest.mark.parametrize("pem", ["", "not a key", private_pem(ec.generate_private_key(ec.SECP256R1()))])
def test_a_private_key_that_cannot_be_used_says_so_without_quoting_it(pem: str) -> None:
    body, details = sealed()

    with pytest.raises(InvalidInput) as caught:
        open_media(body, details, {SID: pem})
    assert caught.value.__cause__ is None
