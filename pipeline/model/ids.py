"""Names for things. Every id is opaque, short and safe to log; none is made from personal data."""

from __future__ import annotations

import re
import secrets
from typing import Final, NewType

from pipeline.model.errors import InvalidInput

TenantId = NewType("TenantId", str)
CallId = NewType("CallId", str)
LegId = NewType("LegId", str)
RecordingId = NewType("RecordingId", str)
ArtifactId = NewType("ArtifactId", str)
Sha256 = NewType("Sha256", str)

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_LETTER_OF_BYTE: Final = (_ALPHABET * 8).encode("ascii")
_TENANT: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
_TWILIO_SID: Final = {prefix: re.compile(prefix + r"[0-9a-f]{32}") for prefix in ("AC", "CA", "RE", "CF", "PN")}


def new_id(prefix: str) -> str:
    """Make an id such as `rec_7h2k...`: 26 random characters (130 bits) after the prefix."""
    # 32 letters are five bits: the low ones of each random byte.
    return f"{prefix}_" + secrets.token_bytes(26).translate(_LETTER_OF_BYTE).decode("ascii")


def tenant_id(text: str) -> TenantId:
    """Accept a tenant's name as it stands in a path.

    Raises:
        InvalidInput: not 2 to 63 characters of a-z, 0-9 and hyphen.
    """
    if not _TENANT.fullmatch(text):
        raise InvalidInput("a tenant is 2 to 63 characters of a-z, 0-9 and hyphen")
    return TenantId(text)


def twilio_sid(prefix: str, text: str) -> str:
    """Accept a Twilio SID of one kind (`AC`, `CA`, `RE`, `CF`, `PN`); nothing else is ever put into a Twilio URL.

    Raises:
        InvalidInput: another shape.
    """
    if not _TWILIO_SID[prefix].fullmatch(text):
        raise InvalidInput(f"not a Twilio {prefix} SID")
    return text
