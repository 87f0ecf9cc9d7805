"""The less redacted vCon that somebody holds elsewhere, as an export of ours names it.

Only its `uuid`, its digest and the sound in it are looked at. The digest covers its signature, which is not checked.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.model.errors import InvalidInput
from pipeline.vcon.arriving import read_uuid
from pipeline.vcon.canonical import content_hash
from pipeline.vcon.check import read_sound, rows_of
from pipeline.vcon.signed import is_signed, read_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A vCon by which a redacted one is held against what it was redacted from."""

    uuid: str
    content_hash: str
    sounds: tuple[bytes, ...] = field(repr=False)


def read_original(text: bytes) -> Original:
    """Read a signed or bare vCon.

    Raises:
        InvalidInput: it is none, or an encrypted one.
        IntegrityError: a sound in it has not the digest that it states.
    """
    document: Mapping[str, Any] = read_json(text)
    if is_signed(document):
        document = read_json(_payload(document))
    if not isinstance(document.get("vcon"), str):
        raise InvalidInput("the file is not a vCon, or is an encrypted one")
    dialogs = [one for one in rows_of(document, "dialog") if one.get("type") == "recording" and "body" in one]
    return Original(
        uuid=read_uuid(document.get("uuid")),
        content_hash=content_hash(text),
        sounds=tuple(read_sound(one) for one in dialogs),
    )


def _payload(document: Mapping[str, Any]) -> bytes:
    payload = document["payload"]
    try:
        return base64.b64decode(payload + "=" * (-len(payload) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise InvalidInput("the file is not a vCon, or is an encrypted one") from None
