"""A vCon that somebody hands in: one call's sound, when it began, who is named in it, what is proved of consent.

It may be ours or of another maker, signed or bare. Nothing is fetched: a sound that lies at an address is refused, or
read from the file that came beside it, where it has the digest that the vCon states. A bare vCon proves nothing, since
anybody can lay a receipt beside another call's sound: what is in it shows nobody's consent.
"""

from __future__ import annotations

import json
import math
import re
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from joserfc.jwk import KeySet
from pydantic import ValidationError

from pipeline.consent import jws
from pipeline.consent.receipt import TYP
from pipeline.consent.receipt_form import ReceiptPart
from pipeline.model.errors import IntegrityError, InvalidInput
from pipeline.vcon.check import check_digest, read_sound, rows_of, stated_receipts
from pipeline.vcon.signed import is_signed, read_json, read_pinned, verify_vcon

type Beside = Callable[[str], bytes | None]
"""Reads the file of a plain name that came beside the vCon; None where none did."""

_PLAIN_NAME: Final = re.compile(r"[^/\\\x00-\x1f]{1,255}")
_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_LONGEST_S: Final = 7 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the reader trusts: keys that sign vCons, keys by `kid` that sign receipts, and the tenant they are of."""

    pinned: KeySet
    receipt_keys: Mapping[str, bytes]
    tenant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """A vCon as it was handed in. `origin` names the conversation through every copy: the least redacted known vCon."""

    uuid: str
    origin: str
    is_signed: bool
    """By a key that the reader trusts."""
    started_at: datetime
    duration_s: int | None
    sound: bytes = field(repr=False)
    roles: tuple[str | None, ...]
    """What each party is called, in the order of the parties; None where that is not said."""
    receipts: tuple[ReceiptPart, ...] = field(repr=False)
    """Receipts that hold, by keys that the reader trusts, and of his tenant where he names one."""
    document: Mapping[str, Any] = field(repr=False)


def read_trust(text: bytes) -> Trust:
    """Read the keys that a reader trusts (RFC 7517); receipts are believed by the Ed25519 keys among them.

    Raises:
        InvalidInput: as `read_pinned`, or its tenant is no name.
    """
    pinned, document = read_pinned(text), read_json(text)
    tenant = document.get("tenant")
    if not isinstance(tenant, str | None):
        raise InvalidInput("the key set has a tenant that is no name")
    own: dict[str, bytes] = {}
    for row in document["keys"]:
        with suppress(InvalidInput):  # another maker's key, which signs no receipt of ours
            own |= jws.read_jwks({"keys": [row]})
    return Trust(pinned=pinned, receipt_keys=own, tenant=tenant)


def read_arriving(text: bytes, *, trust: Trust | None, now: datetime, beside: Beside) -> Arriving:
    """Read a vCon that is to be imported.

    Args:
        text: the file.
        trust: None where the reader gives no key; then only a bare vCon is read.
        now: nothing may have begun later.
        beside: reads what came with it.

    Raises:
        InvalidInput: not a vCon, or not of one recording whose sound is at hand.
        IntegrityError: altered, or signed by somebody else.
    """
    document, signed = _opened(text, trust)
    known = read_uuid(document.get("uuid"))
    redacted = document.get("redacted")
    dialog = _recording(document)
    return Arriving(
        uuid=known,
        origin=read_uuid(redacted["uuid"]) if isinstance(redacted, dict) and redacted.get("uuid") else known,
        is_signed=signed,
        started_at=_moment(dialog.get("start"), now=now),
        duration_s=_seconds(dialog.get("duration")),
        sound=_sound(dialog, beside),
        roles=tuple(_role(party) for party in rows_of(document, "parties")),
        receipts=_receipts(document, trust) if signed and trust else (),
        document=document,
    )


def read_uuid(value: object) -> str:
    """Read a vCon's `uuid`.

    Raises:
        InvalidInput: it is none.
    """
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        raise InvalidInput("the vCon has no uuid that is one") from None


def _opened(text: bytes, trust: Trust | None) -> tuple[dict[str, Any], bool]:
    document = read_json(text)
    signed = is_signed(document)
    if signed and trust is None:
        raise InvalidInput("the vCon is signed: give the keys that you trust, by --keys")
    if signed and trust is not None:
        document = verify_vcon(text, pinned=trust.pinned)
    if not isinstance(document.get("vcon"), str):
        raise InvalidInput("the file is not a vCon, or is an encrypted one")
    return document, signed


def _recording(document: Mapping[str, Any]) -> dict[str, Any]:
    found = [dialog for dialog in rows_of(document, "dialog") if dialog.get("type") == "recording"]
    if len(found) != 1:
        raise InvalidInput(f"the vCon has {len(found)} recordings: it must have one")
    return found[0]


def _sound(dialog: Mapping[str, Any], beside: Beside) -> bytes:
    if "body" in dialog:
        return read_sound(dialog)
    if "url" not in dialog:
        raise InvalidInput("the vCon has no sound")
    name = dialog.get("filename") or str(dialog["url"]).partition("?")[0].rpartition("/")[2]
    sound = beside(name) if isinstance(name, str) and _PLAIN_NAME.fullmatch(name) and name.strip(".") else None
    if sound is None or dialog.get("content_hash") is None:
        raise InvalidInput(
            "the sound lies at an address, and nothing is fetched: lay the file, with the digest that is stated, beside"
        )
    check_digest(dialog, sound)
    return sound


def _moment(value: object, *, now: datetime) -> datetime:
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
        if read is not None and read.tzinfo is not None and _EARLIEST <= read <= now + timedelta(minutes=5):
            return read.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise InvalidInput("the recording in the vCon has no start that can be")


def _seconds(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value) if 0 <= value <= _LONGEST_S else None


def _role(party: Mapping[str, Any]) -> str | None:
    role = party.get("role")
    return role if isinstance(role, str) else None


def _receipts(document: Mapping[str, Any], trust: Trust) -> tuple[ReceiptPart, ...]:
    read = (_receipt(token, trust) for token in stated_receipts(document))
    return tuple(one for one in read if one is not None and trust.tenant in (None, one.tenant))


def _receipt(token: str, trust: Trust) -> ReceiptPart | None:
    """Read a receipt; None where it is not of a key that is trusted, not whole, or of no form known here."""
    try:
        signed = jws.verify(token, typ=TYP, pinned=trust.receipt_keys)
        return ReceiptPart.model_validate(json.loads(signed.payload))
    except (IntegrityError, ValidationError, ValueError, RecursionError):
        return None
