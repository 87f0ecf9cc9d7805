from __future__ import annotations

import base64
import hmac
import json

import pytest

from pipeline.model.errors import VendorBrokeContract
from pipeline.model.identity import Provider
from pipeline.vendors.oidc_token import read_subject
from tests.identity_provider import CURVE, KEY, STRANGER, signed_by, signed_by_nobody

NOW = 1_800_000_000
PROVIDER = Provider(issuer="https://login.example.com", client_id="earmark", client_secret="secret")
KEYS = {"keys": [KEY.as_dict(private=False), CURVE.as_dict(private=False), {"kty": "oct", "k": "c2VjcmV0"}]}
CLAIMS = {
    "iss": PROVIDER.issuer, "sub": "canary", "aud": "earmark", "iat": NOW, "exp": NOW + 300, "nonce": "n",
}  # fmt: skip


def read(token: object, keys: object = KEYS) -> str:
    return read_subject(token, keys, provider=PROVIDER, nonce="n", now=NOW)  # type: ignore[arg-type]


def signed(**changed: object) -> str:
    claims = {name: value for name, value in (CLAIMS | changed).items() if value is not None}
    return signed_by(KEY, "RS256")(claims)


def test_a_token_by_either_kind_of_key_names_its_subject():
    assert read(signed()) == "canary"
    assert read(signed_by(CURVE, "ES256")(CLAIMS)) == "canary"


def test_a_token_may_be_a_minute_off_our_clock_and_no_more():
    for changed in ({"exp": NOW - 59}, {"iat": NOW + 60}, {"nbf": NOW + 60}):
        assert read(signed(**changed)) == "canary"
    for changed in ({"exp": NOW - 60}, {"iat": NOW + 61}, {"nbf": NOW + 61}):
        with pytest.raises(VendorBrokeContract):
            read(signed(**changed))


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"}, {"iss": PROVIDER.issuer + "/"}, {"iss": None}, {"iss": 7},
        {"aud": "another"}, {"aud": None}, {"aud": []}, {"aud": ["another"]}, {"aud": {"earmark": 1}},
        {"aud": ["earmark", "another"]}, {"aud": ["earmark", "another"], "azp": "another"}, {"azp": "another"},
        {"azp": ""}, {"nonce": "other"}, {"nonce": None}, {"nonce": ""}, {"nonce": ["n"]}, {"nonce": "ü"},
        {"exp": None}, {"iat": None}, {"exp": "9999999999"}, {"exp": True}, {"exp": float("inf")},
        {"sub": None}, {"sub": ""}, {"sub": 7}, {"sub": "x" * 256}, {"sub": "ü"},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_that_was_not_made_for_this_proves_nothing_and_is_not_repeated(changed):
    with pytest.raises(VendorBrokeContract) as told:
        read(signed(**changed))
    assert "canary" not in str(told.value)
    assert told.value.__cause__ is None


def test_a_token_for_several_is_good_where_it_says_that_it_is_ours():
    assert read(signed(aud=["earmark", "another"], azp="earmark")) == "canary"
    assert read(signed(aud=["earmark"])) == "canary"


def test_only_a_signature_of_the_providers_own_key_counts():
    # What anybody can read, the public key, must not serve as the secret of a signature.
    forged = {
        "by a stranger": signed_by(STRANGER, "RS256")(CLAIMS),
        "by nobody": signed_by_nobody(CLAIMS),
        "by the public key": _signed_with_secret(KEY.as_pem(private=False)),
        "by the client's secret": _signed_with_secret(b"secret"),
        "by another way": signed_by(KEY, "PS256")(CLAIMS),
        "by a key that is not published": signed_by(KEY, "RS256", "other")(CLAIMS),
        "by one key under the other's name": signed_by(KEY, "RS256", "curve")(CLAIMS),
        "changed": signed()[:-4] + "AAAA",
        "cut": signed().rpartition(".")[0],
        "nothing": "",
    }
    taken = []
    for name, token in forged.items():
        try:
            read(token)
        except VendorBrokeContract:
            continue
        taken.append(name)
    assert taken == []


@pytest.mark.parametrize("token", [None, 7, ["x"], b"x", "a.b.c", "x" * 10_000])
def test_what_is_no_token_proves_nothing(token):
    with pytest.raises(VendorBrokeContract):
        read(token)


@pytest.mark.parametrize("shown", [None, [], 7, [7], [{"kty": "RSA", "kid": "rsa"}]])
def test_a_key_set_that_is_none_proves_nothing(shown):
    for keys in ({"keys": shown}, {}):
        with pytest.raises(VendorBrokeContract):
            read(signed(), keys)


def test_a_key_for_secrets_is_none_for_signatures():
    shown = {**KEY.as_dict(private=False), "use": "enc"}
    with pytest.raises(VendorBrokeContract):
        read(signed(), {"keys": [shown]})


def _signed_with_secret(secret: bytes) -> str:
    """Sign with HMAC-SHA256, by hand: libraries refuse to take a public key for a secret."""
    parts = ({"alg": "HS256", "kid": "rsa"}, CLAIMS)
    said = ".".join(_written(json.dumps(part).encode()) for part in parts)
    return f"{said}.{_written(hmac.digest(secret, said.encode(), 'sha256'))}"


def _written(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode().rstrip("=")
