"""Signed vCons: JWS in its general JSON form (RFC 7515), as draft-ietf-vcon-vcon-core asks.

Ours have one signature, by the tenant's Ed25519 key. A reader believes only keys that he has from elsewhere; others'
may also be of RSA or P-256. A key that comes with the file proves nothing here and is not looked at.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, Final, cast

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from pipeline.consent.jws import thumbprint
from pipeline.model.errors import IntegrityError, InvalidInput
from pipeline.vcon.canonical import encode

MOST_BYTES: Final = 1 << 30
_ALGORITHMS: Final = {"OKP": "Ed25519", "RSA": "RS256", "EC": "ES256"}
_FORM: Final = frozenset({"payload", "signatures"})


class _Large(jws.JWSRegistry):
    """The library's own bound is 128 kB, and a vCon has a call's sound in it."""

    max_payload_length = MOST_BYTES


def sign_vcon(vcon: Mapping[str, Any], *, private_key: bytes, public_key: bytes) -> dict[str, Any]:
    """Sign a vCon.

    Args:
        vcon: the document.
        private_key: 32 bytes of Ed25519.
        public_key: 32 bytes, whose thumbprint is named in the header.
    """
    members: dict[str, str | list[str]] = {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": encode(public_key),
        "d": encode(private_key),
    }
    key = OKPKey.import_key(members)
    header = {"alg": "Ed25519", "kid": thumbprint(public_key), "typ": "vcon", "uuid": vcon["uuid"]}
    registry = jws.JWSRegistry(algorithms=["Ed25519"], strict_check_header=False)
    payload = json.dumps(vcon, sort_keys=True, ensure_ascii=False).encode()
    return dict(jws.serialize_json([{"protected": header}], payload, key, registry=registry))


def is_signed(document: Mapping[str, Any]) -> bool:
    """Say whether a file that was read has the form of a signed vCon; whether the signature holds is not looked at."""
    return set(document) == _FORM


def verify_vcon(text: bytes, *, pinned: KeySet) -> dict[str, Any]:
    """Give the vCon of a signed file; every signature on it must hold, by a key that the reader trusts.

    Raises:
        InvalidInput: not a signed vCon.
        IntegrityError: it was altered, or somebody else signed it.
    """
    document = read_json(text)
    rows = document.get("signatures") if is_signed(document) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput("not a signed vCon: it must be a JWS in its general JSON form")
    payloads = [_verified({"payload": document["payload"], "signatures": [row]}, pinned) for row in rows]
    return read_json(payloads[0])


def read_pinned(text: bytes) -> KeySet:
    """Read the keys that a reader trusts (RFC 7517).

    Raises:
        InvalidInput: no key set, or a key that is not of Ed25519, RSA of 2048 bits or more, or P-256.
    """
    rows = read_json(text).get("keys")
    if not isinstance(rows, list) or not rows:
        raise InvalidInput("the key set has no key")
    return KeySet([_read_key(row) for row in rows])


def read_json(text: bytes) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        InvalidInput: it is none, or too large.
    """
    if len(text) > MOST_BYTES:
        raise InvalidInput("the file is too large")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInput("the file is not JSON") from None
    if not isinstance(document, dict):
        raise InvalidInput("the file is not a JSON object")
    return document


def _read_key(row: object) -> OKPKey | RSAKey | ECKey:
    if not isinstance(row, dict) or "d" in row or not isinstance(row.get("kid"), str):
        raise InvalidInput("the key set has something that is not a named public key")
    members = {name: value for name, value in row.items() if name not in {"alg", "use", "key_ops"}}
    try:
        if row.get("kty") == "OKP" and row.get("crv") == "Ed25519":
            return OKPKey.import_key(members)
        if row.get("kty") == "EC" and row.get("crv") == "P-256":
            return ECKey.import_key(members)
        if row.get("kty") == "RSA" and len(str(row.get("n"))) >= 342:
            return RSAKey.import_key(members)
    except (JoseError, ValueError, TypeError, KeyError):
        raise InvalidInput("the key set has a key that cannot be read") from None
    raise InvalidInput("the key set has a key of another kind than Ed25519, RSA of 2048 bits or P-256")


def _verified(one: dict[str, Any], pinned: KeySet) -> bytes:
    try:
        protected = one["signatures"][0]["protected"]
        header = json.loads(base64.urlsafe_b64decode(protected + "=" * (-len(protected) % 4)))
        key = next((key for key in pinned.keys if key.kid == header["kid"]), None)
        if key is None:
            raise IntegrityError("signed with a key that is not among those given")
        registry = _Large(algorithms=[_ALGORITHMS[key.key_type]], strict_check_header=False)
        return bytes(jws.deserialize_json(cast(jws.GeneralJSONSerialization, one), key, registry=registry).payload)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise IntegrityError("the signature does not hold: the vCon was altered, or signed in another way") from error
