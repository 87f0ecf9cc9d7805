"""Twilio's public-key encryption of recordings: the key wrapped for us, the audio sealed with it, the tag verified.

Per recording Twilio makes an AES-256 key, wraps it with RSAES-OAEP (SHA-256, also in MGF1) for the account's public
key and seals the WAV with AES-256-GCM; the last 16 bytes are the tag. Twilio's own sample streams the cipher and never
looks at the tag, so an altered recording passes there: here it does not. Keys that were retired stay usable by SID.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipeline.model.errors import IntegrityError, InvalidInput, NotFound, VendorBrokeContract

_OAEP: Final = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
_IV_BYTES: Final = 12
_KEY_BYTES: Final = 32
_TAG_BYTES: Final = 16
_SPELLINGS: Final = {
    "sid": ("encryption_public_key_sid", "public_key_sid"),
    "cek": ("encryption_cek", "encrypted_cek"),
    "iv": ("encryption_iv", "iv"),
}
"""Twilio's API description and its tutorial name the same fields differently (seen 2026-11): both are accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionDetails:
    """How one recording was sealed: for which public key, the wrapped key, the nonce."""

    public_key_sid: str
    wrapped_key: bytes = field(repr=False)
    iv: bytes


def parse_details(details: Mapping[str, str]) -> EncryptionDetails:
    """Read a callback's `EncryptionDetails` in either spelling.

    Raises:
        VendorBrokeContract: a field is missing, or is not what it should be.
    """
    iv = _decoded(_one_of(details, "iv"))
    if len(iv) != _IV_BYTES:
        raise VendorBrokeContract("twilio", "encryption details", reason="the nonce is not of 12 bytes")
    return EncryptionDetails(
        public_key_sid=_one_of(details, "sid"), wrapped_key=_decoded(_one_of(details, "cek")), iv=iv
    )


def open_media(body: bytes, details: Mapping[str, str], private_keys: Mapping[str, str]) -> bytes:
    """Decrypt a recording that Twilio sealed for the account's public key.

    Args:
        body: the sealed bytes as they were fetched.
        details: the callback's `EncryptionDetails`.
        private_keys: PEM by the SID of its public key, those in use and those retired.

    Raises:
        NotFound: none of the keys has this SID.
        IntegrityError: the bytes or the wrapped key were altered, or are for another key.
        VendorBrokeContract: the details have another shape than agreed.
        InvalidInput: a private key cannot be used.
    """
    sealing = parse_details(details)
    if sealing.public_key_sid not in private_keys:
        raise NotFound("the private key for which a recording was sealed is not configured")
    private_key = _private_key(private_keys[sealing.public_key_sid])
    try:
        key = private_key.decrypt(sealing.wrapped_key, _OAEP)
    except ValueError as error:
        raise IntegrityError("the key of a sealed recording was altered, or is for another private key") from error
    if len(key) != _KEY_BYTES or len(body) < _TAG_BYTES:
        raise IntegrityError("a sealed recording is cut, or its key is not of 32 bytes")
    try:
        return AESGCM(key).decrypt(sealing.iv, body, None)
    except InvalidTag as error:
        raise IntegrityError("a sealed recording was altered on its way") from error


def _one_of(details: Mapping[str, str], field_name: str) -> str:
    for spelling in _SPELLINGS[field_name]:
        value = details.get(spelling)
        if isinstance(value, str) and value:
            return value
    raise VendorBrokeContract("twilio", "encryption details", reason=f"no {field_name}")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise VendorBrokeContract("twilio", "encryption details", reason="not base64") from error


def _private_key(pem: str) -> rsa.RSAPrivateKey:
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        # The library's message could quote the key, so the cause is left out.
        raise InvalidInput("a private key for recordings is not a PEM that can be read") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise InvalidInput("a private key for recordings is not RSA")
    return key
