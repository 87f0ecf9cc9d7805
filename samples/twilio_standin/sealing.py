"""Twilio's public-key encryption of recordings: a key per recording, wrapped for the account's public key.

RSAES-OAEP with SHA-256 (also in MGF1) wraps the key; AES-256-GCM seals the WAV; the last 16 bytes are the tag.
"""

from __future__ import annotations

import base64
import secrets
from typing import Literal

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from samples.twilio_standin.audio import Samples, to_wav
from samples.twilio_standin.ledger import Account

_NAMES = {
    "openapi": ("encryption_public_key_sid", "encryption_cek", "encryption_iv"),
    "tutorial": ("public_key_sid", "encrypted_cek", "iv"),
}


def seal(sound: Samples, account: Account, spelling: Literal["openapi", "tutorial"]) -> tuple[bytes, dict[str, str]]:
    """Seal a recording for the account's key; give the bytes and the callback's `EncryptionDetails`."""
    if account.public_key_pem is None or account.public_key_sid is None:
        raise ValueError("the account has no public key")
    public_key = serialization.load_pem_public_key(account.public_key_pem)
    if not isinstance(public_key, rsa.RSAPublicKey):
        raise ValueError("the account's public key is not RSA")
    key, nonce = AESGCM.generate_key(256), secrets.token_bytes(12)
    wrapped = public_key.encrypt(
        key, padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    )
    values = (account.public_key_sid, _text(wrapped), _text(nonce))
    details = {"type": "rsa-aes", **dict(zip(_NAMES[spelling], values, strict=True))}
    return AESGCM(key).encrypt(nonce, to_wav(sound), None), details


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
