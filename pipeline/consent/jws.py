"""Signed statements: JWS compact form (RFC 7515) with Ed25519 (RFC 8037), and nothing else of JOSE.

A header has exactly `alg`, `jwk`, `kid` and `typ`; `alg` is `EdDSA`, `kid` the key's own thumbprint (RFC 7638). Any
other member, algorithm or spelling of the same bytes is refused, so that one changed byte always shows. Written here
and not taken from a library because the one at hand warns about the name `EdDSA`, and also accepts other curves and
header members that change what was signed.

The key in the header proves only that the statement is whole. Who signed it, a reader knows who has the key from
elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pipeline.model.errors import IntegrityError, InvalidInput

ALGORITHM: Final = "EdDSA"
_HEADER: Final = frozenset({"alg", "jwk", "kid", "typ"})
_KEY: Final = frozenset({"crv", "kty", "x"})
_MOST_CHARS: Final = 1_000_000
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A statement whose signature holds."""

    payload: bytes = field(repr=False)
    kid: str
    typ: str
    is_pinned: bool
    """The key was given by the reader, and not only by the statement itself."""


def sign(payload: bytes, *, private_key: bytes, typ: str) -> str:
    """Sign bytes; the same bytes, key and type always give the same text.

    Args:
        payload: what is stated.
        private_key: 32 bytes.
        typ: what kind of statement it is, so that one kind never passes for another.
    """
    key = Ed25519PrivateKey.from_private_bytes(private_key)
    public = key.public_key().public_bytes_raw()
    header = {"alg": ALGORITHM, "jwk": _public_members(public), "kid": thumbprint(public), "typ": typ}
    signed = f"{_encode(_canonical(header))}.{_encode(payload)}"
    return f"{signed}.{_encode(key.sign(signed.encode()))}"


def verify(token: str, *, typ: str, pinned: Mapping[str, bytes] | None = None, most_chars: int = _MOST_CHARS) -> Signed:
    """Check a statement to its last byte.

    Args:
        token: the compact form.
        typ: the kind of statement that is expected.
        pinned: public keys by `kid` that the reader trusts; None takes the key in the header.
        most_chars: what is longer is refused unread.

    Raises:
        IntegrityError: anything else than a whole statement of that kind, signed with one of the keys.
    """
    parts = token.split(".") if len(token) <= most_chars else []
    if len(parts) != 3:
        raise IntegrityError("a signed statement has three parts")
    header, payload, signature = _header(parts[0]), _decode(parts[1]), _decode(parts[2])
    if header["typ"] != typ:
        raise IntegrityError("the statement is of another kind")
    public = _key_of(header) if pinned is None else pinned.get(header["kid"])
    if public is None:
        raise IntegrityError("signed with a key that is not among those given")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, f"{parts[0]}.{parts[1]}".encode())
    except (InvalidSignature, ValueError) as error:
        raise IntegrityError("the signature does not hold: the statement was altered") from error
    return Signed(payload=payload, kid=header["kid"], typ=typ, is_pinned=pinned is not None)


def read_unverified(token: str) -> bytes:
    """Give what a statement of ours says, where it comes from our own vault and nobody's word depends on it."""
    parts = token.split(".")
    if len(parts) != 3:
        raise IntegrityError("a signed statement has three parts")
    return _decode(parts[1])


def thumbprint(public_key: bytes) -> str:
    """Name a public key by its own digest (RFC 7638)."""
    return _encode(hashlib.sha256(_canonical(_public_members(public_key))).digest())


def write_jwks(public_keys: Iterable[bytes], *, tenant: str) -> dict[str, Any]:
    """Give public keys as a key set that anybody's library reads; whose they are stands beside them."""
    keys = [{**_public_members(k), "alg": ALGORITHM, "kid": thumbprint(k), "use": "sig"} for k in public_keys]
    return {"keys": keys, "tenant": tenant}


def read_jwks(document: object) -> dict[str, bytes]:
    """Read a key set into public keys by `kid`.

    Raises:
        InvalidInput: not a key set of Ed25519 keys, or a key that is called by another's name.
    """
    rows = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise InvalidInput("not a set of public keys")
    found: dict[str, bytes] = {}
    for row in rows:
        try:
            public = _public_key({name: row[name] for name in _KEY})
        except (IntegrityError, KeyError, TypeError) as error:
            raise InvalidInput("the key set has something that is not an Ed25519 public key") from error
        if row.get("kid") != thumbprint(public):
            raise InvalidInput("a key in the set is not called by its own thumbprint")
        found[thumbprint(public)] = public
    return found


def _header(part: str) -> dict[str, Any]:
    try:
        header = json.loads(_decode(part))
    except (ValueError, RecursionError) as error:
        raise IntegrityError("the header cannot be read") from error
    if not isinstance(header, dict) or header.get("alg") != ALGORITHM:
        raise IntegrityError("signed with another algorithm than EdDSA, or not at all")
    if not isinstance(header.get("kid"), str):
        raise IntegrityError("the statement does not name its key")
    if set(header) != _HEADER or thumbprint(_key_of(header)) != header["kid"]:
        raise IntegrityError("the header is not one of ours")
    return header


def _key_of(header: Mapping[str, Any]) -> bytes:
    return _public_key(header.get("jwk"))


def _public_key(members: object) -> bytes:
    if not isinstance(members, dict) or set(members) != _KEY or (members["kty"], members["crv"]) != ("OKP", "Ed25519"):
        raise IntegrityError("the key is not an Ed25519 public key")
    public = _decode(members["x"]) if isinstance(members["x"], str) else b""
    if len(public) != 32:
        raise IntegrityError("the key is not an Ed25519 public key")
    return public


def _public_members(public_key: bytes) -> dict[str, str]:
    return {"crv": "Ed25519", "kty": "OKP", "x": _encode(public_key)}


def _canonical(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    """Decode base64url without padding, in its one spelling only: spare bits that are set would pass unseen."""
    if not _BASE64URL.fullmatch(text):
        raise IntegrityError("a part is not base64url")
    try:
        value = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise IntegrityError("a part is not base64url") from error
    if _encode(value) != text:
        raise IntegrityError("a part is not base64url in its one spelling")
    return value
