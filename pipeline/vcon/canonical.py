"""JSON in its one spelling (RFC 8785, JCS), and digests over it as vCons write them."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any, Final

from pipeline.model.errors import InvalidInput

_LARGEST: Final = 2**53 - 1
"""Beyond this a number is not the same one for every reader (RFC 8785, appendix D)."""


def canonicalise(value: Any) -> bytes:
    """Write a value in its one spelling.

    Fractions are refused and not spelled: nothing of ours that is digested has one.

    Raises:
        InvalidInput: a fraction, too large a number, a lone surrogate, or what is no JSON.
    """
    try:
        return _write(value).encode()
    except (UnicodeEncodeError, RecursionError):
        raise InvalidInput("the document cannot be written in one spelling") from None


def content_hash(body: bytes) -> str:
    """Give a digest as a vCon's `content_hash` has it: `sha512-` and base64url."""
    return "sha512-" + encode(hashlib.sha512(body).digest())


def encode(body: bytes) -> str:
    """Write bytes as base64url without padding."""
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def _write(value: Any) -> str:
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int) and abs(value) <= _LARGEST:
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ",".join(_write(one) for one in value) + "]"
    if isinstance(value, dict) and all(isinstance(name, str) for name in value):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{_write(name)}:{_write(value[name])}" for name in names) + "}"
    raise InvalidInput("the document has a value that has no one spelling")
