from __future__ import annotations

import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from pipeline.consent.jws import read_jwks, read_unverified, sign, thumbprint, verify, write_jwks
from pipeline.model.errors import IntegrityError, InvalidInput

PRIVATE, OTHER = bytes(range(32)), bytes(range(1, 33))
TYP = "test+jws"


def public(private: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


KID = thumbprint(public(PRIVATE))
TOKEN = sign(b'{"who":"caller"}', private_key=PRIVATE, typ=TYP)


def part(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def with_header(change: dict, *, without: str = "", sealed: bool = True) -> str:
    """The statement with another header, signed by the right key all the same."""
    header = json.loads(base64.urlsafe_b64decode(TOKEN.split(".")[0] + "==")) | change
    header.pop(without, None)
    signed = f"{part(header)}.{TOKEN.split('.')[1]}"
    signature = Ed25519PrivateKey.from_private_bytes(PRIVATE).sign(signed.encode())
    return f"{signed}.{part(signature) if sealed else ''}"


def test_a_statement_opens_with_its_key_and_says_whose_it_is():
    signed = verify(TOKEN, typ=TYP, pinned={KID: public(PRIVATE)})
    assert (signed.payload, signed.kid, signed.is_pinned) == (b'{"who":"caller"}', KID, True)
    assert not verify(TOKEN, typ=TYP).is_pinned
    assert read_unverified(TOKEN) == signed.payload


def test_a_key_and_its_thumbprint_are_those_of_the_standards_own_example():
    """RFC 8037, appendix A.1 to A.3."""
    x = base64.urlsafe_b64decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    assert thumbprint(x) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert public(base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")) == x


def test_the_same_statement_is_signed_the_same_each_time():
    assert sign(b'{"who":"caller"}', private_key=PRIVATE, typ=TYP) == TOKEN


@given(at=st.integers(0, len(TOKEN) - 1), to=st.characters())
def test_one_changed_byte_breaks_a_signature(at, to):
    if TOKEN[at] == to:
        return
    for pinned in (None, {KID: public(PRIVATE)}):
        with pytest.raises(IntegrityError):
            verify(TOKEN[:at] + to + TOKEN[at + 1 :], typ=TYP, pinned=pinned)


@given(st.binary(max_size=300))
def test_any_payload_comes_back_as_it_was(payload):
    assert verify(sign(payload, private_key=PRIVATE, typ=TYP), typ=TYP).payload == payload


@given(st.text(max_size=200))
def test_no_text_is_taken_for_a_statement(text):
    with pytest.raises(IntegrityError):
        verify(text, typ=TYP)


@pytest.mark.parametrize(
    "token",
    [
        with_header({"alg": "none"}, sealed=False),
        with_header({"alg": "none"}),
        with_header({"alg": "HS256"}),
        with_header({"alg": "Ed25519"}),
        with_header({}, without="alg"),
        with_header({}, without="kid"),
        with_header({"kid": 7}),
        with_header({"kid": thumbprint(public(OTHER))}),
        with_header({}, without="jwk"),
        with_header({"jwk": {"kty": "OKP", "crv": "Ed448", "x": part(public(PRIVATE))}}),
        with_header({"jwk": {"kty": "OKP", "crv": "Ed25519", "x": ""}}),
        with_header({"jwk": {"kty": "OKP", "crv": "Ed25519", "x": 1}}),
        with_header({"b64": False}),
        with_header({"crit": ["b64"]}),
        with_header({}, sealed=False),
        f"{part([1])}.{TOKEN.split('.', 1)[1]}",
        TOKEN + "=",
        TOKEN + ".x",
        "a" * 1_000_001,
    ],
)
def test_another_algorithm_header_or_shape_is_refused_even_where_the_key_signed_it(token):
    with pytest.raises(IntegrityError):
        verify(token, typ=TYP)


def test_a_statement_of_one_kind_does_not_pass_for_another():
    with pytest.raises(IntegrityError, match="another kind"):
        verify(TOKEN, typ="other+jws")


def test_a_statement_of_another_key_is_refused_where_keys_are_pinned():
    with pytest.raises(IntegrityError, match="not among"):
        verify(TOKEN, typ=TYP, pinned={thumbprint(public(OTHER)): public(OTHER)})


def test_the_kid_alone_does_not_choose_a_key_that_did_not_sign():
    with pytest.raises(IntegrityError, match="does not hold"):
        verify(TOKEN, typ=TYP, pinned={KID: public(OTHER)})


def test_a_key_set_is_read_back_and_says_whose_it_is():
    written = write_jwks([public(PRIVATE), public(OTHER)], tenant="acme")
    assert read_jwks(json.loads(json.dumps(written))) == {thumbprint(public(k)): public(k) for k in (PRIVATE, OTHER)}
    assert written["tenant"] == "acme"


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"keys": 1},
        {"keys": [1]},
        {"keys": [{"kty": "RSA"}]},
        {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": part(public(PRIVATE)), "kid": "mine"}]},
        {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "kid": hashlib.sha256(b"").hexdigest()}]},
    ],
)
def test_what_is_no_set_of_such_keys_is_bad_input(document):
    with pytest.raises(InvalidInput):
        read_jwks(document)


def test_a_library_of_others_reads_what_is_signed_here():
    jwt = pytest.importorskip("jwt")
    key = jwt.PyJWK(write_jwks([public(PRIVATE)], tenant="acme")["keys"][0])
    assert jwt.PyJWS().decode(TOKEN, key, algorithms=["EdDSA"]) == b'{"who":"caller"}'
