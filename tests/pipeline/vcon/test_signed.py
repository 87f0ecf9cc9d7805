from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.jwk import ECKey, KeySet, RSAKey

from pipeline.consent.jws import write_jwks
from pipeline.model.errors import IntegrityError, InvalidInput
from pipeline.vcon.signed import read_pinned, sign_vcon, verify_vcon

KEY = bytes(range(32))
PUBLIC = Ed25519PrivateKey.from_private_bytes(KEY).public_key().public_bytes_raw()
VCON = {"vcon": "0.4.0", "uuid": "u", "subject": "ünder"}
PINNED = read_pinned(json.dumps(write_jwks([PUBLIC], tenant="acme")).encode())


def signed() -> dict[str, object]:
    return sign_vcon(VCON, private_key=KEY, public_key=PUBLIC)


def test_what_was_signed_is_read_again_with_the_published_keys():
    assert verify_vcon(json.dumps(signed()).encode(), pinned=PINNED) == VCON


def test_another_word_or_another_key_is_refused():
    altered = {**signed(), "payload": signed()["payload"][:-2] + "AA"}
    with pytest.raises(IntegrityError):
        verify_vcon(json.dumps(altered).encode(), pinned=PINNED)
    other = read_pinned(json.dumps(write_jwks([bytes(31) + b"\x01"], tenant="acme")).encode())
    with pytest.raises(IntegrityError, match="not among those given"):
        verify_vcon(json.dumps(signed()).encode(), pinned=other)


def test_every_signature_must_hold():
    twice = signed()
    twice["signatures"] = [*twice["signatures"], {**twice["signatures"][0], "signature": "AA"}]
    with pytest.raises(IntegrityError):
        verify_vcon(json.dumps(twice).encode(), pinned=PINNED)


@pytest.mark.parametrize(("kind", "algorithm"), [("RSA", "RS256"), ("EC", "ES256")])
def test_others_may_sign_with_rsa_or_p_256(kind, algorithm):
    key = RSAKey.generate_key(2048, {"kid": "k"}) if kind == "RSA" else ECKey.generate_key("P-256", {"kid": "k"})
    file = jws.serialize_json([{"protected": {"alg": algorithm, "kid": "k"}}], json.dumps(VCON).encode(), key)
    pinned = read_pinned(json.dumps(KeySet([key]).as_dict(private=False)).encode())
    assert verify_vcon(json.dumps(file).encode(), pinned=pinned) == VCON


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b"[" * 9999, b'{"payload":"","signatures":[]}', b'{"vcon":"0.4.0"}']
)
def test_what_is_not_signed_is_refused(text):
    with pytest.raises(InvalidInput):
        verify_vcon(text, pinned=PINNED)


@pytest.mark.parametrize(
    "keys", [[], [1], [{"kty": "oct", "k": "AA", "kid": "k"}], [{"kty": "OKP", "crv": "Ed25519", "kid": "k"}]]
)
def test_a_key_set_with_anything_else_is_refused(keys):
    with pytest.raises(InvalidInput):
        read_pinned(json.dumps({"keys": keys}).encode())
